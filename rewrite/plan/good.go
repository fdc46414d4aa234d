package plan

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// good reports whether the convention says that a variable is not nil at a statement that returns a
// cleanup: prepare got it with an error, found that nil, and the cleanup relies on it.
//
//	q, err := db.Querier(ctx)
//	if err != nil {
//		return nil, func() {}, err
//	}
//	return q, func() { q.Close() }, nil        // q is not nil
func good(p *pattern.Prepare, l *pattern.Literal, v *types.Var, at ast.Stmt) bool {
	switch v.Type().Underlying().(type) {
	case *types.Pointer, *types.Interface, *types.Signature:
	default:
		return false
	}
	def, ok := p.Def(v).Parent().Node().(*ast.AssignStmt)
	return ok && comparedWithZero(v.Type()) && !flow.HasGoto(p.Decl) && !setAfter(p, v) &&
		len(def.Rhs) == 1 && len(def.Lhs) > 1 && succeededAt(p, def, at) && relies(p.Unit.Info, l.Lit.Body.List, v)
}

// relies reports whether a cleanup would certainly panic if v were nil, whatever it does before, or
// only calls methods of v.
func relies(info *types.Info, body []ast.Stmt, v *types.Var) bool {
	if len(body) == 1 && callsMethod(info, body[0], v) {
		return true
	}
	for _, s := range body {
		if dereferences(info, s, v) {
			return true
		}
		switch s.(type) {
		case *ast.ExprStmt, *ast.AssignStmt, *ast.DeclStmt, *ast.IncDecStmt, *ast.DeferStmt:
		default:
			return false // it may leave
		}
	}
	return false
}

// callsMethod reports whether a statement does nothing but call a method of v.
func callsMethod(info *types.Info, s ast.Stmt, v *types.Var) bool {
	var e ast.Expr
	switch s := s.(type) {
	case *ast.ExprStmt:
		e = s.X
	case *ast.AssignStmt:
		if len(s.Lhs) == 1 && types.ExprString(s.Lhs[0]) == "_" {
			e = s.Rhs[0]
		}
	case *ast.ReturnStmt:
		if len(s.Results) == 1 {
			e = s.Results[0]
		}
	}
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || slices.ContainsFunc(call.Args, mayAct) {
		return false
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	return ok && info.Uses[identOf(sel.X)] == types.Object(v) && info.Selections[sel] != nil && info.Selections[sel].Kind() == types.MethodVal
}
