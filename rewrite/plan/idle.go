package plan

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// idle provides for the returns that hand out no cleanup, or one that does
// nothing. A direct call of finish would do there what the closure did not:
//
//	return nil, errClosed          // a site that did not check err would have panicked, not cleaned up
//	if fast { return func() {} }   // there was nothing to undo
//
// Where each idle return carries an error, and each site looks at the error
// first, finish is never called. Otherwise the state tells.
func (x *decision) idle() *Refusal {
	var nils, empties []*pattern.Return
	ws := witnesses(x.p)
	failing := make(map[*pattern.Return][]witness)
	for _, r := range x.p.Returns {
		switch r.Idle {
		case pattern.IdleNil:
			nils = append(nils, r)
		case pattern.IdleEmpty:
			empties = append(empties, r)
		default:
			continue
		}
		for _, w := range ws {
			if x.fails(r, w) {
				failing[r] = append(failing[r], w)
			}
		}
	}
	if r := x.bindsBeforePanic(); r != nil {
		return r
	}
	if pos, ok := x.swallows(false); ok {
		for _, s := range x.sites {
			for _, u := range calls(s) {
				if !x.checksNil(s, u) {
					return x.refuse(UnguardedNil, x.p.Unit, pos, "it recovers from a panic, and may then return a nil cleanup without an error")
				}
			}
		}
	}
	if pos, ok := x.swallows(true); ok && x.errIndex >= 0 {
		// The error that comes of the panic comes with a nil cleanup.
		for _, s := range x.sites {
			for _, u := range calls(s) {
				if !x.checks(s, u, witness{x.errIndex, isNil}) && !x.checksNil(s, u) {
					return x.refuse(UnguardedNil, x.p.Unit, pos, "it recovers from a panic, and then returns a nil cleanup, which a caller uses without a check of the error")
				}
			}
		}
	}
	live, guard := false, false
	for _, s := range x.sites {
		for _, u := range s.Uses {
			if u.Kind == pattern.NilTest {
				if len(nils) == 0 && (x.plan.Outer[s.Var] == nil || x.plan.Outer[s.Var].Stmt == nil) || len(empties) > 0 {
					return x.refuse(NilTest, s.Unit, u.Expr.Pos(), "a caller compares its cleanup with nil, which tells nothing about the work to do")
				}
				live = true
				continue
			}
			if u.Kind == pattern.Discard {
				continue
			}
			if u.Kind == pattern.Value && x.failed(s, u, nils, empties) {
				continue
			}
			var checked []witness
			for _, w := range ws {
				if x.checks(s, u, w) {
					checked = append(checked, w)
				}
			}
			passes := func(r *pattern.Return) bool { // the use may come after it
				return !slices.ContainsFunc(failing[r], func(w witness) bool { return slices.Contains(checked, w) })
			}
			if i := slices.IndexFunc(nils, passes); i >= 0 && !x.checksNil(s, u) {
				r := nils[i]
				switch {
				case len(checked) == 0:
					return x.refuse(UnguardedNil, s.Unit, u.Expr.Pos(), "a caller uses its cleanup, which may be nil, without a check of the error")
				case len(failing[r]) > 0:
					return x.refuse(UnguardedNil, s.Unit, u.Expr.Pos(), "a caller uses its cleanup, which may be nil, without a check of the %s that tells", x.p.Func.Signature().Results().At(failing[r][0].result).Type())
				case x.errIndex < 0 || x.errIndex >= len(r.Stmt.Results):
					return x.refuse(UnguardedNil, x.p.Unit, r.Stmt.Pos(), "it returns a nil cleanup, and it cannot be shown that an error comes with it")
				}
				return x.refuse(UnguardedNil, x.p.Unit, r.Stmt.Pos(), "it returns a nil cleanup with %s, which cannot be shown to be an error", types.ExprString(r.Stmt.Results[x.errIndex]))
			}
			if slices.ContainsFunc(empties, passes) {
				live, guard = true, true
			}
		}
	}
	if live && x.plan.State.Kind == "" {
		x.plan.State.Live = x.flagName()
		x.plan.State.Guard = guard
	}
	return nil
}

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
		return endsPanics.MatchString(f.Name())
	}
	return x.sourceRecovers(f)
}

