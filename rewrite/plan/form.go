package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// direct finds, for each capture, the operand that every site can write again,
// and refuses the form where there is none.
//
//	err = c.prepareRead(ctx)
//	…
//	defer c.finishRead(ctx, &err)
func (x *decision) direct() *refusal.Refusal {
	p := x.p
	if len(x.plan.Literals) > 1 {
		return refusal.New(x.p, refusal.SeveralLiterals, p.Unit, p.Literals[1].Lit.Pos(), "its returns hand out different cleanups")
	}
	if x.nilTested || x.guarded {
		return refusal.New(x.p, refusal.NilTest, p.Unit, p.Decl.Name.Pos(), "somebody has to know whether there is something to do")
	}
	if strings.HasPrefix(p.Key.Name, "Example") && strings.HasSuffix(p.Unit.Filename(p.Decl.Pos()), "_test.go") {
		return refusal.New(x.p, refusal.NameClash, p.Unit, p.Decl.Name.Pos(), "go test might take it for an example")
	}
	if recovers(x.p) && slices.ContainsFunc(x.sites, wrapped) {
		return refusal.New(x.p, refusal.RecoverWrapped, p.Unit, p.Decl.Name.Pos(), "its cleanup recovers, and is used as a value")
	}
	if p.Func.Signature().TypeParams().Len() > 0 {
		return refusal.New(x.p, refusal.Generic, p.Unit, p.Decl.Name.Pos(), "a call of finish might infer other type arguments")
	}
	for _, s := range x.sites {
		if s.Shared {
			return refusal.New(x.p, refusal.Reassigned, s.Unit, s.Call.Pos(), "a caller declares the variable of its cleanup in another statement")
		}
		if s.Form == pattern.Passed {
			return refusal.New(x.p, refusal.CallForm, s.Unit, s.Call.Pos(), "a caller hands its cleanup on within an expression")
		}
		if s.Form == pattern.Immediate && !ownStatement(s) {
			return refusal.New(x.p, refusal.CallForm, s.Unit, s.Call.Pos(), "a caller calls its cleanup within an expression")
		}
	}
	for _, c := range p.Captures {
		pass, r := x.again(c)
		if r != nil {
			return r
		}
		if r := x.typed(&pass); r != nil {
			return r
		}
		x.plan.Passages = append(x.plan.Passages, pass)
	}
	return nil
}

// ownStatement reports whether an Immediate site is a statement of its own, in a
// list: p()(), or the same deferred or in a goroutine.
func ownStatement(s *pattern.Site) bool {
	u := s.Uses[0]
	if _, _, ok := s.Up.List(u.Stmt); !ok {
		return false
	}
	switch stmt := u.Stmt.(type) {
	case *ast.ExprStmt:
		return stmt.X == ast.Expr(u.Call)
	case *ast.DeferStmt:
		return stmt.Call == u.Call
	case *ast.GoStmt:
		return stmt.Call == u.Call
	}
	return false
}

// again returns how the sites can give a capture to finish once more.
func (x *decision) again(c *pattern.Capture) (Passage, *refusal.Refusal) {
	no := func(s *pattern.Site, at token.Pos, why string) (Passage, *refusal.Refusal) {
		return Passage{}, refusal.New(x.p, refusal.CallForm, s.Unit, at, "%s cannot be written again: %s", c.Var.Name(), why)
	}
	if resets := x.resets[c]; resets != nil {
		return Passage{Capture: c, Route: Anew, Resets: resets}, nil
	}
	if x.shared[c] {
		return Passage{}, refusal.New(x.p, refusal.CallForm, x.p.Unit, c.Uses[0].Pos(), "%s may change after the return", c.Var.Name())
	}
	if c.Class == pattern.Receiver || c.Class == pattern.Param {
		if written(x.p, c) {
			return Passage{}, refusal.New(x.p, refusal.CallForm, x.p.Unit, c.Uses[0].Pos(), "%s is assigned", c.Var.Name())
		}
	}
	switch c.Class {
	case pattern.Receiver:
		for _, s := range x.sites {
			if why := sameReceiver(x.p, s); why != "" {
				return no(s, s.Call.Pos(), why)
			}
		}
		return Passage{Capture: c, Route: ByReceiver}, nil
	case pattern.Param:
		for _, s := range x.sites {
			if why := sameArgument(x.p, x.sites, s, c.Index); why != "" {
				return no(s, s.Call.Pos(), why)
			}
		}
		return Passage{Capture: c, Route: ByArgument}, nil
	}
	i := c.Index
	if c.Class == pattern.Local {
		if i = returned(x.p, c.Var); i < 0 {
			return Passage{}, refusal.New(x.p, refusal.CallForm, x.p.Unit, c.Uses[0].Pos(), "%s is a variable of its own", c.Var.Name())
		}
	}
	for _, s := range x.sites {
		if why := keepsResult(s, i); why != "" {
			return no(s, s.Call.Pos(), why)
		}
	}
	return Passage{Capture: c, Route: ByResult, Result: i}, nil
}

