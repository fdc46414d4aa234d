package same

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// A site is a call of prepare, or of a forwarder of its cleanup.
type site struct {
	call      *ast.CallExpr
	result    int        // index of the cleanup among the results
	alone     bool       // there is no other result
	forwarded bool       // the function is a forwarder
	lhs       []ast.Expr // the operands that are set to the results; nil unless one is _ or a variable for the state
}

// A holder describes the origin of a cleanup that an expression denotes.
type holder struct {
	sites []*site        // the calls of prepare that set the caller's variable, or the one call that the expression is
	call  bool           // the expression is a call of prepare
	inner bool           // the expression is a variable of prepare
	lits  []*ast.FuncLit // the literals that prepare assigns to that variable

	part   bool // the variable has other values, too, which it keeps
	used   bool // something uses such a part
	chosen bool // the expression is a variable of prepare that holds the state after the change
}

// facts holds what is known about the program before the change.
type facts struct {
	*Change
	home      *Unit
	fn        *types.Func
	from      map[string]origin       // the functions that return the cleanup, by full name
	forwarder map[ast.Node]*Forwarder // the forwarders among them, by declaration and by return statement
	sites     map[*ast.CallExpr]*site
	calling   map[*ast.File][]int          // the declarations with sites, by index
	in        map[ast.Decl][]*ast.CallExpr // the sites in each
	taken     map[*ast.Ident]bool          // the identifiers that a site sets to a cleanup
	holders   map[*types.Var]*holder
	split     map[*ast.Ident]*holder    // the identifiers of variables of Split that set or use a cleanup
	orphan    map[*types.Var]*ast.Ident // the variables of Split that a site declares; the first of their other identifiers
	capture   map[*types.Var]*Capture
	inLit     map[*ast.FuncLit]map[string]*Capture // the captures of each literal, by name
	method    map[*ast.SelectorExpr]*ast.FuncLit   // the literals that stand for method values
	calls     map[*ast.FuncLit]*ast.CallExpr       // the calls in these literals
	params    []*Capture                           // the captures that are parameters of finish; they precede the parameters of the cleanup
}

// find collects the calls of prepare and the variables that hold cleanups.
func find(c *Change) *facts {
	f := &facts{
		Change:    c,
		home:      c.Files[0].Unit,
		from:      make(map[string]origin),
		forwarder: make(map[ast.Node]*Forwarder),
		sites:     make(map[*ast.CallExpr]*site),
		calling:   make(map[*ast.File][]int),
		in:        make(map[ast.Decl][]*ast.CallExpr),
		taken:     make(map[*ast.Ident]bool),
		holders:   make(map[*types.Var]*holder),
		split:     make(map[*ast.Ident]*holder),
		orphan:    make(map[*types.Var]*ast.Ident),
		capture:   make(map[*types.Var]*Capture),
		inLit:     make(map[*ast.FuncLit]map[string]*Capture),
		method:    make(map[*ast.SelectorExpr]*ast.FuncLit),
		calls:     make(map[*ast.FuncLit]*ast.CallExpr),
	}
	if f.fn, _ = f.home.Info.Defs[c.Prepare.Name].(*types.Func); c.Local != nil {
		f.fn = f.localFunc()
	}
	if f.fn == nil {
		return f
	}
	f.methods()
	names := make(map[string]bool)
	for i := range c.Captures {
		p := &c.Captures[i]
		f.capture[p.Var] = p
		if name := p.Var.Name(); (p.Way == Argument || p.Way == Result || p.Way == Returned || p.Way == Clock) && !names[name] {
			names[name] = true
			f.params = append(f.params, p)
		}
	}
	if c.Value.Guard && c.Value.Var == nil {
		flag := types.NewParam(token.NoPos, f.fn.Pkg(), c.Value.Name, types.Typ[types.Bool])
		f.params = append(f.params, &Capture{Var: flag, Way: Returned})
	}
	for lit := range f.Literals {
		f.inLit[lit] = make(map[string]*Capture)
		for id := range idents(lit) {
			if v, ok := f.home.Info.Uses[id].(*types.Var); ok && f.capture[v] != nil {
				f.inLit[lit][v.Name()] = f.capture[v]
			}
		}
	}
	f.inPrepare()
	if c.Local != nil {
		f.localSites(c.Files[0])
		return f
	}
	f.origin(f.fn, c.Result, false)
	f.inForwarders()
	for _, file := range c.Files {
		f.inFile(file)
	}
	return f
}

