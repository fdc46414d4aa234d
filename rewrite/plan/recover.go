package plan

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// A prepare function that recovers from a panic returns what its results hold then: a nil
// cleanup without an error, most likely. A caller that defers it panics, where a state
// that does nothing would not.

// swallows returns the position of a deferred call that may end a panic of
// prepare, which then returns what its results hold: nothing, most likely. One
// that makes prepare's error an error is fine:
//
//	defer func() {
//		if v := recover(); v != nil {
//			err = fmt.Errorf("begin: %v", v)
//		}
//	}()
//
// unless all are asked for.
func (x *decision) swallows(all bool) (token.Pos, bool) {
	p := x.p
	info := p.Unit.Info
	var at token.Pos
	ast.Inspect(p.Decl.Body, func(n ast.Node) bool {
		if at.IsValid() {
			return false
		}
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.DeferStmt:
			switch f := ast.Unparen(n.Call.Fun).(type) {
			case *ast.FuncLit:
				if recovers(info, f) && (all || !x.setsError(f)) {
					at = n.Pos()
				}
			case *ast.Ident, *ast.SelectorExpr:
				if x.calleeRecovers(n.Call.Fun) || x.valueRecovers(n.Call.Fun) {
					at = n.Pos()
				}
			case *ast.CallExpr:
				if x.madeRecovers(p.Unit, f, 0) {
					at = n.Pos()
				}
			default: // of a slice, perhaps, or of an interface
				if fn := instantiated(info, f); fn == nil || x.calleeRecovers(fn) {
					at = n.Pos()
				}
			}
			return false
		}
		return true
	})
	return at, at.IsValid()
}

// bindsBeforePanic refuses where a panic that prepare recovers from leaves the cleanup
// in its result, for callers who do not check the error: the state comes by a return
// statement alone.
//
//	func begin() (end func(), err error) {
//		end = func() { … }
//		defer func() {
//			if v := recover(); v != nil {
//				err = fmt.Errorf("begin: %v", v)    // and end is not nil
//			}
//		}()
func (x *decision) bindsBeforePanic() *Refusal {
	p := x.p
	result := p.Func.Signature().Results().At(p.Result)
	if !slices.ContainsFunc(p.Access[result], func(a pattern.Access) bool { return a.Mode == pattern.Write }) {
		return nil
	}
	pos, ok := x.swallows(true)
	if !ok {
		return nil
	}
	_, silent := x.swallows(false)
	for _, s := range x.sites {
		for _, u := range s.Uses {
			if u.Kind != pattern.Discard && (silent || !x.checks(s, u, witness{x.errIndex, isNil})) {
				return x.refuse(OtherReturn, p.Unit, pos, "it recovers from a panic, and may then return the cleanup that its result %s holds", result.Name())
			}
		}
	}
	return nil
}

// setsError reports whether a deferred literal that recovers does so in the
// init of an if, whose body sets prepare's named error to an error.
func (x *decision) setsError(lit *ast.FuncLit) bool {
	p := x.p
	if x.errIndex < 0 {
		return false
	}
	named := p.Func.Signature().Results().At(x.errIndex)
	info := p.Unit.Info
	recoveries, sets := 0, false
	ast.Inspect(lit.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if b, ok := info.Uses[n].(*types.Builtin); ok && b.Name() == "recover" {
				recoveries++
			}
		case *ast.IfStmt:
			init, ok := n.Init.(*ast.AssignStmt)
			if !ok || len(init.Lhs) != 1 {
				return true
			}
			v, ok := info.Defs[identOf(init.Lhs[0])].(*types.Var)
			if !ok || implied(info, n.Cond, v, true) != notNil {
				return true
			}
			for _, s := range n.Body.List {
				if returns(s) {
					break
				}
				a, ok := s.(*ast.AssignStmt)
				if !ok || len(a.Lhs) != 1 || len(a.Rhs) != 1 || info.Uses[identOf(a.Lhs[0])] != types.Object(named) {
					continue
				}
				b := body{x: x, u: p.Unit, fn: p.Decl, up: p.Up, acc: x.untilReturn()}
				sets = sets || b.holds(a, a.Rhs[0], 0)
			}
		}
		return true
	})
	writes := 0
	for _, a := range p.Access[named] {
		if a.Mode != pattern.Read && a.Lit == lit {
			writes++
		}
	}
	return recoveries == 1 && sets && writes == 1
}

// returns reports whether a return lies in a statement.
func returns(s ast.Stmt) bool {
	found := false
	ast.Inspect(s, func(n ast.Node) bool {
		if _, ok := n.(*ast.ReturnStmt); ok {
			found = true
		}
		return !found
	})
	return found
}

