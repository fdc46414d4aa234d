package same

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
)

// handsState reports whether a call of finish takes the state.
func (f *facts) handsState() bool {
	return f.Finish.On == OfState || slices.Contains(f.Finish.Params, StateParam)
}

// finishCall compares a call of the cleanup, b, with a call of finish. The operands
// come first, then the arguments of the cleanup.
func (m *matcher) finishCall(h *holder, b *ast.CallExpr, a ast.Expr) error {
	call, ok := ast.Unparen(a).(*ast.CallExpr)
	if !ok {
		return m.differ(b, a, "the call of the cleanup is missing")
	}
	if h.call != nil && !m.handsState() && !h.sites[0].split {
		return m.differ(b, a, "the call of %s is missing", m.Prepare.Name.Name)
	}
	args, err := m.operands(h, b.Fun, call)
	if err != nil {
		return err
	}
	if len(args) != len(b.Args) {
		return m.differ(b, a, "the cleanup had %d arguments and has %d", len(b.Args), len(args))
	}
	if b.Ellipsis.IsValid() != call.Ellipsis.IsValid() {
		return m.differ(b, a, "the dots after the last argument have changed")
	}
	for i, x := range b.Args {
		if err := m.node(x, args[i]); err != nil {
			return err
		}
	}
	return nil
}

// operands compares what a call of finish takes for the captured variables, and
// returns the arguments after those. use is the cleanup.
func (m *matcher) operands(h *holder, use ast.Expr, call *ast.CallExpr) ([]ast.Expr, error) {
	if err := m.callee(h, use, call.Fun); err != nil {
		return nil, err
	}
	if len(call.Args) < len(m.Finish.Params) {
		return nil, m.differ(use, call, "%s has too few arguments", m.Finish.Name)
	}
	for i, p := range m.Finish.Params {
		err := error(nil)
		if p == StateParam {
			err = m.stateOf(h, use, call.Args[i])
		} else {
			err = m.operand(h, use, p, call.Args[i])
		}
		if err != nil {
			return nil, err
		}
	}
	return call.Args[len(m.Finish.Params):], nil
}

// callee compares what names finish at a use of the cleanup: finish, pkg.finish,
// recv.finish or state.finish, perhaps with type arguments.
func (m *matcher) callee(h *holder, use ast.Expr, a ast.Expr) error {
	if err := m.typeArgs(h, a); err != nil {
		return err
	}
	fun := bare(a)
	id := ident(fun)
	if id == nil || id.Name != m.Finish.Name {
		return m.differ(use, a, "%s is called where the cleanup was", types.ExprString(a))
	}
	sel, _ := fun.(*ast.SelectorExpr)
	switch {
	case m.Finish.On == Nothing && sel == nil:
		for _, s := range h.sites {
			if _, ok := bare(s.call.Fun).(*ast.SelectorExpr); ok && m.fn.Signature().Recv() == nil {
				return m.differ(use, a, "%s is called without its package", id.Name)
			}
		}
		if obj := m.lookup(id.Name, use.Pos()); obj != nil && !m.gone(obj) {
			return m.differ(use, a, "%s means something else here", id.Name)
		}
		return nil
	case m.Finish.On == Nothing:
		x, ok := sel.X.(*ast.Ident)
		if !ok || !m.imported(x.Name, m.fn.Pkg()) {
			return m.differ(use, a, "%s is not of the package of %s", types.ExprString(a), m.Prepare.Name.Name)
		}
		if obj := m.lookup(x.Name, use.Pos()); obj != nil {
			if _, ok := obj.(*types.PkgName); !ok {
				return m.differ(use, a, "%s means something else here", x.Name)
			}
		}
		return nil
	case sel == nil:
		return m.differ(use, a, "%s is called without what it is a method of", id.Name)
	case m.Finish.On == OfState:
		return m.stateOf(h, use, sel.X)
	}
	if h.inner {
		recv := m.fn.Signature().Recv()
		return m.variable(&Capture{Var: recv}, use, sel.X)
	}
	for _, s := range h.sites {
		from, ok := bare(s.call.Fun).(*ast.SelectorExpr)
		if !ok {
			return m.differ(use, a, "%s has no receiver that the call of %s had", id.Name, m.Prepare.Name.Name)
		}
		if err := m.again(s, from.X, use, sel.X); err != nil {
			return err
		}
	}
	return nil
}

