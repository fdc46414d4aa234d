package pattern

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/flow"
)

// isEmpty reports whether a func that an expression denotes certainly does nothing:
//
//	func() {}               a literal
//	noop                    func noop() {}
//	noop                    var noop = func() {}, if nothing sets it
//
// The function or variable is declared in the unit. A file that is not in the unit must not
// name it, since that file may declare it for another build, or set the variable.
func isEmpty(u *Unit, e ast.Expr) bool {
	if lit := literal(u.Info, e); lit != nil {
		return doesNothing(u.Info, lit)
	}
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return false
	}
	switch obj := u.Info.Uses[id].(type) {
	case *types.Func:
		decl := funcDecl(u, obj)
		return decl != nil && decl.Body != nil && decl.Type.TypeParams == nil &&
			doesNothing(u.Info, &ast.FuncLit{Type: decl.Type, Body: decl.Body}) && !namedElsewhere(u, obj.Name())
	case *types.Var:
		if obj.Pkg() != u.Pkg || obj.Kind() != types.PackageVar || obj.Exported() {
			return false
		}
		lit := literal(u.Info, initialValue(u, obj))
		return lit != nil && doesNothing(u.Info, lit) && !setAnywhere(u, obj) && !namedElsewhere(u, obj.Name())
	}
	return false
}

// funcDecl returns the declaration of a function of the unit that is no method, or nil.
func funcDecl(u *Unit, fn *types.Func) *ast.FuncDecl {
	for _, f := range u.Files {
		for _, d := range f.Decls {
			if decl, ok := d.(*ast.FuncDecl); ok && decl.Recv == nil && u.Info.Defs[decl.Name] == types.Object(fn) {
				return decl
			}
		}
	}
	return nil
}

// initialValue returns the expression to which the declaration of a package variable sets
// it, or nil.
func initialValue(u *Unit, v *types.Var) ast.Expr {
	for _, f := range u.Files {
		for _, d := range f.Decls {
			gen, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range gen.Specs {
				vs, ok := spec.(*ast.ValueSpec)
				if !ok || len(vs.Values) != len(vs.Names) {
					continue
				}
				if i := slices.IndexFunc(vs.Names, func(id *ast.Ident) bool { return u.Info.Defs[id] == types.Object(v) }); i >= 0 {
					return vs.Values[i]
				}
			}
		}
	}
	return nil
}

// setAnywhere reports whether a declaration of the unit may set a package variable.
func setAnywhere(u *Unit, v *types.Var) bool {
	for _, f := range u.Files {
		for _, d := range f.Decls {
			uses := false
			for n := range ast.Preorder(d) {
				id, ok := n.(*ast.Ident)
				uses = uses || ok && u.Info.Uses[id] == types.Object(v)
			}
			if uses && slices.ContainsFunc(flow.FactsOf(u, f, d).Access[v], func(a flow.Access) bool { return a.Mode != flow.Read }) {
				return true
			}
		}
	}
	return false
}

// namedElsewhere reports whether a file of the directory that is not in the unit, or a
// linkname directive, contains a name.
func namedElsewhere(u *Unit, name string) bool {
	for _, file := range slices.Concat(u.Ignored, u.Other) {
		if text, err := u.ReadFile(file); err != nil || strings.Contains(string(text), name) {
			return true
		}
	}
	for _, f := range u.Files {
		for _, g := range flow.Comments(f, token.NoPos, f.FileEnd) {
			for _, c := range g.List {
				if strings.HasPrefix(c.Text, "//go:linkname ") && slices.Contains(strings.Fields(c.Text), name) {
					return true
				}
			}
		}
	}
	return false
}
