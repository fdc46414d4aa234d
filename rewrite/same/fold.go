package same

import (
	"go/ast"
	"go/token"
	"go/types"
)

// unfolded returns the statements a that are left of a list of prepare, where statement s, which defines a
// variable, is compared next. If a is only a return of an expression that may be the variable's value, the variable is defined
// and returned instead, as if the rewrite had left it:
//
//	return pool.Get().(*Set)                     set := pool.Get().(*Set)
//	                                             return set
//
// What stood between, and the other uses of the variable, must have gone then, as a has nothing else.
func (m *matcher) unfolded(s ast.Stmt, a []ast.Stmt) []ast.Stmt {
	def, ok := s.(*ast.AssignStmt)
	if !ok || m.role != prepare || m.handed() && !m.Bound || len(a) != 1 || def.Tok != token.DEFINE || len(def.Lhs) != 1 {
		return a
	}
	ret, ok := a[0].(*ast.ReturnStmt)
	v := variable(m.unit.Info, def.Lhs[0])
	if !ok || len(ret.Results) != 1 || v == nil || !types.Identical(v.Type(), m.onlyResult()) {
		return a
	}
	value := ret.Results[0]
	name := func() ast.Expr { return &ast.Ident{NamePos: value.Pos(), Name: v.Name()} }
	return []ast.Stmt{
		&ast.AssignStmt{Lhs: []ast.Expr{name()}, TokPos: value.Pos(), Tok: token.DEFINE, Rhs: ret.Results},
		&ast.ReturnStmt{Return: ret.Return, Results: []ast.Expr{name()}},
	}
}

// onlyResult returns the type of the only result of prepare after the change, or the invalid type if there are
// others, or none.
func (m *matcher) onlyResult() types.Type {
	switch results := m.fn.Signature().Results(); {
	case m.Bound && results.Len() == 1:
		for r, n := range m.Returns {
			if n > 0 && len(r.Results) == 1 {
				_, t, _ := m.bindsMethod(r.Results[0])
				return t
			}
		}
	case m.single() && results.Len() == 1:
		return m.valueType()
	case !m.single() && results.Len() == 2:
		return results.At(1 - m.Result).Type()
	}
	return types.Typ[types.Invalid]
}