// handed puts all captures in the state. A pointer to the caller's variable stays
// an argument of finish: the compiler's escape analysis does not tell the fields
// of a struct apart, and one that leaks would move the variable to the heap again.
//
//	done := oneOff(ctx, "layer", &err)
//	…
//	defer done.finish(&err)
func (x *decision) handed() *refusal.Refusal {
	for _, c := range x.p.Captures {
		pass := Passage{Capture: c, Route: ByState, Pointer: x.shared[c]}
		switch {
		case x.resets[c] != nil:
			pass.Route, pass.Resets = Anew, x.resets[c]
		case x.shared[c]:
		case c.Class == pattern.Param && pointsToCaller(x.p, x.sites, c):
			pass.Route = ByArgument
		case c.Class == pattern.Result:
			// The address of the result sees what the return assigns to it.
			pass.Pointer = !handsOut(x.p, c)
		}
		if pass.Route == ByState {
			if r := inScope(x.p, c); r != nil {
				return r
			}
		}
		x.plan.Passages = append(x.plan.Passages, pass)
	}
	x.unify()
	for i := range x.plan.Passages {
		pass := &x.plan.Passages[i]
		if r := x.typed(pass); r != nil {
			return r
		}
		if pass.Route == ByState {
			x.plan.State.Fields = append(x.plan.State.Fields, *pass)
		}
	}
	if len(x.plan.Literals) > 1 {
		x.plan.State.Kind = fieldName(x.p, "kind")
	} else if x.nilTested || x.guarded {
		x.plan.State.Live = flagName(x.p)
		x.plan.State.Guard = x.guarded
	}
	return nil
}

// pointsToCaller reports whether a captured parameter is a pointer that every site
// can give to finish again, and that some site points to a variable of its own.
func pointsToCaller(p *pattern.Prepare, sites []*pattern.Site, c *pattern.Capture) bool {
	if _, ok := c.Var.Type().Underlying().(*types.Pointer); !ok || written(p, c) {
		return false
	}
	some := false
	for _, s := range sites {
		if s.Form == pattern.Passed || s.Shared && (wrapped(s) || setElsewhere(sites, s) || !outlives(s, c.Index)) || sameArgument(p, sites, s, c.Index) != "" {
			return false
		}
		u, ok := ast.Unparen(s.Call.Args[c.Index]).(*ast.UnaryExpr)
		some = some || ok && u.Op == token.AND
	}
	return some
}

// setElsewhere reports whether another site sets the variable of s, with operands of
// its own.
func setElsewhere(sites []*pattern.Site, s *pattern.Site) bool {
	return slices.ContainsFunc(sites, func(t *pattern.Site) bool { return t != s && t.Var == s.Var })
}

// outlives reports whether the variables of argument i live as long as the variable of
// the cleanup, which is declared elsewhere: then there is one of each for both.
//
//	var done func()
//	for i := range 2 {
//		err := check(i)
//		if i == 0 {
//			done = begin(&err)
//		} else {
//			done()               // with the err of the iteration before
//		}
//	}
func outlives(s *pattern.Site, i int) bool {
	if flow.HasGoto(s.Decl) {
		return false
	}
	all := true
	ast.Inspect(s.Call.Args[i], func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if v, ok := s.Unit.Info.Uses[id].(*types.Var); ok && !v.IsField() && !flow.Global(v) {
				all = all && encloses(v.Parent(), s.Var.Parent())
			}
		}
		return all
	})
	return all
}

// encloses reports whether scope is inner or around it.
func encloses(scope, inner *types.Scope) bool {
	for ; inner != nil; inner = inner.Parent() {
		if inner == scope {
			return true
		}
	}
	return false
}

// wrapped reports whether the site uses the cleanup as a value, which takes a
// literal around a call of a finish with arguments.
func wrapped(s *pattern.Site) bool {
	return slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool { return u.Kind == pattern.Value })
}

