package plan

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// A condition is what a test says about one variable, where the test holds.
type condition int

const (
	unknown condition = iota
	isNil
	notNil
)

// implied returns what the truth (or, with holds false, the falsehood) of cond
// says about v.
func implied(info *types.Info, cond ast.Expr, v *types.Var, holds bool) condition {
	switch e := ast.Unparen(cond).(type) {
	case *ast.Ident:
		if info.Uses[e] == types.Object(v) {
			// A bool: true for not nil.
			if holds {
				return notNil
			}
			return isNil
		}
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			return implied(info, e.X, v, !holds)
		}
	case *ast.BinaryExpr:
		switch e.Op {
		case token.LAND, token.LOR:
			// Both parts hold in a true &&, and both fail in a false ||.
			if holds == (e.Op == token.LAND) {
				if c := implied(info, e.X, v, holds); c != unknown {
					return c
				}
				return implied(info, e.Y, v, holds)
			}
		case token.EQL, token.NEQ:
			other := e.Y
			id := identOf(e.X)
			if info.Types[e.X].IsNil() {
				id, other = identOf(e.Y), e.X
			}
			if id == nil || info.Uses[id] != v || !info.Types[other].IsNil() {
				return unknown
			}
			if holds == (e.Op == token.EQL) {
				return isNil
			}
			return notNil
		}
	}
	return unknown
}

// A scope is the tree in which tests of a variable are looked for.
type scope struct {
	info *types.Info
	up   pattern.Parents
	acc  pattern.Accesses
	fn   ast.Node // the function, beyond which nothing is known

	// site is the statement that sets the variable, if the question is what
	// a test said about the value from there; later assignments do not
	// matter then. If nil, the question is what the variable holds at the
	// node.
	site ast.Stmt

	// deferred is set when the node lies in a deferred literal, which runs
	// when the rest of the function does not.
	deferred bool
}

// known returns what the tests around and before node n say about v.
func (sc scope) known(n ast.Node, v *types.Var) condition {
	var child ast.Node = n
	for parent := sc.up[n]; parent != nil && child != sc.fn; child, parent = parent, sc.up[parent] {
		switch s := parent.(type) {
		case *ast.IfStmt:
			c := unknown
			switch child {
			case s.Body:
				c = implied(sc.info, s.Cond, v, true)
			case s.Else:
				c = implied(sc.info, s.Cond, v, false)
			}
			if c != unknown && sc.counts(v, s, s.Cond, n) {
				return c
			}
		case *ast.CaseClause:
			sw, _ := sc.up[sc.up[s]].(*ast.SwitchStmt)
			if sw == nil || sw.Tag != nil || fallsInto(sw, s) {
				break
			}
			if len(s.List) == 1 {
				if c := implied(sc.info, s.List[0], v, true); c != unknown && sc.counts(v, sw, s.List[0], n) {
					return c
				}
			}
			// The tests of the clauses before have failed.
			for _, before := range sw.Body.List {
				if before == ast.Stmt(s) {
					break
				}
				if c := sc.failed(before.(*ast.CaseClause), sw, n, v); c != unknown {
					return c
				}
			}
		}
		stmt, ok := child.(ast.Stmt)
		if !ok {
			continue
		}
		list, i, ok := sc.up.List(stmt)
		if !ok {
			continue
		}
		for j := i - 1; j >= 0; j-- {
			if call := asserts(sc.info, list[j], v); call != nil && sc.counts(v, list[j], call, n) {
				return isNil
			}
			switch s := list[j].(type) {
			case *ast.IfStmt:
				// Whoever gets past an if whose body ends the function has failed
				// its test; and so on along a chain of else if.
				for ; s != nil && terminates(sc.info, s.Body); s, _ = s.Else.(*ast.IfStmt) {
					if c := implied(sc.info, s.Cond, v, false); c != unknown && sc.counts(v, s, s.Cond, n) {
						return c
					}
				}
			case *ast.SwitchStmt:
				for _, clause := range s.Body.List {
					clause := clause.(*ast.CaseClause)
					if s.Tag != nil || breaks(clause) || !terminates(sc.info, &ast.BlockStmt{List: clause.Body}) {
						break
					}
					if c := sc.failed(clause, s, n, v); c != unknown {
						return c
					}
				}
			}
		}
	}
	return unknown
}

