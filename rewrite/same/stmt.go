package same

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// list compares two lists of statements. A statement of the first goes, stays one
// statement, or becomes two; nothing else may be in the second. end, if not nil, may
// take the last statement before the change where nothing is left after it.
func (m *matcher) list(b, a []ast.Stmt, end func(ast.Stmt) bool) error {
	defer m.scope()()
	b, a = slices.DeleteFunc(slices.Clone(b), isEmpty), slices.DeleteFunc(slices.Clone(a), isEmpty)
	for i, s := range b {
		if len(a) == 0 && i == len(b)-1 && end != nil && end(s) {
			return nil
		}
		n, err := m.stmt(s, a)
		if err != nil {
			return err
		}
		a = a[n:]
	}
	if len(a) > 0 {
		return m.differ(nil, a[0], "%s is added", kind(a[0], nil))
	}
	return nil
}

// isEmpty reports whether a statement is a semicolon.
func isEmpty(s ast.Stmt) bool {
	_, ok := s.(*ast.EmptyStmt)
	return ok
}

// stmt compares a statement with the first of those after the change, and returns how
// many of them it has become.
func (m *matcher) stmt(b ast.Stmt, a []ast.Stmt) (int, error) {
	if m.goes(b) {
		if len(a) > 0 && m.discards(b, a[0]) {
			return 1, nil
		}
		return 0, nil
	}
	n := 0
	if len(a) > 0 && m.declaresOwn(b, a[0]) {
		n, a = 1, a[1:]
	}
	if len(a) == 0 {
		return 0, m.differ(b, nil, "%s is missing", kind(b, nil))
	}
	if s := m.split(b); s != nil && len(a) > 1 {
		if x, ok := a[0].(*ast.ExprStmt); ok && m.isCall(x.X) {
			if err := m.siteCall(s, x.X); err != nil {
				return 0, err
			}
			s.split = true
			return n + 2, m.node(b, a[1])
		}
	}
	return n + 1, m.node(b, a[0])
}

// isCall reports whether a, after the change, calls prepare.
func (m *matcher) isCall(a ast.Expr) bool {
	call, ok := ast.Unparen(a).(*ast.CallExpr)
	if !ok {
		return false
	}
	id := ident(bare(call.Fun))
	return id != nil && id.Name == m.Prepare.Name.Name
}

// split returns the call of prepare in a statement that calls the cleanup at once, if
// nothing in the statement is evaluated before it:
//
//	defer p(a)(x)      p(a)
//	                   defer finish(a, x)
func (m *matcher) split(b ast.Stmt) *site {
	if m.handsState() {
		return nil
	}
	var x ast.Expr
	switch b := b.(type) {
	case *ast.ExprStmt:
		x = b.X
	case *ast.DeferStmt:
		x = b.Call
	case *ast.GoStmt:
		x = b.Call
	case *ast.AssignStmt:
		for _, l := range b.Lhs {
			if _, ok := l.(*ast.Ident); !ok {
				return nil
			}
		}
		if len(b.Rhs) != 1 || b.Tok != token.ASSIGN && b.Tok != token.DEFINE {
			return nil
		}
		x = b.Rhs[0]
	case *ast.ReturnStmt:
		for _, r := range b.Results {
			switch tv := m.unit.Info.Types[r]; {
			case tv.Value != nil || tv.IsNil():
			case x != nil:
				return nil
			default:
				x = r
			}
		}
	}
	if x == nil {
		return nil
	}
	if outer, ok := ast.Unparen(x).(*ast.CallExpr); ok {
		if inner, ok := ast.Unparen(outer.Fun).(*ast.CallExpr); ok && m.sites[inner] != nil {
			return m.sites[inner]
		}
	}
	return nil
}