// unify makes captures of one name share a field of the state: where the address
// of one travels, that of the others does too.
func (x *decision) unify() {
	pointer := make(map[string]bool)
	for _, pass := range x.plan.Passages {
		if pass.Pointer {
			pointer[pass.Capture.Var.Name()] = true
		}
	}
	for i := range x.plan.Passages {
		if pass := &x.plan.Passages[i]; pass.Route == ByState && pointer[pass.Capture.Var.Name()] {
			pass.Pointer = true
		}
	}
}

// typed fills in how the type of a capture is written.
func (x *decision) typed(pass *Passage) *refusal.Refusal {
	if pass.Route == Anew && !slices.ContainsFunc(pass.Resets, func(r Reset) bool { return !r.Define }) {
		return nil // := needs no type
	}
	var r *refusal.Refusal
	if pass.Type, r = x.typeName(pass.Capture); r != nil {
		return r
	}
	for _, reset := range pass.Resets {
		if !reset.Define && !plainly(x.p.Unit, reset.Stmt.Pos(), pass.Type) {
			return refusal.New(x.p, refusal.NameClash, x.p.Unit, reset.Stmt.Pos(), "a local has the name of a type that the cleanup must write")
		}
	}
	if pass.Pointer {
		pass.Type = "*" + pass.Type
	}
	return nil
}

// calls returns the uses of the site that run the cleanup, or hand it to somebody
// who may.
func calls(s *pattern.Site) []*pattern.Use {
	var us []*pattern.Use
	for _, u := range s.Uses {
		if u.Call != nil || u.Kind == pattern.Value {
			us = append(us, u)
		}
	}
	return us
}

// everywhere asks same about each call of the cleanup at a site, and returns its
// first objection.
func everywhere(s *pattern.Site, same func(flow.Later) string) string {
	for _, u := range calls(s) {
		if why := same(flow.Later{At: u.Expr, Wrapped: u.Kind == pattern.Value || u.Lit != nil}); why != "" {
			return why
		}
	}
	return ""
}

// sameArgument returns why a site cannot give argument i to finish again, or "".
func sameArgument(p *pattern.Prepare, sites []*pattern.Site, s *pattern.Site, i int) string {
	sig := p.Func.Signature()
	if sig.Variadic() && i == sig.Params().Len()-1 || spread(s) || i >= len(s.Call.Args) {
		return "a caller does not give it as one argument"
	}
	if editsWithin(sites, s, s.Call.Args[i]) {
		return "a caller gives the cleanup of another call"
	}
	return everywhere(s, func(at flow.Later) string { return s.SameValue(s.Call.Args[i], at) })
}

// editsWithin reports whether an operand holds another call of prepare, or a use of
// a cleanup. It changes where it stands, and its old text means nothing elsewhere.
func editsWithin(sites []*pattern.Site, s *pattern.Site, e ast.Expr) bool {
	return slices.ContainsFunc(sites, func(t *pattern.Site) bool {
		return t.Unit == s.Unit && (flow.Within(t.Call, e) || slices.ContainsFunc(t.Uses, func(u *pattern.Use) bool { return flow.Within(u.Expr, e) }))
	})
}

// receiver returns the receiver operand of the site's call.
func receiver(s *pattern.Site) ast.Expr {
	if sel, ok := s.Fun().(*ast.SelectorExpr); ok {
		return sel.X
	}
	return nil
}

// sameReceiver returns why a site cannot call finish on the receiver operand of
// prepare again, or "". A method with a pointer receiver called on a variable
// takes its address; one with a value receiver called through a pointer copies
// what it points to.
func sameReceiver(p *pattern.Prepare, s *pattern.Site) string {
	e := receiver(s)
	if e == nil {
		return "a caller has no receiver"
	}
	if selection := s.Unit.Info.Selections[s.Fun().(*ast.SelectorExpr)]; selection != nil && len(selection.Index()) > 1 && embedsPointer(selection) {
		return "an embedded pointer leads to it"
	}
	_, wantsPtr := p.Func.Signature().Recv().Type().Underlying().(*types.Pointer)
	_, isPtr := s.Unit.Info.TypeOf(e).Underlying().(*types.Pointer)
	return everywhere(s, func(at flow.Later) string {
		switch {
		case wantsPtr && !isPtr:
			return s.SameAddress(e, at)
		case !wantsPtr && isPtr:
			return "what the pointer points to may change"
		}
		return s.SameValue(e, at)
	})
}

// embedsPointer reports whether a promoted method is reached through an embedded
// pointer, which may change.
func embedsPointer(sel *types.Selection) bool {
	t := sel.Recv()
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	for _, i := range sel.Index()[:len(sel.Index())-1] {
		st, ok := t.Underlying().(*types.Struct)
		if !ok {
			return true
		}
		t = st.Field(i).Type()
		if _, ok := t.Underlying().(*types.Pointer); ok {
			return true
		}
	}
	return false
}

