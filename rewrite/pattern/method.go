package pattern

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// literal returns the function literal that e is, perhaps in parentheses or converted. A
// method value counts as a literal that calls the method, if its operand is a variable or
// a field:
//
//	return l.Unlock               // func() { l.Unlock() }
//	return t.mu.Unlock, nil       // func() { t.mu.Unlock() }
//
// The method value evaluates its operand at once, and the literal when it runs. So the two
// are the same only under conditions that package plan knows. literal returns nil for any
// other expression.
func (s *scan) literal(e ast.Expr) *ast.FuncLit {
	if lit := literal(s.Unit.Info, e); lit != nil {
		return lit
	}
	sel := methodValue(s.Unit.Info, e)
	if sel == nil || !isPath(s.Unit.Info, sel.X) {
		return nil
	}
	lit, known := s.methods[sel]
	if !known {
		lit = s.calling(sel)
		s.methods[sel] = lit
	}
	return lit
}

// methodOf returns the method value that a literal stands for, or nil.
func (s *scan) methodOf(lit *ast.FuncLit) *ast.SelectorExpr {
	for sel, l := range s.methods {
		if l == lit {
			return sel
		}
	}
	return nil
}

// isPath reports whether an expression is a variable, or a field of one.
func isPath(info *types.Info, e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		_, ok := info.Uses[e].(*types.Var)
		return ok
	case *ast.SelectorExpr:
		sel := info.Selections[e]
		return sel != nil && sel.Kind() == types.FieldVal && isPath(info, e.X)
	}
	return false
}

// calling returns a literal that calls the method of a method value with its own
// parameters. It lies where the method value does, and contains it. Its parameters have
// the names that the result type of the prepare function, or the method, has for them.
// calling returns nil if their types are not written there.
func (s *scan) calling(sel *ast.SelectorExpr) *ast.FuncLit {
	typ := &ast.FuncType{Func: sel.Pos(), Params: &ast.FieldList{Opening: sel.Pos(), Closing: sel.Pos()}}
	call := &ast.CallExpr{Fun: sel, Lparen: sel.End() - 1, Rparen: sel.End() - 1}
	written, ok := ast.Unparen(s.resultType()).(*ast.FuncType)
	switch {
	case s.Sig.Variadic():
		return nil
	case ok:
		names := s.parameterNames(sel)
		for _, f := range written.Params.List {
			for range max(1, len(f.Names)) {
				name := names[len(call.Args)]
				typ.Params.List = append(typ.Params.List, &ast.Field{Names: []*ast.Ident{{NamePos: sel.Pos(), Name: name}}, Type: f.Type})
				call.Args = append(call.Args, &ast.Ident{NamePos: sel.Pos(), Name: name})
			}
		}
		if written.Results != nil {
			typ.Results = &ast.FieldList{List: []*ast.Field{{Type: written.Results.List[0].Type}}}
		}
	case s.Sig.Params().Len() > 0 || s.Sig.Results().Len() > 0 && !s.plainError():
		return nil
	case s.Sig.Results().Len() > 0:
		typ.Results = &ast.FieldList{List: []*ast.Field{{Type: &ast.Ident{NamePos: sel.Pos(), Name: "error"}}}}
	}
	var stmt ast.Stmt = &ast.ExprStmt{X: call}
	if typ.Results != nil {
		stmt = &ast.ReturnStmt{Return: sel.Pos(), Results: []ast.Expr{call}}
	}
	return &ast.FuncLit{Type: typ, Body: &ast.BlockStmt{Lbrace: sel.Pos(), List: []ast.Stmt{stmt}, Rbrace: sel.End() - 1}}
}

// resultType returns the type of the cleanup as it is written in the prepare function.
func (s *scan) resultType() ast.Expr {
	i := s.Result
	for _, f := range s.Decl.Type.Results.List {
		if i -= max(1, len(f.Names)); i < 0 {
			return f.Type
		}
	}
	return nil
}

// plainError reports whether the cleanup returns an error, and error means that type in
// the whole package.
func (s *scan) plainError() bool {
	return types.Identical(s.Sig.Results().At(0).Type(), types.Universe.Lookup("error").Type()) && s.Unit.Pkg.Scope().Lookup("error") == nil
}

// parameterNames returns a name for each parameter of the cleanup, none of which the
// method value sel has in it.
func (s *scan) parameterNames(sel *ast.SelectorExpr) []string {
	var names []string
	for n := range ast.Preorder(sel) {
		if id, ok := n.(*ast.Ident); ok {
			names = append(names, id.Name)
		}
	}
	taken := len(names)
	method := s.Unit.Info.Selections[sel].Obj().(*types.Func).Signature().Params()
	for i := range s.Sig.Params().Len() {
		name := s.Sig.Params().At(i).Name()
		if name == "" || name == "_" {
			name = method.At(i).Name()
		}
		for name == "" || name == "_" || token.Lookup(name).IsKeyword() || slices.Contains(names, name) {
			name += "arg"
		}
		names = append(names, name)
	}
	return names[taken:]
}
