package candidate

import (
	"github.com/closurefix/closurefix/rewrite/edit"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// A Candidate is a prepare function together with what was decided for it:
// edits, or a refusal.
type Candidate struct {
	Prepare *pattern.Prepare
	Kind    pattern.Kind
	Sites   []*pattern.Site
	Plan    *plan.Plan       // nil if refused
	Refusal *refusal.Refusal // nil if planned

	// Edits holds the whole change, over all files, sorted by file and
	// offset, without overlap. Empty if refused.
	Edits []edit.Edit

	// Notes are remarks for the person who reads the change, such as a doc
	// comment that speaks of a parameter that is gone.
	Notes []string

	// Trace says how the rewrite was decided, a line each.
	Trace []string

	function *pattern.Function // if it is a function literal in a variable

	inTest bool // a test file declares the function, and those are not wanted
}

// refuse returns a refusal at the name of the prepare function.
func (c *Candidate) refuse(code refusal.Code, reason string) *refusal.Refusal {
	p := c.Prepare
	return &refusal.Refusal{
		Code: code, Name: p.Key.String(), Reason: reason,
		Pos: p.Unit.Fset.PositionFor(p.Decl.Name.Pos(), false),
	}
}
