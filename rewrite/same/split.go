package same

import (
	"go/ast"
	"go/token"
	"go/types"
)

func (m *matcher) placeOf(id *ast.Ident) place {
	return place{variable(m.unit.Info, id), m.unit.innermost(id.Pos())}
}

// bringsNew records that the statement at hand declares a variable with a new name for a cleanup, whose variable b is. It returns an
// error if it cannot. Another statement of the block may have declared it for another part of that variable.
func (m *matcher) bringsNew(h *holder, b *ast.Ident, name string, a ast.Node) error {
	v := variable(m.unit.Info, b)
	switch {
	case h.part && !h.used:
		return m.differ(b, a, "nothing uses %s", name)
	case h.part && m.placed[m.placeOf(b)] == name:
		return nil
	case h.part && m.defines[b], v != nil && m.unit.Info.Defs[b] == types.Object(v):
	default:
		return m.differ(b, a, "%s is declared elsewhere", b.Name)
	}
	if !h.part {
		return m.bring(name, b, renamed{v.Parent(), b.Name})
	}
	m.placed[m.placeOf(b)] = name
	return m.bring(name, b, renamed{m.unit.innermost(b.Pos()), b.Name})
}

// definesPart lets := declare the variable for a cleanup in an assignment of variables that another statement
// has declared in the same block.
func (m *matcher) definesPart(want, now *ast.AssignStmt) {
	for _, l := range want.Lhs {
		id, _ := l.(*ast.Ident)
		if h := m.split[id]; h == nil || now.Tok != token.DEFINE || m.called[h] != "" || m.placed[m.placeOf(id)] != "" {
			continue
		}
		if want.Tok == token.ASSIGN && m.mayDefine(want, id) {
			want.Tok = token.DEFINE
		}
		m.defines[id] = want.Tok == token.DEFINE
	}
}

// mayDefine reports whether := sets all variables but one as = does.
func (m *matcher) mayDefine(b *ast.AssignStmt, but *ast.Ident) bool {
	for _, l := range b.Lhs {
		id, ok := l.(*ast.Ident)
		if !ok || id != but && id.Name != "_" && (m.unit.Info.Uses[id] == nil || m.unit.Info.Uses[id].Parent() != m.unit.innermost(b.Pos())) {
			return false
		}
	}
	return true
}

// isLost reports whether an identifier refers to a variable that a site has declared, and no statement
// declares now.
func (m *matcher) isLost(id *ast.Ident) bool {
	v := variable(m.unit.Info, id)
	return v != nil && m.orphan[v] != nil && !m.anew[v] && m.split[id] == nil
}

// keepsType reports whether the variable may get the type of what a statement sets it to: it has that, or all that is
// done with what is left of the variable is to call it, and to set it to what has that type.
func (m *matcher) keepsType(v *types.Var, t types.Type) bool {
	if t == nil || t == types.Typ[types.UntypedNil] || types.Identical(t, v.Type()) {
		return t != nil && t != types.Typ[types.UntypedNil]
	}
	fits := make(map[ast.Expr]bool)
	for n := range ast.Preorder(m.path[0]) {
		switch n := n.(type) {
		case *ast.CallExpr:
			fits[ast.Unparen(n.Fun)] = true
		case *ast.AssignStmt:
			for i, l := range n.Lhs {
				set := m.valueTypeAt(n, i)
				fits[l] = set != nil && types.Identical(set, t)
			}
		}
	}
	for id := range idents(m.path[0]) {
		if variable(m.unit.Info, id) == v && m.split[id] == nil && !fits[id] {
			return false
		}
	}
	return true
}

// valueTypeAt returns the type of what an assignment assigns to its operand i, or nil.
func (m *matcher) valueTypeAt(b *ast.AssignStmt, i int) types.Type {
	if len(b.Lhs) == len(b.Rhs) {
		return m.unit.Info.TypeOf(b.Rhs[i])
	}
	if t, ok := m.unit.Info.TypeOf(b.Rhs[0]).(*types.Tuple); ok && i < t.Len() {
		return t.At(i).Type()
	}
	return nil
}

// definesRest returns an assignment as it must be if a declares what is left of a variable, or nil if it does
// not.
func (m *matcher) definesRest(b *ast.AssignStmt, a ast.Node) *ast.AssignStmt {
	now, ok := a.(*ast.AssignStmt)
	if !ok || now.Tok != token.DEFINE {
		return nil
	}
	for i, l := range b.Lhs {
		id, ok := l.(*ast.Ident)
		if !ok || !m.isLost(id) {
			continue
		}
		v := variable(m.unit.Info, id)
		if m.orphan[v] != id || m.blockOf(b) != v.Parent() || !m.keepsType(v, m.valueTypeAt(b, i)) || b.Tok == token.ASSIGN && !m.mayDefine(b, id) {
			return nil
		}
		m.anew[v] = true
		want := *b
		want.Tok = token.DEFINE
		return &want
	}
	return nil
}

// declaresSplit reports whether the statement a declares, directly before the statement b and without a value, what is
// left of a variable, or the variable that takes the place of a part.
func (m *matcher) declaresSplit(b, a ast.Stmt) bool {
	spec := varSpec(a)
	if spec == nil || len(spec.Names) != 1 || len(spec.Values) > 0 || varSpec(b) != nil {
		return false
	}
	name := spec.Names[0].Name
	for v, first := range m.orphan {
		if first != nil && v.Name() == name && !m.anew[v] && b.Pos() <= first.Pos() && first.Pos() < b.End() {
			if m.blockOf(b) != v.Parent() || !m.isSpelled(spec.Type, v.Type()) || !m.plain(spec.Type, b) {
				return false
			}
			m.anew[v] = true
			return true
		}
	}
	set, ok := b.(*ast.AssignStmt)
	if !ok {
		return false
	}
	for _, l := range set.Lhs {
		id, _ := l.(*ast.Ident)
		h := m.split[id]
		if h == nil || m.called[h] != "" || m.placed[m.placeOf(id)] != "" || name == "_" || !m.hasType(spec.Type) {
			continue
		}
		m.defines[id] = true
		if m.bringsNew(h, id, name, a) != nil {
			continue
		}
		m.called[h] = name
		return true
	}
	return false
}

// blockOf returns the scope that a statement is in. A statement may have a scope of its own.
func (m *matcher) blockOf(b ast.Stmt) *types.Scope {
	scope := m.unit.innermost(b.Pos())
	if scope.Pos() == b.Pos() {
		return scope.Parent()
	}
	return scope
}

// plain reports whether the names in a type mean in place of b what they mean in the file.
func (m *matcher) plain(a ast.Expr, b ast.Node) bool {
	for id := range idents(a) {
		switch obj := m.lookup(id.Name, b.Pos()).(type) {
		case nil, *types.PkgName:
		case *types.TypeName:
			if p := obj.Parent(); p != types.Universe && p != m.unit.Pkg.Scope() {
				return false
			}
		default:
			return false
		}
	}
	return true
}
