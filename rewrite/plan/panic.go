package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
	"golang.org/x/tools/go/types/typeutil"
)

// boundBeforePanic returns a refusal if prepare may recover from a panic when its named
// result holds the cleanup. Only return statements return a state:
//
//	func begin() (end func(), err error) {
//		end = func() { … }
//		defer func() {
//			if v := recover(); v != nil {
//				err = fmt.Errorf("begin: %v", v)    // and end is not nil
//			}
//		}()
func boundBeforePanic(p *pattern.Prepare) *refusal.Refusal {
	result := p.Func.Signature().Results().At(p.Result)
	if slices.ContainsFunc(p.Choices, func(c *pattern.Choice) bool { return c.Var == result }) {
		return nil // the state is there as soon as the cleanup was
	}
	if !slices.ContainsFunc(p.Access[result], func(a flow.Access) bool { return a.Mode == flow.Write }) {
		return nil
	}
	var at token.Pos
	ast.Inspect(p.Decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.DeferStmt:
			if !at.IsValid() && mayRecover(p, n.Call) {
				at = n.Pos()
			}
		}
		return true
	})
	if at.IsValid() {
		return refusal.New(p, refusal.OtherReturn, p.Unit, at, "it may recover from a panic and return the cleanup in its result %s", result.Name())
	}
	return nil
}

// mayRecover reports whether a deferred call may recover from a panic: the literal or
// function calls recover, or it is not known what it does.
func mayRecover(p *pattern.Prepare, call *ast.CallExpr) bool {
	info := p.Unit.Info
	if lit, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok {
		return flow.Recovers(info, lit)
	}
	callee := typeutil.Callee(info, call)
	for _, l := range p.Literals {
		if l.Var != nil && callee == types.Object(l.Var) {
			return flow.Recovers(info, l.Lit)
		}
	}
	if b, ok := callee.(*types.Builtin); ok {
		return b.Name() == "recover"
	}
	fn, ok := callee.(*types.Func)
	if !ok || fn.Pkg() == nil {
		return true
	}
	return recoversItself(p.Unit, fn)
}
