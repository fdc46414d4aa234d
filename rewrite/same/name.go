package same

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// unblank returns the left side of an assignment of prepare's results, with variables
// in place of blank identifiers for results that finish needs:
//
//	dir, _, cleanup := start("one")        dir, srv := start("one")
//
// Such a variable has the name of the capture, which may have no other meaning there.
func (m *matcher) unblank(b *ast.AssignStmt, lhs, now []ast.Expr) ([]ast.Expr, error) {
	call, _ := ast.Unparen(b.Rhs[0]).(*ast.CallExpr)
	s := m.sites[call]
	if s == nil || b.Tok != token.DEFINE || len(lhs) != len(now) {
		return lhs, nil
	}
	lhs = slices.Clone(lhs)
	for i, l := range lhs {
		id, ok := now[i].(*ast.Ident)
		if !ok || types.ExprString(l) != "_" || id.Name == "_" {
			continue
		}
		k := slices.Index(s.lhs, l)
		if !slices.ContainsFunc(m.Captures, func(c Capture) bool { return c.Way == Result && c.Index == k && c.Var.Name() == id.Name }) {
			return nil, m.differ(b, now[i], "%s takes a result that was blank", id.Name)
		}
		if err := m.bring(id.Name, b, renamed{m.unit.innermost(b.Pos()), ""}); err != nil {
			return nil, err
		}
		m.named[l] = id.Name
		lhs[i] = id
	}
	return lhs, nil
}

// A renamed is a variable that gets another name: its block and its old name, or "".
type renamed struct {
	scope *types.Scope
	old   string
}

// bring records that a statement declares a variable with a new name in a block. It
// returns an error if the name has a meaning there already, if something else in the
// block has the name, except variables of cleanups that are removed or renamed,
// or if another statement declares it in this block, one around it, or one inside it. Two
// variables that had one name before may have one afterwards, since all that refer to them
// are renamed.
func (m *matcher) bring(name string, at ast.Node, v renamed) error {
	err := m.isNew(name, at, v)
	if err == nil {
		m.brought[name] = append(m.brought[name], v)
	}
	return err
}

// isNew is like bring, for a variable that only the next statements use, before the block ends.
func (m *matcher) isNew(name string, at ast.Node, v renamed) error {
	if typ, _, _ := strings.Cut(m.State.Type, "["); name == typ || name == m.Finish && (!m.handed() || m.Local != nil) {
		return m.differ(at, nil, "%s is a new name of the package", name)
	}
	if obj := m.lookup(name, at.Pos()); obj != nil && !m.vanishes(obj) {
		return m.differ(at, nil, "%s is declared already", name)
	}
	for _, id := range m.unit.identsNamed(name, m.path[0]) {
		if !v.scope.Contains(id.Pos()) {
			continue
		}
		obj := m.unit.Info.ObjectOf(id)
		if l := m.Local; l != nil && obj != nil && m.within(obj, l.Lit) && l.Lit.Pos() <= id.Pos() && id.End() <= l.Lit.End() {
			continue // it is in scope in the literal alone
		}
		if !m.vanishes(obj) && !isMember(obj) {
			return m.differ(at, nil, "%s is used in the block already", name)
		}
	}
	for _, other := range m.brought[name] {
		same := v.old != "" && v.old == other.old && v.scope != other.scope
		if !same && (around(v.scope, other.scope) || around(other.scope, v.scope)) {
			return m.differ(at, nil, "there would be two variables %s", name)
		}
	}
	return nil
}

// vanishes reports whether an object is a variable for the cleanup in whose place there is nothing after the change.
func (m *matcher) vanishes(obj types.Object) bool {
	v, ok := obj.(*types.Var)
	return ok && m.holders[v] != nil && !m.handed() && !m.single()
}

// around reports whether scope is inner or encloses it.
func around(scope, inner *types.Scope) bool {
	for ; inner != nil; inner = inner.Parent() {
		if inner == scope {
			return true
		}
	}
	return false
}
