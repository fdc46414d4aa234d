package same

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// finishCall compares b, a call of the cleanup, with a call of finish. The operands for
// captures come first, then the arguments of the cleanup. deferred is set if these are
// evaluated before finish runs.
func (m *matcher) finishCall(h *holder, b *ast.CallExpr, a ast.Expr, deferred bool) ([]part, error) {
	call, ok := ast.Unparen(a).(*ast.CallExpr)
	if !ok {
		return nil, m.differ(b, a, "the call of the cleanup is missing")
	}
	if h.call && m.Merged {
		if err := m.lost(h.sites[0]); err != nil {
			return nil, err
		}
	} else if h.call && !m.handed() && !m.takesValue() && !m.apart[h.sites[0]] {
		return nil, m.differ(b, a, "the call of %s is missing", m.Prepare.Name.Name)
	}
	var becomes []part
	var err error
	switch {
	case m.OnVariable:
		call, err = m.asArgument(b, call)
	case m.Local != nil && m.handed():
		becomes, call, err = m.stateArgument(h, b, call)
	default:
		becomes, err = m.callee(h, b.Fun, call.Fun)
	}
	if err != nil {
		return nil, err
	}
	args, err := m.operands(h, b.Fun, call, deferred)
	if err != nil {
		return nil, err
	}
	want, now := *b, *call
	want.Fun, now.Fun, now.Args = &ast.Ident{NamePos: b.Pos()}, &ast.Ident{NamePos: call.Pos()}, args
	return append(becomes, byParts(&want, &now)...), nil
}

// stateArgument compares a call of finish, a local literal, whose first argument is the state. It returns the
// call without that argument.
func (m *matcher) stateArgument(h *holder, b, a *ast.CallExpr) ([]part, *ast.CallExpr, error) {
	if !reads(a.Fun, m.Finish) || len(a.Args) == 0 || a.Ellipsis.IsValid() && len(a.Args) == 1 {
		return nil, nil, m.differ(b, a, "%s does not get the state", m.Finish)
	}
	becomes, err := m.stateOf(h, b.Fun, a.Args[0])
	rest := *a
	rest.Args = a.Args[1:]
	return becomes, &rest, err
}

// lost checks that a call of prepare may go with its arguments: they have no effect.
func (m *matcher) lost(s *site) error {
	for _, x := range s.call.Args {
		if !m.unit.Info.Types[x].IsNil() && !m.stays(x, x, false) {
			return m.differ(x, nil, "the argument %s is no longer evaluated", types.ExprString(x))
		}
	}
	return nil
}

// operands compares the arguments of a call of finish for captured variables, and returns
// the arguments that follow. use is the cleanup.
func (m *matcher) operands(h *holder, use ast.Expr, call *ast.CallExpr, deferred bool) ([]ast.Expr, error) {
	if len(call.Args) < len(m.params) || m.Context && (len(call.Args) == len(m.params) || h.call && m.takesValue()) {
		return nil, m.differ(use, call, "%s has too few arguments, or evaluates one too early", m.Finish)
	}
	captured, own := apart(m, call.Args)
	for i, p := range m.params {
		if err := m.operand(h, use, p, captured[i]); err != nil {
			return nil, err
		}
	}
	for _, lit := range h.lits {
		for _, c := range m.inLit[lit] {
			if deferred && !h.chosen && !c.Address && (m.resultOf(c.Var) >= 0 || m.assigned(c.Var, use.End())) {
				return nil, m.differ(use, call, "%s may be assigned before the cleanup runs", c.Var.Name())
			}
		}
	}
	return own, nil
}

// callee compares the function expression of a call of finish, which is state.finish,
// finish, pkg.finish or recv.finish. It must match the expression that called prepare, or
// the state.
func (m *matcher) callee(h *holder, use ast.Expr, a ast.Expr) ([]part, error) {
	a = ast.Unparen(a)
	id, _ := a.(*ast.Ident)
	sel, _ := a.(*ast.SelectorExpr)
	if sel != nil {
		id = sel.Sel
	}
	if id == nil || id.Name != m.Finish {
		return nil, m.differ(use, a, "%s is called in place of the cleanup", types.ExprString(a))
	}
	switch {
	case m.handed() && sel != nil:
		return m.stateOf(h, use, sel.X)
	case m.handed() || h.inner && m.Method != (sel != nil):
		return nil, m.differ(use, a, "%s is called without a receiver", m.Finish)
	case h.inner && m.Method:
		return nil, m.variableOf(&Capture{Var: m.fn.Signature().Recv()}, use, sel.X)
	}
	for _, s := range h.sites {
		if err := m.reached(s, use, a); err != nil {
			return nil, err
		}
	}
	obj := m.lookup(m.Finish, use.Pos())
	if fn, ok := obj.(*types.Func); ok && (m.Merged && fn.FullName() == m.fn.FullName() || m.Existing && fn.FullName() == m.fn.Pkg().Path()+"."+m.Finish) {
		return nil, nil
	}
	if v, _ := obj.(*types.Var); sel == nil && obj != nil && m.holders[v] == nil { // the variable of a cleanup is gone
		return nil, m.differ(use, a, "%s has another meaning here", m.Finish)
	}
	return nil, nil
}

