package plan

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// saved returns the source of the expression whose value a variable of prepare saves:
// c.state for old, if old := c.state is all that sets it. It returns "" for other
// expressions.
func saved(p *pattern.Prepare, e ast.Expr) string {
	v, ok := p.Unit.Info.Uses[identOf(e)].(*types.Var)
	if !ok || slices.ContainsFunc(p.Access[v], func(a flow.Access) bool { return a.Mode != flow.Read }) {
		return ""
	}
	name := p.Def(v)
	def, ok := name.Parent().Node().(*ast.AssignStmt)
	if !ok || len(def.Lhs) != len(def.Rhs) || !isSimple(def.Rhs[name.ParentEdgeIndex()]) {
		return ""
	}
	return types.ExprString(def.Rhs[name.ParentEdgeIndex()])
}

// isSimple reports whether an expression is a constant, a variable, a field of one, or what
// a pointer points to.
func isSimple(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.BasicLit, *ast.Ident:
		return true
	case *ast.SelectorExpr:
		return isSimple(e.X)
	case *ast.StarExpr:
		return isSimple(e.X)
	}
	return false
}
