package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// routes chooses, for each capture, the first way to finish that gives it the
// value that the closure would have seen.
//
// An operand that is not stable can be put in a variable at its site, or travel
// in the state. It travels when there is a state anyway, or when most sites
// would need the variable.
func (x *decision) routes() *Refusal {
	var choices []choice
	state := false
	for _, c := range x.p.Captures {
		ch, r := x.route(c)
		if r != nil {
			return r
		}
		state = state || ch.pass.Route == ByState
		choices = append(choices, ch)
	}
	if len(x.plan.Literals) > 1 {
		x.plan.State.Kind = x.freshIn(x.p.Unit, x.p.Decl, "kind")
		state = true
	}
	if r := x.share(choices); r != nil {
		return r
	}
	x.unify(choices)
	for _, ch := range choices {
		if ch.hoists > 0 && ch.pass.Capture.Class != pattern.Receiver && (state || 2*ch.hoists > len(x.sites)) ||
			ch.hoists > 0 && state {
			if r := x.inScope(ch.pass.Capture); r == nil {
				ch.pass.Route = ByState
				state = true
			}
		}
		if ch.pass.Route == Anew && !slices.ContainsFunc(ch.pass.Resets, func(r Reset) bool { return !r.Define }) {
			x.plan.Passages = append(x.plan.Passages, ch.pass)
			continue // := needs no type
		}
		var r *Refusal
		if ch.pass.Type, r = x.typeName(ch.pass.Capture); r != nil {
			return r
		}
		for _, reset := range ch.pass.Resets {
			if !reset.Define && !plainly(x.p.Unit, reset.Stmt.Pos(), ch.pass.Type) {
				return x.refuse(NameClash, x.p.Unit, reset.Stmt.Pos(), "a local has the name of a type that the cleanup must write")
			}
		}
		if ch.pass.Pointer {
			ch.pass.Type = "*" + ch.pass.Type
		}
		x.plan.Passages = append(x.plan.Passages, ch.pass)
		if ch.pass.Route == ByState {
			x.plan.State.Fields = append(x.plan.State.Fields, ch.pass)
		}
	}
	return nil
}

// unify makes captures of one name share a field of the state: where the
// address of one travels, that of the others does too.
func (x *decision) unify(choices []choice) {
	pointer := make(map[string]bool)
	for _, ch := range choices {
		if ch.pass.Pointer {
			pointer[ch.pass.Capture.Var.Name()] = true
		}
	}
	for i := range choices {
		if pass := &choices[i].pass; pass.Route == ByState && pointer[pass.Capture.Var.Name()] {
			pass.Pointer = true
		}
	}
}

// share makes captures of one name take the same way to finish where several returns
// hand out the same text, which becomes one body: all by the same result, or in the
// state.
//
//	if std {
//		f := os.Stdout
//		return f, func() { f.Sync() }
//	}
//	f := create()
//	return f, func() { f.Sync() }
func (x *decision) share(choices []choice) *Refusal {
	for i := range choices {
		for j := range i {
			a, b := &choices[i].pass, &choices[j].pass
			if a.Capture.Var.Name() != b.Capture.Var.Name() || a.Route == b.Route && a.Result == b.Result || !x.oneBody(a.Capture, b.Capture) {
				continue
			}
			for _, pass := range []*Passage{a, b} {
				if r := x.inScope(pass.Capture); r != nil {
					return r
				}
				pass.Route, pass.Result = ByState, 0
			}
		}
	}
	return nil
}

// oneBody reports whether two captures appear in literals of the same text.
func (x *decision) oneBody(a, b *pattern.Capture) bool {
	for _, l := range x.p.Literals {
		for _, m := range x.p.Literals {
			if slices.Contains(l.Captures, a) && slices.Contains(m.Captures, b) && x.plan.Number[l] == x.plan.Number[m] {
				return true
			}
		}
	}
	return false
}

// A choice is a passage, with the number of sites that would need a variable
// for the operand.
type choice struct {
	pass   Passage
	hoists int
}