// reached compares the operand from which finish is selected at a use with the one from
// which prepare was selected at a site.
func (m *matcher) reached(s *site, use, a ast.Expr) error {
	now, isNow := a.(*ast.SelectorExpr)
	from, ok := ast.Unparen(s.call.Fun).(*ast.SelectorExpr)
	switch {
	case m.fn.Signature().Recv() != nil && !m.Method:
		if m.Merged {
			return m.differ(use, a, "the receiver of %s is no longer evaluated", m.Prepare.Name.Name)
		}
		if isNow || m.unit.Pkg.Path() != m.home.Pkg.Path() {
			return m.differ(use, a, "%s is a function of the package", m.Finish)
		}
		return nil
	case ok != isNow:
		return m.differ(use, a, "%s is not called as %s was", m.Finish, m.Prepare.Name.Name)
	case !ok:
		return nil
	}
	_, isPointer := m.unit.Info.TypeOf(from.X).Underlying().(*types.Pointer)
	if m.pointerRecv() && !isPointer && !m.Merged && m.receiverStays(from.X, use) {
		return m.equal(from.X, now.X)
	}
	return m.again(from.X, use, now.X, m.pointerRecv() && !isPointer)
}

// operand compares the argument of finish for capture c. Where prepare runs one of
// several cleanups, the argument is the variable of that name which this cleanup
// captures.
func (m *matcher) operand(h *holder, use ast.Expr, c *Capture, a ast.Expr) error {
	if c.Way == Returned && c.Var != m.Value.Var && h.inner {
		return m.isTrue(a, use)
	}
	if h.inner {
		for _, lit := range h.lits {
			if own := m.inLit[lit][c.Var.Name()]; own != nil {
				c = own
			}
		}
		return m.variableOf(c, use, a)
	}
	if c.Way == Returned {
		return m.operandOfValue(h, use, a)
	}
	if c.Way == Clock {
		return m.operandOfClock(h, use, a)
	}
	for _, s := range h.sites {
		if s.forwarded {
			return m.differ(use, a, "%s is no call of %s", text(s.call), m.Prepare.Name.Name)
		}
		err := m.differ(use, a, "a call of %s has no operand for %s", m.Prepare.Name.Name, c.Var.Name())
		switch {
		case c.Way == Argument && c.Index < len(s.call.Args):
			err = m.again(s.call.Args[c.Index], use, a, false)
		case c.Way == Result && c.Index < len(s.lhs):
			err = m.kept(s.lhs[c.Index], use, a)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// operandOfValue compares the argument of finish for the value: the variable that holds
// it, or the call of prepare.
func (m *matcher) operandOfValue(h *holder, use, a ast.Expr) error {
	if name := m.valued[h.sites[0]]; h.call && name != "" {
		if !reads(a, name) {
			return m.differ(use, a, "%s is not the variable that holds %s", text(a), m.Value.Name)
		}
		return nil
	}
	if h.call {
		becomes, err := m.siteCall(h.sites[0], a)
		if err != nil {
			return err
		}
		return m.each(becomes)
	}
	return m.holdsValue(h, ast.Unparen(use).(*ast.Ident), a)
}

// stateOf compares an expression for the state with the cleanup that it replaces.
func (m *matcher) stateOf(h *holder, use, a ast.Expr) ([]part, error) {
	switch {
	case h.call:
		return m.siteCall(h.sites[0], a)
	case h.chosen || !h.inner:
		return nil, m.keepsName(h, ast.Unparen(use).(*ast.Ident), a)
	case len(h.lits) == 0:
		return nil, m.differ(use, a, "there is no claim about the cleanup")
	}
	for _, lit := range h.lits {
		if err := m.stateValue(lit, nil, use, a); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// keepsName compares the variable of a cleanup with that of the state. They have the same name; or
// it has one that is new in its block everywhere, and is a local variable; or all statements
// that set it assign to _ and nothing else uses it.
func (m *matcher) keepsName(h *holder, b *ast.Ident, a ast.Expr) error {
	if m.single() {
		return m.holdsValue(h, b, a)
	}
	now, ok := ast.Unparen(a).(*ast.Ident)
	switch {
	case !ok || m.called[h] != "" && m.called[h] != now.Name || h.part && now.Name == b.Name || now.Name == "_" && now.Name != b.Name && !m.taken[b]:
		return m.differ(b, a, "%s is not the variable that holds the state", types.ExprString(a))
	case now.Name == b.Name || m.called[h] != "":
	default:
		v := variable(m.unit.Info, b)
		if v == nil || v.Kind() != types.LocalVar {
			return m.differ(b, a, "%s is no local variable", b.Name)
		}
		if now.Name == "_" {
			break
		}
		if err := m.bringsNew(h, b, now.Name, a); err != nil {
			return err
		}
	}
	m.called[h] = now.Name
	return nil
}

// tested returns the cleanup that an expression compares with nil, or nil.
func (m *matcher) tested(b *ast.BinaryExpr) *holder {
	switch {
	case b.Op != token.EQL && b.Op != token.NEQ:
		return nil
	case m.isNil(b.X):
		return m.holder(b.Y)
	case m.isNil(b.Y):
		return m.holder(b.X)
	}
	return nil
}

// test compares a comparison of the cleanup with nil, such as done != nil, with a test of
// the field of the state that replaces it.
func (m *matcher) test(h *holder, b *ast.BinaryExpr, a ast.Expr) ([]part, error) {
	if m.Bound || m.State.Shared {
		return m.testsReceiver(h, b, a)
	}
	use, other := b.X, b.Y
	if m.isNil(use) {
		use, other = b.Y, b.X
	}
	if m.State.Told || m.Value.Told {
		return m.testNil(h, b, use, other, a)
	}
	x := a
	if not, ok := a.(*ast.UnaryExpr); ok && not.Op == token.NOT && b.Op == token.EQL {
		x = not.X
	}
	if m.single() && m.Value.Var == nil && (x == a) == (b.Op == token.NEQ) {
		id, ok := ast.Unparen(use).(*ast.Ident)
		if !ok {
			return nil, m.differ(b, a, "%s is in no variable", types.ExprString(use))
		}
		return nil, m.holdsValue(h, id, x)
	}
	sel, ok := ast.Unparen(x).(*ast.SelectorExpr)
	if !ok || !m.handed() || sel.Sel.Name != m.State.Live || (x == a) != (b.Op == token.NEQ) {
		return nil, m.differ(b, a, "%s does not test what %s tests", types.ExprString(a), types.ExprString(b))
	}
	return m.stateOf(h, ast.Unparen(use), sel.X)
}

// testNil compares a comparison of the cleanup with nil with one of the value, or of a
// field of the state.
func (m *matcher) testNil(h *holder, b *ast.BinaryExpr, use, null, a ast.Expr) ([]part, error) {
	now, ok := ast.Unparen(a).(*ast.BinaryExpr)
	if !ok || now.Op != b.Op {
		return nil, m.differ(b, a, "%s does not test what %s tests", types.ExprString(a), types.ExprString(b))
	}
	x, y := now.X, now.Y
	if use == b.Y {
		x, y = y, x
	}
	rest := []part{{b: null, a: y}}
	if none := m.none(); none != "nil" {
		if rest = nil; !reads(y, none) {
			return nil, m.differ(b, a, "%s should be compared with %s", types.ExprString(x), none)
		}
	}
	for lit := range m.Literals {
		if c := m.teller(lit); c != nil && !c.Address && !m.isGuard(h) && m.setTwice(c.Var) {
			return nil, m.differ(b, a, "%s may be zero where the cleanup is not nil", c.Var.Name())
		}
	}
	if m.Value.Told {
		id, ok := ast.Unparen(use).(*ast.Ident)
		if !ok {
			return nil, m.differ(b, a, "%s is in no variable", types.ExprString(use))
		}
		return rest, m.holdsValue(h, id, x)
	}
	sel, ok := ast.Unparen(x).(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != m.State.Live {
		return nil, m.differ(b, a, "%s does not test what %s tests", types.ExprString(a), types.ExprString(b))
	}
	parts, err := m.stateOf(h, ast.Unparen(use), sel.X)
	return append(parts, rest...), err
}

// isGuard reports whether the current comparison is all that an if statement asks, or what it asks last,
// and that does no more than to call the cleanup, perhaps at its end.
func (m *matcher) isGuard(h *holder) bool {
	i := len(m.path) - 2
	for ; i > 0; i-- {
		b, ok := m.path[i].(*ast.BinaryExpr)
		if !ok || b.Op != token.LAND || ast.Unparen(b.Y) != m.path[i+1] {
			break
		}
	}
	guard, ok := m.path[i].(*ast.IfStmt)
	if !ok || guard.Else != nil || ast.Unparen(guard.Cond) != m.path[i+1] || len(guard.Body.List) != 1 {
		return false
	}
	var call ast.Expr
	switch s := guard.Body.List[0].(type) {
	case *ast.DeferStmt:
		call = s.Call
	case *ast.ExprStmt:
		call = s.X
	}
	c, ok := ast.Unparen(call).(*ast.CallExpr)
	return ok && m.holder(c.Fun) == h
}

// testsReceiver compares a comparison of the cleanup with nil with one of the receiver. The
// receiver is never nil where there is a cleanup: it is the address of a variable.
func (m *matcher) testsReceiver(h *holder, b *ast.BinaryExpr, a ast.Expr) ([]part, error) {
	for r, n := range m.Returns {
		if n == 0 || len(r.Results) == 0 || !m.Bound {
			continue
		}
		if receiver, _, ok := m.bindsMethod(r.Results[m.Result]); !ok || !strings.HasPrefix(receiver, "&") {
			return nil, m.differ(b, a, "%s may be nil", receiver)
		}
	}
	now, ok := ast.Unparen(a).(*ast.BinaryExpr)
	if !ok || now.Op != b.Op {
		return nil, m.differ(b, a, "%s does not test what %s tests", types.ExprString(a), types.ExprString(b))
	}
	use, x, y, other := b.X, now.X, now.Y, b.Y
	if m.isNil(use) {
		use, x, y, other = b.Y, now.Y, now.X, b.X
	}
	becomes, err := m.stateOf(h, use, x)
	return append(becomes, part{b: other, a: y}), err
}

// value compares a cleanup that is used as a value with its replacement: a method value,
// or a literal that calls finish, perhaps converted to the type of the cleanup. Where the
// caller has found the error not nil, it may also be nil or a literal that does nothing.
func (m *matcher) value(h *holder, b ast.Expr, a ast.Expr) ([]part, error) {
	if m.single() {
		return nil, m.differ(b, a, "%s cannot stand for the cleanup", types.ExprString(a))
	}
	if (reads(a, "nil") || reads(a, "func() {\n}")) && m.failed(h) {
		return nil, nil
	}
	if call, ok := a.(*ast.CallExpr); ok && len(call.Args) == 1 && !call.Ellipsis.IsValid() && m.isNamed(call.Fun, m.unit.Info.TypeOf(b), b) {
		a = ast.Unparen(call.Args[0])
	}
	if lit, ok := a.(*ast.FuncLit); ok {
		if m.recovers() {
			return nil, m.differ(b, a, "%s would call recover where it has no effect", types.ExprString(a))
		}
		return m.wraps(h, b, lit)
	}
	if len(m.params) > 0 {
		return nil, m.differ(b, a, "%s cannot replace the cleanup", types.ExprString(a))
	}
	return m.callee(h, b, a)
}

// wraps compares a cleanup with a literal that takes its arguments and calls
// finish with them, as a call of the cleanup with those arguments would.
func (m *matcher) wraps(h *holder, b ast.Expr, lit *ast.FuncLit) ([]part, error) {
	bad := m.differ(b, lit, "the literal does not do what %s does", types.ExprString(b))
	sig, ok := m.unit.Info.TypeOf(b).Underlying().(*types.Signature)
	if !ok {
		return nil, bad
	}
	call := onlyCall(lit, sig)
	params := flatten(lit.Type.Params)
	if call == nil || len(params) != sig.Params().Len() || m.Context {
		return nil, bad
	}
	want := &ast.CallExpr{Fun: b}
	if sig.Variadic() {
		want.Ellipsis = lit.Pos()
	}
	for _, p := range params {
		id := ast.NewIdent(p.nameOr("_"))
		for other := range idents(&ast.CallExpr{Fun: call.Fun, Args: call.Args[:min(len(m.params), len(call.Args))]}) {
			if other.Name == id.Name {
				return nil, bad // a parameter would shadow an operand
			}
		}
		want.Args = append(want.Args, id)
	}
	return m.finishCall(h, want, call, false)
}