// calleeRecovers reports whether a function calls recover itself, other than one of the
// standard library. What implements a method of an interface nobody knows: it counts as
// what its name says.
func (x *decision) calleeRecovers(fun ast.Expr) bool {
	f, ok := objectOf(x.p.Unit.Info, fun).(*types.Func)
	if !ok {
		return false
	}
	u, decl := x.declared(f)
	switch {
	case decl != nil:
		return recovers(u.Info, &ast.FuncLit{Body: decl.Body})
	case f.Pkg() == nil || x.standard(f):
		return false
	case f.Signature().Recv() != nil && types.IsInterface(f.Signature().Recv().Type()):
		return endsPanics(f.Name())
	}
	return x.sourceRecovers(f)
}

// endsPanics reports whether the name of a method says that it is there to end a panic.
func endsPanics(name string) bool {
	return slices.ContainsFunc([]string{"recover", "panic", "crash", "rescue", "catch"}, func(word string) bool {
		return strings.Contains(strings.ToLower(name), word)
	})
}

// sourceRecovers is calleeRecovers for a function of a package that is not among the
// units. Export data says where it is declared.
func (x *decision) sourceRecovers(f *types.Func) bool {
	at := x.p.Unit.Fset.PositionFor(f.Pos(), false)
	text, err := x.p.Unit.ReadFile(at.Filename)
	if err != nil {
		return true
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, at.Filename, text, parser.SkipObjectResolution)
	if err != nil {
		return true
	}
	for _, d := range file.Decls {
		decl, ok := d.(*ast.FuncDecl)
		if !ok || decl.Name.Name != f.Name() || fset.PositionFor(decl.Name.Pos(), false).Line != at.Line || decl.Body == nil {
			continue
		}
		found := false
		ast.Inspect(decl.Body, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if id := identOf(call.Fun); id != nil && id.Name == "recover" {
					found = true
				}
			}
			_, lit := n.(*ast.FuncLit)
			return !lit && !found
		})
		return found
	}
	return true
}

// declared returns the declaration of a function in sight, with its body, and the
// unit that holds it; nil if there is none.
func (x *decision) declared(f *types.Func) (*pattern.Unit, *ast.FuncDecl) {
	key := pattern.KeyOf(f)
	for _, u := range x.world.Units {
		if u.Pkg.Path() != key.Pkg {
			continue
		}
		for _, file := range u.Files {
			for _, d := range file.Decls {
				decl, ok := d.(*ast.FuncDecl)
				if !ok || decl.Body == nil || decl.Name.Name != key.Name {
					continue
				}
				if g, ok := u.Info.Defs[decl.Name].(*types.Func); ok && pattern.KeyOf(g) == key {
					return u, decl
				}
			}
		}
	}
	return nil, nil
}

// valueRecovers reports whether a deferred func value may recover: a variable that
// holds anything but function literals that do not, and what functions make that
// do not either.
//
//	unlock := lock()    // whose literal recovers
//	defer unlock()
func (x *decision) valueRecovers(fun ast.Expr) bool {
	v, ok := objectOf(x.p.Unit.Info, fun).(*types.Var)
	return ok && !cancels(v.Type()) && x.variableRecovers(x.p.Unit, x.p.Decl, v, 0)
}

// instantiated returns the name of the generic function that e gives type arguments;
// nil if e is something else.
func instantiated(info *types.Info, e ast.Expr) ast.Expr {
	var fun ast.Expr
	switch e := e.(type) {
	case *ast.IndexExpr:
		fun = e.X
	case *ast.IndexListExpr:
		fun = e.X
	default:
		return nil
	}
	if _, ok := objectOf(info, fun).(*types.Func); !ok {
		return nil
	}
	return fun
}

// objectOf returns what a name means, with or without something that it is reached
// through; nil if e is no name.
func objectOf(info *types.Info, e ast.Expr) types.Object {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return info.Uses[e]
	case *ast.SelectorExpr:
		return info.Uses[e.Sel]
	}
	return nil
}

// madeRecovers reports whether a func value that a call in u gives may recover. The
// standard library makes none that does. A function in sight may make one, or hand out
// one of somebody else, such as its argument:
//
//	defer hold(unlock)()    // func hold(f func()) func() { return f }
func (x *decision) madeRecovers(u *pattern.Unit, call *ast.CallExpr, depth int) bool {
	if u.Info.Types[call.Fun].IsType() {
		return len(call.Args) != 1 || x.mayRecover(u, nil, call.Args[0], depth)
	}
	fun := call.Fun
	if f := instantiated(u.Info, ast.Unparen(fun)); f != nil {
		fun = f
	}
	f, ok := objectOf(u.Info, fun).(*types.Func)
	if !ok || f.Pkg() == nil || depth > 3 {
		return true
	}
	v, decl := x.declared(f)
	if decl == nil {
		return !x.standard(f)
	}
	found := false
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		if lit, ok := n.(*ast.FuncLit); ok {
			found = found || recovers(v.Info, lit)
			return false
		}
		ret, ok := n.(*ast.ReturnStmt)
		if !ok {
			return !found
		}
		for _, e := range ret.Results {
			found = found || x.mayRecover(v, decl, e, depth)
		}
		return !found
	})
	for result := range f.Signature().Results().Variables() { // of a bare return
		if obj, ok := v.Info.Defs[resultName(decl, result)].(*types.Var); ok {
			found = found || x.variableRecovers(v, decl, obj, depth)
		}
	}
	return found
}

