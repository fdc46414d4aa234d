// Package refusal holds the reasons why a prepare function is not rewritten: a [Code],
// which scripts may rely on, with its [Explanation], and the [Refusal] of one function.
//
// The explanations are in one table and not beside the checks, because several files raise
// half of the codes, and the other half would need a list in each of four packages and a
// list of these lists.
package refusal

import (
	"fmt"
	"go/token"
	"path/filepath"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// A Refusal says why a prepare function is not rewritten.
type Refusal struct {
	Code   Code
	Pos    token.Position // of the obstacle, unadjusted by line directives; may be invalid
	Name   string         // of the prepare function, as in "(*Conn).prepareRead"
	Reason string         // a clause that completes "cannot rewrite NAME: …"
	Stack  string         // of an internal error, for whoever reports it
}

// New returns the refusal to rewrite p for an obstacle at pos in unit u. The reason is
// a format of the clause that completes "cannot rewrite NAME: …".
func New(p *pattern.Prepare, code Code, u *pattern.Unit, pos token.Pos, format string, args ...any) *Refusal {
	r := &Refusal{Code: code, Name: p.Key.String(), Reason: fmt.Sprintf(format, args...)}
	if pos.IsValid() {
		r.Pos = u.Fset.PositionFor(pos, false)
	}
	return r
}

// Error returns the refusal as one sentence, with the base name of the file.
func (r *Refusal) Error() string { return r.Sentence(filepath.Base) }

// Sentence returns the refusal as one sentence. short returns the name of a file as the
// sentence shows it.
func (r *Refusal) Sentence(short func(file string) string) string {
	s := fmt.Sprintf("cannot rewrite %s: %s", r.Name, r.Reason)
	if r.Pos.IsValid() {
		s += fmt.Sprintf(" (%s:%d)", short(r.Pos.Filename), r.Pos.Line)
	}
	return s
}
