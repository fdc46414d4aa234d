package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// inCleanup reports whether a node lies in one of the cleanups.
func inCleanup(p *pattern.Prepare, n ast.Node) bool {
	return slices.ContainsFunc(p.Literals, func(l *pattern.Literal) bool { return flow.Within(n, l.Lit) })
}

// runsWith reports whether lit is a cleanup, or a literal that a cleanup defers
// or calls on the spot.
func runsWith(p *pattern.Prepare, lit *ast.FuncLit) bool {
	return slices.ContainsFunc(p.Literals, func(l *pattern.Literal) bool {
		return lit == l.Lit || deferredIn(p, lit, l.Lit)
	})
}

// runsBefore reports whether lit is deferred by the prepare function itself, or is
// no literal at all: it runs before prepare has returned.
func runsBefore(p *pattern.Prepare, lit *ast.FuncLit) bool {
	return lit == nil || deferredIn(p, lit, nil)
}

// deferredIn reports whether lit is the function of a defer statement, or of a
// plain call, that stands directly in outer (nil for prepare itself).
func deferredIn(p *pattern.Prepare, lit, outer *ast.FuncLit) bool {
	up := p.Up
	call, ok := up[lit].(*ast.CallExpr)
	if !ok || ast.Unparen(call.Fun) != ast.Expr(lit) {
		return false
	}
	if _, ok := up[call].(*ast.GoStmt); ok {
		return false
	}
	return up.Lit(call) == outer
}

// doneBefore reports whether lit runs only while prepare evaluates the statements before
// a return: prepare calls it where it stands, or through a variable that has no other use.
//
//	open := func(name string) { files = append(files, create(name)) }
//	open("a")
//	return func() { closeAll(files) }
func doneBefore(p *pattern.Prepare, lit *ast.FuncLit) bool {
	if p.Up.Lit(lit) != nil {
		return false
	}
	if call, ok := p.Up[lit].(*ast.CallExpr); ok && ast.Unparen(call.Fun) == ast.Expr(lit) {
		return !atReturn(p, call)
	}
	def, ok := p.Up[lit].(*ast.AssignStmt)
	if !ok || def.Tok != token.DEFINE || len(def.Lhs) != 1 {
		return false
	}
	v, ok := p.Unit.Info.Defs[identOf(def.Lhs[0])].(*types.Var)
	return ok && !slices.ContainsFunc(p.Access[v], func(a flow.Access) bool {
		if a.Ident == def.Lhs[0] {
			return false
		}
		call, ok := p.Up[a.Ident].(*ast.CallExpr)
		return !ok || call.Fun != ast.Expr(a.Ident) || a.Lit != nil || atReturn(p, call)
	})
}

// atReturn reports whether a call within prepare may run while a return is evaluated, or
// later.
func atReturn(p *pattern.Prepare, call *ast.CallExpr) bool {
	switch s := p.Up.Stmt(call).(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.DeferStmt:
		return s.Call == call
	case *ast.GoStmt:
		return s.Call == call
	}
	return false
}

// recovers reports whether one of the cleanups calls recover itself.
func recovers(p *pattern.Prepare) bool {
	return slices.ContainsFunc(p.Literals, func(l *pattern.Literal) bool { return flow.Recovers(p.Unit.Info, l.Lit) })
}

// written reports whether prepare or its cleanup assigns to the capture.
func written(p *pattern.Prepare, c *pattern.Capture) bool {
	return slices.ContainsFunc(p.Access[c.Var], func(a flow.Access) bool { return a.Mode == flow.Write })
}

// replaced reports whether something else than return statements may set result i:
// a deferred literal, or whoever has its address.
func replaced(p *pattern.Prepare, i int) bool {
	v := p.Func.Signature().Results().At(i)
	return slices.ContainsFunc(p.Access[v], func(a flow.Access) bool {
		return a.Mode == flow.Address || a.Mode == flow.Write && a.Lit != nil
	})
}