// resultName returns where decl names a result; nil if nowhere.
func resultName(decl *ast.FuncDecl, result *types.Var) *ast.Ident {
	for _, field := range decl.Type.Results.List {
		for _, id := range field.Names {
			if id.Name == result.Name() && id.Name != "_" {
				return id
			}
		}
	}
	return nil
}

// mayRecover reports whether e, an operand of a return in decl, is a func value that may
// recover. Literals of decl have been looked at.
func (x *decision) mayRecover(u *pattern.Unit, decl *ast.FuncDecl, e ast.Expr, depth int) bool {
	e = ast.Unparen(e)
	if call, ok := e.(*ast.CallExpr); ok {
		if tuple, ok := u.Info.TypeOf(e).(*types.Tuple); ok {
			for v := range tuple.Variables() {
				if mayBeFunc(v.Type()) {
					return x.madeRecovers(u, call, depth+1)
				}
			}
			return false
		}
	}
	if !mayBeFunc(u.Info.TypeOf(e)) || u.Info.Types[e].IsNil() || cancels(u.Info.TypeOf(e)) {
		return false
	}
	switch e := e.(type) {
	case *ast.FuncLit:
		return recovers(u.Info, e)
	case *ast.CallExpr:
		return x.madeRecovers(u, e, depth+1)
	}
	switch obj := objectOf(u.Info, e).(type) {
	case *types.Func:
		v, d := x.declared(obj)
		if d == nil {
			return !x.standard(obj)
		}
		return recovers(v.Info, &ast.FuncLit{Body: d.Body})
	case *types.Var:
		return x.variableRecovers(u, decl, obj, depth)
	}
	return true
}

// variableRecovers reports whether a variable may hold a func value that recovers: one
// that decl does not declare, or that it sets to one.
func (x *decision) variableRecovers(u *pattern.Unit, decl *ast.FuncDecl, v *types.Var, depth int) bool {
	if !mayBeFunc(v.Type()) {
		return false
	}
	if decl == nil || depth > 3 || v.IsField() || v.Pos() < decl.Type.End() && !isResult(decl, v) || v.Pos() >= decl.End() {
		return true
	}
	may := false
	set := func(names []ast.Expr, values []ast.Expr) {
		for i, l := range names {
			if id := identOf(l); id == nil || u.Info.ObjectOf(id) != types.Object(v) || len(values) == 0 {
				continue
			}
			value := values[0]
			if len(values) == len(names) {
				value = values[i]
			}
			may = may || x.mayRecover(u, decl, value, depth+1)
		}
	}
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			set(n.Lhs, n.Rhs)
		case *ast.ValueSpec:
			names := make([]ast.Expr, len(n.Names))
			for i, id := range n.Names {
				names[i] = id
			}
			set(names, n.Values)
		case *ast.RangeStmt:
			for _, l := range []ast.Expr{n.Key, n.Value} {
				if id := identOf(l); id != nil && u.Info.ObjectOf(id) == types.Object(v) {
					may = true
				}
			}
		case *ast.UnaryExpr:
			if id := identOf(n.X); n.Op == token.AND && id != nil && u.Info.ObjectOf(id) == types.Object(v) {
				may = true
			}
		}
		return !may
	})
	return may
}

// isResult reports whether decl names the variable among its results.
func isResult(decl *ast.FuncDecl, v *types.Var) bool {
	return decl.Type.Results != nil && decl.Type.Results.Pos() <= v.Pos() && v.Pos() < decl.Type.Results.End()
}

// mayBeFunc reports whether a value of the type may be a func.
func mayBeFunc(t types.Type) bool {
	if t == nil {
		return true
	}
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return true
	}
	_, ok := t.Underlying().(*types.Signature)
	return ok
}

// standard reports whether a function is of the standard library, going by its path.
func (x *decision) standard(f *types.Func) bool {
	first := func(path string) string { head, _, _ := strings.Cut(path, "/"); return head }
	head := first(f.Pkg().Path())
	return !strings.Contains(head, ".") && head != first(x.p.Key.Pkg)
}

// cancels reports whether t is the type of the functions that cancel a context.
func cancels(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "context"
}
