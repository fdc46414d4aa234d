package same

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// immediate returns the call of prepare in a statement that calls the cleanup at once.
// Without a state, such a statement becomes two:
//
//	defer p(a)(x)      p(a)
//	                   defer finish(a, x)
//
// Where finish takes a value, the first one may declare a variable for that:
//
//	v := p(a)
//	defer finish(a, v, x)
func (m *matcher) immediate(b ast.Stmt) *ast.CallExpr {
	var x ast.Expr
	switch b := b.(type) {
	case *ast.ExprStmt:
		x = b.X
	case *ast.DeferStmt:
		x = b.Call
	case *ast.GoStmt:
		x = b.Call
	}
	if outer, ok := ast.Unparen(x).(*ast.CallExpr); ok && !m.handed() && !m.Merged {
		if inner, ok := ast.Unparen(outer.Fun).(*ast.CallExpr); ok && m.sites[inner] != nil {
			return inner
		}
	}
	return nil
}

// takesApart compares the call of prepare in such a statement with the statement before that in its place, if there is one.
func (m *matcher) takesApart(call *ast.CallExpr, b ast.Stmt, a ast.Node) (bool, error) {
	if !m.takesValue() {
		becomes, err := m.statement(call, a)
		if err == nil {
			err = m.each(becomes)
		}
		m.apart[m.sites[call]] = err == nil
		return true, err
	}
	set, ok := a.(*ast.AssignStmt)
	if !ok || set.Tok != token.DEFINE || len(set.Lhs) != 1 || len(set.Rhs) != 1 {
		return false, nil
	}
	id, ok := set.Lhs[0].(*ast.Ident)
	if !ok || id.Name == "_" {
		return true, m.differ(b, set, "%s is no variable for the value", text(set.Lhs[0]))
	}
	becomes, err := m.siteCall(m.sites[call], set.Rhs[0])
	if err == nil {
		err = m.each(becomes)
	}
	if err == nil {
		err = m.bring(id.Name, b, renamed{m.unit.innermost(b.Pos()), ""})
	}
	m.valued[m.sites[call]] = id.Name
	return true, err
}

// statement compares a call of prepare with the statement that replaces it.
func (m *matcher) statement(b *ast.CallExpr, a ast.Node) ([]part, error) {
	x, ok := a.(*ast.ExprStmt)
	if !ok {
		return nil, m.differ(b, a, "the call of %s is missing", m.Prepare.Name.Name)
	}
	return m.siteCall(m.sites[b], x.X)
}

// goes reports whether the rewrite removes a statement of prepare: it only assigns a
// literal to a variable for the cleanup, declares such a variable, or discards the
// cleanup.
func (m *matcher) goes(b ast.Stmt) bool {
	switch b := b.(type) {
	case *ast.AssignStmt:
		if len(b.Lhs) != 1 || len(b.Rhs) != 1 {
			return false
		}
		h := m.holder(b.Lhs[0])
		if m.Zeroed[b] {
			return m.isZeroed(h, b)
		}
		if call, ok := ast.Unparen(b.Rhs[0]).(*ast.CallExpr); ok && m.Merged && m.takes(b.Lhs[0]) && m.sites[call] != nil {
			return m.lost(m.sites[call]) == nil
		}
		return h != nil && !h.chosen && m.binds(h, b.Rhs[0]) ||
			!m.handed() && !m.single() && types.ExprString(b.Lhs[0]) == "_" && variable(m.unit.Info, b.Rhs[0]) != nil && m.holder(b.Rhs[0]) != nil
	case *ast.DeclStmt:
		decl, ok := b.Decl.(*ast.GenDecl)
		return ok && decl.Tok == token.VAR && !slices.ContainsFunc(decl.Specs, func(s ast.Spec) bool { return len(m.keeps(s.(*ast.ValueSpec)).Names) > 0 })
	}
	return false
}

// isZeroed reports whether a statement of prepare sets a variable that holds one of several
// cleanups to none where it holds none: it is a result or declared without a value, no other
// identifier before the statement names it, and no loop or jump leads back there.
func (m *matcher) isZeroed(h *holder, b *ast.AssignStmt) bool {
	v := variable(m.home.Info, b.Lhs[0])
	if m.role != prepare || h == nil || !h.chosen || b.Tok != token.ASSIGN || !m.isIdle(b.Rhs[0]) {
		return false
	}
	for _, n := range m.path {
		switch n.(type) {
		case *ast.ForStmt, *ast.RangeStmt, *ast.FuncLit:
			return false
		}
	}
	empty := m.resultOf(v) == m.Result
	for n := range ast.Preorder(m.Prepare) {
		switch n := n.(type) {
		case *ast.LabeledStmt:
			return false
		case *ast.Ident:
			if m.home.Info.Uses[n] == types.Object(v) && n.Pos() < b.Pos() {
				return false
			}
		case *ast.ValueSpec:
			empty = empty || len(n.Values) == 0 && slices.ContainsFunc(n.Names, func(id *ast.Ident) bool { return m.home.Info.Defs[id] == types.Object(v) })
		}
	}
	return empty
}