// spread reports whether the call's arguments are the results of another call.
func spread(s *pattern.Site) bool {
	if len(s.Call.Args) != 1 {
		return false
	}
	_, ok := s.Unit.Info.TypeOf(s.Call.Args[0]).(*types.Tuple)
	return ok
}

// keepsResult returns why the caller does not keep result i, unchanged, in a
// variable of the same type until finish is called, or "".
func keepsResult(s *pattern.Site, i int) string {
	if len(calls(s)) == 0 {
		return ""
	}
	if i >= len(s.Lhs) {
		return "a caller does not keep it"
	}
	id := identOf(s.Lhs[i])
	if id == nil || id.Name == "_" {
		return "a caller does not keep it in a variable"
	}
	v, ok := s.Unit.Info.ObjectOf(id).(*types.Var)
	if !ok || !types.Identical(v.Type(), instance(s).Results().At(i).Type()) {
		return "a caller keeps it as another type"
	}
	return everywhere(s, func(at flow.Later) string { return s.SetOnce(v, id, at) })
}

// returned returns the index of a result that hands out variable v at every live
// return, with v's own type; -1 if there is none.
func returned(p *pattern.Prepare, v *types.Var) int {
	results := p.Func.Signature().Results()
	for i := range results.Len() {
		if i == p.Result || replaced(p, i) || !types.Identical(results.At(i).Type(), v.Type()) {
			continue
		}
		all := true
		for _, r := range p.Returns {
			if !r.Live() || !slices.ContainsFunc(r.Literal.Captures, func(c *pattern.Capture) bool { return c.Var == v }) {
				continue
			}
			if i >= len(r.Stmt.Results) || p.Unit.Info.Uses[identOf(r.Stmt.Results[i])] != v {
				all = false
			}
		}
		if all {
			return i
		}
	}
	return -1
}

// replaced reports whether something else than return statements may set result i:
// a deferred literal, or whoever has its address.
func replaced(p *pattern.Prepare, i int) bool {
	v := p.Func.Signature().Results().At(i)
	return slices.ContainsFunc(p.Access[v], func(a flow.Access) bool {
		return a.Mode == flow.Address || a.Mode == flow.Write && a.Lit != nil
	})
}

// handsOut reports whether a captured result has, at each live return, a value that
// can be written twice: the return assigns a constant, nil or the result itself, and
// nothing changes it later.
func handsOut(p *pattern.Prepare, c *pattern.Capture) bool {
	if replaced(p, c.Index) {
		return false
	}
	return !slices.ContainsFunc(p.Returns, func(r *pattern.Return) bool {
		if !r.Live() || !slices.Contains(r.Literal.Captures, c) || len(r.Stmt.Results) == 0 {
			return false
		}
		if c.Index >= len(r.Stmt.Results) {
			return true
		}
		e := r.Stmt.Results[c.Index]
		tv := p.Unit.Info.Types[e]
		return tv.Value == nil && !tv.IsNil() && p.Unit.Info.Uses[identOf(e)] != c.Var
	})
}

// inScope refuses when a live return cannot name the capture.
func inScope(p *pattern.Prepare, c *pattern.Capture) *refusal.Refusal {
	for _, r := range p.Returns {
		if r.Live() && slices.Contains(r.Literal.Captures, c) && !p.Unit.Sees(r.Stmt.Pos(), c.Var) {
			return refusal.New(p, refusal.OutOfScope, p.Unit, r.Stmt.Pos(), "%s, which its cleanup captures, is hidden or out of scope at a return", c.Var.Name())
		}
	}
	return nil
}

// written reports whether prepare or its cleanup assigns to the capture.
func written(p *pattern.Prepare, c *pattern.Capture) bool {
	return slices.ContainsFunc(p.Access[c.Var], func(a flow.Access) bool { return a.Mode == flow.Write })
}

func everySite(sites []*pattern.Site, ok func(*pattern.Site) bool) bool {
	return !slices.ContainsFunc(sites, func(s *pattern.Site) bool { return !ok(s) })
}

// instance returns the signature of prepare as the site calls it, with the type
// arguments in place of type parameters.
func instance(s *pattern.Site) *types.Signature {
	return s.Unit.Info.TypeOf(s.Call.Fun).Underlying().(*types.Signature)
}

// identOf returns the identifier that e is, or nil.
func identOf(e ast.Expr) *ast.Ident {
	id, _ := ast.Unparen(e).(*ast.Ident)
	return id
}
