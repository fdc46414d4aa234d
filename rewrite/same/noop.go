package same

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// isNoop reports whether an expression names a function of the package that does nothing, or
// a package variable that holds such a literal and is only read.
func (m *matcher) isNoop(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return false
	}
	info := m.unit.Info
	obj := info.Uses[id]
	if obj == nil || obj.Parent() != m.unit.Pkg.Scope() {
		return false
	}
	found := false
	for _, f := range m.unit.Files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if info.Defs[d.Name] == obj {
					found = d.Body != nil && empty(info, &ast.FuncLit{Type: d.Type, Body: d.Body})
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					spec, ok := s.(*ast.ValueSpec)
					if !ok {
						continue
					}
					if i := slices.IndexFunc(spec.Names, func(id *ast.Ident) bool { return info.Defs[id] == obj }); i >= 0 && i < len(spec.Values) {
						lit := literal(info, spec.Values[i])
						found = lit != nil && empty(info, lit)
					}
				}
			}
		}
	}
	_, isVar := obj.(*types.Var)
	return found && !(isVar && slices.ContainsFunc(m.unit.Files, func(f *ast.File) bool { return mayWrite(info, f, obj) }))
}

// mayWrite reports whether a file assigns to a variable, or takes its address.
func mayWrite(info *types.Info, f *ast.File, obj types.Object) (found bool) {
	is := func(list ...ast.Expr) {
		for _, e := range list {
			id, ok := ast.Unparen(e).(*ast.Ident)
			found = found || ok && info.Uses[id] == obj
		}
	}
	for n := range ast.Preorder(f) {
		switch n := n.(type) {
		case *ast.AssignStmt:
			is(n.Lhs...)
		case *ast.RangeStmt:
			is(n.Key, n.Value)
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				is(n.X)
			}
		}
	}
	return found
}
