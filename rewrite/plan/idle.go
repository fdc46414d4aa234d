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

// idle says what finish has to know about the returns that hand out nil, or a cleanup
// that does nothing.
type idle struct {
	nilTested bool // a caller compares the cleanup with nil
	guarded   bool // finish has to know that there is nothing to do

	// values gives the text for uses as a value of a cleanup that certainly is nil, or
	// does nothing.
	values map[*pattern.Use]string
}

// idleOf provides for the returns that hand out nil, or a cleanup that does
// nothing.
//
// A nil cleanup is never called: a program that calls one crashes. So a return of
// nil needs nothing, unless a caller compares the cleanup with nil, or hands it to
// somebody who may:
//
//	if done != nil { defer done() }     // if done.started { defer done.end() }
//
// An empty cleanup is called, and does nothing. So must finish, unless every use
// stands behind a check of the error that comes with it.
func idleOf(p *pattern.Prepare, sites []*pattern.Site) (idle, *refusal.Refusal) {
	found := idle{values: make(map[*pattern.Use]string)}
	var nils, empties []*pattern.Return
	for _, r := range p.Returns {
		switch r.Idle {
		case pattern.IdleNil:
			nils = append(nils, r)
		case pattern.IdleEmpty:
			empties = append(empties, r)
		case pattern.Chosen:
			if r.Choice.Nil {
				nils = append(nils, r)
			}
			if r.Choice.Empty {
				empties = append(empties, r)
			}
		}
	}
	if r := boundBeforePanic(p); r != nil {
		return found, r
	}
	for _, s := range sites {
		for _, u := range s.Uses {
			switch u.Kind {
			case pattern.Discard:
			case pattern.NilTest:
				if len(empties) > 0 && guardOf(s, u) == nil {
					return found, refusal.New(p, refusal.NilTest, s.Unit, u.Expr.Pos(), "a caller compares its cleanup with nil, and a cleanup that is not nil may do nothing")
				}
				found.nilTested = true
			case pattern.Value:
				if text := idleValue(p, s, u, nils, empties); text != "" {
					found.values[u] = text
					continue
				}
				if r := nilValue(p, sites, s, u, nils); r != nil {
					return found, r
				}
				found.guarded = found.guarded || !behindCheck(p, s, u, empties)
			default:
				if len(nils) > 0 && !tested(s, u, slices.ContainsFunc(nils, func(r *pattern.Return) bool { return silent(p, r) })) {
					return found, refusal.New(p, refusal.UnguardedNil, s.Unit, u.Expr.Pos(), "a caller uses its cleanup, which may be nil, before any test")
				}
				found.guarded = found.guarded || !behindCheck(p, s, u, empties) && !slices.ContainsFunc(s.Uses, func(test *pattern.Use) bool {
					guard := guardOf(s, test)
					return guard != nil && flow.Within(u.Expr, guard.Body)
				})
			}
		}
	}
	return found, nil
}

// guardOf returns the if statement that does nothing but run a cleanup that is not nil, and
// whose test a use is; nil if it is another. The test may as well ask whether there is
// something to do: a cleanup that does nothing need not run.
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

// nilValue decides about a use as a value of a cleanup that may be nil. What
// stands for it is not nil, so the place must know that the cleanup is not, or must
// be one that calls it.
func nilValue(p *pattern.Prepare, sites []*pattern.Site, s *pattern.Site, u *pattern.Use, nils []*pattern.Return) *refusal.Refusal {
	switch {
	case len(nils) == 0 && (s.Spec == nil || setBefore(sites, s, u)):
		return nil
	case s.Form != pattern.Passed && foundNotNil(s, u):
		return nil
	case testCleanup(s, u):
		return nil // nobody else sees it, and it calls it
	case len(nils) > 0 && !s.Shared && behindCheck(p, s, u, nils):
		return nil
	}
	return refusal.New(p, refusal.UnguardedNil, s.Unit, u.Expr.Pos(), "a caller uses its cleanup, which may be nil, as a value")
}

// idleValue returns the text for a use as a value where the cleanup certainly is nil,
// or does nothing, because the error that comes with it is not nil; "" elsewhere.
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

// setBefore reports whether a statement that sets the variable of s, in a list around a
// use, stands before the use.
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