func (x *decision) route(c *pattern.Capture) (choice, *Refusal) {
	// across asks every site, and counts those that need a variable.
	across := func(route Route, stays func(*pattern.Site) (ok, hoist bool)) (choice, bool) {
		ch := choice{pass: Passage{Capture: c, Route: route}}
		for _, s := range x.sites {
			ok, hoist := stays(s)
			if !ok {
				return choice{}, false
			}
			if hoist {
				ch.hoists++
			}
		}
		return ch, true
	}
	if resets := x.resets[c]; resets != nil {
		return choice{pass: Passage{Capture: c, Route: Anew, Resets: resets}}, nil
	}
	if x.shared[c] {
		return choice{pass: Passage{Capture: c, Route: ByState, Pointer: true}}, x.inScope(c)
	}
	switch c.Class {
	case pattern.Receiver:
		if !x.written(c) {
			if ch, ok := across(ByReceiver, x.receiverStays); ok {
				return ch, nil
			}
		}
	case pattern.Param:
		if !x.written(c) {
			if ch, ok := across(ByArgument, func(s *pattern.Site) (bool, bool) { return x.argumentStays(s, c.Index) }); ok {
				return ch, nil
			}
		}
	case pattern.Result:
		if x.everySite(func(s *pattern.Site) bool { return x.resultStays(s, c.Index) }) {
			return choice{pass: Passage{Capture: c, Route: ByResult, Result: c.Index}}, nil
		}
		if x.handsOut(c) {
			return choice{pass: Passage{Capture: c, Route: ByState}}, x.inScope(c)
		}
		// The address of the result sees what the return assigns to it.
		return choice{pass: Passage{Capture: c, Route: ByState, Pointer: true}}, x.inScope(c)
	}
	if i := x.returned(c.Var); i >= 0 && x.everySite(func(s *pattern.Site) bool { return x.resultStays(s, i) }) {
		return choice{pass: Passage{Capture: c, Route: ByResult, Result: i}}, nil
	}
	return choice{pass: Passage{Capture: c, Route: ByState}}, x.inScope(c)
}

// handsOut reports whether a captured result has, at each live return, the value that
// it keeps: the return assigns nothing else to it, and no literal changes it later.
func (x *decision) handsOut(c *pattern.Capture) bool {
	if x.resultReplaced(c.Index) {
		return false
	}
	return !slices.ContainsFunc(x.p.Returns, func(r *pattern.Return) bool {
		if !r.Live() || !slices.Contains(r.Literal.Captures, c) || len(r.Stmt.Results) == 0 {
			return false
		}
		return c.Index >= len(r.Stmt.Results) || x.p.Unit.Info.Uses[identOf(r.Stmt.Results[c.Index])] != c.Var
	})
}

// inScope refuses when a live return cannot name the capture.
func (x *decision) inScope(c *pattern.Capture) *Refusal {
	for _, r := range x.p.Returns {
		if r.Live() && slices.Contains(r.Literal.Captures, c) && !sees(x.p.Unit, r.Stmt.Pos(), c.Var) {
			return x.refuse(OutOfScope, x.p.Unit, r.Stmt.Pos(), "%s, which its cleanup captures, is out of scope at a return", c.Var.Name())
		}
	}
	return nil
}

// written reports whether prepare or its cleanup assigns to the capture.
func (x *decision) written(c *pattern.Capture) bool {
	return slices.ContainsFunc(x.p.Access[c.Var], func(a pattern.Access) bool { return a.Mode == pattern.Write })
}

func (x *decision) everySite(ok func(*pattern.Site) bool) bool {
	return !slices.ContainsFunc(x.sites, func(s *pattern.Site) bool { return !ok(s) })
}

// receiver returns the receiver operand of the site's call.
func receiver(s *pattern.Site) ast.Expr {
	if sel, ok := s.Fun().(*ast.SelectorExpr); ok {
		return sel.X
	}
	return nil
}

// receiverStays reports whether finish can be called on the same receiver
// operand again, or on a variable that it is put in before.
func (x *decision) receiverStays(s *pattern.Site) (ok, hoist bool) {
	e := receiver(s)
	if e == nil {
		return false, false
	}
	if len(calls(s)) == 0 {
		return true, false
	}
	if x.aliases(s) || x.usesWithin(s, e) {
		return false, false
	}
	if x.stableReceiver(s, e) {
		return true, false
	}
	// The pointer that counts is hidden in the operand.
	if x.promotedByPointer(s) {
		return false, false
	}
	// A method with a value receiver got a copy: its operand may be a
	// pointer to something that has changed since.
	recv := x.p.Func.Signature().Recv().Type()
	if _, ok := recv.Underlying().(*types.Pointer); !ok {
		if _, ok := s.Unit.Info.TypeOf(e).Underlying().(*types.Pointer); ok {
			return false, false
		}
	}
	return x.hoistable(s) && x.ahead(s, -1), true
}

