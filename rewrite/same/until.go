package same

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// assignedAt returns where the current declaration assigns v, or a part of it, by name, except in cleanups.
func (m *matcher) assignedAt(v *types.Var) []*ast.Ident {
	return slices.DeleteFunc(slices.Clone(m.unit.assignments(m.path[0])[v]), func(id *ast.Ident) bool {
		for lit, n := range m.Literals {
			if n != 0 && within(id.Pos(), lit) {
				return true
			}
		}
		return false
	})
}

// assignments returns where a declaration assigns variables, or parts of them, by name. A caller of many functions is
// asked for each of them, and is searched once.
func (u *Unit) assignments(d ast.Node) map[*types.Var][]*ast.Ident {
	if all, found := u.assigned[d]; found {
		return all
	}
	all := make(map[*types.Var][]*ast.Ident)
	add := func(list ...ast.Expr) {
		for _, e := range list {
			if id := whole(u.Info, e); id != nil {
				if v, ok := u.Info.Uses[id].(*types.Var); ok {
					all[v] = append(all[v], id)
				}
			}
		}
	}
	for n := range ast.Preorder(d) {
		switch n := n.(type) {
		case *ast.AssignStmt:
			add(n.Lhs...)
		case *ast.IncDecStmt:
			add(n.X)
		case *ast.RangeStmt:
			add(n.Key, n.Value)
		}
	}
	if u.assigned == nil {
		u.assigned = make(map[ast.Node]map[*types.Var][]*ast.Ident)
	}
	u.assigned[d] = all
	return all
}

// whole returns the variable of which an operand is a part, as a field or an element of an array, or nil.
func whole(info *types.Info, e ast.Expr) *ast.Ident {
	switch e := ast.Unparen(e).(type) {
	case *ast.SelectorExpr:
		if s := info.Selections[e]; s != nil && !s.Indirect() {
			return whole(info, e.X)
		}
	case *ast.IndexExpr:
		if _, ok := info.TypeOf(e.X).Underlying().(*types.Array); ok {
			return whole(info, e.X)
		}
	case *ast.Ident:
		return e
	}
	return nil
}

// assignedUntil reports whether v may be assigned by name between a call of prepare, of which e is an operand
// or takes a result, and a use of the cleanup, except at e.
//
// The statement of the call declares the variable of the cleanup, if there is one, or sets it before the use in a list of statements. So the use follows
// the call in the same execution of a block, and what may happen in between is written there, or in a loop that
// repeats the use but not the call. Nothing may happen if e itself is the use. If the use or an assignment is in another function than the call, it may
// happen at any time.
func (m *matcher) assignedUntil(v *types.Var, e, use ast.Expr) bool {
	all := slices.DeleteFunc(m.assignedAt(v), func(id *ast.Ident) bool { return ast.Expr(id) == ast.Unparen(e) })
	if len(all) == 0 || e == use {
		return false
	}
	fn, stmt, _ := m.around(e)
	there, _, loops := m.around(use)
	home, _, _ := m.around(&ast.Ident{NamePos: v.Pos(), Name: v.Name()})
	holder := variable(m.unit.Info, use)
	if fn == nil || there != fn || home != fn || holder != nil && !within(holder.Pos(), stmt) && !m.setsPart(stmt, use) || hasGoto(fn) {
		return true
	}
	end := use.End()
	for _, body := range loops {
		if body.Pos() > e.Pos() {
			end = max(end, body.End())
		}
	}
	return slices.ContainsFunc(all, func(id *ast.Ident) bool {
		in, _, _ := m.around(id)
		return in != fn || stmt.Pos() <= id.Pos() && id.Pos() < end
	})
}

// setsPart reports whether a statement sets the cleanup that a use of a divided variable sees, and the use
// is in a later statement of its list.
func (m *matcher) setsPart(stmt ast.Node, use ast.Expr) bool {
	id, _ := ast.Unparen(use).(*ast.Ident)
	a, ok := stmt.(*ast.AssignStmt)
	if !ok || m.split[id] == nil || !slices.ContainsFunc(a.Lhs, func(l ast.Expr) bool {
		set, _ := ast.Unparen(l).(*ast.Ident)
		return m.split[set] == m.split[id]
	}) {
		return false
	}
	for n := range ast.Preorder(m.path[0]) {
		list := listOf(n)
		if i := slices.Index(list, ast.Stmt(a)); i >= 0 {
			return slices.ContainsFunc(list[i+1:], func(s ast.Stmt) bool { return within(id.Pos(), s) })
		}
	}
	return false
}

// around returns the innermost function and statement of the current declaration around an expression, and the
// bodies of the loops around it.
func (m *matcher) around(e ast.Expr) (fn, stmt ast.Node, loops []ast.Node) {
	ast.Inspect(m.path[0], func(n ast.Node) bool {
		if n == nil || !within(e.Pos(), n) {
			return false
		}
		switch n := n.(type) {
		case *ast.FuncDecl, *ast.FuncLit:
			fn = n
		case *ast.ForStmt:
			loops = append(loops, n.Body)
		case *ast.RangeStmt:
			loops = append(loops, n.Body)
		}
		if s, ok := n.(ast.Stmt); ok {
			stmt = s
		}
		return true
	})
	return fn, stmt, loops
}

// within reports whether a position is in a node.
func within(pos token.Pos, n ast.Node) bool { return n.Pos() <= pos && pos < n.End() }

func hasGoto(n ast.Node) bool {
	for n := range ast.Preorder(n) {
		if b, ok := n.(*ast.BranchStmt); ok && b.Tok == token.GOTO {
			return true
		}
	}
	return false
}
