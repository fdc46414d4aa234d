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
			if sw == nil || sw.Tag != nil || len(s.List) != 1 {
				break
			}
			if c := implied(sc.info, s.List[0], v, true); c != unknown && sc.counts(v, sw, s.List[0], n) {
				return c
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
			s, ok := list[j].(*ast.IfStmt)
			if !ok || s.Else != nil || !terminates(sc.info, s.Body) {
				continue
			}
			if c := implied(sc.info, s.Cond, v, false); c != unknown && sc.counts(v, s, s.Cond, n) {
				return c
			}
		}
	}
	return unknown
}

// counts reports whether what cond, the condition of stmt, says about v answers
// the question: v must not be assigned between the site and the test, or
// between the test and the node.
func (sc scope) counts(v *types.Var, stmt ast.Stmt, cond ast.Expr, n ast.Node) bool {
	if hasGoto(sc.fn) {
		return false
	}
	if sc.site == nil {
		return !sc.assigned(v, cond.End(), n.Pos(), n)
	}
	if cond.Pos() < sc.site.End() {
		return false
	}
	if s, ok := stmt.(*ast.IfStmt); ok && s.Init == sc.site {
		return true
	}
	if list, i, ok := sc.up.List(sc.site); ok && i+1 < len(list) && list[i+1] == stmt {
		return true // nothing can happen in between
	}
	to := cond.Pos()
	for l := sc.up.Loop(stmt, sc.fn); l != nil && !pattern.Within(sc.site, l); l = sc.up.Loop(l, sc.fn) {
		to = l.End()
	}
	return !sc.assigned(v, sc.site.End(), to, stmt)
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
		case a.Lit != lit || a.Mode == pattern.Address:
			return true
		case from <= a.Ident.Pos() && a.Ident.Pos() < to:
			return true
		}
	}
	return false
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
			switch obj.Name() {
			case "Fatal", "Fatalf", "FailNow", "Skip", "Skipf", "SkipNow":
				return true
			}
		}
	}
	return false
}

// errorHolds reports whether the error that a return of prepare carries is
// certainly not nil:
//
//   - it has a concrete type (a nil pointer in an error is not a nil error);
//   - it is made by errors.New or fmt.Errorf;
//   - it is a variable that a test around or before the return found not nil;
//   - it is a field that the if around the return has just found not nil, and
//     nothing runs in between;
//   - it is the Err of a context in the case that received from its Done;
//   - it is an error variable of package level that nobody assigns in its
//     package, with an initial value; of another package, where that cannot be
//     looked up, such a variable (net.ErrClosed, io.EOF) is taken at its word.
func (x *decision) errorHolds(r *pattern.Return) bool {
	if x.errIndex < 0 {
		return false
	}
	p := x.p
	info := p.Unit.Info
	at := scope{info: info, up: p.Up, acc: p.Access, fn: p.Decl}
	if len(r.Stmt.Results) == 0 {
		v := p.Func.Signature().Results().At(x.errIndex)
		return at.known(r.Stmt, v) == notNil
	}
	if x.errIndex >= len(r.Stmt.Results) {
		return false
	}
	e := ast.Unparen(r.Stmt.Results[x.errIndex])
	if tv := info.Types[e]; tv.IsNil() {
		return false
	} else if !types.IsInterface(tv.Type) {
		return true
	}
	switch e := e.(type) {
	case *ast.Ident:
		if v, ok := info.Uses[e].(*types.Var); ok {
			return global(v) && x.sentinel(v) || at.known(r.Stmt, v) == notNil
		}
	case *ast.SelectorExpr:
		if v, ok := info.Uses[e.Sel].(*types.Var); ok && !v.IsField() {
			return x.sentinel(v)
		}
		return justTested(p.Up, r.Stmt, e)
	case *ast.CallExpr:
		return makesError(info, e) || doneErr(info, p.Up, r.Stmt, e)
	}
	return false
}

