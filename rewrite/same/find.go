package same

import (
	"go/ast"
	"go/token"
	"go/types"
)

// A site is a call of prepare.
type site struct {
	call *ast.CallExpr
	stmt ast.Node   // the assignment or var spec that takes the results; nil if none does
	lhs  []ast.Expr // what takes the results before the change
	end  token.Pos  // of stmt

	after []ast.Expr // what takes them after it, nil where nothing does
	split bool       // the call has become a statement of its own
}

// A holder is an expression that holds a cleanup: a variable, or the call of prepare
// itself.
type holder struct {
	sites []*site        // where the cleanup comes from
	lits  []*ast.FuncLit // for a variable of prepare itself: the literals bound to it
	inner bool           // a variable of prepare
	call  *ast.CallExpr  // the holder is this call
	name  string         // of the variable for the state after the change; "" if not known yet
	decl  token.Pos      // where the variable is declared
}

// A facts holds what Check finds out about the program before the change.
type facts struct {
	*Change
	home    *Unit
	fn      *types.Func
	sites   map[*ast.CallExpr]*site
	holders map[*types.Var]*holder
	capture map[*types.Var]*Capture
	inLit   map[*ast.FuncLit]map[string]*Capture // the captures of each literal, by name
}

// find looks up the sites of prepare and the variables that hold cleanups.
func find(c *Change) *facts {
	f := &facts{
		Change:  c,
		home:    c.Files[c.Home].Unit,
		sites:   make(map[*ast.CallExpr]*site),
		holders: make(map[*types.Var]*holder),
		capture: make(map[*types.Var]*Capture),
		inLit:   make(map[*ast.FuncLit]map[string]*Capture),
	}
	f.fn, _ = f.home.Info.Defs[c.Prepare.Name].(*types.Func)
	if f.fn == nil {
		return f
	}
	for i := range c.Captures {
		f.capture[c.Captures[i].Var] = &c.Captures[i]
	}
	for lit := range c.Literals {
		names := make(map[string]*Capture)
		ast.Inspect(lit, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if v, ok := f.home.Info.Uses[id].(*types.Var); ok && f.capture[v] != nil {
					names[f.capture[v].Name] = f.capture[v]
				}
			}
			return true
		})
		f.inLit[lit] = names
	}
	f.inPrepare()
	for _, file := range c.Files {
		f.inFile(file)
	}
	return f
}

// inPrepare finds the variables of prepare that hold a cleanup: those that it binds
// a literal to, or returns as one, and its result.
func (f *facts) inPrepare() {
	hold := func(e ast.Expr) *holder {
		id, ok := ast.Unparen(e).(*ast.Ident)
		if !ok {
			return nil
		}
		v, ok := f.home.Info.ObjectOf(id).(*types.Var)
		if !ok {
			return nil
		}
		if f.holders[v] == nil {
			f.holders[v] = &holder{inner: true, decl: v.Pos()}
		}
		return f.holders[v]
	}
	if v := f.fn.Signature().Results().At(f.Result); v.Name() != "" && v.Name() != "_" {
		f.holders[v] = &holder{inner: true, decl: v.Pos()}
	}
	for r := range f.Returns {
		if f.Result < len(r.Results) {
			hold(r.Results[f.Result])
		}
	}
	bind := func(l, r ast.Expr) {
		if lit := literal(f.home.Info, r); lit != nil && f.Literals[lit] > 0 {
			if h := hold(l); h != nil {
				h.lits = append(h.lits, lit)
			}
		}
	}
	ast.Inspect(f.Prepare, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i := range n.Rhs {
				if len(n.Lhs) == len(n.Rhs) {
					bind(n.Lhs[i], n.Rhs[i])
				}
			}
		case *ast.ValueSpec:
			for i := range n.Values {
				if len(n.Names) == len(n.Values) {
					bind(n.Names[i], n.Values[i])
				}
			}
		}
		return true
	})
}

