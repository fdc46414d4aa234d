package pattern

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/closurefix/closurefix/rewrite/flow"
)

// A Form is the way in which a site uses the results of the call.
type Form int

const (
	Assigned  Form = iota // x, err := p(), also with = and in the init of an if
	Declared              // var x, err = p()
	Beside                // x, y = p(), q(): assigned beside other values
	Immediate             // p()(), mostly as defer p()()
	Passed                // f(p()): the cleanup, its only result, is used as a value at once
	Dropped               // p(), defer p(): the result unused
	Forwarded             // return p(): the function around it is a forwarder that changes with p
	Returned              // return p(), with several results, in a function that does not change with p
	Otherwise             // f(p()) with several results, …
)

// A Site is one call of a prepare function.
type Site struct {
	*flow.Facts          // of the top-level declaration around the call
	Func        ast.Node // the innermost function around it, *ast.FuncDecl or *ast.FuncLit; nil at package level
	Call        *ast.CallExpr
	Form        Form
	Result      int          // index of the cleanup among the results
	Literal     *ast.FuncLit // the prepare function, if it is a literal in a local variable
	Forwarder   *Prepare     // the forwarder that it calls, nil if it calls the prepare function

	Stmt    ast.Stmt          // the statement around the call
	Lhs     []ast.Expr        // what an Assigned, Declared or Beside site assigns the results to
	Cleanup ast.Expr          // the element of Lhs that takes the cleanup
	Var     *types.Var        // the variable that holds the cleanup, which only sites of prepare set; nil if there is none
	Part    *Part             // set if the site has a part of a variable; Var stands for that, and no identifier refers to it
	Spec    *ast.ValueSpec    // the declaration of Var, without a value, if no site declares it
	Shared  bool              // more than one statement declares and sets Var
	Nothing []*ast.AssignStmt // those of them that set it to a literal that does nothing
	Uses    []*Use            // appearances of the cleanup; one if Immediate, Passed or Returned

	// Deferred is set if some use of the cleanup is deferred. Uses of the same variable
	// at other sites count, too.
	Deferred bool

	// Obstacle is set if the cleanup is not in a variable whose type can change, and says
	// why. Only a Passed site can be rewritten then.
	Obstacle *Obstacle

	// Stored is the variable that the site sets if there is an obstacle, or if the site has a Part of it.
	Stored *types.Var

	// asResult is the site with Var set, if its obstacle is that Var is a result of the
	// function around it: that function may be a forwarder.
	asResult *Site
}

// A UseKind is a way to use a cleanup.
type UseKind int

const (
	DeferCall UseKind = iota // defer x()
	GoCall                   // go x()
	Call                     // x(), as a statement or within an expression
	NilTest                  // x == nil, x != nil
	Discard                  // _ = x
	Forward                  // return x, where the function around it is a forwarder that changes with p
	Value                    // anything else: an argument, a copy, a field
)

// A Use is one use of a cleanup at a site or within the prepare function.
type Use struct {
	Expr ast.Expr // the cleanup: a variable, or the call of an Immediate site
	Kind UseKind
	Call *ast.CallExpr // the call of the cleanup, if it is one
	Stmt ast.Stmt      // the statement around it
	Lit  *ast.FuncLit  // the innermost literal around it that does not contain the site; nil if there is none
	// Deferred is set if the cleanup runs as a deferred call, or within one.
	Deferred bool
}

// An Obstacle is a position at which a cleanup must stay a func, with the reason as a
// clause that follows "its cleanup ".
type Obstacle struct {
	Pos token.Pos
	Why string
}

// A Ref is a use of a prepare function other than a call.
type Ref struct {
	Unit  *Unit
	Ident *ast.Ident
}

// References returns the calls and the other uses of prepare functions in the unit.
// results holds the functions, each with the index of the cleanup among its results.
func References(u *Unit, results map[Key]int) (map[Key][]*Site, map[Key][]Ref) {
	sites := make(map[Key][]*Site)
	refs := make(map[Key][]Ref)
	for _, file := range u.Files {
		for _, d := range file.Decls {
			var facts *flow.Facts
			here := make(map[Key][]*Site)
			ast.Inspect(d, func(n ast.Node) bool {
				id, ok := n.(*ast.Ident)
				if !ok {
					return true
				}
				fn, ok := u.Info.Uses[id].(*types.Func)
				if !ok {
					return true
				}
				key := KeyOf(fn)
				if _, ok := results[key]; !ok {
					return true
				}
				if facts == nil {
					facts = flow.FactsOf(u, file, d)
				}
				call := callOf(u.Info, facts.At(id))
				if call == nil {
					refs[key] = append(refs[key], Ref{u, id})
					return true
				}
				s := &Site{Facts: facts, Func: flow.Func(facts.At(call)), Call: call}
				s.fill(fn.Signature().Results(), results[key])
				here[key] = append(here[key], s)
				return true
			})
			for key, list := range here {
				bind(list)
				sites[key] = append(sites[key], list...)
			}
		}
	}
	return sites, refs
}

