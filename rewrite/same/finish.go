package same

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
)

// finishDecl compares finish with the cleanups that it becomes.
func (m *matcher) finishDecl(a *ast.FuncDecl) error {
	m.role = prepare
	m.names = make(map[string]bool)
	m.path = append(m.path[:0], ast.Node(m.Prepare))
	defer func() { m.path, m.role = m.path[:0], caller }()
	if err := m.finishRecv(a); err != nil {
		return err
	}
	if err := m.typeParams(a.Type.TypeParams); err != nil {
		return err
	}
	now := flatten(a.Type.Params)
	if len(now) < len(m.Finish.Params) {
		return m.differ(nil, a, "%s has too few parameters", m.Finish.Name)
	}
	for i, p := range m.Finish.Params {
		if err := m.finishParam(p, now[i]); err != nil {
			return err
		}
	}
	now = now[len(m.Finish.Params):]
	for lit := range m.Literals {
		if err := m.params(flatten(lit.Type.Params), now, lit); err != nil {
			return err
		}
		if err := m.params(flatten(lit.Type.Results), flatten(a.Type.Results), lit); err != nil {
			return err
		}
	}
	return m.finishBody(a)
}

// finishRecv checks the receiver of finish.
func (m *matcher) finishRecv(a *ast.FuncDecl) error {
	recv := flatten(a.Recv)
	switch m.Finish.On {
	case Nothing:
		if len(recv) > 0 {
			return m.differ(nil, a, "%s is a method", m.Finish.Name)
		}
		return nil
	case OfPrepare:
		old := flatten(m.Prepare.Recv)
		if len(recv) == 0 || len(old) == 0 {
			return m.differ(m.Prepare, a, "%s has another receiver than %s", m.Finish.Name, m.Prepare.Name.Name)
		}
		if err := m.node(old[0].typ, recv[0].typ); err != nil {
			return err
		}
		for _, c := range m.Captures {
			if c.Way == Receiver && (recv[0].name == nil || recv[0].name.Name != c.Name) {
				return m.differ(m.Prepare.Recv, a, "the receiver should be called %s", c.Name)
			}
		}
		if recv[0].name != nil {
			m.names[recv[0].name.Name] = true
		}
		return nil
	}
	if len(recv) == 0 || !m.stateType(recv[0].typ) {
		return m.differ(m.Prepare, a, "%s is no method of the state", m.Finish.Name)
	}
	if recv[0].name != nil {
		m.state = recv[0].name.Name
		m.names[m.state] = true
	}
	return nil
}

// finishParam checks one parameter of finish against the capture that it stands for.
func (m *matcher) finishParam(p string, now param) error {
	if now.name == nil {
		return m.differ(nil, now.typ, "a parameter has no name")
	}
	if now.name.Name != "_" && m.names[now.name.Name] {
		return m.differ(nil, now.name, "the name %s is taken", now.name.Name)
	}
	m.names[now.name.Name] = true
	if p == StateParam {
		m.state = now.name.Name
		if !m.stateType(now.typ) {
			return m.differ(nil, now.typ, "%s should have the type of the state", m.state)
		}
		return nil
	}
	c := m.parameter(p)
	if c == nil || now.name.Name != p {
		return m.differ(nil, now.name, "nothing is claimed about the parameter %s", now.name.Name)
	}
	if sig := m.fn.Signature(); c.Way == Argument && !c.Address && c.Index < sig.Params().Len() && sig.Params().At(c.Index) == c.Var {
		old := flatten(m.Prepare.Type.Params)[c.Index].typ
		now := now.typ
		if dots, ok := old.(*ast.Ellipsis); ok {
			t, ok := now.(*ast.ArrayType)
			if !ok || t.Len != nil {
				return m.differ(old, now, "the parameter %s has another type", p)
			}
			old, now = dots.Elt, t.Elt
		}
		return m.node(old, now)
	}
	if !m.isType(now.typ, c.travels(), m.Prepare) {
		return m.differ(nil, now.typ, "the parameter %s has another type than %s", p, c.Var.Name())
	}
	return nil
}

