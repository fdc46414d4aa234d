package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// inner plans the uses of the cleanup within prepare itself. Prepare calls finish with
// its own variables.
//
// A deferred call evaluates its arguments at the defer statement, but a closure reads
// its variables when it runs. If a captured variable is assigned after the defer
// statement (return statements assign results, too), the call of finish is wrapped in a
// literal:
//
//	defer done()                            // reads n at the end
//	n++
//	defer func() { finish(n) }()            // not defer finish(n)
func inner(p *pattern.Prepare, passages []Passage) ([]InnerPlan, *refusal.Refusal) {
	var plans []InnerPlan
	for _, u := range p.Inner {
		if choiceOf(p, u) != nil {
			in, r := innerChoice(p, passages, u)
			if r != nil {
				return nil, r
			}
			plans = append(plans, in)
			continue
		}
		if u.Call == nil || u.Kind == pattern.GoCall || inCleanup(p, u.Expr) {
			return nil, refusal.New(p, refusal.InnerValue, p.Unit, u.Expr.Pos(), "%s", otherUse(p, u))
		}
		if len(u.Call.Args) > 0 && u.Kind == pattern.DeferCall && wrapInner(p, passages, u) {
			return nil, refusal.New(p, refusal.InnerValue, p.Unit, u.Expr.Pos(), "it defers its cleanup with arguments before the captured variables are final")
		}
		if l := literalOf(p, u); !bound(p, l, u) {
			return nil, refusal.New(p, refusal.InnerValue, p.Unit, u.Expr.Pos(), "it may run its cleanup before setting it")
		}
		for _, c := range literalOf(p, u).Captures {
			if !p.Unit.Sees(u.Expr.Pos(), c.Var) {
				return nil, refusal.New(p, refusal.OutOfScope, p.Unit, u.Expr.Pos(), "%s, which its cleanup captures, is out of scope where it runs its cleanup", c.Var.Name())
			}
		}
		for _, pass := range passages {
			// Finish takes what its other cleanups capture, too.
			c := pass.Capture
			if (pass.Route == ByArgument || pass.Route == ByResult || pass.Route == ByValue) && !p.Unit.Sees(u.Expr.Pos(), c.Var) {
				return nil, refusal.New(p, refusal.OutOfScope, p.Unit, u.Expr.Pos(), "%s, which another of its cleanups captures, is out of scope where it runs this one", c.Var.Name())
			}
		}
		wrap := u.Kind == pattern.DeferCall && wrapInner(p, passages, u)
		if wrap && recovers(p) {
			return nil, refusal.New(p, refusal.RecoverWrapped, p.Unit, u.Expr.Pos(), "its cleanup calls recover, which would return nil in a wrapper")
		}
		plans = append(plans, InnerPlan{Use: u, Wrap: wrap})
	}
	return plans, nil
}

// otherUse says what prepare does with its cleanup if that is not only to call or defer it.
func otherUse(p *pattern.Prepare, u *pattern.Use) string {
	switch {
	case u.Kind == pattern.NilTest:
		return "it compares its cleanup with nil"
	case u.Kind == pattern.GoCall:
		return "it runs its cleanup in a goroutine"
	case u.Call != nil && inCleanup(p, u.Expr):
		return "one of its cleanups calls another"
	}
	return "it uses its cleanup as a value, and not only to call, defer or return it"
}

// choiceOf returns the Choice whose variable a use within prepare names, or nil.
func choiceOf(p *pattern.Prepare, u *pattern.Use) *pattern.Choice {
	return heldBy(p, p.Choices, u)
}

// heldBy returns that of all whose variable a use within prepare names, or nil.
func heldBy(p *pattern.Prepare, all []*pattern.Choice, u *pattern.Use) *pattern.Choice {
	for _, c := range all {
		if p.Unit.Info.Uses[identOf(u.Expr)] == types.Object(c.Var) {
			return c
		}
	}
	return nil
}

// innerHeld lets uses of variables that hold the state call finish on them.
func innerHeld(p *pattern.Prepare, held []*pattern.Choice, plans []InnerPlan) []InnerPlan {
	for i, in := range plans {
		if heldBy(p, held, in.Use) != nil {
			plans[i] = InnerPlan{Use: in.Use, Held: true}
		}
	}
	return plans
}

// innerChoice plans a call of a Choice's variable. The variable holds the state after
// the rewrite.
func innerChoice(p *pattern.Prepare, passages []Passage, u *pattern.Use) (InnerPlan, *refusal.Refusal) {
	for _, pass := range passages {
		if c := pass.Capture; (pass.Route == ByArgument || pass.Route == ByResult) && !p.Unit.Sees(u.Expr.Pos(), c.Var) {
			return InnerPlan{}, refusal.New(p, refusal.OutOfScope, p.Unit, u.Expr.Pos(), "%s, which one of its cleanups captures, is out of scope where it runs one", c.Var.Name())
		}
	}
	return InnerPlan{Use: u, Held: true}, nil
}

// bound reports whether the variable of a cleanup certainly holds it at a use: the
// statement that sets it also declares it, or precedes the use in a list.
func bound(p *pattern.Prepare, l *pattern.Literal, u *pattern.Use) bool {
	if a, ok := l.Bind.(*ast.AssignStmt); ok && a.Tok != token.DEFINE {
		return !flow.HasGoto(p.Decl.Body) && flow.Before(p.At(l.Bind), u.Expr)
	}
	return true
}

// wrapInner reports whether a captured variable may be assigned between a
// deferred use and the end of prepare.
func wrapInner(p *pattern.Prepare, passages []Passage, u *pattern.Use) bool {
	for _, c := range literalOf(p, u).Captures {
		if sharedRoute(passages, c) {
			continue // its address does not change
		}
		if c.Class == pattern.Result || p.OldLoopVar(c.Var) {
			return true // set by return statements, or by the next iteration
		}
		inLoop := flow.Loop(p.At(u.Stmt), p.Decl) != nil || flow.HasGoto(p.Decl.Body)
		for _, a := range p.Access[c.Var] {
			if a.Mode == flow.Write && (inLoop || a.Ident.Pos() > u.Stmt.Pos() || a.Lit != nil) {
				return true
			}
		}
	}
	return false
}

// literalOf returns the cleanup that a use within prepare names.
func literalOf(p *pattern.Prepare, u *pattern.Use) *pattern.Literal {
	v := p.Unit.Info.Uses[identOf(u.Expr)]
	for _, l := range p.Literals {
		if types.Object(l.Var) == v {
			return l
		}
	}
	return p.Literals[0]
}

// sharedRoute reports whether finish gets the address of the capture.
func sharedRoute(passages []Passage, c *pattern.Capture) bool {
	return slices.ContainsFunc(passages, func(p Passage) bool { return p.Capture == c && p.Pointer })
}