// binds reports whether the statement with value e assigns a cleanup, or a literal that
// does nothing, to a variable of prepare.
func (m *matcher) binds(h *holder, e ast.Expr) bool {
	lit := m.cleanupLit(e)
	return h.inner && lit != nil && (m.Literals[lit] > 0 || empty(m.unit.Info, lit))
}

// keeps returns a copy of a variable declaration without the variables of prepare that
// hold a cleanup.
func (m *matcher) keeps(b *ast.ValueSpec) *ast.ValueSpec {
	kept := *b
	kept.Names, kept.Values = nil, slices.Clone(b.Values)
	for i, id := range b.Names {
		h := m.holder(id)
		each := len(b.Values) == len(b.Names)
		if h == nil || !h.inner || h.chosen || len(b.Values) > 0 && (!each || !m.binds(h, b.Values[i]) && !m.isNil(b.Values[i])) {
			kept.Names = append(kept.Names, id)
		} else if each {
			kept.Values = slices.Delete(kept.Values, len(kept.Names), len(kept.Names)+1)
		}
	}
	return &kept
}

// assign compares an assignment of prepare's results. Without a state it loses the
// variable of the cleanup, and becomes a plain call if no other variable is left. :=
// stays while it declares a variable.
func (m *matcher) assign(b *ast.AssignStmt, a ast.Node) ([]part, error) {
	want := *b
	if _, alone := a.(*ast.ExprStmt); alone && len(b.Rhs) == 1 && !slices.ContainsFunc(b.Lhs, func(e ast.Expr) bool { return types.ExprString(e) != "_" && !m.takes(e) }) {
		return m.setsNoMore(b, a)
	}
	if !m.handed() && !m.single() {
		if want.Lhs = slices.DeleteFunc(slices.Clone(b.Lhs), m.takes); len(want.Lhs) == 0 {
			return nil, m.differ(b, a, "the call of %s is missing", m.Prepare.Name.Name)
		}
	}
	now, ok := a.(*ast.AssignStmt)
	if !ok {
		return byParts(&want, a), nil
	}
	blank := want.Lhs
	var err error
	if want.Lhs, err = m.unblank(b, blank, now.Lhs); err != nil {
		return nil, err
	}
	if b.Tok == token.DEFINE && !m.declares(blank, now.Lhs) {
		want.Tok = token.ASSIGN
	}
	m.definesPart(&want, now)
	return byParts(&want, a), nil
}

// setsNoMore compares an assignment of nothing but the cleanup, and of results that are blank, with a call of prepare. Nothing may use
// the variable of the cleanup any more.
func (m *matcher) setsNoMore(b *ast.AssignStmt, a ast.Node) ([]part, error) {
	for _, l := range b.Lhs {
		if h := m.holder(l); h != nil && (m.handed() || m.single()) {
			if name := m.called[h]; name != "" && name != "_" {
				return nil, m.differ(b, a, "%s is not set", name)
			}
			m.called[h] = "_"
		}
	}
	call, ok := ast.Unparen(b.Rhs[0]).(*ast.CallExpr)
	if !ok {
		return nil, m.differ(b, a, "%s is no call", text(b.Rhs[0]))
	}
	return m.statement(call, a)
}

// setsNothing compares a statement that sets the variable of a cleanup to a literal that does nothing with one that sets it to the
// zero state, or declares it without a value.
func (m *matcher) setsNothing(h *holder, b *ast.AssignStmt, a ast.Node) error {
	var lit *ast.FuncLit
	if len(b.Lhs) == 1 && len(b.Rhs) == 1 {
		lit = literal(m.unit.Info, b.Rhs[0])
	}
	if lit == nil || !empty(m.unit.Info, lit) || !m.handed() || !m.idlesOnZero() || h.part || h.inner {
		return m.differ(b, a, "%s is set to something else than its cleanup", text(b.Lhs[0]))
	}
	id := ast.Unparen(b.Lhs[0]).(*ast.Ident)
	if spec := varSpec(a); spec != nil && b.Tok == token.DEFINE && len(spec.Names) == 1 && len(spec.Values) == 0 && m.isState(spec.Type) {
		return m.keepsName(h, id, spec.Names[0])
	}
	now, ok := a.(*ast.AssignStmt)
	if !ok || b.Tok != token.ASSIGN || now.Tok != token.ASSIGN || len(now.Lhs) != 1 || len(now.Rhs) != 1 {
		return m.differ(b, a, "%s is not set to the zero state", id.Name)
	}
	if m.State.Shared {
		if err := m.zeroState(b, b, now.Rhs[0]); err != nil {
			return err
		}
		return m.keepsName(h, id, now.Lhs[0])
	}
	zero, ok := now.Rhs[0].(*ast.CompositeLit)
	if !ok || len(zero.Elts) > 0 || !m.isState(zero.Type) {
		return m.differ(b, a, "%s is not the zero state", text(now.Rhs[0]))
	}
	return m.keepsName(h, id, now.Lhs[0])
}