// goes reports whether a statement is there for the sake of the closure alone: it
// binds a literal to a variable of prepare, declares a variable that nothing needs
// any more, or discards the cleanup.
func (m *matcher) goes(b ast.Stmt) bool {
	switch b := b.(type) {
	case *ast.AssignStmt:
		if len(b.Lhs) != 1 || len(b.Rhs) != 1 {
			return false
		}
		if id, ok := b.Lhs[0].(*ast.Ident); ok && id.Name == "_" {
			_, isCall := ast.Unparen(b.Rhs[0]).(*ast.CallExpr)
			return !isCall && m.holder(b.Rhs[0]) != nil
		}
		h := m.holder(b.Lhs[0])
		return h != nil && m.binds(h, b.Rhs[0])
	case *ast.DeclStmt:
		decl, ok := b.Decl.(*ast.GenDecl)
		if !ok || decl.Tok != token.VAR {
			return false
		}
		for _, s := range decl.Specs {
			if !m.specGoes(s.(*ast.ValueSpec)) {
				return false
			}
		}
		return true
	}
	return false
}

// binds reports whether e binds a cleanup, or one that does nothing, to a variable of
// prepare.
func (m *matcher) binds(h *holder, e ast.Expr) bool {
	lit := literal(m.unit.Info, e)
	return h.inner && lit != nil && (m.Literals[lit] > 0 || empty(m.unit.Info, lit))
}

// specGoes reports whether a variable declaration goes: each of its names held a
// cleanup, and nothing takes their place.
func (m *matcher) specGoes(s *ast.ValueSpec) bool {
	for i := range s.Names {
		if !m.nameGoes(s, i) {
			return false
		}
	}
	return true
}

// nameGoes is specGoes for one name of a declaration.
func (m *matcher) nameGoes(s *ast.ValueSpec, i int) bool {
	h := m.holder(s.Names[i])
	if h == nil || !h.inner && !m.State.none() {
		return false
	}
	return len(s.Values) == 0 || len(s.Values) == len(s.Names) && (m.binds(h, s.Values[i]) || m.isNil(s.Values[i]))
}

// discards reports whether a still discards the state, as b did the cleanup: _ = done.
func (m *matcher) discards(b, a ast.Stmt) bool {
	ab, ok1 := b.(*ast.AssignStmt)
	aa, ok2 := a.(*ast.AssignStmt)
	if !ok1 || !ok2 || len(aa.Lhs) != 1 || len(aa.Rhs) != 1 || aa.Tok != ab.Tok {
		return false
	}
	l, ok := aa.Lhs[0].(*ast.Ident)
	h := m.holder(ab.Rhs[0])
	return ok && l.Name == "_" && h != nil && !m.State.none() && m.stateOf(h, ab.Rhs[0], aa.Rhs[0]) == nil
}

// assign compares an assignment that takes the results of prepare, or sets a variable
// that is finish's own; done is false if it is another one.
func (m *matcher) assign(b *ast.AssignStmt, a ast.Node) (done bool, err error) {
	if m.role == finish {
		if own := m.setsOwn(b); own != nil {
			return true, m.assignOwn(b, own, a)
		}
	}
	if len(b.Rhs) != 1 {
		return false, nil
	}
	call, ok := ast.Unparen(b.Rhs[0]).(*ast.CallExpr)
	if !ok || m.sites[call] == nil || m.sites[call].stmt == nil {
		return false, nil
	}
	s := m.sites[call]
	blank := true // all that takes a result besides the cleanup
	for i, l := range b.Lhs {
		if i != m.Result && !isBlank(l) {
			blank = false
		}
	}
	if x, ok := a.(*ast.ExprStmt); ok {
		if !blank || !m.State.none() && !isBlank(b.Lhs[m.Result]) {
			return true, m.differ(b, a, "the results of %s are not assigned any more", m.Prepare.Name.Name)
		}
		return true, m.siteCall(s, x.X)
	}
	aa, ok := a.(*ast.AssignStmt)
	if !ok || len(aa.Rhs) != 1 {
		return true, m.differ(b, a, "an assignment is missing")
	}
	if err := m.siteCall(s, aa.Rhs[0]); err != nil {
		return true, err
	}
	defines, err := m.takes(s, b, aa.Lhs)
	if err != nil {
		return true, err
	}
	want := token.ASSIGN
	if defines && b.Tok == token.DEFINE {
		want = token.DEFINE
	}
	if aa.Tok != want {
		return true, m.differ(b, a, "the assignment is %v and should be %v", aa.Tok, want)
	}
	return true, nil
}

func isBlank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

