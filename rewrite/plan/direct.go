package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// direct finds, for each capture, an operand that every site can pass to finish. It
// returns a refusal of the form Direct if a capture has none.
//
//	err = c.prepareRead(ctx)
//	…
//	defer c.finishRead(ctx, &err)
func direct(p *pattern.Prepare, sites []*pattern.Site, lits literals, idle idle, f finality, file *spell.File) ([]Passage, *refusal.Refusal) {
	if r := againForm(p, sites, lits); r != nil {
		return nil, r
	}
	if r := atCall(p, sites); r != nil {
		return nil, r
	}
	if idle.nilTested || idle.guarded {
		return nil, refusal.New(p, refusal.NilTest, p.Unit, p.Decl.Name.Pos(), "a caller or finish must know whether the cleanup does anything")
	}
	for _, s := range sites {
		if s.Form == pattern.Beside {
			return nil, refusal.New(p, refusal.CallForm, s.Unit, s.Call.Pos(), "a caller assigns its cleanup beside other values")
		}
	}
	var passages []Passage
	clock := clockOf(p, sites)
	for _, c := range p.Captures {
		pass, r := Passage{Capture: c, Route: ByClock}, (*refusal.Refusal)(nil)
		if c.Var != clock {
			pass, r = again(p, sites, idle, f, c)
		}
		if r != nil {
			return nil, r
		}
		if r := typed(p, file, &pass); r != nil {
			return nil, r
		}
		passages = append(passages, pass)
	}
	if clock != nil {
		i := slices.IndexFunc(passages, func(pass Passage) bool { return pass.Route == ByClock })
		passages = append(slices.Delete(slices.Clone(passages), i, i+1), passages[i]) // defer elapsed("parse", time.Now())
		if !merges(p, sites, passages, idle) {
			return nil, refusal.New(p, refusal.CallForm, p.Unit, p.Decl.Name.Pos(), "callers cannot read the clock in its place")
		}
	}
	return passages, nil
}

// againForm refuses prepare functions and sites for which the form Direct is
// impossible, whatever the cleanup captures.
func againForm(p *pattern.Prepare, sites []*pattern.Site, lits literals) *refusal.Refusal {
	if len(lits.distinct) > 1 {
		return refusal.New(p, refusal.SeveralLiterals, p.Unit, p.Literals[1].Lit.Pos(), "it returns different cleanups")
	}
	if strings.HasPrefix(p.Key.Name, "Example") && strings.HasSuffix(p.Unit.Filename(p.Decl.Pos()), "_test.go") {
		return refusal.New(p, refusal.NameClash, p.Unit, p.Decl.Name.Pos(), "go test might take finish for an example")
	}
	if recovers(p) && slices.ContainsFunc(sites, wrapped) {
		return refusal.New(p, refusal.RecoverWrapped, p.Unit, p.Decl.Name.Pos(), "its cleanup calls recover and is used as a value")
	}
	if p.Func.Signature().TypeParams().Len() > 0 {
		return refusal.New(p, refusal.Generic, p.Unit, p.Decl.Name.Pos(), "a call of finish might infer other type arguments")
	}
	for _, s := range sites {
		if s.Form == pattern.Passed {
			return refusal.New(p, refusal.CallForm, s.Unit, s.Call.Pos(), "a caller uses its cleanup as a value within an expression")
		}
		if s.Form == pattern.Returned {
			return refusal.New(p, refusal.CallForm, s.Unit, s.Call.Pos(), "a caller returns its results directly")
		}
	}
	return nil
}

// atCall refuses sites at which an operand of the call of prepare could not be written again
// at the uses of the cleanup, whatever it is: the variable of the cleanup is that of several calls, or there is no
// statement after the call.
func atCall(p *pattern.Prepare, sites []*pattern.Site) *refusal.Refusal {
	for _, s := range sites {
		if s.Shared {
			return refusal.New(p, refusal.Reassigned, s.Unit, s.Call.Pos(), "%s", whyShared(s))
		}
		if s.Form == pattern.Immediate && !ownStatement(s) {
			return refusal.New(p, refusal.CallForm, s.Unit, s.Call.Pos(), "a caller calls its cleanup within an expression")
		}
	}
	return nil
}

// whyShared says what a caller does whose variable for the cleanup is not set by its site alone.
func whyShared(s *pattern.Site) string {
	if len(s.Nothing) > 0 {
		return "a caller keeps a func that does nothing in the variable of its cleanup, too"
	}
	return "a caller declares the variable for its cleanup in another statement"
}

