package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// idle says what finish needs to know about return statements that return nil, or a
// cleanup that does nothing.
type idle struct {
	nilTested bool // a caller compares the cleanup with nil
	guarded   bool // finish needs to know whether there is something to do

	// values holds the new source of uses as a value of a cleanup that is certainly nil or
	// empty.
	values map[*pattern.Use]string
}

// idleOf finds out how the rewrite must treat return statements that return nil, or a
// cleanup that does nothing.
//
// No program calls a nil cleanup: it would crash. So a return of nil needs nothing,
// unless a caller compares the cleanup with nil, or passes it to code that may do so:
//
//	if done != nil { defer done() }     // if done.started { defer done.end() }
//
// Programs do call an empty cleanup, which does nothing. Finish must do nothing either,
// unless every use is behind a check of the error that is returned with the cleanup.
func idleOf(p *pattern.Prepare, fs *forwarders) (idle, *refusal.Refusal) {
	found := idle{values: make(map[*pattern.Use]string)}
	own := idlesOf(p)
	forwarded := idlesOf(p)
	for _, fw := range fs.changed {
		forwarded.addForwarder(fw.Prepare, fs.sites)
		found.guarded = found.guarded || slices.ContainsFunc(fw.Returns, func(r *pattern.Return) bool { return r.Idle == pattern.IdleEmpty })
	}
	if r := boundBeforePanic(p); r != nil {
		return found, r
	}
	tests, runs, r := usesOwn(p, own)
	if r != nil {
		return found, r
	}
	found.nilTested, found.guarded = tests, found.guarded || runs
	for _, s := range fs.sites {
		back := own
		if s.Forwarder != nil {
			back = forwarded
		}
		nils, empties := back.nils, back.empties
		found.guarded = found.guarded || len(s.Nothing) > 0
		for _, u := range s.Uses {
			switch u.Kind {
			case pattern.Discard, pattern.Forward:
			case pattern.NilTest:
				if len(empties) > 0 && guardOf(s, u) == nil {
					return found, refusal.New(p, refusal.NilTest, s.Unit, u.Expr.Pos(), "a caller compares its cleanup with nil, and a cleanup that is not nil may do nothing")
				}
				found.nilTested = true
			case pattern.Value:
				if r := found.value(p, fs, s, u, back); r != nil {
					return found, r
				}
			default:
				if len(nils) > 0 && len(empties) == 0 && failed(p, s, u) {
					return found, refusal.New(p, refusal.UnguardedNil, s.Unit, u.Expr.Pos(), "a caller uses its cleanup where the error is not nil, and so the cleanup is")
				}
				if len(nils) > 0 && !tested(s, u, back.silent) {
					return found, refusal.New(p, refusal.UnguardedNil, s.Unit, u.Expr.Pos(), "a caller uses its cleanup, which may be nil, after no test that closurefix knows")
				}
				found.guarded = found.guarded || len(empties) > 0 && !behindCheck(p, fs.sites, s, u, ofEmpty) && !slices.ContainsFunc(s.Uses, func(test *pattern.Use) bool {
					guard := guardOf(s, test)
					return guard != nil && flow.Within(u.Expr, guard.Body)
				})
			}
		}
	}
	return found, nil
}

// value adds what a use as a value needs.
func (x *idle) value(p *pattern.Prepare, fs *forwarders, s *pattern.Site, u *pattern.Use, back *idles) *refusal.Refusal {
	if s.Form == pattern.Returned {
		if len(back.empties) > 0 {
			return refusal.New(p, refusal.UnguardedNil, s.Unit, u.Expr.Pos(), "a caller returns its cleanup, which may do nothing, as a func")
		}
		x.nilTested = x.nilTested || mayBeNil(p, fs)
		return nil
	}
	if text := idleValue(p, s, u, back.nils, back.empties); text != "" {
		x.values[u] = text
		return nil
	}
	if r := nilValue(p, fs.sites, s, u, back.nils); r != nil {
		return r
	}
	x.guarded = x.guarded || len(back.empties) > 0 && !behindCheck(p, fs.sites, s, u, ofEmpty)
	return nil
}

// usesOwn reports whether prepare compares a variable for its cleanup with nil, and whether
// it may call one that does nothing. The variable holds the state then, which must tell nil
// from a cleanup that does nothing.
func usesOwn(p *pattern.Prepare, own *idles) (tests, calls bool, r *refusal.Refusal) {
	for _, u := range p.Inner {
		c := choiceOf(p, u)
		if c == nil {
			continue
		}
		empty := c.Empty || len(own.empties) > 0 && c.Var == p.Func.Signature().Results().At(p.Result)
		if u.Kind == pattern.NilTest && empty {
			return true, calls, refusal.New(p, refusal.NilTest, p.Unit, u.Expr.Pos(), "it compares its cleanup with nil, and a cleanup that is not nil may do nothing")
		}
		tests, calls = tests || u.Kind == pattern.NilTest, calls || empty
	}
	return tests, calls, nil
}

