package pattern

import (
	"go/ast"
	"go/types"
	"slices"
)

// made records an operand of a return statement that creates a func, but is not simply
// a literal:
//
//	return d.mu.Unlock                          // a method value
//	return sync.OnceFunc(func() { … })          // a call with a literal as argument
func (s *scan) made(e ast.Expr) {
	info := s.Unit.Info
	switch x := ast.Unparen(e).(type) {
	case *ast.SelectorExpr:
		if sel := info.Selections[x]; sel != nil && sel.Kind() == types.MethodVal {
			s.Made = append(s.Made, x)
		}
	case *ast.CallExpr:
		if info.Types[x.Fun].IsType() {
			s.made(x.Args[0])
			return
		}
		if slices.ContainsFunc(x.Args, func(e ast.Expr) bool { return literal(info, e) != nil }) {
			s.Made = append(s.Made, x)
		}
	}
}

// makes records the possible values of a returned variable, if it is not known which of
// them a return statement returns:
//
//	end := func() {}
//	if traced {
//		end = func() { … }
//	}
//	return end
func (s *scan) makes(v *types.Var) {
	if v.Kind() == types.PackageVar || isParam(v) {
		return
	}
	for _, e := range s.valuesOf(v) {
		if lit := literal(s.Unit.Info, e); lit != nil {
			if !doesNothing(s.Unit.Info, lit) && !slices.Contains(s.Made, ast.Expr(lit)) {
				s.Made = append(s.Made, lit)
			}
			continue
		}
		s.made(e)
	}
}

// valuesOf returns the expressions that statements of the function assign to a variable.
func (s *scan) valuesOf(v *types.Var) []ast.Expr {
	var values []ast.Expr
	is := func(e ast.Expr) bool {
		id, ok := ast.Unparen(e).(*ast.Ident)
		return ok && s.Unit.Info.ObjectOf(id) == types.Object(v)
	}
	for n := range ast.Preorder(s.Decl) {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if len(n.Lhs) == len(n.Rhs) {
				for i, l := range n.Lhs {
					if is(l) {
						values = append(values, n.Rhs[i])
					}
				}
			}
		case *ast.ValueSpec:
			if len(n.Names) == len(n.Values) {
				for i, id := range n.Names {
					if is(id) {
						values = append(values, n.Values[i])
					}
				}
			}
		}
	}
	return values
}

// methodValue returns the method value that e is, perhaps in parentheses or converted, or
// nil.
func methodValue(info *types.Info, e ast.Expr) *ast.SelectorExpr {
	switch x := ast.Unparen(e).(type) {
	case *ast.SelectorExpr:
		if sel := info.Selections[x]; sel != nil && sel.Kind() == types.MethodVal {
			return x
		}
	case *ast.CallExpr:
		if info.Types[x.Fun].IsType() && len(x.Args) == 1 {
			return methodValue(info, x.Args[0])
		}
	}
	return nil
}