// justTested reports whether n stands in the body of an if that tests e for not
// being nil, after nothing but defer statements whose operands are plain.
func justTested(up pattern.Parents, n ast.Stmt, e ast.Expr) bool {
	list, i, ok := up.List(n)
	if !ok {
		return false
	}
	for _, s := range list[:i] {
		d, ok := s.(*ast.DeferStmt)
		if !ok {
			return false
		}
		for _, operand := range append([]ast.Expr{d.Call.Fun}, d.Call.Args...) {
			calls := false
			ast.Inspect(operand, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncLit:
					return false
				case *ast.CallExpr:
					calls = true
				case *ast.UnaryExpr:
					calls = calls || n.Op == token.ARROW
				}
				return true
			})
			if calls {
				return false
			}
		}
	}
	test, ok := up[up[n]].(*ast.IfStmt)
	if !ok || up[n] != ast.Node(test.Body) {
		return false
	}
	cond, ok := ast.Unparen(test.Cond).(*ast.BinaryExpr)
	if !ok || cond.Op != token.NEQ {
		return false
	}
	id := identOf(cond.Y)
	return id != nil && id.Name == "nil" && plainChain(e) && types.ExprString(ast.Unparen(cond.X)) == types.ExprString(e)
}

// plainChain reports whether e is a chain of field selections from a variable.
func plainChain(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return true
	case *ast.SelectorExpr:
		return plainChain(e.X)
	}
	return false
}

// makesError reports whether a call is one that never returns a nil error.
func makesError(info *types.Info, call *ast.CallExpr) bool {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	f, ok := info.Uses[sel.Sel].(*types.Func)
	if !ok || f.Pkg() == nil {
		return false
	}
	switch f.Pkg().Path() + "." + f.Name() {
	case "errors.New", "fmt.Errorf":
		return true
	}
	return false
}

// doneErr reports whether call is ctx.Err() or context.Cause(ctx) within the
// case of a select that received from ctx.Done(): "After Err returns a non-nil
// error, successive calls to Err return the same error" (package context), and
// it does so once Done is closed.
func doneErr(info *types.Info, up pattern.Parents, n ast.Node, call *ast.CallExpr) bool {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	f, ok := info.Uses[sel.Sel].(*types.Func)
	if !ok || f.Pkg() == nil || f.Pkg().Path() != "context" {
		return false
	}
	var ctx *ast.Ident
	switch {
	case f.Name() == "Err" && f.Signature().Recv() != nil:
		ctx = identOf(sel.X)
	case f.Name() == "Cause" && len(call.Args) == 1:
		ctx = identOf(call.Args[0])
	}
	if ctx == nil {
		return false
	}
	for p := up[n]; p != nil; p = up[p] {
		clause, ok := p.(*ast.CommClause)
		if !ok {
			continue
		}
		recv, ok := clause.Comm.(*ast.ExprStmt)
		if !ok {
			continue
		}
		op, ok := ast.Unparen(recv.X).(*ast.UnaryExpr)
		if !ok || op.Op != token.ARROW {
			continue
		}
		done, ok := ast.Unparen(op.X).(*ast.CallExpr)
		if !ok {
			continue
		}
		if s, ok := ast.Unparen(done.Fun).(*ast.SelectorExpr); ok && s.Sel.Name == "Done" {
			if id := identOf(s.X); id != nil && info.Uses[id] == info.Uses[ctx] {
				return true
			}
		}
	}
	return false
}

// sentinel reports whether a package-level error variable can be relied on to
// hold an error.
func (x *decision) sentinel(v *types.Var) bool {
	if !global(v) || !isError(v.Type()) {
		return false
	}
	if v.Pkg().Path() != x.p.Key.Pkg {
		return true
	}
	initialized := false
	for _, u := range x.world.Units {
		if u.Pkg.Path() != x.p.Key.Pkg {
			continue
		}
		for _, f := range u.Files {
			for _, d := range f.Decls {
				up := pattern.ParentsOf(d)
				for _, a := range pattern.AccessesOf(u.Info, d, up)[v] {
					if a.Mode != pattern.Read {
						return false
					}
				}
				g, ok := d.(*ast.GenDecl)
				if !ok {
					continue
				}
				for _, spec := range g.Specs {
					vs, ok := spec.(*ast.ValueSpec)
					if !ok {
						continue
					}
					for i, id := range vs.Names {
						if u.Info.Defs[id] == v && i < len(vs.Values) && !u.Info.Types[vs.Values[i]].IsNil() {
							initialized = true
						}
					}
				}
			}
		}
	}
	return initialized
}
