package same

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strconv"

	"golang.org/x/tools/go/ast/astutil"
)

// isType reports whether the type expression a, after the change, is the type t of the
// parameter or field for a capture. It may be written as in the declaration of the
// capture, if that is a parameter, or as package types writes it with the imports of the
// file.
func (m *matcher) isType(a ast.Expr, c *Capture, t types.Type) bool {
	for i, p := range flatten(m.Prepare.Type.Params) {
		if i >= m.fn.Signature().Params().Len() || m.fn.Signature().Params().At(i) != c.Var {
			continue
		}
		written := p.typ
		if dots, ok := written.(*ast.Ellipsis); ok {
			written = &ast.ArrayType{Elt: dots.Elt}
		}
		if c.Address {
			written = &ast.StarExpr{X: written}
		}
		if m.equal(written, a) == nil {
			return true
		}
	}
	return m.isSpelled(a, t)
}

// isSpelled reports whether a type expression is written as package types writes t.
// Struct tags are in back quotes where possible. A constraint may be wrapped in an
// interface where it would be ambiguous by itself: [P interface{ *int }].
func (m *matcher) isSpelled(a ast.Expr, t types.Type) bool {
	want, err := parser.ParseExpr(types.TypeString(t, m.importName))
	if i, ok := a.(*ast.InterfaceType); ok && t.String()[0] == '*' && i.Methods.NumFields() == 1 {
		a = i.Methods.List[0].Type
	}
	if err != nil {
		return false
	}
	for n := range ast.Preorder(want) {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if tag, err := strconv.Unquote(lit.Value); err == nil && strconv.CanBackquote(tag) {
				lit.Value = "`" + tag + "`"
			}
		}
	}
	if m.equal(want, a) == nil {
		return true
	}
	// Before Go 1.18 there was no any.
	old := astutil.Apply(want, nil, func(c *astutil.Cursor) bool {
		if id, ok := c.Node().(*ast.Ident); ok && id.Name == "any" {
			c.Replace(&ast.InterfaceType{Methods: &ast.FieldList{}})
		}
		return true
	})
	return m.equal(old, a) == nil
}

// isNamed reports whether an expression after the change names the type t, which must be
// visible at the node at.
func (m *matcher) isNamed(a ast.Expr, t types.Type, at ast.Node) bool {
	named, ok := t.(interface{ Obj() *types.TypeName })
	if !ok {
		return false
	}
	switch a := ast.Unparen(a).(type) {
	case *ast.Ident:
		return m.lookup(a.Name, at.Pos()) == types.Object(named.Obj())
	case *ast.SelectorExpr:
		pkg, ok := m.lookup(types.ExprString(a.X), at.Pos()).(*types.PkgName)
		return ok && pkg.Imported() == named.Obj().Pkg() && a.Sel.Name == named.Obj().Name()
	}
	return false
}

// importName returns the name under which the file after the change imports a package.
func (m *matcher) importName(pkg *types.Package) string { return m.importNames(pkg)[0] }

// importNames returns all such names, since a file may import a package twice. A dot import counts
// if there is no other.
func (m *matcher) importNames(pkg *types.Package) []string {
	if pkg.Path() == m.unit.Pkg.Path() {
		return []string{""}
	}
	var names, dot []string
	for _, s := range m.imports {
		if path, _ := strconv.Unquote(s.Path.Value); path == pkg.Path() {
			switch {
			case s.Name == nil:
				names = append(names, pkg.Name())
			case s.Name.Name == ".":
				dot = []string{""}
			case s.Name.Name != "_":
				names = append(names, s.Name.Name)
			}
		}
	}
	if len(names) == 0 {
		names = dot
	}
	return append(names, "unknown")
}

// sameParams compares the names and types of two parameter lists.
func (m *matcher) sameParams(b, a []param, at ast.Node) error {
	if len(b) != len(a) {
		return m.differ(at, nil, "there are %d parameters or results, not %d", len(a), len(b))
	}
	for i := range b {
		if err := m.equal(b[i].typ, a[i].typ); err != nil {
			return err
		}
		if old, now := b[i].nameOr("_"), a[i].nameOr("_"); old != now {
			return m.differ(b[i].typ, a[i].typ, "%s is named %s", old, now)
		}
	}
	return nil
}
