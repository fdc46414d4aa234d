package same

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// namesState reports whether a type expression in place of b is the type of the state.
// Its name must be new in prepare's package, and is qualified in other packages.
func (m *matcher) namesState(a ast.Expr, b ast.Node) bool {
	if m.State.Shared {
		star, ok := a.(*ast.StarExpr)
		if !ok {
			return false
		}
		a = star.X
	}
	if m.unit.Pkg.Path() == m.home.Pkg.Path() {
		return reads(a, m.State.Type) && m.lookup(m.State.Type, b.Pos()) == nil
	}
	sel, ok := a.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != m.State.Type {
		return false
	}
	pkg, ok := m.lookup(source(sel.X), b.Pos()).(*types.PkgName)
	return ok && pkg.Imported().Path() == m.home.Pkg.Path()
}

// forwards compares a return statement of a forwarder. The operand for the cleanup stays
// if it is a call of prepare or the variable of the cleanup. Nil and empty literals
// become the zero state, with which finish does nothing.
func (m *matcher) forwards(b *ast.ReturnStmt, fw *Forwarder, a ast.Node) ([]part, error) {
	now, ok := a.(*ast.ReturnStmt)
	switch {
	case !ok || len(now.Results) != len(b.Results):
		return nil, m.differ(b, a, "the return is missing, or has other results")
	case len(b.Results) == 0:
		fn := m.unit.Info.Defs[fw.Decl.Name].(*types.Func)
		for id := range idents(fw.Decl.Body) {
			v := fn.Signature().Results().At(fw.Result)
			if h := m.holders[v]; m.unit.Info.Uses[id] == types.Object(v) && (h == nil || h.inner) {
				return nil, m.differ(id, a, "the result %s is used", id.Name)
			}
		}
		return nil, nil
	case len(b.Results) < len(flatten(fw.Decl.Type.Results)):
		call, _ := ast.Unparen(b.Results[0]).(*ast.CallExpr)
		if s := m.sites[call]; s != nil && s.result == fw.Result {
			return m.siteCall(s, now.Results[0])
		}
		return nil, m.differ(b, a, "the return statement returns the results of another call")
	}
	others := exprs(slices.Delete(slices.Clone(b.Results), fw.Result, fw.Result+1), slices.Delete(slices.Clone(now.Results), fw.Result, fw.Result+1))
	becomes, err := m.forwardsOne(b.Results[fw.Result], fw, now.Results[fw.Result])
	return append(others, becomes...), err
}

// forwardsOne compares the operand for the cleanup of such a statement.
func (m *matcher) forwardsOne(b ast.Expr, fw *Forwarder, a ast.Expr) ([]part, error) {
	lit := literal(m.unit.Info, b)
	switch {
	case lit != nil && !empty(m.unit.Info, lit), (lit != nil || m.isNoop(b)) && !m.idlesOnZero():
		return nil, m.differ(b, a, "finish would do something for %s", text(b))
	case (lit != nil || m.isNil(b) || m.isNoop(b)) && m.State.Shared:
		return nil, m.zeroState(b, b, a)
	case lit != nil || m.isNil(b) || m.isNoop(b):
		if e, ok := ast.Unparen(a).(*ast.CompositeLit); !ok || len(e.Elts) > 0 || source(e.Type) != fw.Type || !m.namesState(e.Type, b) {
			return nil, m.differ(b, a, "%s should be %s{}", text(a), fw.Type)
		}
		return nil, nil
	}
	h := m.holder(b)
	switch id, ok := ast.Unparen(b).(*ast.Ident); {
	case h == nil || h.inner || len(h.sites) == 0:
		return nil, m.differ(b, a, "%s is not the cleanup of %s", text(b), m.Prepare.Name.Name)
	case ok:
		return nil, m.keepsName(h, id, a)
	default:
		return m.siteCall(h.sites[0], a)
	}
}

// returned compares a statement that returns all results of a call of prepare, in a function that
// still returns a func, with the statements in its place, and returns their number and what is still to be
// compared. It returns 0 for other statements.
//
//	return p(n)                  x, state, err := p(n)
//	                             if !state.live {
//	                                 return x, nil, err
//	                             }
//	                             return x, state.finish, err
func (m *matcher) returned(b ast.Stmt, a []ast.Stmt) (int, []part, error) {
	ret, ok := b.(*ast.ReturnStmt)
	if !ok || len(ret.Results) != 1 || m.role != caller || m.forwarder[ret] != nil || !m.handed() || m.Bound {
		return 0, nil, nil
	}
	call, _ := ast.Unparen(ret.Results[0]).(*ast.CallExpr)
	s := m.sites[call]
	if s == nil || s.alone {
		return 0, nil, nil
	}
	n := 2
	if len(a) > 2 {
		if _, tested := a[1].(*ast.IfStmt); tested {
			n = 3
		}
	}
	if len(a) < n || n == 2 && !m.neverNil() || len(m.params) > 0 {
		return 0, nil, m.differ(b, nil, "the cleanup may be nil, or %s has parameters", m.Finish)
	}
	names, becomes, err := m.setsResults(b, s, a[0])
	if err != nil {
		return 0, nil, err
	}
	state := names[s.result]
	if n == 3 {
		test := a[1].(*ast.IfStmt)
		if cond := m.noCleanup(state); cond == "" || test.Init != nil || test.Else != nil || !reads(test.Cond, cond) || len(test.Body.List) != 1 {
			return 0, nil, m.differ(b, test, "%s does not test whether there is a cleanup", text(test))
		}
		if m.lookup("nil", b.Pos()) != types.Universe.Lookup("nil") {
			return 0, nil, m.differ(b, test, "nil has another meaning here")
		}
		names[s.result] = "nil"
		if err := m.returns(b, test.Body.List[0], names); err != nil {
			return 0, nil, err
		}
	}
	names[s.result] = state + "." + m.Finish
	return n, becomes, m.returns(b, a[n-1], names)
}

// noCleanup returns the condition that the state in a variable is that of no cleanup, or "" if it does not tell.
func (m *matcher) noCleanup(state string) string {
	switch {
	case m.State.Shared:
		return state + " == nil"
	case m.State.Live == "":
		return ""
	case m.State.Told:
		return state + "." + m.State.Live + " == nil"
	}
	return "!" + state + "." + m.State.Live
}

// setsResults compares the call in a return statement b with a statement that declares a variable for
// each result, and returns their names. They are new, or those of parameters and results.
func (m *matcher) setsResults(b ast.Stmt, s *site, a ast.Stmt) ([]string, []part, error) {
	set, ok := a.(*ast.AssignStmt)
	results, _ := m.unit.Info.TypeOf(s.call).(*types.Tuple)
	if !ok || results == nil || set.Tok != token.DEFINE || len(set.Rhs) != 1 || len(set.Lhs) != results.Len() {
		return nil, nil, m.differ(b, a, "the results of %s are not declared", text(s.call))
	}
	becomes, err := m.siteCall(s, set.Rhs[0])
	if err != nil {
		return nil, nil, err
	}
	var names []string
	for i, l := range set.Lhs {
		id, ok := l.(*ast.Ident)
		if !ok || id.Name == "_" || slices.Contains(names, id.Name) {
			return nil, nil, m.differ(b, l, "%s is no new variable", text(l))
		}
		if i == s.result || !m.signatureHas(id.Name, b, results.At(i).Type()) {
			if err := m.isNew(id.Name, b, renamed{m.unit.innermost(b.Pos()), ""}); err != nil {
				return nil, nil, err
			}
		}
		names = append(names, id.Name)
	}
	return names, becomes, nil
}
