package candidate

import (
	"github.com/closurefix/closurefix/rewrite/edit"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// A Candidate is a prepare function with the decision about it: edits or a refusal.
type Candidate struct {
	Prepare *pattern.Prepare
	Kind    pattern.Kind
	Sites   []*pattern.Site
	Plan    *plan.Plan       // nil if refused
	Refusal *refusal.Refusal // nil if planned

	// Edits holds the whole change in all files, sorted by file and offset, without
	// overlaps. It is empty if the candidate is refused.
	Edits []edit.Edit

	// Notes holds remarks for the person who reviews the change, such as a comment that
	// mentions a removed parameter.
	Notes []string

	// Trace says how the rewrite was decided, one fact per line.
	Trace []string

	purpose string // what callers do with the closure, as in "for its callers to defer"

	function *pattern.Function // set if it is a function literal that a variable holds

	inTest bool // a test file declares the function, and World.Tests is not set
}

// refuse returns a refusal at the name of the prepare function.
func (c *Candidate) refuse(code refusal.Code, reason string) *refusal.Refusal {
	p := c.Prepare
	return &refusal.Refusal{
		Code: code, Name: p.Key.String(), Reason: reason,
		Pos: p.Unit.Fset.PositionFor(p.Decl.Name.Pos(), false),
	}
}