// typeArgs compares type arguments of finish with those that the calls of prepare
// give, or, within prepare, with its type parameters.
func (m *matcher) typeArgs(h *holder, a ast.Expr) error {
	var args []ast.Expr
	switch x := ast.Unparen(a).(type) {
	case *ast.IndexExpr:
		args = []ast.Expr{x.Index}
	case *ast.IndexListExpr:
		args = x.Indices
	}
	for i, t := range args {
		if h.inner {
			params := m.fn.Signature().TypeParams()
			if id, ok := t.(*ast.Ident); !ok || i >= params.Len() || params.At(i).Obj().Name() != id.Name {
				return m.differ(nil, t, "%s is another type argument", types.ExprString(t))
			}
		}
		for _, s := range h.sites {
			inst := m.unit.Info.Instances[ident(bare(s.call.Fun))]
			if i >= inst.TypeArgs.Len() || !m.isType(t, inst.TypeArgs.At(i), s.call) {
				return m.differ(s.call, t, "%s is another type argument", types.ExprString(t))
			}
		}
	}
	return nil
}

// operand compares the argument of finish for its parameter p.
func (m *matcher) operand(h *holder, use ast.Expr, p string, a ast.Expr) error {
	if h.inner {
		for _, lit := range h.lits {
			if c := m.inLit[lit][p]; c != nil {
				return m.variable(c, use, a)
			}
		}
		if c := m.parameter(p); c != nil {
			return m.variable(c, use, a)
		}
		return m.differ(use, a, "nothing is claimed about the parameter %s", p)
	}
	c := m.parameter(p)
	if c == nil {
		return m.differ(use, a, "nothing is claimed about the parameter %s", p)
	}
	for _, s := range h.sites {
		switch c.Way {
		case Argument:
			if c.Index >= len(s.call.Args) {
				return m.differ(use, a, "the call of %s has no argument for %s", m.Prepare.Name.Name, p)
			}
			if err := m.again(s, s.call.Args[c.Index], use, a); err != nil {
				return err
			}
		case Result:
			if c.Index >= len(s.after) {
				return m.differ(use, a, "nothing takes the result for %s", p)
			}
			takes := s.after[c.Index]
			if takes == nil {
				takes = s.lhs[c.Index] // a later call, compared when its turn comes
			}
			x, ok := takes.(*ast.Ident)
			y, ok2 := ast.Unparen(a).(*ast.Ident)
			if !ok || !ok2 || x.Name != y.Name || x.Name == "_" {
				return m.differ(use, a, "%s is not what takes the result for %s", types.ExprString(a), p)
			}
			if err := m.inSight(x.Name, s.lhs[c.Index].Pos(), s.end, use, a); err != nil {
				return err
			}
			if m.changes(s, use, s.lhs[c.Index]) {
				return m.differ(use, a, "%s may be assigned before the cleanup runs", x.Name)
			}
		default:
			return m.differ(use, a, "%s cannot come from a caller", p)
		}
	}
	return nil
}

// parameter returns the capture that reaches finish as its parameter p.
func (f *facts) parameter(p string) *Capture {
	for i, c := range f.Captures {
		if c.Name == p && (c.Way == Argument || c.Way == Result) {
			return &f.Captures[i]
		}
	}
	return nil
}

