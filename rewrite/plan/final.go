package plan

import (
	"go/ast"
	"go/types"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// finality refuses captures whose value at the run of the cleanup is not the
// one that prepare returned with.
//
// The closure reads a captured variable when it runs. Once prepare has
// returned, only code that shares the variable can still change it: the cleanup
// itself, another literal (a goroutine, a callback), or whoever holds its
// address. Where there is none of these, the value at the return is the value
// at the run:
//
//	n := 0
//	go func() { n = 1 }()                 // or: s.onTick = func() { n++ }
//	return func() { fmt.Println(n) }, nil // a copy of n would print 0
func (x *decision) finality() *Refusal {
	p := x.p
	for _, c := range p.Captures {
		written := false
		for _, a := range p.Access[c.Var] {
			written = written || a.Mode == pattern.Write && pattern.Within(a.Ident, x.lit.Lit)
		}
		for _, a := range p.Access[c.Var] {
			inside := pattern.Within(a.Ident, x.lit.Lit)
			switch {
			case a.Mode == pattern.Address:
				return x.refuse(SharedCapture, p.Unit, a.Ident.Pos(), "the address of %s, which its cleanup captures, is taken", c.Var.Name())
			case a.Mode == pattern.Write && inside:
				if !x.once() {
					return x.refuse(CleanupWrites, p.Unit, a.Ident.Pos(), "its cleanup changes %s, and may run more than once", c.Var.Name())
				}
				if a.Lit != x.lit.Lit && !x.deferredIn(a.Lit, x.lit.Lit) {
					return x.refuse(SharedCapture, p.Unit, a.Ident.Pos(), "a function literal within its cleanup changes %s", c.Var.Name())
				}
			case a.Mode == pattern.Write && a.Lit != nil:
				if c.Class == pattern.Result && x.direct(a.Lit) {
					continue // prepare's own deferred literal: done before the caller goes on
				}
				return x.refuse(SharedCapture, p.Unit, a.Ident.Pos(), "another function literal changes %s, which its cleanup captures", c.Var.Name())
			case written && !inside && !x.direct(a.Lit):
				return x.refuse(SharedCapture, p.Unit, a.Ident.Pos(), "its cleanup changes %s, which another function literal reads", c.Var.Name())
			}
		}
	}
	return nil
}

// direct reports whether lit is deferred by the prepare function itself, or is
// no literal at all: it runs before prepare has returned.
func (x *decision) direct(lit *ast.FuncLit) bool {
	return lit == nil || x.deferredIn(lit, nil)
}

// deferredIn reports whether lit is the function of a defer statement, or of a
// plain call, that stands directly in outer (nil for prepare itself).
func (x *decision) deferredIn(lit, outer *ast.FuncLit) bool {
	up := x.p.Up
	call, ok := up[lit].(*ast.CallExpr)
	if !ok || ast.Unparen(call.Fun) != ast.Expr(lit) {
		return false
	}
	if _, ok := up[call].(*ast.GoStmt); ok {
		return false
	}
	return up.Lit(call) == outer
}

// once reports whether the cleanup runs at most once for each call of prepare:
// every site has a single use, a call that no loop repeats, and prepare does
// not run it itself.
func (x *decision) once() bool {
	if len(x.p.Inner) > 0 {
		return false
	}
	for _, s := range x.sites {
		calls := 0
		for _, u := range s.Uses {
			switch u.Kind {
			case pattern.NilTest:
			case pattern.DeferCall, pattern.Call:
				calls++
				if u.Lit != nil || s.Up.Loop(u.Stmt, s.Func) != s.Up.Loop(s.Stmt, s.Func) || hasGoto(s.Func) {
					return false
				}
			default:
				return false
			}
		}
		if calls > 1 {
			return false
		}
	}
	return true
}

// identOf returns the identifier that e is, or nil.
func identOf(e ast.Expr) *ast.Ident {
	id, _ := ast.Unparen(e).(*ast.Ident)
	return id
}

func isError(t types.Type) bool {
	return types.Identical(t, types.Universe.Lookup("error").Type())
}