// finishBody compares the body of finish with those of the cleanups: a guard, then the
// one cleanup, or a switch over their numbers.
func (m *matcher) finishBody(a *ast.FuncDecl) error {
	body := a.Body.List
	if m.State.Guard {
		if len(body) == 0 || !m.isGuard(body[0]) {
			return m.differ(nil, a, "%s does not return at once where there is nothing to do", m.Finish.Name)
		}
		body = body[1:]
	}
	if m.State.Kind == "" {
		for lit := range m.Literals {
			if m.Literals[lit] != 1 {
				return m.differ(lit, a, "the state does not tell the cleanups apart")
			}
			if err := m.cleanup(lit, body); err != nil {
				return err
			}
		}
		return nil
	}
	if len(body) == 0 {
		return m.differ(nil, a, "%s is empty", m.Finish.Name)
	}
	sw, ok := body[0].(*ast.SwitchStmt)
	if !ok || sw.Init != nil || !m.isField(sw.Tag, m.State.Kind) {
		return m.differ(nil, body[0], "%s does not ask which cleanup it is", m.Finish.Name)
	}
	cases := make(map[string][]ast.Stmt)
	for _, s := range sw.Body.List {
		clause := s.(*ast.CaseClause)
		if len(clause.List) != 1 || cases[types.ExprString(clause.List[0])] != nil {
			return m.differ(nil, clause, "a case is not one cleanup")
		}
		cases[types.ExprString(clause.List[0])] = append([]ast.Stmt{}, clause.Body...)
	}
	numbers := make(map[string]bool)
	for lit, n := range m.Literals {
		number := strconv.Itoa(n)
		numbers[number] = true
		body, ok := cases[number]
		if !ok {
			return m.differ(lit, sw, "the cleanup %d is missing", n)
		}
		if err := m.cleanup(lit, body); err != nil {
			return err
		}
	}
	if len(numbers) != len(cases) {
		return m.differ(nil, sw, "there is a case without a cleanup")
	}
	rest := body[1:]
	if len(rest) == 0 && a.Type.Results.NumFields() > 0 {
		return m.differ(nil, a, "the end of %s has no return", m.Finish.Name)
	}
	if len(rest) > 1 || len(rest) == 1 && !m.isReturn(rest[0]) {
		return m.differ(nil, rest[0], "%s is added", kind(rest[0], nil))
	}
	return nil
}

// cleanup compares a literal's body with the statements that it becomes.
func (m *matcher) cleanup(lit *ast.FuncLit, a []ast.Stmt) error {
	m.lit, m.role = lit, finish
	m.own = map[*types.Var]bool{}
	m.path = append(m.path, lit)
	defer func() { m.path, m.role = m.path[:len(m.path)-1], prepare }()
	return m.list(lit.Body.List, a, nil)
}

// isGuard reports whether a statement returns at once where there is nothing to do:
//
//	if !s.live {
//		return
//	}
func (m *matcher) isGuard(a ast.Stmt) bool {
	s, ok := a.(*ast.IfStmt)
	if !ok || s.Init != nil || s.Else != nil || len(s.Body.List) != 1 || !m.isReturn(s.Body.List[0]) {
		return false
	}
	x, positive := m.asks(s.Cond)
	if x == nil || positive {
		return false
	}
	switch {
	case m.State.Live != "":
		return m.isField(x, m.State.Live)
	case m.State.Kind != "":
		return m.isField(x, m.State.Kind)
	case m.State.Type == "":
		return m.isField(x, "")
	}
	sel, ok := x.(*ast.SelectorExpr)
	return ok && m.tells(sel.Sel.Name) && m.isField(x, sel.Sel.Name)
}

// isReturn reports whether a statement returns nothing, or the zero values.
func (m *matcher) isReturn(a ast.Stmt) bool {
	r, ok := a.(*ast.ReturnStmt)
	if !ok {
		return false
	}
	if n := m.fn.Signature().Results().At(m.Result).Type().Underlying().(*types.Signature).Results(); len(r.Results) != n.Len() && (len(r.Results) > 0 || !m.namesResults()) {
		return false
	}
	for _, x := range r.Results {
		switch types.ExprString(x) {
		case "nil", "0", "false", `""`:
		default:
			return false
		}
	}
	return true
}

// namesResults reports whether the cleanups have named results.
func (f *facts) namesResults() bool {
	for lit := range f.Literals {
		if lit.Type.Results.NumFields() > 0 && len(lit.Type.Results.List[0].Names) == 0 {
			return false
		}
	}
	return true
}

