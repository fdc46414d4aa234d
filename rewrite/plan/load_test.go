package plan

import (
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/internal/snippet"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// A subject of a test is a prepare function with its sites, and the unit of both.
type testSubject struct {
	unit  *pattern.Unit
	p     *pattern.Prepare
	sites []*pattern.Site
	refs  []pattern.Ref
}

// load type-checks text, and returns its only prepare function.
func load(t *testing.T, text string) testSubject {
	t.Helper()
	u := snippet.Load(t, text)
	found := pattern.Find(u)
	if len(found) != 1 {
		t.Fatalf("%d prepare functions, want one", len(found))
	}
	p := found[0]
	sites, refs := pattern.References(u, map[pattern.Key]int{p.Key: p.Result})
	return testSubject{u, p, sites[p.Key], refs[p.Key]}
}

// decide decides about the only prepare function of text.
func decide(t *testing.T, text string) (*Plan, *refusal.Refusal) {
	t.Helper()
	s := load(t, text)
	return NewDecider(&callers.World{Units: []*pattern.Unit{s.unit}, All: true}).Decide(s.p, s.sites, s.refs, nil)
}

// capture returns the capture of a name.
func (s testSubject) capture(t *testing.T, name string) *pattern.Capture {
	t.Helper()
	for _, c := range s.p.Captures {
		if c.Var.Name() == name {
			return c
		}
	}
	t.Fatalf("the cleanup does not capture %s", name)
	return nil
}

// outcome returns the code of a refusal, or what there is in its place.
func outcome(r *refusal.Refusal, found ...string) string {
	if r != nil {
		return string(r.Code)
	}
	return strings.Join(found, " ")
}