// takes compares what takes the results of prepare. It returns whether that declares
// a variable.
func (m *matcher) takes(s *site, stmt ast.Node, a []ast.Expr) (defines bool, err error) {
	for i, l := range s.lhs {
		if i == m.Result && m.State.none() {
			continue
		}
		if len(a) == 0 {
			return false, m.differ(l, nil, "nothing takes a result of %s", m.Prepare.Name.Name)
		}
		x := a[0]
		a = a[1:]
		id, _ := l.(*ast.Ident)
		now, _ := x.(*ast.Ident)
		switch {
		case id == nil || now == nil:
			if err := m.node(l, x); err != nil {
				return false, err
			}
		case i == m.Result && id.Name != "_":
			h := m.holder(id)
			if h == nil {
				return false, m.differ(l, x, "nothing is claimed about %s", id.Name)
			}
			if err := m.named(h, id, now); err != nil {
				return false, err
			}
			defines = defines || now.Name != "_" && m.unit.Info.Defs[id] != nil
		case id.Name == "_" && now.Name != "_" && m.passes(i):
			if err := m.fresh(now.Name, id.Pos(), now); err != nil {
				return false, err
			}
			defines = true
		default:
			if err := m.node(l, x); err != nil {
				return false, err
			}
			defines = defines || id.Name != "_" && m.unit.Info.Defs[id] != nil
		}
		s.after[i] = x
	}
	if len(a) > 0 {
		return false, m.differ(stmt, a[0], "%s takes a result of %s", kind(a[0], nil), m.Prepare.Name.Name)
	}
	return defines, nil
}

// passes reports whether a capture reaches finish as prepare's result i.
func (m *matcher) passes(i int) bool {
	for _, c := range m.Captures {
		if c.Way == Result && c.Index == i {
			return true
		}
	}
	return false
}

// named notes that now is the name of the variable that held a cleanup.
func (m *matcher) named(h *holder, old, now *ast.Ident) error {
	if h.name == "" {
		h.name = now.Name
		if now.Name != old.Name && now.Name != "_" {
			return m.fresh(now.Name, old.Pos(), now)
		}
	}
	if h.name != now.Name {
		return m.differ(old, now, "the state is in %s and in %s", h.name, now.Name)
	}
	return nil
}

// declare compares a declaration of variables, some of which held a cleanup; done is
// false if none did.
func (m *matcher) declare(b *ast.GenDecl, a ast.Node) (done bool, err error) {
	if b.Tok != token.VAR {
		return false, nil
	}
	concerns := false
	for _, s := range b.Specs {
		for _, id := range s.(*ast.ValueSpec).Names {
			concerns = concerns || m.holder(id) != nil
		}
	}
	da, ok := a.(*ast.GenDecl)
	if !concerns {
		return false, nil
	}
	if !ok || da.Tok != token.VAR {
		return true, m.differ(b, a, "a declaration has become something else")
	}
	left := da.Specs
	for _, s := range b.Specs {
		vb := s.(*ast.ValueSpec)
		if m.specGoes(vb) {
			continue
		}
		if len(left) == 0 {
			return true, m.differ(vb, a, "the declaration of %s is missing", vb.Names[0].Name)
		}
		if err := m.spec(vb, left[0].(*ast.ValueSpec)); err != nil {
			return true, err
		}
		left = left[1:]
	}
	if len(left) > 0 {
		return true, m.differ(b, left[0], "a declaration is added")
	}
	return true, nil
}

// onlyCall returns the call of prepare in a var statement of which nothing else is
// left: var done = p(), where there is no state.
func (m *matcher) onlyCall(b *ast.DeclStmt) *site {
	decl, ok := b.Decl.(*ast.GenDecl)
	if !ok || decl.Tok != token.VAR || len(decl.Specs) != 1 || !m.State.none() {
		return nil
	}
	spec := decl.Specs[0].(*ast.ValueSpec)
	for i, id := range spec.Names {
		if i != m.Result && id.Name != "_" {
			return nil
		}
	}
	if len(spec.Values) == 1 {
		if call, ok := ast.Unparen(spec.Values[0]).(*ast.CallExpr); ok {
			return m.sites[call]
		}
	}
	return nil
}

