package rewrite

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/closurefix/closurefix/rewrite/internal/load"
	"github.com/closurefix/closurefix/rewrite/internal/process"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// A proof is the result of the checks that Options requests.
type proof struct {
	gains map[*change][]Gain
	idle  map[*change]*refusal.Refusal // of changes that save no allocation
}

// note adds the results about c to its finding f, which may be nil.
func (p *proof) note(c *change, f *Finding) {
	if f != nil {
		f.Gain = p.gains[c]
	}
}

// A prover runs the checks that Options requests on a version that type-checks.
type prover struct {
	tree   *load.Tree
	escape bool
	test   bool
	tester *tester
}

func newProver(o Options, t *load.Tree) *prover {
	p := &prover{tree: t, escape: o.Escape, test: o.Test != nil}
	var how Test
	if p.test {
		how = *o.Test
	}
	p.tester = newTester(t, how)
	return p
}

// prove checks the version over, which views describe. It differs by the changes in group
// from the version base, which has passed.
func (p *prover) prove(ctx context.Context, base, over load.Overlay, views []*load.View, group []*change) (*proof, error) {
	found := &proof{idle: make(map[*change]*refusal.Refusal)}
	if p.escape {
		p.tree.Status(fmt.Sprintf("asking the compiler about %s", load.Count(len(group), "rewrite")))
		gains, idle, err := gainsOf(ctx, p.tree, base, over, views, group)
		var failed *process.GoError
		if errors.As(err, &failed) {
			return nil, &buildError{failed}
		}
		if err != nil {
			return nil, err
		}
		found.gains = gains
		for _, c := range idle {
			if !c.first.candidate.Plan.Later {
				found.idle[c] = noGain(c, gains[c])
			}
		}
		if len(found.idle) > 0 {
			return found, nil // the rest comes again
		}
	}
	if p.test {
		changed := make(map[string]bool)
		for _, c := range group {
			for _, name := range c.files() {
				changed[name] = true
			}
		}
		if err := p.tester.run(ctx, over, changed); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// A buildError is an error of the compiler about code that type-checks.
type buildError struct{ err *process.GoError }

func (e *buildError) Error() string { return e.err.Error() }

// faultOf returns a clause that completes "cannot rewrite NAME: …" if err is the fault of
// a rewrite. It returns "" for all other errors.
func faultOf(err error) string {
	var (
		source *SourceError
		build  *buildError
		tests  *testError
	)
	switch {
	case errors.As(err, &source):
		return "the result does not type-check: " + source.First()
	case errors.As(err, &build):
		for line := range strings.Lines(build.err.Text) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				return "the result does not build: " + line
			}
		}
		return "the result does not build"
	case errors.As(err, &tests):
		text := "over the result, " + tests.failures[0].String()
		if n := len(tests.failures) - 1; n > 0 {
			text += fmt.Sprintf(" (and %d more)", n)
		}
		return text
	}
	return ""
}