// isField reports whether an expression in finish is the named field of the state, or
// the state itself if that is a single value.
func (m *matcher) isField(a ast.Expr, name string) bool {
	a = ast.Unparen(a)
	if m.State.Type == "" {
		id, ok := a.(*ast.Ident)
		return ok && id.Name == m.state && m.state != ""
	}
	sel, ok := a.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != name {
		return false
	}
	id, ok := sel.X.(*ast.Ident)
	return ok && id.Name == m.state && m.state != ""
}

// captured compares an expression of a cleanup that is, or begins with, a captured
// variable; done is false for another one.
func (m *matcher) captured(b, a ast.Expr) (done bool, err error) {
	switch b := b.(type) {
	case *ast.UnaryExpr:
		if c := m.of(b.X); b.Op == token.AND && c != nil && c.Address && m.isRoot(c, a) {
			return true, m.rooted(c, b, a)
		}
	case *ast.SelectorExpr:
		if c := m.of(b.X); c != nil && c.Address {
			if x, ok := a.(*ast.SelectorExpr); ok && x.Sel.Name == b.Sel.Name && m.isRoot(c, ast.Unparen(x.X)) {
				return true, m.rooted(c, b, a)
			}
		}
	case *ast.IndexExpr:
		if c := m.of(b.X); c != nil && c.Address && isArray(c.Var.Type()) {
			if x, ok := a.(*ast.IndexExpr); ok && m.isRoot(c, ast.Unparen(x.X)) {
				if err := m.rooted(c, b, a); err != nil {
					return true, err
				}
				return true, m.node(b.Index, x.Index)
			}
		}
	case *ast.Ident:
		if c := m.of(b); c != nil {
			return true, m.variableOf(c, b, a)
		}
		return false, m.free(b, a)
	}
	return false, nil
}

func isArray(t types.Type) bool {
	_, ok := t.Underlying().(*types.Array)
	return ok
}

// of returns the capture that an expression is, or nil.
func (m *matcher) of(e ast.Expr) *Capture {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return nil
	}
	v, _ := m.unit.Info.ObjectOf(id).(*types.Var)
	return m.capture[v]
}

// variableOf compares a captured variable with what stands for it in finish.
func (m *matcher) variableOf(c *Capture, b *ast.Ident, a ast.Expr) error {
	if c.Way == Own {
		if id, ok := a.(*ast.Ident); !ok || id.Name != b.Name {
			return m.differ(b, a, "%s has become %s", b.Name, types.ExprString(a))
		}
		if !m.own[c.Var] {
			return m.differ(b, a, "%s is not set here", b.Name)
		}
		return nil
	}
	x := a
	if c.Address {
		star, ok := a.(*ast.StarExpr)
		if !ok {
			return m.differ(b, a, "%s should be what a pointer points to", types.ExprString(a))
		}
		x = ast.Unparen(star.X)
	}
	if !m.isRoot(c, x) {
		return m.differ(b, a, "%s does not stand for %s", types.ExprString(a), b.Name)
	}
	return m.rooted(c, b, a)
}

// isRoot reports whether an expression in finish is what a capture travels in.
func (m *matcher) isRoot(c *Capture, a ast.Expr) bool {
	if c.Way == Field {
		return m.isField(a, c.Name)
	}
	id, ok := a.(*ast.Ident)
	return ok && id.Name == c.Name
}

// rooted returns an error if a declaration of the cleanup's own hides what a capture
// travels in.
func (m *matcher) rooted(c *Capture, b ast.Node, a ast.Node) error {
	name := c.Name
	if c.Way == Field {
		name = m.state
	}
	if obj := m.lookup(name, b.Pos()); obj != nil && m.lit.Pos() <= obj.Pos() && obj.Pos() < m.lit.End() {
		return m.differ(b, a, "%s means another variable here", name)
	}
	return nil
}

