package candidate

import (
	"go/types"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// functions returns a candidate for each function literal in a variable that returns a
// cleanup.
func functions(w *callers.World) []*Candidate {
	var found []*Candidate
	for _, u := range w.Units {
		if w.Target != nil && !w.Target(u) {
			continue
		}
		var list []*pattern.Function
		if fault := attempt(func() { list = pattern.Functions(u) }); fault != nil {
			continue // a fault of a declared function is reported elsewhere; others concern no rewrite
		}
		for _, fn := range list {
			inTest := !w.Tests && inTestFile(u, fn.File.Package)
			if !inTest && !flow.Generated(fn.File) {
				found = append(found, &Candidate{Prepare: fn.Prepare, function: fn})
			}
		}
	}
	return found
}

// decideFunction sets the plan and edits of a function literal in a variable, or its refusal. It
// reports whether the literal is a candidate.
func (f *finder) decideFunction(c *Candidate) bool {
	p := c.Prepare
	c.Sites = c.function.Sites
	h := funcResult{p.Key, p.Result}
	f.sites[h] = c.Sites
	var costs bool
	c.Kind, costs = kindOf(p, c.Sites)
	c.purpose = f.purpose(h)
	if !costs || !f.used(p, p.Sig) {
		return false
	}
	if f.leftOut(c) {
		return false
	}
	local := c.function.Local
	if local == nil {
		c.Refusal = c.refuse(refusal.FunctionLiteral, why(c.function))
		return true
	}
	c.Plan, c.Refusal = f.decider.DecideLocal(local, c.Sites)
	f.edit(c)
	return true
}

// why says why a function literal in a variable cannot be rewritten as a local literal.
func why(fn *pattern.Function) string {
	if fn.Var.Kind() == types.PackageVar {
		return "it is a function literal in a package variable, which may be set again"
	}
	return "it is a function literal in a variable that is not declared by a statement of its own"
}
