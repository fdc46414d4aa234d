package same

import (
	"go/ast"
	"go/token"
	"go/types"
)

// lookup returns what a name means at a place before the change.
func (m *matcher) lookup(name string, at token.Pos) types.Object {
	scope := m.unit.Pkg.Scope().Innermost(at)
	if scope == nil {
		return nil
	}
	_, obj := scope.LookupParent(name, at)
	return obj
}

// gone reports whether obj is a variable that held a cleanup: its name is free.
func (m *matcher) gone(obj types.Object) bool {
	v, ok := obj.(*types.Var)
	return ok && m.holders[v] != nil
}

// fresh returns an error if a variable that is declared under a new name takes it from
// something that the block around it uses, or shares it with a variable of the block.
func (m *matcher) fresh(name string, at token.Pos, a ast.Node) error {
	var block ast.Node
	for _, n := range m.path {
		switch n.(type) {
		case *ast.BlockStmt, *ast.IfStmt, *ast.ForStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.CaseClause, *ast.CommClause, *ast.FuncDecl:
			block = n
		}
	}
	var err error
	if block == nil {
		return m.differ(nil, a, "%s is declared outside of functions", name)
	}
	if scope := m.unit.Pkg.Scope().Innermost(at); scope != nil {
		if obj := scope.Lookup(name); obj != nil && !m.gone(obj) {
			return m.differ(nil, a, "%s is declared twice", name)
		}
	}
	ast.Inspect(block, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok || id.Name != name || id.Pos() <= at || err != nil {
			return true
		}
		if obj := m.unit.Info.Uses[id]; obj != nil && !m.gone(obj) && !isMember(obj) && (obj.Pos() < at || obj.Pkg() != m.unit.Pkg) {
			err = m.differ(id, a, "%s would mean the new variable", name)
		}
		return true
	})
	return err
}

// isMember reports whether obj is a field or method, whose name no variable takes.
func isMember(obj types.Object) bool {
	switch obj := obj.(type) {
	case *types.Var:
		return obj.IsField()
	case *types.Func:
		return obj.Signature().Recv() != nil
	}
	return false
}

// inSight returns an error if the variable of the given name, which is declared or
// assigned at from, is not what the name means at a use.
func (m *matcher) inSight(name string, from, to token.Pos, use ast.Node, a ast.Node) error {
	obj := m.lookup(name, use.Pos())
	if obj == nil || m.gone(obj) || obj.Pos() <= from || obj.Pos() <= to && to > from {
		return nil
	}
	if !m.within(obj.Pos()) {
		return nil
	}
	return m.differ(use, a, "%s means another variable here", name)
}

// within reports whether a position is in the declaration at hand.
func (m *matcher) within(p token.Pos) bool {
	return len(m.path) > 0 && m.path[0].Pos() <= p && p < m.path[0].End()
}

// again compares an operand of a call of prepare, e, with the operand of finish at a use, a. It
// must be the same expression with the same meaning, which costs nothing to evaluate
// once more, and no variable of it may be assigned in between.
func (m *matcher) again(s *site, e, use, a ast.Expr) error {
	if err := m.node(e, a); err != nil {
		return err
	}
	var err error
	address := false
	if u, ok := ast.Unparen(e).(*ast.UnaryExpr); ok && u.Op == token.AND {
		_, address = ast.Unparen(u.X).(*ast.Ident)
	}
	constant := m.unit.Info.Types[e].Value != nil
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if !constant && !m.unit.Info.Types[n.Fun].IsType() {
				err = m.differ(n, a, "%s is evaluated a second time", types.ExprString(n))
			}
		case *ast.FuncLit, *ast.CompositeLit, *ast.IndexExpr, *ast.SliceExpr, *ast.TypeAssertExpr:
			if _, isType := n.(ast.Expr); !isType || !m.unit.Info.Types[n.(ast.Expr)].IsType() {
				err = m.differ(n, a, "%s is evaluated a second time", kind(n, nil))
			}
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				err = m.differ(n, a, "%s receives a second time", types.ExprString(n))
			}
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok {
				err = m.means(s, x, use, a, address, err)
			}
			return m.unit.Info.Selections[n] != nil && !isIdent(n.X)
		case *ast.Ident:
			err = m.means(s, n, use, a, address, err)
		}
		return err == nil
	})
	return err
}

func isIdent(e ast.Expr) bool { _, ok := e.(*ast.Ident); return ok }

// means returns err, or an error if an identifier does not mean the same, or not hold
// the same, at a use.
func (m *matcher) means(s *site, id *ast.Ident, use, a ast.Expr, address bool, err error) error {
	obj := m.unit.Info.ObjectOf(id)
	if err != nil || obj == nil {
		return err
	}
	if isMember(obj) {
		return nil // the key of a literal
	}
	if m.lookup(id.Name, use.Pos()) != obj {
		return m.differ(use, a, "%s means something else here", id.Name)
	}
	v, ok := obj.(*types.Var)
	if !ok || address {
		return nil
	}
	if v.Parent() == m.unit.Pkg.Scope() {
		return nil
	}
	to := use.Pos()
	if m.delayed(s.call, use) {
		to = token.NoPos
	}
	if m.assigned(v, s.end, to, true) {
		return m.differ(use, a, "%s is assigned after the call of %s", id.Name, m.Prepare.Name.Name)
	}
	return nil
}

// changes reports whether the caller's variable for a result may be assigned between the
// call of prepare and a use of the cleanup: by another statement than a call of prepare,
// or by a call in another turn of a loop, if the use is in a literal and the variable
// lives longer than the one of the cleanup.
func (m *matcher) changes(s *site, use ast.Expr, result ast.Expr) bool {
	id, ok := result.(*ast.Ident)
	if !ok {
		return false
	}
	v, ok := m.unit.Info.ObjectOf(id).(*types.Var)
	if !ok {
		return false
	}
	to := use.Pos()
	if m.delayed(s.call, use) {
		to = token.NoPos
		if held, ok := ast.Unparen(use).(*ast.Ident); ok && m.unit.Info.ObjectOf(held).Parent() != v.Parent() {
			return true
		}
	}
	return m.assigned(v, s.end, to, false)
}

// delayed reports whether a use is in a function literal that the operand is not in: it
// runs at another time.
func (m *matcher) delayed(e, use ast.Expr) bool {
	for _, n := range m.path {
		if lit, ok := n.(*ast.FuncLit); ok && lit.Pos() <= use.Pos() && use.End() <= lit.End() && !(lit.Pos() <= e.Pos() && e.End() <= lit.End()) {
			return true
		}
	}
	return false
}

// assigned reports whether the declaration at hand assigns a variable by name between
// two positions, the second of which may be missing. Assignments in cleanups do not
// count, and those of prepare's results only if calls is set.
func (m *matcher) assigned(v *types.Var, from, to token.Pos, calls bool) bool {
	found := false
	hit := func(e ast.Expr) {
		id, ok := ast.Unparen(e).(*ast.Ident)
		found = found || ok && m.unit.Info.Uses[id] == types.Object(v) && id.Pos() >= from && (to == token.NoPos || id.Pos() < to)
	}
	ast.Inspect(m.path[0], func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return m.Literals[n] == 0
		case *ast.AssignStmt:
			if call, ok := ast.Unparen(n.Rhs[0]).(*ast.CallExpr); ok && m.sites[call] != nil && !calls {
				break
			}
			for _, l := range n.Lhs {
				hit(l)
			}
		case *ast.IncDecStmt:
			hit(n.X)
		case *ast.RangeStmt:
			hit(n.Key)
			hit(n.Value)
		}
		return true
	})
	return found
}
