package same

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// localNames checks that the names of finish and of the type of the state mean nothing in the function
// around the literal before the change, except variables for the cleanup that have gone after it.
func (m *matcher) localNames() error {
	names := map[string]bool{}
	if !m.Existing {
		names[m.Finish] = true
	}
	if m.handed() {
		names[m.State.Type] = true
	}
	for name := range names {
		if obj := m.lookup(name, m.Local.Stmt.Pos()); obj != nil {
			return m.differ(m.Local.Stmt, nil, "%s is declared already", name)
		}
	}
	for _, name := range []string{"nil", "true", "false"} {
		if m.hidden(name) {
			return m.differ(m.Local.Stmt, nil, "a declaration in the function hides %s", name)
		}
	}
	for id := range idents(m.Local.Decl) {
		if names[id.Name] && !m.vanishes(m.home.Info.ObjectOf(id)) {
			return m.differ(id, nil, "%s is used in the function already", id.Name)
		}
	}
	if m.Method || m.Bound || m.Merged || len(m.Change.Forwarders) > 0 || strings.Contains(m.State.Type, "[") {
		return m.differ(m.Local.Stmt, nil, "%s is a local literal", m.Prepare.Name.Name)
	}
	return nil
}

// localPrepare compares the statement that declares the literal with the statements at the start of
// a list that replace it, and returns their number. Finish is declared behind the literal, or before it if one names the other.
func (m *matcher) localPrepare(a []ast.Stmt) (int, error) {
	stmt := m.Local.Stmt
	if err := m.localNames(); err != nil {
		return 0, err
	}
	n, at, other, err := m.localOrder(a)
	if err != nil {
		return 0, err
	}
	role, path, brought := m.role, m.path, m.brought
	m.role, m.path = prepare, []ast.Node{m.Prepare}
	m.brought = make(map[string][]renamed) // names in the literal are not in scope elsewhere
	defer func() { m.role, m.path, m.brought = role, path, brought }()
	now, err := m.localDecl(a[at], m.Prepare.Name.Name)
	if err != nil {
		return 0, err
	}
	if isAssignment(a[at]) != isAssignment(stmt) {
		return 0, m.differ(stmt, a[at], "the declaration has another form")
	}
	if err := m.prepareDecl(now); err != nil {
		return 0, err
	}
	if m.Existing {
		return n, m.callsOnly()
	}
	if m.handed() {
		decl, ok := a[0].(*ast.DeclStmt)
		if !ok {
			return 0, m.differ(stmt, a[0], "the type %s is missing", m.State.Type)
		}
		if err := m.stateDecl(decl.Decl); err != nil {
			return 0, err
		}
		body := decl.Decl.(*ast.GenDecl).Specs[0].(*ast.TypeSpec).Type.(*ast.StructType)
		if err := m.meansSame(flatten(body.Fields)); err != nil {
			return 0, err
		}
	}
	fn, err := m.localDecl(a[other], m.Finish)
	if err != nil {
		return 0, err
	}
	written := flatten(fn.Type.Params)
	written = written[:min(len(written), len(m.params)+1)]
	if !m.handed() {
		written = written[:min(len(written), len(m.params))]
	}
	if m.single() {
		written = append(written, flatten(now.Type.Results)[m.Result])
	}
	if err := m.meansSame(written); err != nil {
		return 0, err
	}
	for lit := range m.Literals {
		for id := range idents(lit.Type) {
			if obj := m.home.Info.Uses[id]; obj != nil && !isMember(obj) && m.lookup(id.Name, stmt.Pos()) != obj {
				return 0, m.differ(id, fn, "%s would have another meaning in %s", id.Name, m.Finish)
			}
		}
	}
	if m.handed() { // the state is like the receiver of a method
		list := fn.Type.Params.List
		if len(list) == 0 || len(list[0].Names) != 1 {
			return 0, m.differ(stmt, fn, "%s does not take the state", m.Finish)
		}
		typ := *fn.Type
		typ.Params = &ast.FieldList{List: list[1:]}
		fn.Recv, fn.Type = &ast.FieldList{List: list[:1]}, &typ
	}
	return n, m.finishDecl(fn)
}

// localOrder returns the number of the statements that declare the literal, finish and the type of the state, and the
// indices of the first two. Finish is behind the literal, unless one names the other.
func (m *matcher) localOrder(a []ast.Stmt) (n, at, other int, err error) {
	n = 2
	switch {
	case m.Existing:
		n = 1
	case m.handed():
		n = 3
	}
	if len(a) < n {
		return 0, 0, 0, m.differ(m.Local.Stmt, nil, "a statement is missing")
	}
	at, other = n-1, n-2
	if m.Existing {
		return n, at, other, nil
	}
	if _, err := m.localDecl(a[at], m.Finish); err == nil {
		at, other = other, at
	}
	if name := m.Prepare.Name.Name; (hasIdent(a[at], m.Finish) || hasIdent(a[other], name)) == (at < other) {
		return 0, 0, 0, m.differ(m.Local.Stmt, a[other], "%s should be on the other side of %s", m.Finish, name)
	}
	return n, at, other, nil
}

func isAssignment(s ast.Stmt) bool {
	_, ok := s.(*ast.AssignStmt)
	return ok
}

// localDecl returns the literal with which a statement, after the change, declares a variable of the
// given name, as a function.
func (m *matcher) localDecl(a ast.Stmt, name string) (*ast.FuncDecl, error) {
	var id, value ast.Expr
	switch s := a.(type) {
	case *ast.AssignStmt:
		if len(s.Lhs) == 1 && len(s.Rhs) == 1 && s.Tok == token.DEFINE {
			id, value = s.Lhs[0], s.Rhs[0]
		}
	case *ast.DeclStmt:
		if spec := varSpec(s); spec != nil && len(spec.Names) == 1 && len(spec.Values) == 1 && spec.Type == nil {
			id, value = spec.Names[0], spec.Values[0]
		}
	}
	lit, ok := value.(*ast.FuncLit)
	if !ok || !reads(id, name) {
		return nil, m.differ(m.Local.Stmt, a, "%s is missing", name)
	}
	return &ast.FuncDecl{Name: id.(*ast.Ident), Type: lit.Type, Body: lit.Body}, nil
}

// meansSame checks that no declaration in the enclosing function hides a name in types that are
// written after the change. They have it from the package, the file or the language.
func (m *matcher) meansSame(list []param) error {
	for _, p := range list {
		skip := make(map[*ast.Ident]bool)
		for n := range ast.Preorder(p.typ) {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				skip[n.Sel] = true
			case *ast.Field:
				for _, id := range n.Names {
					skip[id] = true
				}
			case *ast.Ident:
				if !skip[n] && m.hidden(n.Name) {
					return m.differ(m.Local.Stmt, n, "a declaration in the function hides %s", n.Name)
				}
			}
		}
	}
	return nil
}

// hidden reports whether a name means something that a function declares, where the literal is
// declared.
func (m *matcher) hidden(name string) bool {
	scope := m.unit.innermost(m.Local.Stmt.Pos())
	if scope == nil {
		return true
	}
	at, obj := scope.LookupParent(name, m.Local.Stmt.Pos())
	pkg := m.home.Pkg.Scope()
	return obj != nil && at != types.Universe && at != pkg && at.Parent() != pkg
}