// handed reports whether prepare returns a state.
func (f *facts) handed() bool { return f.State.Type != "" }

// single reports whether prepare returns a single value in place of the cleanup.
func (f *facts) single() bool { return f.Value.Name != "" }

// takesValue reports whether finish takes that value.
func (f *facts) takesValue() bool { return f.Value.Var != nil || f.Value.Guard }

// valueType returns the type of that value.
func (f *facts) valueType() types.Type {
	if f.Value.Var == nil {
		return types.Typ[types.Bool]
	}
	return f.Value.Var.Type()
}

// resultOf returns the index of v among the results of prepare, or -1. Return
// statements assign the results.
func (f *facts) resultOf(v *types.Var) int {
	for i := range f.fn.Signature().Results().Len() {
		if f.fn.Signature().Results().At(i) == v {
			return i
		}
	}
	return -1
}

// hold returns the holder of a variable. It adds one if there is none.
func (f *facts) hold(v *types.Var) *holder {
	if f.holders[v] == nil {
		f.holders[v] = &holder{}
	}
	return f.holders[v]
}

// inPrepare finds the variables of prepare that hold a cleanup: its result, each variable
// that a return statement returns there, and each that a literal is assigned to.
func (f *facts) inPrepare() {
	info := f.home.Info
	vars := []*types.Var{f.fn.Signature().Results().At(f.Result)}
	for r := range f.Returns {
		if f.Result < len(r.Results) {
			vars = append(vars, variable(info, r.Results[f.Result]))
		}
	}
	assignments(f.Prepare, func(lhs, rhs []ast.Expr) {
		for i := range rhs {
			lit := f.cleanupLit(rhs[i])
			if lit == nil || f.Literals[lit] == 0 || len(lhs) != len(rhs) {
				continue
			}
			if v := variable(info, lhs[i]); v != nil {
				vars = append(vars, v)
				f.hold(v).lits = append(f.hold(v).lits, lit)
			}
		}
	})
	for v := range f.Chosen {
		vars = append(vars, v)
		f.hold(v).chosen = true
	}
	for _, v := range vars {
		if v != nil && v.Name() != "" && v.Name() != "_" && v.Kind() != types.PackageVar {
			f.hold(v).inner = true
		}
	}
}

// inFile finds the calls of prepare in a file, and the variables that hold its cleanup.
func (f *facts) inFile(file File) {
	calls := file.Unit.callsIn(file.Before)
	for name, from := range f.from {
		c := calls[name]
		if c == nil {
			continue
		}
		for i, call := range c.exprs {
			d := file.Before.Decls[c.decls[i]]
			f.in[d] = append(f.in[d], call)
			f.sites[call] = &site{call: call, result: from.result, alone: from.results == 1, forwarded: from.forwarded}
		}
		for _, a := range c.assigned {
			if len(a.lhs) == from.results {
				f.take(file.Unit.Info, f.sites[a.call], a.lhs)
			}
		}
		f.calling[file.Before] = append(f.calling[file.Before], c.decls...)
	}
}

// An origin is a function that returns the cleanup.
type origin struct {
	result    int // index of the cleanup among the results
	results   int // the number of results
	forwarded bool
}

// origin adds a function that returns the cleanup.
func (f *facts) origin(fn *types.Func, result int, forwarded bool) {
	f.from[fn.FullName()] = origin{result, fn.Signature().Results().Len(), forwarded}
}

