package rewrite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/closurefix/closurefix/rewrite/internal/process"
	"github.com/closurefix/closurefix/rewrite/plan"
)

// A rejection is an error that speaks against a rewrite, not against the run.
type rejection interface {
	error
	words() string // a clause that completes "cannot rewrite NAME: …"
}

func (e *SourceError) words() string {
	return "the result does not type-check: " + wordsOf(e, filepath.Base)
}

// A buildError says that the compiler does not take what the type checker took.
type buildError struct{ err *process.GoError }

func (e *buildError) Error() string { return e.err.Error() }

func (e *buildError) words() string {
	for line := range strings.Lines(e.err.Text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			return "the result does not build: " + line
		}
	}
	return "the result does not build"
}

// A proof is what was found out about changes beyond that they type-check.
type proof struct {
	gains map[*change][]Gain
	idle  map[*change]*plan.Refusal // those that gain nothing
}

// note adds what was found out about c to its finding, which may be nil.
func (p *proof) note(c *change, f *Finding) {
	if f != nil {
		f.Gain = p.gains[c]
	}
}

// prove puts a text to the tests that the options ask for. group are the changes
// that it has more than the texts that passed before.
func (r *round) prove(ctx context.Context, over overlay, views []*view, group []*change) (*proof, error) {
	p := &proof{idle: make(map[*change]*plan.Refusal)}
	if r.Escape {
		r.Status(fmt.Sprintf("asking the compiler about %s", count(len(group), "rewrite")))
		gains, idle, err := r.gains(ctx, r.base, over, views, group)
		var failed *process.GoError
		if errors.As(err, &failed) {
			return nil, &buildError{failed}
		}
		if err != nil {
			return nil, err
		}
		p.gains = gains
		for _, c := range idle {
			p.idle[c] = noGain(c, gains[c])
		}
		if len(idle) > 0 {
			return p, nil // the rest comes again
		}
	}
	if r.Test != nil {
		if err := r.test(ctx, over, group); err != nil {
			return nil, err
		}
	}
	return p, nil
}