// variable compares an operand within prepare: it is the captured variable itself, or
// its address.
func (m *matcher) variable(c *Capture, use ast.Node, a ast.Expr) error {
	x := ast.Unparen(a)
	if c.Way == Argument && m.Drop[c.Index] && !c.Address {
		if call, ok := x.(*ast.CallExpr); ok && len(call.Args) == 1 {
			p, isPtr := types.Unalias(c.Var.Type()).(*types.Pointer)
			if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "new" && isPtr && m.isType(call.Args[0], p.Elem(), use) {
				return nil
			}
		}
	}
	if c.Address {
		u, ok := x.(*ast.UnaryExpr)
		if !ok || u.Op != token.AND {
			return m.differ(use, a, "%s should be the address of %s", types.ExprString(a), c.Var.Name())
		}
		x = ast.Unparen(u.X)
	}
	if id, ok := x.(*ast.Ident); !ok || id.Name != c.Var.Name() {
		return m.differ(use, a, "%s should be %s", types.ExprString(a), c.Var.Name())
	}
	if m.lookup(c.Var.Name(), use.Pos()) != types.Object(c.Var) {
		return m.differ(use, a, "%s means another variable here", c.Var.Name())
	}
	if m.early && !c.Address && (m.resultOf(c.Var) >= 0 || m.assigned(c.Var, use.End(), token.NoPos, true)) {
		return m.differ(use, a, "%s may be assigned before the cleanup runs", c.Var.Name())
	}
	return nil
}

// stateOf compares an expression for the state with the cleanup in whose place it
// stands.
func (m *matcher) stateOf(h *holder, use, a ast.Expr) error {
	switch {
	case m.State.none():
		return m.differ(use, a, "there is no state")
	case h.inner:
		for _, lit := range h.lits {
			if err := m.stateValue(lit, use, a); err != nil {
				return err
			}
		}
		if len(h.lits) == 0 {
			return m.differ(use, a, "nothing is claimed about the cleanup")
		}
		return nil
	case h.call != nil:
		return m.siteCall(h.sites[0], a)
	}
	id, ok := ast.Unparen(a).(*ast.Ident)
	if !ok || id.Name != h.name || h.name == "_" {
		return m.differ(use, a, "%s is not the variable that holds the state", types.ExprString(a))
	}
	return m.inSight(h.name, h.decl, h.decl, use, a)
}

// test compares the question whether there is a cleanup, done != nil.
func (m *matcher) test(h *holder, b *ast.BinaryExpr, a ast.Expr) error {
	use := b.X
	if m.isNil(use) {
		use = b.Y
	}
	if x, positive := m.asks(a); x != nil {
		if positive != (b.Op == token.NEQ) {
			return m.differ(b, a, "the test of the cleanup is the wrong way round")
		}
		if m.State.Type == "" {
			return m.stateOf(h, use, x)
		}
		sel, ok := x.(*ast.SelectorExpr)
		if ok && (sel.Sel.Name == m.State.Live || sel.Sel.Name == m.State.Kind || m.State.Live == "" && m.State.Kind == "" && m.tells(sel.Sel.Name)) {
			return m.stateOf(h, use, sel.X)
		}
	}
	return m.differ(b, a, "%s does not ask what %s asked", types.ExprString(a), types.ExprString(b))
}

// asks takes a test of the state apart: x, !x, x != 0 or x == nil. positive is set if
// it holds where there is something to do.
func (m *matcher) asks(a ast.Expr) (x ast.Expr, positive bool) {
	a = ast.Unparen(a)
	if m.State.Live != "" {
		if u, ok := a.(*ast.UnaryExpr); ok && u.Op == token.NOT {
			return ast.Unparen(u.X), false
		}
		return a, true
	}
	cmp, ok := a.(*ast.BinaryExpr)
	if !ok || cmp.Op != token.EQL && cmp.Op != token.NEQ {
		return nil, false
	}
	zero := "nil"
	if m.State.Kind != "" {
		zero = "0"
	}
	if y := ast.Unparen(cmp.Y); types.ExprString(y) != zero {
		return nil, false
	}
	return ast.Unparen(cmp.X), cmp.Op == token.NEQ
}

// tells reports whether a field of the state holds a captured variable: it may be nil
// where there is nothing to do.
func (m *matcher) tells(name string) bool {
	for _, c := range m.Captures {
		if c.Way == Field && c.Name == name {
			return true
		}
	}
	return false
}