// failed returns what it says about v that control has come to n past a clause of the
// switch: all of its tests have failed.
func (sc scope) failed(clause *ast.CaseClause, sw *ast.SwitchStmt, n ast.Node, v *types.Var) condition {
	for _, cond := range clause.List {
		if c := implied(sc.info, cond, v, false); c != unknown && sc.counts(v, sw, cond, n) {
			return c
		}
	}
	return unknown
}

// breaks reports whether a break stands in a clause: it may lead past the switch.
func breaks(clause *ast.CaseClause) bool {
	found := false
	ast.Inspect(clause, func(n ast.Node) bool {
		if b, ok := n.(*ast.BranchStmt); ok && b.Tok == token.BREAK {
			found = true
		}
		return !found
	})
	return found
}

// asserts returns the call that a statement is if it ends the test unless the error
// v is nil. These functions compare it with nil and call t.FailNow, by the
// documentation of their packages:
//
//	require.NoError(t, err)
//
// t must be the test itself: a testing.TB may go on after FailNow.
func asserts(info *types.Info, stmt ast.Stmt, v *types.Var) ast.Expr {
	s, ok := stmt.(*ast.ExprStmt)
	if !ok {
		return nil
	}
	call, ok := s.X.(*ast.CallExpr)
	if !ok || len(call.Args) < 2 || identOf(call.Args[1]) == nil || info.Uses[identOf(call.Args[1])] != types.Object(v) {
		return nil
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	f, ok := info.Uses[sel.Sel].(*types.Func)
	if !ok || f.Pkg() == nil || f.Signature().Recv() != nil {
		return nil
	}
	switch f.Pkg().Path() + "." + f.Name() {
	case "github.com/stretchr/testify/require.NoError", "github.com/stretchr/testify/require.NoErrorf", "gotest.tools/v3/assert.NilError":
	default:
		return nil
	}
	ptr, ok := types.Unalias(info.TypeOf(call.Args[0])).(*types.Pointer)
	if !ok {
		return nil
	}
	n, ok := types.Unalias(ptr.Elem()).(*types.Named)
	if !ok || n.Obj().Pkg() == nil || n.Obj().Pkg().Path() != "testing" {
		return nil
	}
	return call
}

// fallsInto reports whether the clause before falls through into this one, which
// then has not passed its own test.
func fallsInto(sw *ast.SwitchStmt, clause *ast.CaseClause) bool {
	for i, c := range sw.Body.List {
		if c != ast.Stmt(clause) || i == 0 {
			continue
		}
		body := sw.Body.List[i-1].(*ast.CaseClause).Body
		if len(body) == 0 {
			return false
		}
		b, ok := body[len(body)-1].(*ast.BranchStmt)
		return ok && b.Tok == token.FALLTHROUGH
	}
	return false
}

// counts reports whether what cond, the condition of stmt, says about v answers
// the question: v must not be assigned between the site and the test, or
// between the test and the node.
func (sc scope) counts(v *types.Var, stmt ast.Stmt, cond ast.Expr, n ast.Node) bool {
	if hasGoto(sc.fn) {
		return false
	}
	if sc.site == nil {
		// What a test around a deferred literal says holds when the literal is
		// deferred, not when it runs.
		sc.deferred = sc.deferred && sc.up.Lit(cond) == sc.up.Lit(n)
		to := n.Pos()
		for l := sc.up.Loop(n, sc.fn); l != nil && !repeats(sc.up, l, cond, sc.fn); l = sc.up.Loop(l, sc.fn) {
			to = l.End()
		}
		return !sc.assigned(v, cond.End(), to, n)
	}
	if cond.Pos() < sc.site.End() {
		return false
	}
	if s, ok := stmt.(*ast.IfStmt); ok && !calling(cond) {
		if s.Init == sc.site {
			return true
		}
		if list, i, ok := sc.up.List(sc.site); ok && i+1 < len(list) && list[i+1] == stmt && s.Init == nil {
			return true // nothing can happen in between
		}
	}
	to := cond.Pos()
	for l := sc.up.Loop(stmt, sc.fn); l != nil && !repeats(sc.up, l, sc.site, sc.fn); l = sc.up.Loop(l, sc.fn) {
		to = l.End()
	}
	return !sc.assigned(v, sc.site.End(), to, stmt)
}

// calling reports whether a condition calls a function, which may do anything.
func calling(cond ast.Expr) bool {
	found := false
	ast.Inspect(cond, func(n ast.Node) bool {
		if _, ok := n.(*ast.CallExpr); ok {
			found = true
		}
		return !found
	})
	return found
}

// assigned reports whether v may be assigned between two positions, or by
// another literal, or through its address, at any time.
func (sc scope) assigned(v *types.Var, from, to token.Pos, n ast.Node) bool {
	lit := sc.up.Lit(n)
	for _, a := range sc.acc[v] {
		switch {
		case a.Mode == pattern.Read:
		case a.Mode == pattern.Address && a.Lit == lit && sc.site != nil && pattern.Within(a.Ident, sc.site):
			// The result pointer that the site passes.
		case sc.deferred && a.Lit != lit && a.Mode == pattern.Write && (a.Lit == nil || sc.fn == ast.Node(a.Lit)):
			// The function itself, which has ended.
		case sc.site == nil && a.Mode == pattern.Write && lit == nil && deferredHere(sc.up, a.Lit):
			// It runs when the function has returned.
		case a.Lit != lit || a.Mode == pattern.Address:
			return true
		case from <= a.Ident.Pos() && a.Ident.Pos() < to:
			return true
		}
	}
	return false
}

// deferredHere reports whether a literal is the function of a defer statement of
// the declared function itself.
func deferredHere(up pattern.Parents, lit *ast.FuncLit) bool {
	if lit == nil {
		return false
	}
	call, ok := up[lit].(*ast.CallExpr)
	if !ok || ast.Unparen(call.Fun) != ast.Expr(lit) {
		return false
	}
	_, ok = up[call].(*ast.DeferStmt)
	return ok && up.Lit(call) == nil
}

// terminates reports whether control never leaves a block at its end.
func terminates(info *types.Info, b *ast.BlockStmt) bool {
	if len(b.List) == 0 {
		return false
	}
	switch s := b.List[len(b.List)-1].(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return s.Tok != token.FALLTHROUGH
	case *ast.ExprStmt:
		call, ok := s.X.(*ast.CallExpr)
		return ok && neverReturns(info, call)
	case *ast.BlockStmt:
		return terminates(info, s)
	case *ast.IfStmt:
		els, ok := s.Else.(*ast.BlockStmt)
		return ok && terminates(info, s.Body) && terminates(info, els)
	}
	return false
}

// neverReturns reports whether a call is panic, or a function of the standard
// library whose documentation says that it does not return.
func neverReturns(info *types.Info, call *ast.CallExpr) bool {
	var obj types.Object
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		obj = info.Uses[f]
	case *ast.SelectorExpr:
		obj = info.Uses[f.Sel]
	}
	switch obj := obj.(type) {
	case *types.Builtin:
		return obj.Name() == "panic"
	case *types.Func:
		if obj.Pkg() == nil {
			return false
		}
		switch obj.Pkg().Path() {
		case "os":
			return obj.Name() == "Exit"
		case "runtime":
			return obj.Name() == "Goexit"
		case "log":
			switch obj.Name() {
			case "Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln":
				return true
			}
		case "testing":
			if recv := obj.Signature().Recv(); recv == nil || types.IsInterface(recv.Type()) {
				return false // a testing.TB may be anything
			}
			switch obj.Name() {
			case "Fatal", "Fatalf", "FailNow", "Skip", "Skipf", "SkipNow":
				return true
			}
		}
	}
	return false
}
