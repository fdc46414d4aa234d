package plan

import (
	"fmt"
	"go/token"
	"path/filepath"
)

// A Refusal says why a prepare function stays as it is.
type Refusal struct {
	Code   Code
	Pos    token.Position // of the obstacle, unadjusted by line directives; may be invalid
	Name   string         // of the prepare function, as in "(*Conn).prepareRead"
	Reason string         // a clause that completes "cannot rewrite NAME: …"
	Stack  string         // of an internal error, for whoever reports it
}

// Error returns the refusal as one sentence.
func (r *Refusal) Error() string {
	s := fmt.Sprintf("cannot rewrite %s: %s", r.Name, r.Reason)
	if r.Pos.IsValid() {
		s += fmt.Sprintf(" (%s:%d)", filepath.Base(r.Pos.Filename), r.Pos.Line)
	}
	return s
}