// inFile finds the calls of prepare in a file, and the variables that take its
// cleanup.
func (f *facts) inFile(file File) {
	info := file.Unit.Info
	take := func(stmt ast.Node, lhs []ast.Expr, rhs ast.Expr) {
		call, ok := ast.Unparen(rhs).(*ast.CallExpr)
		if !ok || !f.calls(info, call) || len(lhs) != f.fn.Signature().Results().Len() {
			return
		}
		id, ok := ast.Unparen(lhs[f.Result]).(*ast.Ident)
		if !ok {
			return
		}
		v, _ := info.ObjectOf(id).(*types.Var)
		if id.Name != "_" && !f.Held[v] {
			return
		}
		s := f.site(call)
		s.stmt, s.lhs, s.end, s.after = stmt, lhs, stmt.End(), make([]ast.Expr, len(lhs))
		if id.Name != "_" {
			if f.holders[v] == nil {
				f.holders[v] = &holder{decl: v.Pos()}
			}
			f.holders[v].sites = append(f.holders[v].sites, s)
		}
	}
	each := func(stmt ast.Node, lhs, rhs []ast.Expr) {
		if len(rhs) == 1 {
			take(stmt, lhs, rhs[0])
			return
		}
		for i, r := range rhs {
			take(stmt, lhs[i:i+1], r)
		}
	}
	global := make(map[ast.Spec]bool) // a variable of the package keeps its type
	ast.Inspect(file.Before, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.File:
			for _, d := range n.Decls {
				if g, ok := d.(*ast.GenDecl); ok {
					for _, s := range g.Specs {
						global[s] = true
					}
				}
			}
		case *ast.AssignStmt:
			each(n, n.Lhs, n.Rhs)
		case *ast.ValueSpec:
			var lhs []ast.Expr
			if global[n] {
				break
			}
			for _, id := range n.Names {
				lhs = append(lhs, id)
			}
			each(n, lhs, n.Values)
		case *ast.CallExpr:
			if f.calls(info, n) {
				f.site(n)
			}
		}
		return true
	})
}

func (f *facts) site(call *ast.CallExpr) *site {
	if f.sites[call] == nil {
		f.sites[call] = &site{call: call, end: call.End()}
	}
	return f.sites[call]
}

// calls reports whether a call calls prepare. The function may be another object in
// the caller's package: names and package paths tell.
func (f *facts) calls(info *types.Info, call *ast.CallExpr) bool {
	id := ident(bare(call.Fun))
	if id == nil || id.Name != f.Prepare.Name.Name {
		return false
	}
	fn, ok := info.Uses[id].(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Pkg().Path() != f.fn.Pkg().Path() {
		return false
	}
	if sel, ok := bare(call.Fun).(*ast.SelectorExpr); ok {
		if s := info.Selections[sel]; s != nil && s.Kind() != types.MethodVal {
			return false
		}
	}
	return receiver(fn) == receiver(f.fn)
}

// receiver returns the name of the base type of a method's receiver.
func receiver(fn *types.Func) string {
	recv := fn.Origin().Signature().Recv()
	if recv == nil {
		return ""
	}
	t := types.Unalias(recv.Type())
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	if n, ok := t.(*types.Named); ok {
		return n.Obj().Name()
	}
	return t.String()
}

// bare returns an expression that names a function without parentheses and type
// arguments.
func bare(e ast.Expr) ast.Expr {
	switch e := ast.Unparen(e).(type) {
	case *ast.IndexExpr:
		return ast.Unparen(e.X)
	case *ast.IndexListExpr:
		return ast.Unparen(e.X)
	default:
		return e
	}
}

// ident returns the identifier that an expression is, or selects.
func ident(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.Ident:
		return e
	case *ast.SelectorExpr:
		return e.Sel
	}
	return nil
}

// literal returns the function literal that e is, perhaps in parentheses or
// converted to a func type.
func literal(info *types.Info, e ast.Expr) *ast.FuncLit {
	switch e := ast.Unparen(e).(type) {
	case *ast.FuncLit:
		return e
	case *ast.CallExpr:
		if info.Types[e.Fun].IsType() && len(e.Args) == 1 {
			return literal(info, e.Args[0])
		}
	}
	return nil
}

// empty reports whether a function literal does nothing: it has no statement but a
// return of constants.
func empty(info *types.Info, lit *ast.FuncLit) bool {
	for _, s := range lit.Body.List {
		r, ok := s.(*ast.ReturnStmt)
		if !ok {
			return false
		}
		for _, e := range r.Results {
			if tv := info.Types[e]; tv.Value == nil && !tv.IsNil() {
				return false
			}
		}
	}
	return true
}
