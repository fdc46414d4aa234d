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

// A proof is what was found out about changes beyond that they type-check.
type proof struct {
	gains map[*change][]Gain
	idle  map[*change]*refusal.Refusal // those that gain nothing
}

// note adds what was found out about c to its finding, which may be nil.
func (p *proof) note(c *change, f *Finding) {
	if f != nil {
		f.Gain = p.gains[c]
	}
}

// A prover runs the checks requested in Options on texts that type-check.
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

// prove checks the text over, of which views are the types. group are the changes
// that it has more than the text base, which passed before.
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
			found.idle[c] = noGain(c, gains[c])
		}
		if len(idle) > 0 {
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

// A buildError is the compiler's error about a text that type-checks.
type buildError struct{ err *process.GoError }

func (e *buildError) Error() string { return e.err.Error() }

// faultOf says what an error has against a rewrite, as a clause that completes "cannot
// rewrite NAME: …". It returns "" for an error of the run.
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
