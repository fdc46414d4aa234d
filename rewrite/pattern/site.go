package pattern

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
)

// A Form is the way in which a site takes the cleanup.
type Form int

const (
	Assigned  Form = iota // x, err := p(), also with = and in the init of an if
	Declared              // var x, err = p()
	Beside                // x, y = p(), q(): assigned beside other values
	Immediate             // p()(), mostly as defer p()()
	Passed                // f(p()): the cleanup, its only result, is used as a value at once
	Dropped               // p(), defer p(): the result unused
	Otherwise             // return p(), f(p()) with several results, …
)

// A Site is one call of a prepare function.
type Site struct {
	*flow.Facts          // of the top-level declaration around the call
	Func        ast.Node // the innermost function around it, *ast.FuncDecl or *ast.FuncLit; nil at package level
	Call        *ast.CallExpr
	Form        Form

	Stmt    ast.Stmt   // the statement around the call
	Lhs     []ast.Expr // what an Assigned, Declared or Beside site assigns the results to
	Cleanup ast.Expr   // the element of Lhs that takes the cleanup
	Var     *types.Var // the variable that holds the cleanup; nil if blank or not a variable
	Uses    []*Use     // appearances of the cleanup; one if Immediate or Passed
}

// A UseKind says what a use does with the cleanup.
type UseKind int

const (
	DeferCall UseKind = iota // defer x()
	GoCall                   // go x()
	Call                     // x(), as a statement or within an expression
	NilTest                  // x == nil, x != nil
	Discard                  // _ = x
	Value                    // anything else: an argument, a copy, a field
)

// A Use is one appearance of a cleanup.
type Use struct {
	Expr ast.Expr // the cleanup: a variable, or the call of an Immediate site
	Kind UseKind
	Call *ast.CallExpr // the call of the cleanup, if it is one
	Stmt ast.Stmt      // the statement around it
	Lit  *ast.FuncLit  // the innermost literal around it, if that does not hold the site too
	// Deferred is set when the cleanup runs as, or within, a deferred call.
	Deferred bool
}

// A Ref is an appearance of a prepare function's name that is not a call.
type Ref struct {
	Unit  *Unit
	Ident *ast.Ident
}

// References returns the sites of the prepare functions named by keys in the
// unit, and the appearances of their names that are no calls.
func References(u *Unit, keys map[Key]bool) (map[Key][]*Site, map[Key][]Ref) {
	names := make(map[string]bool, len(keys))
	for k := range keys {
		names[k.Name] = true
	}
	sites := make(map[Key][]*Site)
	refs := make(map[Key][]Ref)
	for _, file := range u.Files {
		for _, d := range file.Decls {
			var facts *flow.Facts
			ast.Inspect(d, func(n ast.Node) bool {
				id, ok := n.(*ast.Ident)
				if !ok || !names[id.Name] {
					return true
				}
				fn, ok := u.Info.Uses[id].(*types.Func)
				if !ok {
					return true
				}
				key := KeyOf(fn)
				if !keys[key] {
					return true
				}
				if facts == nil {
					facts = flow.FactsOf(u, file, d)
				}
				call := callOf(u.Info, facts.Up, id)
				if call == nil {
					refs[key] = append(refs[key], Ref{u, id})
					return true
				}
				s := &Site{Facts: facts, Func: facts.Up.Func(call), Call: call}
				s.fill(fn.Signature().Results())
				sites[key] = append(sites[key], s)
				return true
			})
		}
	}
	return sites, refs
}

// callOf returns the call of the function that id names, or nil if id names it
// for another purpose. A method expression T.m is no call of m.
func callOf(info *types.Info, up flow.Parents, id *ast.Ident) *ast.CallExpr {
	var fun ast.Node = id
	if sel, ok := up[id].(*ast.SelectorExpr); ok && sel.Sel == id {
		if s := info.Selections[sel]; s != nil && s.Kind() != types.MethodVal {
			return nil
		}
		fun = sel
	}
	parent, child := up.Expr(fun)
	switch p := parent.(type) {
	case *ast.IndexExpr: // explicit type argument
		if p.X == child {
			parent, child = up.Expr(p)
		}
	case *ast.IndexListExpr:
		if p.X == child {
			parent, child = up.Expr(p)
		}
	}
	if call, ok := parent.(*ast.CallExpr); ok && call.Fun == child {
		return call
	}
	return nil
}

// Fun returns the expression that names the called function, without explicit type
// arguments.
func (s *Site) Fun() ast.Expr {
	switch f := ast.Unparen(s.Call.Fun).(type) {
	case *ast.IndexExpr:
		return ast.Unparen(f.X)
	case *ast.IndexListExpr:
		return ast.Unparen(f.X)
	default:
		return f
	}
}