// byDecl groups sites by the declaration around them.
func byDecl(sites []*pattern.Site) map[ast.Decl][]*pattern.Site {
	near := make(map[ast.Decl][]*pattern.Site)
	for _, s := range sites {
		near[s.Decl] = append(near[s.Decl], s)
	}
	return near
}

// again returns how the sites pass a capture to finish.
func again(p *pattern.Prepare, sites []*pattern.Site, idle idle, f finality, c *pattern.Capture) (Passage, *refusal.Refusal) {
	no := func(s *pattern.Site, at token.Pos, why string) (Passage, *refusal.Refusal) {
		return Passage{}, refusal.New(p, refusal.CallForm, s.Unit, at, "%s cannot be passed to finish: %s", c.Var.Name(), why)
	}
	if resets := f.resets[c]; resets != nil {
		return Passage{Capture: c, Route: Anew, Resets: resets}, nil
	}
	if f.shared[c] {
		return Passage{}, refusal.New(p, refusal.CallForm, p.Unit, c.Uses[0].Pos(), "%s may change after the return", c.Var.Name())
	}
	if c.Class == pattern.Receiver || c.Class == pattern.Param {
		if written(p, c) {
			return Passage{}, refusal.New(p, refusal.CallForm, p.Unit, c.Uses[0].Pos(), "%s is assigned", c.Var.Name())
		}
	}
	near := byDecl(sites)
	switch c.Class {
	case pattern.Receiver:
		for _, s := range sites {
			if why := sameReceiver(p, s); why != "" {
				return no(s, s.Call.Pos(), why)
			}
		}
		return Passage{Capture: c, Route: ByReceiver}, nil
	case pattern.Param:
		for _, s := range sites {
			if why := sameArgument(p, near[s.Decl], s, c.Index); why != "" {
				return no(s, s.Call.Pos(), why)
			}
		}
		return Passage{Capture: c, Route: ByArgument}, nil
	}
	i := c.Index
	if c.Class == pattern.Local {
		if i = returned(p, c); i < 0 {
			return Passage{}, refusal.New(p, refusal.CallForm, p.Unit, c.Uses[0].Pos(), "%s is a local variable that it does not return", c.Var.Name())
		}
	}
	for _, s := range sites {
		if why := keepsResult(near[s.Decl], idle, s, i, c.Var.Name()); why != "" {
			return no(s, s.Call.Pos(), why)
		}
	}
	pass := Passage{Capture: c, Route: ByResult, Result: i}
	if t := p.Func.Signature().Results().At(i).Type(); !types.Identical(t, c.Var.Type()) {
		pass.As = t
	}
	return pass, nil
}

// everywhere calls same for each call of the cleanup at a site. It returns the first
// reason that is not "".
func everywhere(s *pattern.Site, same func(flow.Later) string) string {
	for _, u := range calls(s) {
		if why := same(flow.Later{At: u.Expr, Follows: u.Kind != pattern.Value && u.Lit == nil && !s.Shared}); why != "" {
			return why
		}
	}
	return ""
}

// sameArgument returns why a site cannot pass argument i of prepare to finish as well,
// or "". near holds the sites in its declaration.
func sameArgument(p *pattern.Prepare, near []*pattern.Site, s *pattern.Site, i int) string {
	sig := p.Func.Signature()
	if sig.Variadic() && i == sig.Params().Len()-1 || spread(s) || i >= len(s.Call.Args) {
		return "a caller does not pass it as one argument"
	}
	if editsWithin(near, s.Call.Args[i]) {
		return "a caller passes the cleanup of another call"
	}
	return everywhere(s, func(at flow.Later) string { return s.SameValue(s.Call.Args[i], at) })
}

// editsWithin reports whether an operand contains a call of prepare or a use of a
// cleanup. The rewrite changes such an operand, so its source cannot be copied.
func editsWithin(near []*pattern.Site, e ast.Expr) bool {
	return slices.ContainsFunc(near, func(t *pattern.Site) bool {
		return flow.Within(t.Call, e) || slices.ContainsFunc(t.Uses, func(u *pattern.Use) bool { return flow.Within(u.Expr, e) })
	})
}