// chooses compares a statement that sets variables of prepare to one cleanup each, or to
// none, with one that sets them to the state for that.
func (m *matcher) chooses(b *ast.AssignStmt, a ast.Node) ([]part, error) {
	if spec := varSpec(a); spec != nil && b.Tok == token.DEFINE && len(b.Lhs) == 1 && m.isIdle(b.Rhs[0]) {
		if len(spec.Names) == 1 && len(spec.Values) == 0 && m.isState(spec.Type) {
			return nil, m.keepsName(m.holder(b.Lhs[0]), b.Lhs[0].(*ast.Ident), spec.Names[0])
		}
	}
	now, ok := a.(*ast.AssignStmt)
	if !ok || now.Tok != b.Tok || len(now.Lhs) != len(b.Lhs) || len(now.Rhs) != len(b.Rhs) || len(b.Lhs) != len(b.Rhs) {
		return nil, m.differ(b, a, "%s is not set as it was", types.ExprString(b.Lhs[0]))
	}
	var others []part
	for i, l := range b.Lhs {
		if h := m.holder(l); h == nil || !h.chosen {
			others = append(others, part{b: l, a: now.Lhs[i]}, part{b: b.Rhs[i], a: now.Rhs[i]})
			continue
		}
		if err := m.keepsName(m.holder(l), ast.Unparen(l).(*ast.Ident), now.Lhs[i]); err != nil {
			return nil, err
		}
		if err := m.choosesState(b, b.Rhs[i], now.Rhs[i]); err != nil {
			return nil, err
		}
	}
	return others, nil
}

// isIdle reports whether e is nil, or a literal or function that does nothing.
func (m *matcher) isIdle(e ast.Expr) bool {
	lit := m.cleanupLit(e)
	return lit != nil && m.Literals[lit] == 0 && empty(m.home.Info, lit) || m.isNil(e) || m.isNoop(e)
}

// choosesState compares what such a statement sets a variable to. What the state holds by
// value may not change any more.
func (m *matcher) choosesState(at *ast.AssignStmt, b, a ast.Expr) error {
	lit := m.cleanupLit(b)
	switch {
	case m.isIdle(b):
		return m.zeroState(at, b, a)
	case lit == nil || m.Literals[lit] == 0:
		return m.differ(b, a, "nothing is claimed about what the variable is set to")
	}
	for _, c := range m.inLit[lit] {
		if c.Way == Field && !c.Address && (m.resultOf(c.Var) >= 0 || m.assigned(c.Var, at.Pos())) {
			return m.differ(b, a, "%s may be assigned before the cleanup runs", c.Var.Name())
		}
	}
	return m.stateValue(lit, nil, at, a)
}

// takes reports whether an expression takes the cleanup at a site.
func (m *matcher) takes(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && m.taken[id]
}

// declares reports whether := still declares one of the variables on its left side.
func (m *matcher) declares(b, a []ast.Expr) bool {
	for i, l := range b {
		if m.named[l] != "" {
			return true
		}
		if id, ok := l.(*ast.Ident); ok && id.Name != "_" && (m.unit.Info.Defs[id] != nil || m.split[id] != nil) && i < len(a) && types.ExprString(a[i]) != "_" {
			return true
		}
	}
	return false
}

// declare compares a declaration of variables, which loses the variables of prepare that
// held a cleanup.
func (m *matcher) declare(b *ast.GenDecl, a ast.Node) []part {
	want := *b
	want.Specs = slices.DeleteFunc(slices.Clone(b.Specs), func(s ast.Spec) bool { return len(m.keeps(s.(*ast.ValueSpec)).Names) == 0 })
	return byParts(&want, a)
}

// spec compares one variable specification: var x, done = p() or var done func(). The
// type of the cleanup goes, or becomes the type of the state.
func (m *matcher) spec(b, now *ast.ValueSpec) ([]part, error) {
	want := m.keeps(b)
	takes := slices.ContainsFunc(b.Names, func(id *ast.Ident) bool { return m.taken[id] })
	h := m.holder(b.Names[0])
	switch {
	case takes && (m.handed() || m.single()):
		want.Type = nil
	case takes:
		want.Names = slices.DeleteFunc(want.Names, func(id *ast.Ident) bool { return m.taken[id] })
	case h != nil && (!h.inner || h.chosen) && len(b.Values) == 0:
		if len(b.Names) != 1 || len(now.Names) != 1 || len(now.Values) > 0 || !m.hasType(now.Type) {
			return nil, m.differ(b, now, "the variable %s does not have the type of what it holds", b.Names[0].Name)
		}
		return nil, m.keepsName(h, b.Names[0], now.Names[0])
	}
	return byParts(want, now), nil
}

// siteCall compares a call of prepare with the call after the change, which lacks the
// arguments for removed parameters. Those arguments must have no effect.
func (m *matcher) siteCall(s *site, a ast.Expr) ([]part, error) {
	want := *s.call
	want.Args = nil
	for i, x := range s.call.Args {
		switch {
		case s.forwarded || !m.Drop[i]:
			want.Args = append(want.Args, x)
		case !m.stays(ast.Unparen(x), ast.Unparen(x), false):
			return nil, m.differ(x, a, "the argument %s is no longer evaluated", types.ExprString(x))
		}
	}
	return byParts(&want, a), nil
}