// spec compares one declaration of variables: var x, done = p() or var done func().
func (m *matcher) spec(b, a *ast.ValueSpec) error {
	if len(b.Values) == 1 {
		if call, ok := ast.Unparen(b.Values[0]).(*ast.CallExpr); ok && m.sites[call] != nil {
			s := m.sites[call]
			if len(a.Values) != 1 {
				return m.differ(b, a, "the call of %s is missing", m.Prepare.Name.Name)
			}
			if err := m.siteCall(s, a.Values[0]); err != nil {
				return err
			}
			var lhs []ast.Expr
			for _, id := range a.Names {
				lhs = append(lhs, id)
			}
			if a.Type != nil && !m.stateType(a.Type) && (b.Type == nil || m.node(b.Type, a.Type) != nil) {
				return m.differ(b, a, "the type of the variables has changed")
			}
			_, err := m.takes(s, b, lhs)
			return err
		}
	}
	h := m.holder(b.Names[0])
	if h == nil || len(b.Names) != 1 {
		return m.fields(m.keeps(b), a)
	}
	if len(a.Names) != 1 || len(a.Values) > 0 || len(b.Values) > 0 && !m.isNil(b.Values[0]) || !m.stateType(a.Type) {
		return m.differ(b, a, "the variable %s has not become one for the state", b.Names[0].Name)
	}
	return m.named(h, b.Names[0], a.Names[0])
}

// keeps returns a declaration of variables without the names that go.
func (m *matcher) keeps(b *ast.ValueSpec) *ast.ValueSpec {
	kept := *b
	kept.Names, kept.Values = nil, nil
	for i, id := range b.Names {
		if m.nameGoes(b, i) {
			continue
		}
		kept.Names = append(kept.Names, id)
		if len(b.Values) == len(b.Names) {
			kept.Values = append(kept.Values, b.Values[i])
		}
	}
	if len(b.Values) != len(b.Names) {
		kept.Values = b.Values
	}
	return &kept
}

// siteCall compares a call of prepare: it loses the arguments of the parameters that
// go.
func (m *matcher) siteCall(s *site, a ast.Expr) error {
	b := s.call
	ca, ok := ast.Unparen(a).(*ast.CallExpr)
	if !ok {
		return m.differ(b, a, "the call of %s is missing", m.Prepare.Name.Name)
	}
	if err := m.node(b.Fun, ca.Fun); err != nil {
		return err
	}
	args := ca.Args
	ellipsis := b.Ellipsis.IsValid()
	params := m.fn.Signature().Params().Len()
	for i, x := range b.Args {
		if m.Drop[min(i, params-1)] {
			if !m.pure(x) {
				return m.differ(x, a, "the argument %s is not evaluated any more", types.ExprString(x))
			}
			ellipsis = ellipsis && i < len(b.Args)-1
			continue
		}
		if len(args) == 0 {
			return m.differ(x, a, "the argument %s is missing", types.ExprString(x))
		}
		if err := m.node(x, args[0]); err != nil {
			return err
		}
		args = args[1:]
	}
	if len(args) > 0 {
		return m.differ(b, args[0], "the argument %s is added", types.ExprString(args[0]))
	}
	if ellipsis != ca.Ellipsis.IsValid() {
		return m.differ(b, a, "the dots after the last argument have changed")
	}
	return nil
}

// pure reports whether nothing is lost if e is not evaluated: it has no effect and
// cannot panic.
func (m *matcher) pure(e ast.Expr) bool {
	info := m.unit.Info
	if tv := info.Types[e]; tv.Value != nil || tv.IsNil() {
		return true
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident, *ast.FuncLit:
		return true
	case *ast.UnaryExpr:
		return e.Op == token.AND && m.pure(e.X)
	case *ast.CompositeLit:
		for _, x := range e.Elts {
			if kv, ok := x.(*ast.KeyValueExpr); ok {
				x = kv.Value
			}
			if !m.pure(x) {
				return false
			}
		}
		return true
	case *ast.CallExpr:
		return info.Types[e.Fun].IsType() && len(e.Args) == 1 && m.pure(e.Args[0])
	case *ast.SelectorExpr:
		s := info.Selections[e]
		return s == nil || s.Kind() == types.FieldVal && !s.Indirect() && m.pure(e.X)
	}
	return false
}