// callOf returns the call of the function that an identifier names, or nil if it is used in
// another way. A method expression T.m is not a call of m.
func callOf(info *types.Info, id inspector.Cursor) *ast.CallExpr {
	fun := id
	if id.ParentEdgeKind() == edge.SelectorExpr_Sel {
		fun = id.Parent()
		if s := info.Selections[fun.Node().(*ast.SelectorExpr)]; s != nil && s.Kind() != types.MethodVal {
			return nil
		}
	}
	fun = flow.Outer(fun)
	switch fun.ParentEdgeKind() {
	case edge.IndexExpr_X, edge.IndexListExpr_X: // explicit type arguments
		fun = flow.Outer(fun.Parent())
	}
	if fun.ParentEdgeKind() != edge.CallExpr_Fun {
		return nil
	}
	return fun.Parent().Node().(*ast.CallExpr)
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

// fill sets the form of the site, and the uses of a cleanup that is not assigned. results
// are those of the prepare function, and result is the index of the cleanup among them.
func (s *Site) fill(results *types.Tuple, result int) {
	s.Form, s.Stmt, s.Result = Otherwise, flow.Stmt(s.At(s.Call)), result
	call := flow.Outer(s.At(s.Call))
	switch kind, at := call.ParentEdge(); kind {
	case edge.AssignStmt_Rhs:
		a := call.Parent().Node().(*ast.AssignStmt)
		if a.Tok == token.ASSIGN || a.Tok == token.DEFINE {
			s.assigned(Assigned, a, a.Lhs, len(a.Rhs), at, results, result)
		}
	case edge.ValueSpec_Values:
		spec := call.Parent().Node().(*ast.ValueSpec)
		stmt, ok := call.Parent().Parent().Parent().Node().(*ast.DeclStmt)
		if ok && (spec.Type == nil || len(spec.Names) == 1) {
			names := make([]ast.Expr, len(spec.Names))
			for i, n := range spec.Names {
				names[i] = n
			}
			s.assigned(Declared, stmt, names, len(spec.Values), at, results, result)
		}
	case edge.ExprStmt_X, edge.DeferStmt_Call, edge.GoStmt_Call:
		s.Form = Dropped
	case edge.CallExpr_Fun:
		s.Form = Immediate
	case edge.ReturnStmt_Results:
		if results.Len() > 1 {
			s.Form = Returned
		}
	}
	if s.Form == Otherwise && results.Len() == 1 {
		s.Form = Passed
	}
	if s.Form == Immediate || s.Form == Passed || s.Form == Returned {
		s.Uses = []*Use{useOf(s.Facts, s.Call, s.Func)}
		s.Deferred = s.Uses[0].Deferred
	}
}

// assigned records the operands to which a statement assigns the results of the call. The
// call is operand at of n on the right side.
func (s *Site) assigned(form Form, stmt ast.Stmt, lhs []ast.Expr, n, at int, results *types.Tuple, result int) {
	switch {
	case n == 1 && len(lhs) == results.Len():
		s.Form, s.Stmt, s.Lhs, s.Cleanup = form, stmt, lhs, lhs[result]
	case n == len(lhs) && results.Len() == 1:
		s.Form, s.Stmt, s.Lhs, s.Cleanup = Beside, stmt, lhs[at:at+1], lhs[at]
	}
}

// useOf returns the Use of a cleanup e. fn is the function that contains the site.
func useOf(f *flow.Facts, e ast.Expr, fn ast.Node) *Use {
	at := f.At(e)
	u := &Use{Expr: e, Kind: Value, Stmt: flow.Stmt(at)}
	outer := flow.Outer(at)
	switch outer.ParentEdgeKind() {
	case edge.CallExpr_Fun:
		call := outer.Parent()
		u.Kind, u.Call = Call, call.Node().(*ast.CallExpr)
		switch call.ParentEdgeKind() {
		case edge.DeferStmt_Call:
			u.Kind, u.Deferred = DeferCall, true
		case edge.GoStmt_Call:
			u.Kind = GoCall
		}
	case edge.BinaryExpr_X, edge.BinaryExpr_Y:
		b, info := outer.Parent().Node().(*ast.BinaryExpr), f.Unit.Info
		if (b.Op == token.EQL || b.Op == token.NEQ) && (info.Types[b.X].IsNil() || info.Types[b.Y].IsNil()) {
			u.Kind = NilTest
		}
	case edge.AssignStmt_Rhs:
		a := outer.Parent().Node().(*ast.AssignStmt)
		if id, ok := a.Lhs[0].(*ast.Ident); ok && id.Name == "_" && len(a.Lhs) == 1 {
			u.Kind = Discard
		}
	}
	for lit := range at.Enclosing((*ast.FuncLit)(nil)) {
		if lit.Node() == fn {
			break
		}
		if u.Lit == nil {
			u.Lit = lit.Node().(*ast.FuncLit)
		}
		if u.Call != nil && lit.ParentEdgeKind() == edge.CallExpr_Fun && lit.Parent().ParentEdgeKind() == edge.DeferStmt_Call {
			u.Deferred = true
		}
	}
	return u
}
