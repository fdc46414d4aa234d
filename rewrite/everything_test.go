package rewrite

import (
	"flag"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

var everything = flag.String("everything", "../testdata/src/kinds,../testdata/src/together,../testdata/src/sites", "directories that TestEverything looks at, with commas between")

// TestEverything rewrites all prepare functions in modules, including cleanups that
// capture no result and exported functions: first each function alone, then all together.
// Every result must type-check. If the type checker or an internal error leads to a
// refusal, that is a fault of the decision. The test counts refusals by code and writes no
// files.
//
//	go test ./rewrite -run TestEverything -v -everything /src/tools,/src/client-go
func TestEverything(t *testing.T) {
	for dir := range strings.SplitSeq(*everything, ",") {
		r, err := start(t.Context(), Options{Dir: dir, All: true, Tests: true, Exported: true}, internals{candidates: candidate.Find})
		if err != nil {
			t.Fatal(err)
		}
		r.scope.Widest() // all that could be concerned
		r.keep, r.comments = true, new(comments)
		if err := r.look(t.Context()); err != nil {
			t.Fatal(err)
		}
		codes := make(map[refusal.Code]int)
		alone := 0
		for _, c := range r.changes {
			if c.refusal != nil {
				codes[c.refusal.Code]++
				if isFault(c.refusal.Code) {
					t.Errorf("%s: alone: %v", c.pos, c.refusal)
				}
				continue
			}
			over, err := apply(r.tree.Source, nil, []*change{c})
			if err != nil {
				t.Errorf("%s: %v", c.pos, err)
				continue
			}
			if _, err := r.scope.Check(t.Context(), r.views[0], over); err != nil {
				t.Errorf("%s: alone: %v", c.pos, err)
				continue
			}
			alone++
		}
		r.found, r.prover = newFindings(r.tree.Source), newProver(Options{}, r.tree)
		r.found.add(r.changes)
		if err := r.rewrite(t.Context()); err != nil {
			t.Errorf("%s: %v", dir, err)
			continue
		}
		together := 0
		for _, f := range r.found.of {
			switch {
			case f.Refusal == nil:
				together++
			case isFault(f.Refusal.Code):
				t.Errorf("%s: together: %v", f.Pos, f.Refusal)
			}
		}
		if together == 0 && strings.Contains(dir, "testdata") {
			t.Errorf("%s: nothing is rewritten, which is no test", dir)
		}
		t.Logf("%s: %d files, %d functions; rewritten alone %d, together %d, in %d files",
			dir, r.scope.Files(), len(r.found.of), alone, together, len(r.over))
		for _, code := range slices.Sorted(maps.Keys(codes)) {
			t.Logf("%6d %s", codes[code], code)
		}
	}
}

// isFault reports whether a refusal can only be caused by a fault of closurefix.
func isFault(code refusal.Code) bool {
	return code == refusal.VerifyFailed || code == refusal.InternalError
}