// value compares a cleanup that is used as a value: it becomes a method value or a
// literal that calls finish.
func (m *matcher) value(h *holder, b ast.Expr, a ast.Expr) error {
	if m.converts(b, a) {
		a = ast.Unparen(a).(*ast.CallExpr).Args[0]
	}
	if lit, ok := ast.Unparen(a).(*ast.FuncLit); ok {
		return m.forwards(h, b, lit)
	}
	if id, ok := ast.Unparen(a).(*ast.Ident); ok && id.Name == "nil" || isNothing(a) {
		if m.failed(h) {
			return nil
		}
	}
	if len(m.Finish.Params) > 0 {
		return m.differ(b, a, "%s cannot stand for the cleanup", types.ExprString(a))
	}
	return m.callee(h, b, a)
}

// converts reports whether an expression converts a value to the type of the cleanup in
// whose place it stands.
func (m *matcher) converts(b, a ast.Expr) bool {
	call, ok := ast.Unparen(a).(*ast.CallExpr)
	if !ok || len(call.Args) != 1 || call.Ellipsis.IsValid() {
		return false
	}
	_, named := m.unit.Info.TypeOf(b).(interface{ Obj() *types.TypeName })
	return named && m.isType(call.Fun, m.unit.Info.TypeOf(b), b)
}

// isNothing reports whether a is func() {}.
func isNothing(a ast.Expr) bool {
	lit, ok := ast.Unparen(a).(*ast.FuncLit)
	return ok && len(lit.Body.List) == 0 && lit.Type.Params.NumFields() == 0 && lit.Type.Results.NumFields() == 0
}

// forwards compares a cleanup with a literal that takes its arguments and calls
// finish with them.
func (m *matcher) forwards(h *holder, b ast.Expr, lit *ast.FuncLit) error {
	if isNothing(lit) && m.failed(h) {
		return nil
	}
	bad := m.differ(b, lit, "the literal does not do what %s does", types.ExprString(b))
	sig, ok := m.unit.Info.TypeOf(b).Underlying().(*types.Signature)
	if !ok || len(lit.Body.List) != 1 {
		return bad
	}
	var x ast.Expr
	switch s := lit.Body.List[0].(type) {
	case *ast.ExprStmt:
		if sig.Results().Len() == 0 {
			x = s.X
		}
	case *ast.ReturnStmt:
		if sig.Results().Len() > 0 && len(s.Results) == 1 {
			x = s.Results[0]
		}
	}
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok || m.recovers() {
		return bad
	}
	args, err := m.operands(h, b, call)
	if err != nil {
		return err
	}
	var names []string
	for _, f := range lit.Type.Params.List {
		for _, id := range f.Names {
			names = append(names, id.Name)
		}
	}
	if len(names) != sig.Params().Len() || len(args) != len(names) || call.Ellipsis.IsValid() != sig.Variadic() {
		return bad
	}
	for i, x := range args {
		if id, ok := x.(*ast.Ident); !ok || id.Name != names[i] || slices.Contains(names[:i], id.Name) {
			return bad
		}
	}
	for _, x := range call.Args[:len(call.Args)-len(args)] {
		if mentions(x, names) {
			return bad
		}
	}
	return nil
}

func mentions(x ast.Node, names []string) (found bool) {
	ast.Inspect(x, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && slices.Contains(names, id.Name)
		return !found
	})
	return found
}

// failed reports whether the node at hand stands where the caller has found the error
// beside the cleanup not nil: if err != nil { … }.
func (m *matcher) failed(h *holder) bool {
	for i, n := range m.path[:len(m.path)-1] {
		s, ok := n.(*ast.IfStmt)
		if !ok || m.path[i+1] != ast.Node(s.Body) {
			continue
		}
		cmp, ok := s.Cond.(*ast.BinaryExpr)
		if !ok || cmp.Op != token.NEQ || !m.isNil(cmp.Y) {
			continue
		}
		for _, site := range h.sites {
			for _, l := range site.lhs {
				x, ok1 := l.(*ast.Ident)
				y, ok2 := cmp.X.(*ast.Ident)
				if ok1 && ok2 && m.unit.Info.ObjectOf(x) == m.unit.Info.ObjectOf(y) && x.Pos() < y.Pos() {
					return true
				}
			}
		}
	}
	return false
}

