package plan

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// Saved returns the text of the variable or field whose value a variable of prepare holds,
// since its declaration and until the cleanup runs: old := c.state. It returns "" for other
// expressions.
func Saved(p *pattern.Prepare, e ast.Expr) string {
	id := identOf(e)
	if id == nil {
		return ""
	}
	v, ok := p.Unit.Info.Uses[id].(*types.Var)
	if !ok || slices.ContainsFunc(p.Access[v], func(a flow.Access) bool { return a.Mode != flow.Read }) {
		return ""
	}
	for n := range ast.Preorder(p.Decl) {
		def, ok := n.(*ast.AssignStmt)
		if !ok || len(def.Lhs) != len(def.Rhs) {
			continue
		}
		for i, l := range def.Lhs {
			if id, ok := l.(*ast.Ident); ok && p.Unit.Info.Defs[id] == types.Object(v) && IsSimple(def.Rhs[i]) {
				return types.ExprString(def.Rhs[i])
			}
		}
	}
	return ""
}

// IsSimple reports whether an expression is a constant, a variable, a field of one, or what
// a pointer points to.
func IsSimple(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.BasicLit, *ast.Ident:
		return true
	case *ast.SelectorExpr:
		return IsSimple(e.X)
	case *ast.StarExpr:
		return IsSimple(e.X)
	}
	return false
}
