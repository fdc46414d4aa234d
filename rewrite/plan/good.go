package plan

import (
	"go/ast"
	"go/types"

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

// relies reports whether a cleanup would certainly panic if v were nil, whatever it does before. A
// method of a pointer might work on nil.
func relies(info *types.Info, body []ast.Stmt, v *types.Var) bool {
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
