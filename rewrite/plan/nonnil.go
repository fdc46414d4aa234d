package plan

import (
	"go/ast"
	constants "go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// A witness is a result by which callers tell whether prepare has succeeded: the last
// error, nil on success, or the last bool, true on success.
type witness struct {
	result  int
	success condition
}

// witnesses returns those that prepare has.
func witnesses(p *pattern.Prepare) []witness {
	var ws []witness
	if i := errorResult(p); i >= 0 {
		ws = append(ws, witness{i, isNil})
	}
	if i := lastResult(p, func(t types.Type) bool { return types.Identical(t, types.Typ[types.Bool]) }); i >= 0 {
		ws = append(ws, witness{i, notNil})
	}
	return ws
}

// fails reports whether a return of prepare certainly says, by the witness w, that it
// has not succeeded: it carries an error that is not nil, or false.
func (x *decision) fails(r *pattern.Return, w witness) bool {
	p := x.p
	b := body{x: x, u: p.Unit, fn: p.Decl, up: p.Up, acc: x.untilReturn()}
	if w.success == notNil {
		if x.resultReplaced(w.result) {
			return false
		}
		if len(r.Stmt.Results) == 0 {
			// A bare return, of a result that no statement has set.
			ok := p.Func.Signature().Results().At(w.result)
			return !slices.ContainsFunc(p.Access[ok], func(a pattern.Access) bool { return a.Mode != pattern.Read })
		}
		if w.result >= len(r.Stmt.Results) {
			return false
		}
		e := r.Stmt.Results[w.result]
		if v := p.Unit.Info.Types[e].Value; v != nil {
			return !constants.BoolVal(v)
		}
		v, ok := p.Unit.Info.Uses[identOf(e)].(*types.Var)
		return ok && !global(v) && b.known(r.Stmt, v) == isNil // isNil is false
	}
	if x.errorReplaced() {
		return false
	}
	if len(r.Stmt.Results) == 0 {
		v := p.Func.Signature().Results().At(w.result)
		return b.known(r.Stmt, v) == notNil || b.justSet(r.Stmt, v, 0)
	}
	return w.result < len(r.Stmt.Results) && b.holds(r.Stmt, r.Stmt.Results[w.result], 0)
}

// errorReplaced reports whether something other than a return statement may set
// prepare's error to nil: a deferred literal, or whoever has its address. One
// that wraps it, "err = fmt.Errorf(…)", does not.
func (x *decision) errorReplaced() bool {
	p := x.p
	v := p.Func.Signature().Results().At(x.errIndex)
	for _, a := range x.untilReturn()[v] {
		switch {
		case a.Mode == pattern.Address:
			return true
		case a.Mode == pattern.Write && a.Lit != nil:
			assign, ok := p.Up[a.Ident].(*ast.AssignStmt)
			if !ok || len(assign.Lhs) != 1 || len(assign.Rhs) != 1 {
				return true
			}
			call, ok := ast.Unparen(assign.Rhs[0]).(*ast.CallExpr)
			b := body{x: x, u: p.Unit, fn: p.Decl, up: p.Up, acc: x.untilReturn()}
			if !ok || !b.makes(nil, call, 0) {
				return true
			}
		}
	}
	return false
}

// untilReturn returns the accesses that may happen before prepare has returned:
// where it does not run its cleanups, theirs come later.
//
//	prev, err := os.Getwd()
//	if err != nil {
//		return nil, err                       // an error, whatever the cleanup does to err
//	}
//	return func() { err = os.Chdir(prev) … }, nil
func (x *decision) untilReturn() pattern.Accesses {
	if len(x.p.Inner) > 0 {
		return x.p.Access
	}
	if x.early == nil {
		x.early = make(pattern.Accesses)
		for v, all := range x.p.Access {
			x.early[v] = slices.DeleteFunc(slices.Clone(all), func(a pattern.Access) bool { return a.Lit != nil && x.inCleanup(a.Ident) })
		}
	}
	return x.early
}

// resultReplaced reports whether something other than a statement of prepare
// itself may set its result i.
func (x *decision) resultReplaced(i int) bool {
	v := x.p.Func.Signature().Results().At(i)
	return slices.ContainsFunc(x.p.Access[v], func(a pattern.Access) bool {
		return a.Mode == pattern.Address || a.Mode == pattern.Write && a.Lit != nil
	})
}

// A body is a function in which errors are looked at.
type body struct {
	x   *decision
	u   *pattern.Unit
	fn  *ast.FuncDecl
	up  pattern.Parents
	acc pattern.Accesses

	given *types.Var // a parameter known to be an error, or nil
}

func (b body) known(n ast.Node, v *types.Var) condition {
	return scope{info: b.u.Info, up: b.up, acc: b.acc, fn: b.fn}.known(n, v)
}

// holds reports whether e, at a return statement, is certainly not nil:
//
//   - it has a concrete type (a nil pointer in an error is not a nil error);
//   - it is made by a function that never returns nil, or, like fmt.Errorf's
//     relatives Wrap and WithStack, never for an error that is not nil: those of
//     the standard library and of the common error packages by their
//     documentation, those of the packages in sight by their returns, and Wrap,
//     Wrapf, WithStack and WithMessage of other packages by their names;
//   - it is a variable that a test around or before the return found not nil, or
//     that the statement before the return sets to such an error;
//   - it is a field that the if around the return has just found not nil, and
//     nothing runs in between;
//   - it is the Err of a context in the case that received from its Done;
//   - it is an error variable of package level that is made with an error and
//     never set again in its package; of a package that cannot be looked into, a
//     variable with the name of an error (net.ErrClosed, io.EOF) is taken at its
//     word.
func (b body) holds(at ast.Stmt, e ast.Expr, depth int) bool {
	e = ast.Unparen(e)
	info := b.u.Info
	if tv := info.Types[e]; tv.IsNil() || tv.Type == nil {
		return false
	} else if !types.IsInterface(tv.Type) {
		return true
	}
	switch e := e.(type) {
	case *ast.Ident:
		v, ok := info.Uses[e].(*types.Var)
		if !ok {
			return false
		}
		if v == b.given {
			for _, a := range b.acc[v] {
				if a.Mode != pattern.Read {
					return false
				}
			}
			return true
		}
		if global(v) {
			return b.x.sentinel(v)
		}
		return b.known(at, v) == notNil || b.justSet(at, v, depth)
	case *ast.SelectorExpr:
		if v, ok := info.Uses[e.Sel].(*types.Var); ok && !v.IsField() {
			return b.x.sentinel(v)
		}
		return justTested(b.up, at, e)
	case *ast.CallExpr:
		return b.makes(at, e, depth) || doneErr(info, b.up, b.acc, at, e)
	}
	return false
}

// justSet reports whether the statement before at sets v to an error:
//
//	err = fmt.Errorf("port %d", n)
//	return nil, err
func (b body) justSet(at ast.Stmt, v *types.Var, depth int) bool {
	list, i, ok := b.up.List(at)
	if !ok || i == 0 || depth > 2 {
		return false
	}
	a, ok := list[i-1].(*ast.AssignStmt)
	if !ok || len(a.Lhs) != 1 || len(a.Rhs) != 1 {
		return false
	}
	if id := identOf(a.Lhs[0]); id == nil || b.u.Info.ObjectOf(id) != types.Object(v) {
		return false
	}
	for _, access := range b.acc[v] {
		if access.Mode == pattern.Address || access.Mode == pattern.Write && access.Lit != nil {
			return false // the operands of a return may call what sets it anew
		}
	}
	return b.holds(a, a.Rhs[0], depth+1)
}

// makes reports whether a call never returns a nil error here.
func (b body) makes(at ast.Stmt, call *ast.CallExpr, depth int) bool {
	var f *types.Func
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		f, _ = b.u.Info.Uses[fun].(*types.Func)
	case *ast.SelectorExpr:
		f, _ = b.u.Info.Uses[fun.Sel].(*types.Func)
	}
	if f == nil || f.Pkg() == nil {
		return false
	}
	switch f.Pkg().Path() {
	case "errors", "fmt", "github.com/pkg/errors", "golang.org/x/xerrors", "github.com/cockroachdb/errors":
		switch f.Name() {
		case "New", "Newf", "Errorf":
			return true
		}
	}
	if depth > 2 {
		return false
	}
	// A function in sight, by its returns.
	key := pattern.KeyOf(f)
	sight := false
	for _, u := range b.x.world.Units {
		if u.Pkg.Path() != key.Pkg {
			continue
		}
		sight = true
		for _, file := range u.Files {
			for _, d := range file.Decls {
				if decl, ok := d.(*ast.FuncDecl); ok && decl.Body != nil && decl.Name.Name == key.Name {
					if g, ok := u.Info.Defs[decl.Name].(*types.Func); ok && pattern.KeyOf(g) == key {
						return b.returnsError(at, call, u, decl, g, depth)
					}
				}
			}
		}
	}
	return !sight && at != nil && wraps(f) && len(call.Args) > 0 && b.holds(at, call.Args[0], depth)
}

