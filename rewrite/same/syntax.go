package same

import (
	"fmt"
	"go/ast"
	"go/printer"
	"go/token"
	"go/types"
	"iter"
	"reflect"
	"strings"
)

// source returns the text of a node as gofmt prints it, without comments.
func source(n ast.Node) string {
	if e, ok := n.(ast.Expr); ok {
		n = ast.Unparen(e)
	}
	var b strings.Builder
	if err := printer.Fprint(&b, token.NewFileSet(), n); err != nil {
		return fmt.Sprintf("%T", n) // a part of a declaration
	}
	return strings.ReplaceAll(b.String(), "\t", "")
}

// reads reports whether a node has the given text, apart from the indentation of lines.
func reads(n ast.Node, text string) bool { return !none(n) && source(n) == text }

// text returns the first line of a node's source.
func text(n ast.Node) string {
	line, _, _ := strings.Cut(source(n), "\n")
	return line
}

func none(n ast.Node) bool { return n == nil || reflect.ValueOf(n).IsNil() }

// A param is one parameter, result or field. A group such as "a, b int" makes one for
// each name.
type param struct {
	name *ast.Ident // nil if it has none
	typ  ast.Expr
}

// nameOr returns the name of a parameter, or other if it has none.
func (p param) nameOr(other string) string {
	if p.name == nil {
		return other
	}
	return p.name.Name
}

func flatten(list *ast.FieldList) []param {
	if list == nil {
		return nil
	}
	var all []param
	for _, f := range list.List {
		if len(f.Names) == 0 {
			all = append(all, param{nil, f.Type})
		}
		for _, id := range f.Names {
			all = append(all, param{id, f.Type})
		}
	}
	return all
}

// assignments calls f with the two sides of each assignment and each declaration of
// local variables in a tree.
func assignments(n ast.Node, f func(lhs, rhs []ast.Expr)) {
	for n := range ast.Preorder(n) {
		switch n := n.(type) {
		case *ast.AssignStmt:
			f(n.Lhs, n.Rhs)
		case *ast.DeclStmt:
			for _, s := range n.Decl.(*ast.GenDecl).Specs {
				if spec, ok := s.(*ast.ValueSpec); ok {
					f(exprsOf(spec.Names), spec.Values)
				}
			}
		}
	}
}

// exprsOf converts a list of identifiers to a list of expressions.
func exprsOf(names []*ast.Ident) []ast.Expr {
	var list []ast.Expr
	for _, id := range names {
		list = append(list, id)
	}
	return list
}

// varSpec returns the single declaration of a var statement, or nil.
func varSpec(s ast.Node) *ast.ValueSpec {
	d, ok := s.(*ast.DeclStmt)
	if !ok {
		return nil
	}
	g, ok := d.Decl.(*ast.GenDecl)
	if !ok || g.Tok != token.VAR || len(g.Specs) != 1 {
		return nil
	}
	return g.Specs[0].(*ast.ValueSpec)
}

// idents returns the identifiers of a syntax tree.
func idents(n ast.Node) iter.Seq[*ast.Ident] {
	return func(yield func(*ast.Ident) bool) {
		for n := range ast.Preorder(n) {
			if id, ok := n.(*ast.Ident); ok && !yield(id) {
				return
			}
		}
	}
}

// identsNamed returns the identifiers in a declaration with a name. Each declaration is searched once.
func (u *Unit) identsNamed(name string, decl ast.Node) []*ast.Ident {
	all := u.named[decl]
	if all == nil {
		all = make(map[string][]*ast.Ident)
		for id := range idents(decl) {
			all[id.Name] = append(all[id.Name], id)
		}
		if u.named == nil {
			u.named = make(map[ast.Node]map[string][]*ast.Ident)
		}
		u.named[decl] = all
	}
	return all[name]
}

// variable returns the variable that an expression names, or nil.
func variable(info *types.Info, e ast.Expr) *types.Var {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return nil
	}
	v, _ := info.ObjectOf(id).(*types.Var)
	return v
}

// literal returns the function literal that e is, perhaps in parentheses or
// converted to a func type.
func literal(info *types.Info, e ast.Expr) *ast.FuncLit {
	switch e := ast.Unparen(e).(type) {
	case *ast.FuncLit:
		return e
	case *ast.CallExpr:
		if info.Types[e.Fun].IsType() && len(e.Args) == 1 {
			return literal(info, e.Args[0])
		}
	}
	return nil
}

// empty reports whether a function literal does nothing: it has no statement but a
// return of constants.
func empty(info *types.Info, lit *ast.FuncLit) bool {
	for _, s := range lit.Body.List {
		r, ok := s.(*ast.ReturnStmt)
		if !ok {
			return false
		}
		for _, e := range r.Results {
			if tv := info.Types[e]; tv.Value == nil && !tv.IsNil() {
				return false
			}
		}
	}
	return true
}

// isEmpty reports whether a statement is a semicolon.
func isEmpty(s ast.Stmt) bool {
	_, ok := s.(*ast.EmptyStmt)
	return ok
}

func isImport(d ast.Decl) bool {
	g, ok := d.(*ast.GenDecl)
	return ok && g.Tok == token.IMPORT
}

// isMember reports whether obj is a field or method, which is selected from something.
func isMember(obj types.Object) bool {
	switch obj := obj.(type) {
	case *types.Var:
		return obj.IsField()
	case *types.Func:
		return obj.Signature().Recv() != nil
	}
	return false
}

// hasIdent reports whether a tree contains an identifier with a name.
func hasIdent(n ast.Node, name string) bool {
	for id := range idents(n) {
		if id.Name == name {
			return true
		}
	}
	return false
}