// ahead reports whether operand i of the call (-1 for the receiver) can be
// evaluated before all others that follow. The language leaves open whether a
// variable is read before or after a call beside it, but the compiler makes the
// calls first, and programs have come to see it:
//
//	begin(c.n, c.next())     // c.n is read after c.next()
func (x *decision) ahead(s *pattern.Site, i int) bool {
	e := receiver(s)
	if i >= 0 {
		e = s.Call.Args[i]
	}
	if effects(s.Unit.Info, e) {
		return true
	}
	return !slices.ContainsFunc(s.Call.Args[i+1:], func(a ast.Expr) bool { return effects(s.Unit.Info, a) })
}

// stableReceiver reports whether the receiver operand is stable. A method with
// a pointer receiver called on a variable takes its address.
func (x *decision) stableReceiver(s *pattern.Site, e ast.Expr) bool {
	_, wantsPtr := x.p.Func.Signature().Recv().Type().Underlying().(*types.Pointer)
	_, isPtr := s.Unit.Info.TypeOf(e).Underlying().(*types.Pointer)
	for _, u := range calls(s) {
		switch {
		case wantsPtr && !isPtr && !x.promotedByPointer(s):
			if !x.stableAddr(s, e, u) {
				return false
			}
		case !wantsPtr && isPtr:
			return false
		case !x.stableAt(s, e, u) || x.promotedByPointer(s):
			return false
		}
	}
	return true
}

// promotedByPointer reports whether the method is promoted through an embedded
// pointer: a hidden field load, which may give another value later.
func (x *decision) promotedByPointer(s *pattern.Site) bool {
	sel, ok := s.Fun().(*ast.SelectorExpr)
	if !ok {
		return false
	}
	selection := s.Unit.Info.Selections[sel]
	return selection != nil && len(selection.Index()) > 1 && throughEmbeddedPointer(selection)
}

// hoistable reports whether a statement can be put before the site's, and what it
// declares is seen at every use:
//
//	var done func()
//	if slow {
//		k := cost(n)
//		done = begin(k)      // nothing declared here is there for the use below
//	}
//	if done != nil {
//		defer done()
//	}
func (x *decision) hoistable(s *pattern.Site) bool {
	list, i, ok := s.Up.List(s.Stmt)
	if !ok || spread(s) {
		return false
	}
	if a, ok := s.Stmt.(*ast.AssignStmt); (!ok || a.Tok != token.DEFINE) && hasGoto(s.Func) {
		return false // no goto may jump over a declaration, and one may jump over s
	}
	for _, u := range calls(s) {
		if !slices.ContainsFunc(list[i:], func(t ast.Stmt) bool { return pattern.Within(u.Expr, t) }) {
			return false
		}
	}
	for _, l := range s.Lhs {
		if effects(s.Unit.Info, l) {
			return false // it is evaluated before the operands of the call
		}
	}
	for _, e := range s.Call.Args {
		if effects(s.Unit.Info, e) && !typedAlone(s.Unit.Info, e) || x.usesWithin(s, e) {
			return false
		}
	}
	return true
}

// usesWithin reports whether a cleanup of prepare is used within an operand. Such an
// operand changes where it stands, so it is not written a second time:
//
//	inner := begin("inner", nil)
//	outer := begin("outer", inner)
//	defer outer()
func (x *decision) usesWithin(s *pattern.Site, e ast.Expr) bool {
	return slices.ContainsFunc(x.sites, func(t *pattern.Site) bool {
		return t.Unit == s.Unit && slices.ContainsFunc(t.Uses, func(u *pattern.Use) bool { return pattern.Within(u.Expr, e) })
	})
}

// typedAlone reports whether e has, in a variable of its own, the type and value
// that it has as an argument. A shift of an untyped constant, an untyped
// comparison and a constant take their type from the parameter:
//
//	begin(1<<n)           // with begin(v int64), a shift of an int64
//	v := 1 << n           // a shift of an int
func typedAlone(info *types.Info, e ast.Expr) bool {
	tv := info.Types[e]
	if tv.Value != nil || tv.IsNil() {
		return false
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return typedAlone(info, e.X)
	case *ast.UnaryExpr:
		return e.Op == token.AND || e.Op == token.ARROW || typedAlone(info, e.X)
	case *ast.BinaryExpr:
		switch e.Op {
		case token.SHL, token.SHR:
			return typedAlone(info, e.X)
		case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
			return types.Identical(tv.Type, types.Typ[types.Bool])
		}
		return typedAlone(info, e.X) || typedAlone(info, e.Y)
	}
	return true
}