// wraps reports whether a function has the name and the signature of those that
// wrap an error.
func wraps(f *types.Func) bool {
	switch f.Name() {
	case "Wrap", "Wrapf", "WithStack", "WithMessage", "WithMessagef":
	default:
		return false
	}
	sig := f.Signature()
	return sig.Recv() == nil && sig.Params().Len() > 0 && isError(sig.Params().At(0).Type()) &&
		sig.Results().Len() == 1 && isError(sig.Results().At(0).Type())
}

// returnsError reports whether every return of decl, called by call, gives an
// error that is not nil.
func (b body) returnsError(at ast.Stmt, call *ast.CallExpr, u *pattern.Unit, decl *ast.FuncDecl, f *types.Func, depth int) bool {
	sig := f.Signature()
	if sig.Results().Len() != 1 || !isError(sig.Results().At(0).Type()) {
		return false
	}
	up := pattern.ParentsOf(decl)
	callee := body{x: b.x, u: u, fn: decl, up: up, acc: pattern.AccessesOf(u.Info, decl, up)}
	for i := range sig.Params().Len() {
		if i < len(call.Args) && isError(sig.Params().At(i).Type()) && b.holds(at, call.Args[i], depth) {
			callee.given = sig.Params().At(i)
			break
		}
	}
	all, some := true, false
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.DeferStmt:
			all = false // it may change the result
		case *ast.ReturnStmt:
			some = true
			if callee.given != nil && callee.known(n, callee.given) == isNil {
				return true // never taken
			}
			if len(n.Results) != 1 || !callee.holds(n, n.Results[0], depth+1) {
				all = false
			}
		}
		return all
	})
	return all && some
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
	if ret, ok := n.(*ast.ReturnStmt); ok {
		for _, e := range ret.Results {
			if calling(e) {
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

// doneErr reports whether call is ctx.Err() or context.Cause(ctx) within the
// case of a select that received from ctx.Done(): "After Err returns a non-nil
// error, successive calls to Err return the same error" (package context), and
// it does so once Done is closed. The variable must not get another context in the
// case.
func doneErr(info *types.Info, up pattern.Parents, acc pattern.Accesses, n ast.Node, call *ast.CallExpr) bool {
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
			v, _ := info.Uses[ctx].(*types.Var)
			if id := identOf(s.X); id != nil && v != nil && info.Uses[id] == types.Object(v) {
				return !slices.ContainsFunc(acc[v], func(a pattern.Access) bool {
					return a.Mode != pattern.Read && (a.Lit != nil || pattern.Within(a.Ident, clause))
				})
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
	seen, made := false, false
	for _, u := range x.world.Units {
		if u.Pkg.Path() != v.Pkg().Path() {
			continue
		}
		seen = true
		own, ok := u.Pkg.Scope().Lookup(v.Name()).(*types.Var)
		if !ok {
			return false
		}
		for _, f := range u.Files {
			for _, d := range f.Decls {
				up := pattern.ParentsOf(d)
				for _, a := range pattern.AccessesOf(u.Info, d, up)[own] {
					if a.Mode != pattern.Read {
						return false
					}
				}
				made = made || x.madeWithError(u, d, own)
			}
		}
	}
	if seen {
		return made
	}
	name := v.Name()
	return strings.HasPrefix(name, "Err") || strings.HasPrefix(name, "err") || name == "EOF" || !strings.Contains(strings.Split(v.Pkg().Path(), "/")[0], ".")
}

// madeWithError reports whether a declaration gives v an initial value that is
// certainly an error.
func (x *decision) madeWithError(u *pattern.Unit, d ast.Decl, v *types.Var) bool {
	g, ok := d.(*ast.GenDecl)
	if !ok {
		return false
	}
	for _, spec := range g.Specs {
		vs, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		for i, id := range vs.Names {
			if u.Info.Defs[id] != v || len(vs.Values) != len(vs.Names) {
				continue
			}
			e := ast.Unparen(vs.Values[i])
			if tv := u.Info.Types[e]; !tv.IsNil() && tv.Type != nil && !types.IsInterface(tv.Type) {
				return true
			}
			b := body{x: x, u: u}
			call, ok := e.(*ast.CallExpr)
			if ok && b.makes(nil, call, 3) {
				return true
			}
			// Another such variable: var ErrClosed = net.ErrClosed.
			if sel, ok := e.(*ast.SelectorExpr); ok {
				w, ok := u.Info.Uses[sel.Sel].(*types.Var)
				return ok && w.Pkg() != v.Pkg() && x.sentinel(w)
			}
		}
	}
	return false
}