// sameReceiver returns why a site cannot call finish on the receiver operand of prepare,
// or "". A method with a pointer receiver, called on a variable, takes the variable's
// address. A method with a value receiver, called through a pointer, copies the
// pointed-to value.
func sameReceiver(p *pattern.Prepare, s *pattern.Site) string {
	e := receiver(s)
	if e == nil {
		return "a caller has no receiver"
	}
	if selection := s.Unit.Info.Selections[s.Fun().(*ast.SelectorExpr)]; selection != nil && len(selection.Index()) > 1 && flow.EmbeddedPointer(selection) {
		return "a caller selects it through an embedded pointer"
	}
	_, wantsPtr := p.Func.Signature().Recv().Type().Underlying().(*types.Pointer)
	_, isPtr := s.Unit.Info.TypeOf(e).Underlying().(*types.Pointer)
	return everywhere(s, func(at flow.Later) string {
		switch {
		case wantsPtr && !isPtr && onlyReturns(p): // its call may go, with the evaluation of the receiver
			return s.SameAddress(e, at)
		case wantsPtr && !isPtr:
			return s.SameReceiver(e, at)
		case !wantsPtr && isPtr:
			return "what the pointer points to may change"
		}
		return s.SameValue(e, at)
	})
}

// keepsResult returns why the caller does not keep result i in a variable of the same
// type, unchanged until it calls finish, or "". A result that is assigned to _ may be
// assigned to a new variable of the given name. near holds the sites in its declaration.
func keepsResult(near []*pattern.Site, idle idle, s *pattern.Site, i int, name string) string {
	if !runs(s, idle.values) {
		return ""
	}
	if i >= len(s.Lhs) {
		return "a caller does not keep it"
	}
	id := identOf(s.Lhs[i])
	switch {
	case id == nil:
		return "a caller does not keep it in a variable"
	case id.Name == "_":
		return canName(near, s, name)
	}
	v, ok := s.Unit.Info.ObjectOf(id).(*types.Var)
	if !ok || !types.Identical(v.Type(), instance(s).Results().At(i).Type()) {
		return "a caller keeps it as another type"
	}
	return everywhere(s, func(at flow.Later) string { return s.SetOnce(v, id, at) })
}

// returned returns the index of the result that is a captured variable in every live return
// statement, or -1. It has the type of the variable, or is an interface, and then the cleanup
// only converts the variable:
//
//	gz := pool.Get().(*gzip.Writer)
//	return gz, func() { pool.Put(gz) }     // the first result is an io.Writer
func returned(p *pattern.Prepare, c *pattern.Capture) int {
	results := p.Func.Signature().Results()
	for i := range results.Len() {
		if i == p.Result || replaced(p, i) || !types.Identical(results.At(i).Type(), c.Var.Type()) && !onlyConverted(p, c, results.At(i).Type()) {
			continue
		}
		all := true
		for _, r := range p.Returns {
			if !r.Live() || !slices.Contains(r.Literal.Captures, c) {
				continue
			}
			if i >= len(r.Stmt.Results) || p.Unit.Info.Uses[identOf(r.Stmt.Results[i])] != c.Var {
				all = false
			}
		}
		if all {
			return i
		}
	}
	return -1
}

// onlyConverted reports whether a captured variable could have the interface type t in its
// cleanup: that only passes it where it becomes an interface, to which t converts as well. The
// interface holds the same value either way.
func onlyConverted(p *pattern.Prepare, c *pattern.Capture, t types.Type) bool {
	if !types.IsInterface(t) || spell.IsTypeParam(t) || flow.IsError(t) {
		return false
	}
	return !slices.ContainsFunc(c.Uses, func(id *ast.Ident) bool {
		at := p.At(id)
		if at.ParentEdgeKind() != edge.CallExpr_Args {
			return true
		}
		param := parameterOf(p.Unit.Info, at.Parent().Node().(*ast.CallExpr), at.ParentEdgeIndex())
		return param == nil || !types.IsInterface(param) || spell.IsTypeParam(param) || !types.AssignableTo(t, param)
	})
}

// parameterOf returns the type of the parameter that argument i of a call becomes, or nil if the
// call is a conversion or one of a builtin, has type arguments, or passes a slice for a variadic parameter. What
// Errorf formats with %w must be an error to go vet.
func parameterOf(info *types.Info, call *ast.CallExpr, i int) types.Type {
	sig, ok := info.TypeOf(call.Fun).Underlying().(*types.Signature)
	if !ok || info.Types[call.Fun].IsType() || info.Types[call.Fun].IsBuiltin() || call.Ellipsis.IsValid() {
		return nil
	}
	if fn, ok := typeutil.Callee(info, call).(*types.Func); ok && (fn.Origin().Signature().TypeParams().Len() > 0 || strings.HasSuffix(fn.Name(), "Errorf")) {
		return nil
	}
	n := sig.Params().Len()
	if sig.Variadic() && i >= n-1 {
		return sig.Params().At(n - 1).Type().Underlying().(*types.Slice).Elem()
	}
	if i >= n {
		return nil
	}
	return sig.Params().At(i).Type()
}
