package plan

import (
	"go/ast"
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