// spread reports whether the call's arguments are the results of another call.
func spread(s *pattern.Site) bool {
	if len(s.Call.Args) != 1 {
		return false
	}
	_, ok := s.Unit.Info.TypeOf(s.Call.Args[0]).(*types.Tuple)
	return ok
}

// argumentStays reports whether argument i can be given to finish again, or put
// in a variable before.
func (x *decision) argumentStays(s *pattern.Site, i int) (ok, hoist bool) {
	sig := x.p.Func.Signature()
	if sig.Variadic() && i == sig.Params().Len()-1 || spread(s) || i >= len(s.Call.Args) || x.aliases(s) || x.usesWithin(s, s.Call.Args[i]) {
		return false, false
	}
	if x.stable(s, s.Call.Args[i]) {
		return true, false
	}
	return x.hoistable(s) && x.ahead(s, i) && typedAlone(s.Unit.Info, s.Call.Args[i]), true
}

// returned returns the index of a result that hands out variable v at every
// live return, with v's own type; -1 if there is none.
func (x *decision) returned(v *types.Var) int {
	results := x.p.Func.Signature().Results()
	for i := range results.Len() {
		if i == x.p.Result || x.resultReplaced(i) || !types.Identical(results.At(i).Type(), v.Type()) {
			continue
		}
		all := true
		for _, r := range x.p.Returns {
			if !r.Live() || !slices.ContainsFunc(r.Literal.Captures, func(c *pattern.Capture) bool { return c.Var == v }) {
				continue
			}
			if i >= len(r.Stmt.Results) || x.p.Unit.Info.Uses[identOf(r.Stmt.Results[i])] != v {
				all = false
			}
		}
		if all {
			return i
		}
	}
	return -1
}

// resultStays reports whether the caller keeps result i in a variable of the
// same type, unchanged until finish is called.
func (x *decision) resultStays(s *pattern.Site, i int) bool {
	if len(calls(s)) == 0 {
		return true
	}
	if i >= len(s.Lhs) {
		return false
	}
	id := identOf(s.Lhs[i])
	if id == nil || id.Name == "_" {
		return false
	}
	if x.aliases(s) {
		return x.together(s, i)
	}
	v, ok := s.Unit.Info.ObjectOf(id).(*types.Var)
	if !ok || global(v) || !types.Identical(v.Type(), instance(s).Results().At(i).Type()) {
		return false
	}
	for _, u := range calls(s) {
		if !sees(s.Unit, u.Expr.Pos(), v) || resultChanges(s, id, v, u) {
			return false
		}
	}
	return true
}

// together reports whether the sites that set the variable of the cleanup are also
// those that set a variable to result i, so that the one always belongs to the
// other:
//
//	conn, cleanup := listen(0)
//	…
//	conn, cleanup = listen(port)
//	defer cleanup()                 // defer closeListener(conn)
func (x *decision) together(s *pattern.Site, i int) bool {
	info := s.Unit.Info
	v, ok := info.ObjectOf(identOf(s.Lhs[i])).(*types.Var)
	if !ok || global(v) || s.NamedResult(v) || !types.Identical(v.Type(), instance(s).Results().At(i).Type()) {
		return false
	}
	set := make(map[*ast.Ident]bool)
	declared := false
	for _, t := range x.sites {
		if t.Var != s.Var {
			continue
		}
		id := identOf(t.Lhs[i])
		if id == nil || info.ObjectOf(id) != types.Object(v) {
			return false
		}
		set[id] = true
		declared = declared || info.Defs[id] == types.Object(v) && info.Defs[identOf(t.Lhs[x.p.Result])] == types.Object(s.Var)
	}
	for _, a := range s.Access[v] {
		if a.Mode != pattern.Read && !set[a.Ident] {
			return false
		}
	}
	for _, u := range calls(s) {
		if !sees(s.Unit, u.Expr.Pos(), v) {
			return false
		}
	}
	return declared
}

// resultChanges is changes without the assignment at the site itself.
func resultChanges(s *pattern.Site, id *ast.Ident, v *types.Var, u *pattern.Use) bool {
	t := *s
	t.Access = pattern.Accesses{}
	for _, a := range s.Access[v] {
		if a.Ident != id {
			t.Access[v] = append(t.Access[v], a)
		}
	}
	return changes(&t, v, u)
}