// addForwarder adds the idle returns of a forwarder of the cleanup. A variable that it
// returns may be nil if it is declared without a site.
func (all *idles) addForwarder(f *pattern.Prepare, sites []*pattern.Site) {
	more := idlesOf(f)
	for _, r := range f.Returns {
		if r.Idle == pattern.Forwarding && len(r.Stmt.Results) == 0 { // perhaps before a site has set the result
			more.nils = append(more.nils, r)
			more.silent = more.silent || silent(f, r)
		}
	}
	for _, s := range sites {
		for _, u := range s.Uses {
			if s.Decl != ast.Decl(f.Decl) || u.Kind != pattern.Forward || !s.Shared || setBefore(sites, s, u) {
				continue
			}
			i := slices.IndexFunc(f.Returns, func(r *pattern.Return) bool { return ast.Stmt(r.Stmt) == u.Stmt })
			more.nils = append(more.nils, f.Returns[i])
			more.silent = more.silent || silent(f, f.Returns[i])
		}
	}
	all.nils = append(all.nils, more.nils...)
	all.empties = append(all.empties, more.empties...)
	all.silent = all.silent || more.silent
}

// guardOf returns the if statement that tests the cleanup for nil at a use and contains
// nothing but its call, or nil. The rewrite may test in its place whether there is
// something to clean up, since an empty cleanup need not run.
//
//	if done != nil {
//		defer done()
//	}
func guardOf(s *pattern.Site, u *pattern.Use) *ast.IfStmt {
	if u.Kind != pattern.NilTest {
		return nil
	}
	binary := func(c inspector.Cursor) token.Token { return c.Node().(*ast.BinaryExpr).Op }
	test := flow.Outer(s.At(u.Expr)).Parent()
	if binary(test) != token.NEQ {
		return nil
	}
	cond := flow.Outer(test)
	// The operands of && before the test are evaluated all the same.
	for cond.ParentEdgeKind() == edge.BinaryExpr_Y && binary(cond.Parent()) == token.LAND {
		cond = flow.Outer(cond.Parent())
	}
	guard, ok := cond.Parent().Node().(*ast.IfStmt)
	if !ok || guard.Else != nil || len(guard.Body.List) != 1 {
		return nil
	}
	var call *ast.CallExpr
	switch stmt := guard.Body.List[0].(type) {
	case *ast.DeferStmt:
		call = stmt.Call
	case *ast.ExprStmt:
		call, _ = ast.Unparen(stmt.X).(*ast.CallExpr)
	}
	if call == nil || !slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool { return u.Call == call }) || slices.ContainsFunc(call.Args, mayAct) {
		return nil
	}
	return guard
}

// mayAct reports whether the evaluation of an argument may have an effect, or panic.
func mayAct(e ast.Expr) bool {
	for n := range ast.Preorder(e) {
		switch n := n.(type) {
		case *ast.Ident, *ast.BasicLit, *ast.ParenExpr:
		case *ast.UnaryExpr:
			if n.Op != token.AND {
				return true
			}
		default:
			return true
		}
	}
	return false
}

// nilValue refuses a use as a value of a cleanup that may be nil, unless the code
// around the use knows that it is not nil, or is known to call it. The value that
// replaces the cleanup is never nil.
func nilValue(p *pattern.Prepare, sites []*pattern.Site, s *pattern.Site, u *pattern.Use, nils []*pattern.Return) *refusal.Refusal {
	switch {
	case len(nils) == 0 && (s.Spec == nil || setBefore(sites, s, u)):
		return nil
	case s.Form != pattern.Passed && foundNotNil(s, u):
		return nil
	case testCleanup(s, u):
		return nil // t.Cleanup calls it and does nothing else with it
	case len(nils) > 0 && !s.Shared && behindCheck(p, sites, s, u, ofNil):
		return nil
	}
	return refusal.New(p, refusal.UnguardedNil, s.Unit, u.Expr.Pos(), "a caller uses its cleanup, which may be nil, as a value")
}

// idleValue returns the source that replaces a use as a value if the cleanup is
// certainly nil or empty there, because the error of the call is not nil. It returns ""
// for other uses.
//
//	done, err := begin()
//	if err != nil {
//		return done, err      // return nil, err
//	}
func idleValue(p *pattern.Prepare, s *pattern.Site, u *pattern.Use, nils, empties []*pattern.Return) string {
	if len(nils) > 0 == (len(empties) > 0) || s.Shared || !failed(p, s, u) || !typedPlace(s, u) {
		return ""
	}
	if len(nils) > 0 {
		return "nil"
	}
	if p.Sig.Params().Len()+p.Sig.Results().Len() > 0 {
		return ""
	}
	return "func() {}"
}

// setBefore reports whether a statement that sets the variable of s precedes a use in a
// statement list around it.
func setBefore(sites []*pattern.Site, s *pattern.Site, u *pattern.Use) bool {
	return !flow.HasGoto(s.Decl) && slices.ContainsFunc(sites, func(t *pattern.Site) bool {
		if t.Var != s.Var {
			return false
		}
		stmt := t.At(t.Stmt)
		switch stmt.ParentEdgeKind() {
		case edge.IfStmt_Init, edge.SwitchStmt_Init:
			stmt = stmt.Parent()
			if flow.Within(u.Expr, stmt.Node()) {
				return true
			}
		}
		return flow.Before(stmt, u.Expr)
	})
}

// testCleanup reports whether a use is the argument of t.Cleanup, where t is of a
// type of package testing.
func testCleanup(s *pattern.Site, u *pattern.Use) bool {
	call, ok := flow.Outer(s.At(u.Expr)).Parent().Node().(*ast.CallExpr)
	if !ok {
		return false
	}
	f, ok := typeutil.Callee(s.Unit.Info, call).(*types.Func)
	return ok && f.Name() == "Cleanup" && f.Pkg() != nil && f.Pkg().Path() == "testing"
}