// fill finds the form of the site and the uses of a cleanup that is not assigned.
// results are those of the prepare function.
func (s *Site) fill(results *types.Tuple) {
	s.Form, s.Stmt = Otherwise, s.Up.Stmt(s.Call)
	parent, child := s.Up.Expr(s.Call)
	only := results.Len() == 1
	passed := func() {
		if only {
			s.Form = Passed
			s.Uses = []*Use{useOf(s.Unit.Info, s.Up, s.Call, s.Func)}
		}
	}
	switch p := parent.(type) {
	case *ast.AssignStmt:
		at := slices.IndexFunc(p.Rhs, func(e ast.Expr) bool { return e == child })
		switch {
		case at < 0 || p.Tok != token.ASSIGN && p.Tok != token.DEFINE:
			passed()
		case len(p.Rhs) == 1 && len(p.Lhs) == results.Len():
			s.Form, s.Stmt, s.Lhs = Assigned, p, p.Lhs
		case only && len(p.Rhs) == len(p.Lhs):
			s.Form, s.Stmt, s.Lhs = Beside, p, p.Lhs[at:at+1]
		}
	case *ast.ValueSpec:
		decl, _ := s.Up[p].(*ast.GenDecl)
		stmt, ok := s.Up[decl].(*ast.DeclStmt)
		at := slices.IndexFunc(p.Values, func(e ast.Expr) bool { return e == child })
		if !ok || at < 0 {
			return
		}
		names := make([]ast.Expr, len(p.Names))
		for i, n := range p.Names {
			names[i] = n
		}
		switch {
		case len(p.Values) == 1 && len(p.Names) == results.Len():
			s.Form, s.Stmt, s.Lhs = Declared, stmt, names
		case only && len(p.Values) == len(p.Names) && p.Type == nil:
			s.Form, s.Stmt, s.Lhs = Beside, stmt, names[at:at+1]
		}
	case *ast.ExprStmt, *ast.DeferStmt, *ast.GoStmt:
		s.Form = Dropped
	case *ast.ReturnStmt:
	case *ast.CallExpr:
		if p.Fun != child {
			passed()
			return
		}
		s.Form = Immediate
		u := useOf(s.Unit.Info, s.Up, s.Call, s.Func)
		s.Stmt, s.Uses = u.Stmt, []*Use{u}
	default:
		passed()
	}
}

// Bind tells the site which result is the cleanup, and finds its uses.
func (s *Site) Bind(result int) {
	if s.Form == Beside {
		result = 0
	}
	if s.Lhs == nil || result >= len(s.Lhs) {
		return
	}
	s.Cleanup = s.Lhs[result]
	id, ok := ast.Unparen(s.Cleanup).(*ast.Ident)
	if !ok || id.Name == "_" {
		return
	}
	info := s.Unit.Info
	v, ok := info.ObjectOf(id).(*types.Var)
	if !ok {
		return
	}
	s.Var = v
	for _, a := range s.Access[v] {
		if a.Ident != id && a.Mode != flow.Write {
			s.Uses = append(s.Uses, useOf(info, s.Up, a.Ident, s.Func))
		}
	}
}

// useOf describes the appearance e of a cleanup, seen from the function fn
// that holds the site.
func useOf(info *types.Info, up flow.Parents, e ast.Expr, fn ast.Node) *Use {
	u := &Use{Expr: e, Kind: Value, Stmt: up.Stmt(e)}
	parent, child := up.Expr(e)
	switch p := parent.(type) {
	case *ast.CallExpr:
		if p.Fun == child {
			u.Kind, u.Call = Call, p
			switch s := up[p].(type) {
			case *ast.DeferStmt:
				u.Kind = DeferCall
				u.Deferred = true
				u.Stmt = s
			case *ast.GoStmt:
				u.Kind = GoCall
				u.Stmt = s
			}
		}
	case *ast.BinaryExpr:
		if (p.Op == token.EQL || p.Op == token.NEQ) && (info.Types[p.X].IsNil() || info.Types[p.Y].IsNil()) {
			u.Kind = NilTest
		}
	case *ast.AssignStmt:
		if len(p.Lhs) == len(p.Rhs) {
			for i, r := range p.Rhs {
				if id, ok := p.Lhs[i].(*ast.Ident); ok && r == child && id.Name == "_" {
					u.Kind = Discard
				}
			}
		}
	}
	// Climb to the function of the site.
	for n := up[e]; n != nil && n != fn; n = up[n] {
		lit, ok := n.(*ast.FuncLit)
		if !ok {
			continue
		}
		if u.Lit == nil {
			u.Lit = lit
		}
		if call, ok := up[lit].(*ast.CallExpr); ok && call.Fun == ast.Expr(lit) {
			if _, ok := up[call].(*ast.DeferStmt); ok && u.Call != nil {
				u.Deferred = true
			}
		}
	}
	return u
}