// free checks a name of a cleanup that is no captured variable: finish must know it by
// the same meaning.
func (m *matcher) free(b *ast.Ident, a ast.Expr) error {
	obj := m.unit.Info.Uses[b]
	if obj == nil || isMember(obj) || m.lit.Pos() <= obj.Pos() && obj.Pos() < m.lit.End() {
		return nil
	}
	if m.names[b.Name] {
		return m.differ(b, a, "%s would mean a parameter of %s", b.Name, m.Finish.Name)
	}
	inside := m.Prepare.Pos() <= obj.Pos() && obj.Pos() < m.Prepare.End() && obj.Pkg() == m.unit.Pkg
	if t, ok := obj.(*types.TypeName); ok {
		if _, isParam := t.Type().(*types.TypeParam); isParam {
			return nil
		}
	}
	if inside && obj.Name() != "_" {
		return m.differ(b, a, "%s is out of scope in %s", b.Name, m.Finish.Name)
	}
	return nil
}

// setsOwn returns the variables of finish's own that an assignment sets and nothing
// has set before.
func (m *matcher) setsOwn(b *ast.AssignStmt) []*Capture {
	if b.Tok != token.ASSIGN {
		return nil
	}
	var own []*Capture
	for _, l := range b.Lhs {
		if c := m.of(l); c != nil && c.Way == Own && !m.own[c.Var] {
			own = append(own, c)
		}
	}
	return own
}

// assignOwn compares the first assignment of finish's own variables with their
// declaration: err := f(), or var err error = f().
func (m *matcher) assignOwn(b *ast.AssignStmt, own []*Capture, a ast.Node) error {
	var lhs, rhs []ast.Expr
	switch a := a.(type) {
	case *ast.AssignStmt:
		if a.Tok != token.DEFINE {
			return m.differ(b, a, "%s is not declared", own[0].Var.Name())
		}
		lhs, rhs = a.Lhs, a.Rhs
	case *ast.DeclStmt:
		if spec := varSpec(a); spec != nil {
			if spec.Type != nil && !m.isType(spec.Type, own[0].Var.Type(), m.Prepare) {
				return m.differ(b, a, "%s has another type", own[0].Var.Name())
			}
			for _, id := range spec.Names {
				lhs = append(lhs, id)
			}
			rhs = spec.Values
		}
	}
	if len(lhs) != len(b.Lhs) || len(rhs) != len(b.Rhs) {
		return m.differ(b, a, "the assignment has changed")
	}
	for i := range rhs {
		if err := m.node(b.Rhs[i], rhs[i]); err != nil {
			return err
		}
	}
	for i, l := range b.Lhs {
		id, ok := lhs[i].(*ast.Ident)
		c := m.of(l)
		if !ok || id.Name != types.ExprString(l) || !isBlank(l) && !slices.Contains(own, c) {
			return m.differ(l, lhs[i], "%s would be declared anew", types.ExprString(lhs[i]))
		}
	}
	for _, c := range own {
		m.own[c.Var] = true
	}
	return nil
}

// varSpec returns the single declaration of a var statement, or nil.
func varSpec(s ast.Stmt) *ast.ValueSpec {
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

// declaresOwn reports whether a declares a variable of finish's own, without a value,
// before the statement b, which sets it before it reads it.
func (m *matcher) declaresOwn(b, a ast.Stmt) bool {
	spec := varSpec(a)
	if m.role != finish || spec == nil || len(spec.Names) != 1 || len(spec.Values) > 0 {
		return false
	}
	for i, c := range m.Captures {
		if c.Way != Own || c.Var.Name() != spec.Names[0].Name || m.own[c.Var] || !m.writesFirst(b, c.Var) {
			continue
		}
		if m.isType(spec.Type, m.Captures[i].Var.Type(), m.Prepare) {
			m.own[c.Var] = true
			return true
		}
	}
	return false
}

// writesFirst reports whether the first mention of a variable in a statement assigns
// it.
func (m *matcher) writesFirst(b ast.Stmt, v *types.Var) bool {
	decided, writes := false, false
	reads := func(n ast.Node) (found bool) {
		ast.Inspect(n, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			found = found || ok && m.unit.Info.Uses[id] == types.Object(v)
			return !found
		})
		return found
	}
	ast.Inspect(b, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if decided || n.Tok != token.ASSIGN {
				break
			}
			for _, r := range n.Rhs {
				decided = decided || reads(r)
			}
			for _, l := range n.Lhs {
				if id, ok := l.(*ast.Ident); ok && !decided && m.unit.Info.Uses[id] == types.Object(v) {
					decided, writes = true, true
				}
			}
		case *ast.Ident:
			decided = decided || m.unit.Info.Uses[n] == types.Object(v)
		}
		return !decided
	})
	return writes
}