// endsPanics matches the names of methods that are there to end a panic.
var endsPanics = regexp.MustCompile("(?i)recover|panic|crash|rescue|catch")

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
	info := x.p.Unit.Info
	id := identOf(fun)
	if id == nil {
		sel, ok := ast.Unparen(fun).(*ast.SelectorExpr)
		if !ok {
			return true
		}
		_, variable := info.Uses[sel.Sel].(*types.Var)
		return variable && !cancels(info.TypeOf(fun))
	}
	v, ok := info.Uses[id].(*types.Var)
	if !ok {
		return false
	}
	if cancels(v.Type()) {
		return false
	}
	params := x.p.Func.Signature().Params()
	if global(v) || slices.Contains(slices.Collect(params.Variables()), v) {
		return true // somebody else's
	}
	set, may := 0, false
	ast.Inspect(x.p.Decl.Body, func(n ast.Node) bool {
		a, ok := n.(*ast.AssignStmt)
		if !ok {
			return true
		}
		for i, l := range a.Lhs {
			if id := identOf(l); id == nil || info.ObjectOf(id) != types.Object(v) {
				continue
			}
			set++
			rhs := a.Rhs[0]
			if len(a.Rhs) == len(a.Lhs) {
				rhs = a.Rhs[i]
			}
			switch r := ast.Unparen(rhs).(type) {
			case *ast.FuncLit:
				may = may || recovers(info, r)
			case *ast.CallExpr:
				may = may || x.madeRecovers(x.p.Unit, r, 0)
			default:
				may = true
			}
		}
		return true
	})
	addressed := slices.ContainsFunc(x.p.Access[v], func(a pattern.Access) bool { return a.Mode == pattern.Address })
	return may || set == 0 || addressed
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
		if obj := v.Info.Defs[resultName(decl, result)]; obj != nil {
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
func (x *decision) variableRecovers(u *pattern.Unit, decl *ast.FuncDecl, v types.Object, depth int) bool {
	if !mayBeFunc(v.Type()) {
		return false
	}
	if decl == nil || depth > 3 || v.Pos() < decl.Type.End() && !isResult(decl, v) || v.Pos() >= decl.End() {
		return true
	}
	may := false
	set := func(names []ast.Expr, values []ast.Expr) {
		for i, l := range names {
			if id := identOf(l); id == nil || u.Info.ObjectOf(id) != v || len(values) == 0 {
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
				if id := identOf(l); id != nil && u.Info.ObjectOf(id) == v {
					may = true
				}
			}
		case *ast.UnaryExpr:
			if id := identOf(n.X); n.Op == token.AND && id != nil && u.Info.ObjectOf(id) == v {
				may = true
			}
		}
		return !may
	})
	return may
}