// take records the operands that are set to the results of a site, if the state can
// replace the cleanup among them.
func (f *facts) take(info *types.Info, s *site, lhs []ast.Expr) {
	id, ok := ast.Unparen(lhs[s.result]).(*ast.Ident)
	if !ok {
		return
	}
	v := variable(info, id)
	if id.Name != "_" && !f.Held[v] && !f.Split[v] {
		return
	}
	s.lhs, f.taken[id] = lhs, true
	if f.Split[v] {
		f.split[id] = &holder{sites: []*site{s}, part: true}
		return
	}
	if id.Name != "_" {
		f.hold(v).sites = append(f.hold(v).sites, s)
	}
}

// inForwarders finds the forwarders and their return statements.
func (f *facts) inForwarders() {
	for _, file := range f.Files {
		for i := range f.Change.Forwarders {
			fw := &f.Change.Forwarders[i]
			if !slices.Contains(file.Before.Decls, ast.Decl(fw.Decl)) {
				continue
			}
			fn, ok := file.Unit.Info.Defs[fw.Decl.Name].(*types.Func)
			if !ok || fw.Decl.Body == nil {
				continue
			}
			f.forwarder[fw.Decl] = fw
			f.origin(fn, fw.Result, true)
			ast.Inspect(fw.Decl.Body, func(n ast.Node) bool {
				if r, ok := n.(*ast.ReturnStmt); ok {
					f.forwarder[r] = fw
				}
				_, lit := n.(*ast.FuncLit)
				return !lit
			})
		}
	}
}

// localFunc returns the literal as a function, or nil if the claims about its declaration are
// wrong. Nothing may set its variable again, or use it other than in calls.
func (f *facts) localFunc() *types.Func {
	info, l := f.home.Info, f.Local
	var id *ast.Ident
	var value ast.Expr
	switch s := l.Stmt.(type) {
	case *ast.AssignStmt:
		if len(s.Lhs) == 1 && len(s.Rhs) == 1 && s.Tok == token.DEFINE {
			id, _ = s.Lhs[0].(*ast.Ident)
			value = s.Rhs[0]
		}
	case *ast.DeclStmt:
		if spec := varSpec(s); spec != nil && len(spec.Names) == 1 && len(spec.Values) == 1 && spec.Type == nil {
			id, value = spec.Names[0], spec.Values[0]
		}
	}
	if l.Decl == nil || id == nil || value != ast.Expr(l.Lit) || info.Defs[id] != types.Object(l.Var) || l.Lit.Type != f.Prepare.Type || l.Lit.Body != f.Prepare.Body {
		return nil
	}
	called := make(map[ast.Expr]bool)
	for n := range ast.Preorder(l.Decl) {
		if call, ok := n.(*ast.CallExpr); ok {
			called[ast.Unparen(call.Fun)] = true
		}
	}
	for use := range idents(l.Decl) {
		if info.Uses[use] == types.Object(l.Var) && !called[use] {
			return nil
		}
	}
	sig, ok := info.TypeOf(l.Lit).(*types.Signature)
	if !ok {
		return nil
	}
	return types.NewFunc(id.Pos(), f.home.Pkg, id.Name, sig)
}

// localSites finds the calls of the literal, and the variables that hold its cleanup.
func (f *facts) localSites(file File) {
	l, info, results := f.Local, f.home.Info, f.fn.Signature().Results().Len()
	for i, d := range file.Before.Decls {
		if d == ast.Decl(l.Decl) {
			f.calling[file.Before] = append(f.calling[file.Before], i)
		}
	}
	for n := range ast.Preorder(l.Decl) {
		if call, ok := n.(*ast.CallExpr); ok && variable(info, call.Fun) == l.Var {
			f.sites[call] = &site{call: call, result: f.Result, alone: results == 1}
		}
	}
	assignments(l.Decl, func(lhs, rhs []ast.Expr) {
		for i, r := range rhs {
			to := lhs
			if len(rhs) > 1 {
				to = lhs[i : i+1]
			}
			call, _ := ast.Unparen(r).(*ast.CallExpr)
			if s := f.sites[call]; s != nil && len(to) == results {
				f.take(info, s, to)
			}
		}
	})
}