// wrapped compares a deferred call of a cleanup within prepare with a deferred literal
// that calls finish, so that its operands are read when it runs; done is false if it
// is something else.
func (m *matcher) wrapped(b *ast.CallExpr, a ast.Node) (done bool, err error) {
	h := m.holder(b.Fun)
	if h == nil || !h.inner || len(b.Args) > 0 {
		return false, nil
	}
	var call *ast.CallExpr
	_, wasDefer := m.path[len(m.path)-1].(*ast.DeferStmt)
	switch a := a.(type) {
	case *ast.DeferStmt:
		call = a.Call
	case *ast.GoStmt:
		call = a.Call
	default:
		return false, nil
	}
	if _, isDefer := a.(*ast.DeferStmt); isDefer != wasDefer {
		return false, nil
	}
	lit, ok := call.Fun.(*ast.FuncLit)
	if !ok {
		return false, nil
	}
	if len(call.Args) > 0 || len(lit.Body.List) != 1 || lit.Type.Params.NumFields() > 0 {
		return true, m.differ(b, a, "the literal does more than call the cleanup")
	}
	x, ok := lit.Body.List[0].(*ast.ExprStmt)
	if !ok || m.recovers() {
		return true, m.differ(b, a, "the literal does not run the cleanup as it ran")
	}
	return true, m.finishCall(h, b, x.X)
}

// stateValue compares an expression with the state that a literal of prepare stands
// for: its number and the variables that it captures.
func (m *matcher) stateValue(lit *ast.FuncLit, use ast.Node, a ast.Expr) error {
	ret, _ := use.(*ast.ReturnStmt)
	want := make(map[string]func(ast.Expr) error)
	if m.State.Kind != "" {
		want[m.State.Kind] = func(x ast.Expr) error {
			if n := strconv.Itoa(m.Literals[lit]); types.ExprString(x) != n {
				return m.differ(use, x, "%s should be the number %s", types.ExprString(x), n)
			}
			return nil
		}
	}
	if m.State.Live != "" {
		want[m.State.Live] = func(x ast.Expr) error {
			if types.ExprString(x) != "true" {
				return m.differ(use, x, "%s should be true", types.ExprString(x))
			}
			return nil
		}
	}
	for name, c := range m.inLit[lit] {
		if c.Way == Field {
			want[name] = func(x ast.Expr) error {
				if i := m.resultOf(c.Var); ret != nil && i >= 0 && !c.Address && len(ret.Results) > 0 && m.pure(ret.Results[i]) {
					return m.node(ret.Results[i], x) // what the return assigns to it
				}
				return m.variable(c, use, x)
			}
		}
	}
	if m.State.Type == "" {
		if len(want) != 1 {
			return m.differ(use, a, "a single value cannot hold what the cleanup needs")
		}
		for _, check := range want {
			return check(a)
		}
	}
	c, ok := ast.Unparen(a).(*ast.CompositeLit)
	if !ok || !m.stateType(c.Type) {
		return m.differ(use, a, "%s should be a %s", types.ExprString(a), m.State.Type)
	}
	for _, e := range c.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			return m.differ(use, e, "the field of %s is not named", types.ExprString(e))
		}
		key := types.ExprString(kv.Key)
		check := want[key]
		if check == nil {
			return m.differ(use, e, "the field %s has no place here", key)
		}
		delete(want, key)
		if err := check(kv.Value); err != nil {
			return err
		}
	}
	for name := range want {
		return m.differ(use, a, "the field %s is missing", name)
	}
	return nil
}

// recovers reports whether a cleanup calls recover, which works only in the function
// that is deferred.
func (m *matcher) recovers() bool {
	for lit := range m.Literals {
		found := false
		ast.Inspect(lit.Body, func(n ast.Node) bool {
			if inner, ok := n.(*ast.FuncLit); ok && inner != lit {
				return false
			}
			if id, ok := n.(*ast.Ident); ok {
				b, ok := m.home.Info.Uses[id].(*types.Builtin)
				found = found || ok && b.Name() == "recover"
			}
			return !found
		})
		if found {
			return true
		}
	}
	return false
}