// isResult reports whether decl names the variable among its results.
func isResult(decl *ast.FuncDecl, v types.Object) bool {
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

// failed reports whether a use as a value stands where the site's error is known
// not to be nil, and prepare gives a cleanup that is nil, or does nothing, with
// every error: then that is what the value is.
//
//	release, err := prepare()
//	if err != nil {
//		return release, err      // return nil, err
//	}
func (x *decision) failed(s *pattern.Site, u *pattern.Use, nils, empties []*pattern.Return) bool {
	if x.aliases(s) || u.Lit != nil || x.errIndex < 0 || x.errIndex >= len(s.Lhs) || len(nils) > 0 == (len(empties) > 0) {
		return false
	}
	if x.resultReplaced(x.errIndex) {
		return false
	}
	for _, r := range x.p.Returns {
		if r.Live() && (x.errIndex >= len(r.Stmt.Results) || !x.p.Unit.Info.Types[r.Stmt.Results[x.errIndex]].IsNil()) {
			return false
		}
	}
	v, ok := s.Unit.Info.ObjectOf(identOf(s.Lhs[x.errIndex])).(*types.Var)
	if !ok || global(v) {
		return false
	}
	sc := scope{info: s.Unit.Info, up: s.Up, acc: s.Access, fn: s.Func, site: s.Stmt}
	if sc.known(u.Expr, v) != notNil {
		return false
	}
	if !typedPlace(s, u) {
		return false // a plain nil would lose its type
	}
	x.plan.Idle[u] = "nil"
	if len(empties) > 0 {
		if x.p.Sig.Params().Len() > 0 || x.p.Sig.Results().Len() > 0 {
			delete(x.plan.Idle, u)
			return false
		}
		x.plan.Idle[u] = "func() {}"
	}
	return true
}

// checks reports whether the use is reached only after the site's result that is the
// witness w was found to say success.
func (x *decision) checks(s *pattern.Site, u *pattern.Use, w witness) bool {
	if x.aliases(s) {
		if s = x.lastSite(s, u); s == nil {
			return false
		}
	}
	if w.result >= len(s.Lhs) {
		return false
	}
	id := identOf(s.Lhs[w.result])
	if id == nil {
		return false
	}
	v, ok := s.Unit.Info.ObjectOf(id).(*types.Var)
	if !ok || global(v) {
		return false
	}
	sc := scope{info: s.Unit.Info, up: s.Up, acc: s.Access, fn: s.Func, site: s.Stmt}
	return sc.known(u.Expr, v) == w.success
}

// lastSite returns the site that certainly set the variable of s last before a
// use, nil if that cannot be told: it stands before the use in a list that the
// use comes after, in the same function and loop, with no other site between.
func (x *decision) lastSite(s *pattern.Site, u *pattern.Use) *pattern.Site {
	var last *pattern.Site
	for _, t := range x.sites {
		switch {
		case t.Var != s.Var:
		case t.Func != s.Func:
			return nil // in a literal, which may run at any time
		case t.Stmt.Pos() < u.Expr.Pos() && (last == nil || t.Stmt.Pos() > last.Stmt.Pos()):
			last = t
		}
	}
	if last == nil || u.Lit != nil || last.Up.Loop(last.Stmt, last.Func) != last.Up.Loop(u.Expr, last.Func) {
		return nil
	}
	if test, ok := last.Up[last.Stmt].(*ast.IfStmt); ok && test.Init == last.Stmt && pattern.Within(u.Expr, test) {
		return last
	}
	list, i, ok := last.Up.List(last.Stmt)
	if !ok || !slices.ContainsFunc(list[i+1:], func(t ast.Stmt) bool { return pattern.Within(u.Expr, t) }) {
		return nil
	}
	return last
}

// checksNil reports whether the use is reached only after the cleanup was
// found not nil.
func (x *decision) checksNil(s *pattern.Site, u *pattern.Use) bool {
	if s.Var == nil {
		return false
	}
	sc := scope{info: s.Unit.Info, up: s.Up, acc: s.Access, fn: s.Func, deferred: u.Deferred}
	return sc.known(u.Expr, s.Var) == notNil
}

// flags gives the usual first words of prepare functions the name of the flag
// that tells whether there is something to undo.
func flags() map[string]string {
	return map[string]string{
		"prepare": "prepared", "begin": "begun", "start": "started", "open": "opened", "acquire": "acquired",
		"lock": "locked", "enter": "entered", "track": "tracked", "register": "registered", "setup": "ready",
	}
}

func (x *decision) flagName() string {
	verb, _ := verbOf(x.p.Key.Name)
	name, ok := flags()[strings.ToLower(verb)]
	if !ok {
		name = "live"
	}
	return x.freshIn(x.p.Unit, x.p.Decl, name)
}

// verbOf splits a camel-case name after its first word: "prepareRead" is
// "prepare" and "Read".
func verbOf(name string) (verb, rest string) {
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) {
			return name[:i], name[i:]
		}
	}
	return name, ""
}

// lowerFirst returns name as an unexported one: its first letter, or the
// initials it starts with, in lower case.
func lowerFirst(name string) string {
	r := []rune(name)
	for i := range r {
		if i > 0 && (!unicode.IsUpper(r[i]) || i+1 < len(r) && unicode.IsLower(r[i+1])) {
			break
		}
		r[i] = unicode.ToLower(r[i])
	}
	return string(r)
}

// upperFirst returns name with its first letter in upper case.
func upperFirst(name string) string {
	if name == "" {
		return ""
	}
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(r)) + name[n:]
}
