package same

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
)

// list compares two lists of statements. Each statement of b goes, stays one statement,
// or becomes two, and a holds nothing else. If a is used up before the last statement of
// b, end decides whether that statement may go; end may be nil.
func (m *matcher) list(b, a []ast.Stmt, end func(ast.Stmt) bool) error {
	b, a = slices.DeleteFunc(slices.Clone(b), isEmpty), slices.DeleteFunc(slices.Clone(a), isEmpty)
	for i, s := range b {
		if compare := m.instead[s]; compare != nil {
			n, err := compare(a)
			if err != nil {
				return err
			}
			a = a[n:]
			continue
		}
		if m.goes(s) || len(a) == 0 && i == len(b)-1 && end != nil && end(s) {
			continue
		}
		a = m.unfolded(s, a)
		if len(a) > 0 && (m.declaresOwn(s, a[0]) || m.declaresSplit(s, a[0])) {
			a = a[1:]
		}
		if call := m.immediate(s); call != nil && len(a) > 0 {
			taken, err := m.takesApart(call, s, a[0])
			if err != nil {
				return err
			}
			if taken {
				a = a[1:]
			}
		}
		if len(a) == 0 {
			return m.differ(s, nil, "%s is missing", text(s))
		}
		n, becomes, err := m.returned(s, a)
		switch {
		case err == nil && n == 0:
			n, err = 1, m.node(s, a[0])
		case err == nil:
			err = m.each(becomes)
		}
		if err != nil {
			return err
		}
		a = a[n:]
	}
	if len(a) > 0 {
		return m.differ(nil, a[0], "%s is added", text(a[0]))
	}
	return nil
}

// node compares two nodes, by a rule if there is one for b, and otherwise part by part.
func (m *matcher) node(b, a ast.Node) error {
	if done, err := m.missing(b, a); done {
		return err
	}
	m.path = append(m.path, b)
	defer func() { m.path = m.path[:len(m.path)-1] }()
	switch b.(type) {
	case *ast.AssignStmt, *ast.DeclStmt, *ast.LabeledStmt:
	case ast.Stmt: // what it declares is local to it
		own := m.own
		m.own = maps.Clone(own)
		defer func() { m.own = own }()
	}
	becomes, ok, err := m.rule(b, a)
	if !ok && err == nil {
		becomes, err = m.parts(b, a)
	}
	if err != nil {
		return err
	}
	return m.each(becomes)
}

// each compares a list of parts in order.
func (m *matcher) each(all []part) error {
	for _, p := range all {
		var err error
		switch {
		case p.isList:
			err = m.list(p.lb, p.la, nil)
		case p.byParts:
			err = m.byParts(p.b, p.a)
		default:
			err = m.node(p.b, p.a)
		}
		if err != nil {
			return err
		}
		for _, c := range p.own {
			m.own[c.Var] = true
		}
	}
	return nil
}

// byParts compares two nodes part by part.
func (m *matcher) byParts(b, a ast.Node) error {
	m.path = append(m.path, b)
	defer func() { m.path = m.path[:len(m.path)-1] }()
	all, err := m.parts(b, a)
	if err != nil {
		return err
	}
	return m.each(all)
}

// rule compares two nodes by the rule for b, and returns the parts that are still to be
// compared. ok is false if there is no rule for b.
func (m *matcher) rule(b, a ast.Node) (becomes []part, ok bool, err error) {
	switch b := b.(type) {
	case *ast.ReturnStmt:
		if n, ok := m.Returns[b]; ok && m.role == prepare {
			return ruled(m.result(b, n, a))
		}
		if fw := m.forwarder[b]; fw != nil {
			return ruled(m.forwards(b, fw, a))
		}
	case *ast.DeferStmt:
		return m.wrapped(b, a)
	case *ast.AssignStmt:
		return m.assignRule(b, a)
	case *ast.DeclStmt:
		if spec := varSpec(b); spec != nil && len(spec.Names) == 1 && m.taken[spec.Names[0]] && !m.handed() && !m.single() {
			return ruled(m.statement(ast.Unparen(spec.Values[0]).(*ast.CallExpr), a)) // var done = p()
		}
	case *ast.GenDecl:
		if b.Tok == token.VAR {
			return m.declare(b, a), true, nil
		}
	case *ast.ValueSpec:
		if now, ok := a.(*ast.ValueSpec); ok {
			return ruled(m.spec(b, now))
		}
	case ast.Expr:
		now, ok := a.(ast.Expr)
		if !ok {
			return ruled(nil, m.differ(b, a, "an expression has become something else"))
		}
		return m.exprRule(ast.Unparen(b), ast.Unparen(now))
	}
	return nil, false, nil
}

// assignRule is like rule, for assignments.
func (m *matcher) assignRule(b *ast.AssignStmt, a ast.Node) (becomes []part, ok bool, err error) {
	if own := m.setsOwn(b); own != nil {
		return ruled(m.assignOwn(b, own, a))
	}
	if m.role == prepare && slices.ContainsFunc(b.Lhs, func(e ast.Expr) bool { h := m.holder(e); return h != nil && h.chosen }) {
		return ruled(m.chooses(b, a))
	}
	if slices.ContainsFunc(b.Lhs, m.takes) {
		return ruled(m.assign(b, a))
	}
	if h := m.holder(b.Lhs[0]); h != nil && m.role == caller {
		return ruled(nil, m.setsNothing(h, b, a))
	}
	if want := m.definesRest(b, a); want != nil {
		return byParts(want, a), true, nil
	}
	return nil, false, nil
}

func ruled(becomes []part, err error) ([]part, bool, error) { return becomes, true, err }

// exprRule is like rule, for expressions.
func (m *matcher) exprRule(b, a ast.Expr) (becomes []part, ok bool, err error) {
	switch b := b.(type) {
	case *ast.CallExpr:
		if s := m.sites[b]; s != nil && (s.lhs != nil || m.isStatement()) {
			return ruled(m.siteCall(s, a))
		}
		if h := m.holder(b.Fun); h != nil {
			_, deferred := m.parent().(*ast.DeferStmt)
			return ruled(m.finishCall(h, b, a, deferred))
		}
	case *ast.BinaryExpr:
		if h := m.tested(b); h != nil {
			return ruled(m.test(h, b, a))
		}
	case *ast.Ident:
		if h := m.holder(b); h != nil && (m.taken[b] || m.isDiscarded(b)) {
			return ruled(nil, m.keepsName(h, b, a))
		}
		if m.isLost(b) {
			return ruled(nil, m.differ(b, a, "%s is declared nowhere", b.Name))
		}
	}
	if h := m.holder(b); h != nil {
		return ruled(m.value(h, b, a))
	}
	if m.role == finish {
		ok, err = m.captured(b, a)
	}
	return nil, ok, err
}

// isStatement reports whether the current expression is a statement by itself, or the
// call of a defer or go statement.
func (m *matcher) isStatement() bool {
	switch m.parent().(type) {
	case *ast.ExprStmt, *ast.DeferStmt, *ast.GoStmt:
		return true
	}
	return false
}

// isDiscarded reports whether the current expression is assigned to the blank identifier.
func (m *matcher) isDiscarded(e ast.Expr) bool {
	s, ok := m.parent().(*ast.AssignStmt)
	return ok && len(s.Lhs) == 1 && len(s.Rhs) == 1 && ast.Unparen(s.Rhs[0]) == e && types.ExprString(s.Lhs[0]) == "_"
}
