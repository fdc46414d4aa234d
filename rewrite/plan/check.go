package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// silent reports whether a return statement that returns nil for the cleanup says so in
// no other result, neither by an error that is not nil nor by false.
func silent(p *pattern.Prepare, r *pattern.Return) bool {
	results := p.Func.Signature().Results()
	for i := range results.Len() {
		t := results.At(i).Type()
		if i == p.Result || !flow.IsError(t) && !flow.IsBool(t) {
			continue
		}
		if i >= len(r.Stmt.Results) {
			return false // a bare return
		}
		if tv := p.Unit.Info.Types[r.Stmt.Results[i]]; !tv.IsNil() && (tv.Value == nil || isFalse(p.Unit.Info, r.Stmt.Results[i])) {
			return false
		}
	}
	return true
}

// tested reports whether code between a site and a use may prevent the use of a nil
// cleanup. Such code is a branch, an operand of && or ||, or a statement that names
// another result, unless a return of nil is silent. tested does not check that the code
// tests the right thing.
func tested(s *pattern.Site, u *pattern.Use, silent bool) bool {
	if slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool { return u.Kind == pattern.NilTest }) || u.Expr.Pos() < s.Call.Pos() {
		return true
	}
	others := make(map[types.Object]bool)
	for _, l := range s.Lhs {
		if id := identOf(l); id != nil && l != s.Cleanup {
			others[s.Unit.Info.ObjectOf(id)] = true
		}
	}
	if s.At(s.Stmt).ParentEdgeKind() == edge.IfStmt_Init {
		return true
	}
	found := false
	ast.Inspect(s.Decl, func(n ast.Node) bool {
		if n == nil || found || n.End() < s.Call.End() || n.Pos() >= u.Expr.Pos() {
			return false
		}
		if n.Pos() < s.Call.End() {
			return true
		}
		switch n := n.(type) {
		case *ast.IfStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt, *ast.ForStmt, *ast.RangeStmt, *ast.BranchStmt:
			found = true
		case *ast.BinaryExpr:
			found = n.Op == token.LAND || n.Op == token.LOR
		case *ast.AssignStmt:
			if len(n.Lhs) == 1 && types.ExprString(n.Lhs[0]) == "_" {
				return false // tests nothing
			}
		case *ast.Ident:
			obj := s.Unit.Info.Uses[n]
			found = obj != nil && others[obj] && !silent
		}
		return true
	})
	return found
}

// fails reports whether result i of a return statement certainly says that there is no
// cleanup: it is false, an error that the statement creates, or an error that is not
// nil according to the if statement around it.
func fails(p *pattern.Prepare, r *pattern.Return, i int) bool {
	if i >= len(r.Stmt.Results) || len(r.Stmt.Results) != p.Func.Signature().Results().Len() || replaced(p, i) {
		return false
	}
	info := p.Unit.Info
	e := ast.Unparen(r.Stmt.Results[i])
	t := p.Func.Signature().Results().At(i).Type()
	if flow.IsBool(t) {
		return isFalse(info, e)
	}
	if !flow.IsError(t) {
		return false
	}
	switch e := e.(type) {
	case *ast.CallExpr:
		f := typeutil.StaticCallee(info, e)
		return f != nil && (f.FullName() == "errors.New" || f.FullName() == "fmt.Errorf")
	case *ast.Ident:
		v, ok := info.Uses[e].(*types.Var)
		return ok && foundError(p, r.Stmt, v)
	}
	return false
}

// foundError reports whether v is not nil at a return statement according to an if
// statement around it, and code in the body or in a literal cannot have set v since.
func foundError(p *pattern.Prepare, ret *ast.ReturnStmt, v *types.Var) bool {
	if v.Kind() == types.PackageVar || flow.HasGoto(p.Decl) {
		return false
	}
	for c := range p.At(ret).Enclosing() {
		if c.ParentEdgeKind() != edge.IfStmt_Body {
			continue
		}
		test := c.Parent().Node().(*ast.IfStmt)
		if flow.Implied(p.Unit.Info, test.Cond, v, true) == flow.No {
			return !slices.ContainsFunc(p.Access[v], func(a flow.Access) bool {
				return a.Mode == flow.Address || a.Mode == flow.Write && (a.Lit != nil || flow.Within(a.Ident, test.Cond) || flow.Within(a.Ident, test.Body))
			})
		}
	}
	return false
}

// succeeded returns what the check after a site tells about its result i at a use:
//
//	done, err := begin()           if done, err := begin(); err == nil {
//	if err != nil {                	…
//		return err                 }
//	}
//	…
func succeeded(s *pattern.Site, u *pattern.Use, i int) flow.Answer {
	if i >= len(s.Lhs) || flow.HasGoto(s.Decl) {
		return flow.Unknown
	}
	v, ok := s.Unit.Info.ObjectOf(identOf(s.Lhs[i])).(*types.Var)
	if !ok || v.Kind() == types.PackageVar {
		return flow.Unknown
	}
	test := checkOf(s, v)
	if test == nil {
		return flow.Unknown
	}
	info := s.Unit.Info
	if calling(test.Cond) {
		return flow.Unknown
	}
	switch {
	case flow.Within(u.Expr, test.Body):
		return flow.Implied(info, test.Cond, v, true)
	case test.Else != nil && flow.Within(u.Expr, test.Else):
		return flow.Implied(info, test.Cond, v, false)
	case flow.Within(u.Expr, test):
		return flow.Unknown // within the condition
	case leaves(info, test.Body) && flow.Before(s.At(test), u.Expr):
		return flow.Implied(info, test.Cond, v, false)
	}
	return flow.Unknown
}

// checkOf returns the if statement that checks result v of a site, or nil. Its init
// statement is the site, or it is the first if statement after the site in the same
// list, and nothing sets v between them.
func checkOf(s *pattern.Site, v *types.Var) *ast.IfStmt {
	stmt := s.At(s.Stmt)
	if stmt.ParentEdgeKind() == edge.IfStmt_Init {
		return stmt.Parent().Node().(*ast.IfStmt)
	}
	list, at, _ := flow.List(stmt)
	for i := at + 1; i < len(list); i++ {
		test, ok := list[i].(*ast.IfStmt)
		switch {
		case !ok:
			continue
		case test.Init != nil:
			return nil
		case i > at+1 && slices.ContainsFunc(s.Access[v], func(a flow.Access) bool {
			return a.Mode == flow.Address || a.Mode == flow.Write && (a.Lit != nil || s.Stmt.End() <= a.Ident.Pos() && a.Ident.Pos() < test.Pos())
		}):
			return nil
		}
		return test
	}
	return nil
}

// calling reports whether a condition contains a call or a receive, which might set the
// variables that it compares.
func calling(cond ast.Expr) bool {
	for n := range ast.Preorder(cond) {
		switch n := n.(type) {
		case *ast.CallExpr:
			return true
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				return true
			}
		}
	}
	return false
}

// leaves reports whether control never reaches the end of a block: its last statement is
// a return, a jump, or a call of panic.
func leaves(info *types.Info, b *ast.BlockStmt) bool {
	if len(b.List) == 0 {
		return false
	}
	switch s := b.List[len(b.List)-1].(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return s.Tok == token.CONTINUE || s.Tok == token.BREAK
	case *ast.ExprStmt:
		call, ok := s.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		switch f := typeutil.Callee(info, call).(type) {
		case *types.Builtin:
			return f.Name() == "panic"
		case *types.Func:
			return endsTest(f)
		}
	}
	return false
}

// endsTest reports whether a method of testing.T, B or F is documented to end the test. A
// testing.TB may have other methods.
func endsTest(fn *types.Func) bool {
	recv := fn.Signature().Recv()
	if recv == nil || fn.Pkg() == nil || fn.Pkg().Path() != "testing" || types.IsInterface(recv.Type()) {
		return false
	}
	switch fn.Name() {
	case "Fatal", "Fatalf", "FailNow", "Skip", "Skipf", "SkipNow":
		return true
	}
	return false
}

// failed reports whether the error of a site is not nil at a use, where only return
// statements that return nil for the cleanup return an error.
func failed(p *pattern.Prepare, s *pattern.Site, u *pattern.Use) bool {
	if s.Forwarder != nil {
		return false
	}
	results := p.Func.Signature().Results()
	for i := range results.Len() {
		if !flow.IsError(results.At(i).Type()) || replaced(p, i) || u.Lit != nil || succeeded(s, u, i) != flow.No {
			continue
		}
		if !slices.ContainsFunc(p.Returns, func(r *pattern.Return) bool {
			return (r.Live() || r.Idle == pattern.Chosen) && (i >= len(r.Stmt.Results) || !p.Unit.Info.Types[r.Stmt.Results[i]].IsNil())
		}) {
			return true
		}
	}
	return false
}

// foundNotNil reports whether the cleanup is not nil at a use according to an if
// statement: one around the use, or one before it that leaves the function. Nothing may
// set the variable between the two.
func foundNotNil(s *pattern.Site, u *pattern.Use) bool {
	v := s.Named()
	set := func(from, to token.Pos) bool {
		return slices.ContainsFunc(s.Access[v], func(a flow.Access) bool {
			return a.Mode == flow.Write && (a.Lit != nil || from <= a.Ident.Pos() && a.Ident.Pos() < to)
		})
	}
	info := s.Unit.Info
	if flow.HasGoto(s.Decl) {
		return false
	}
	use := s.At(u.Expr)
	fn := flow.Func(use)
	for c := range use.Enclosing() {
		if c.Node() == fn {
			break
		}
		if test, ok := c.Parent().Node().(*ast.IfStmt); ok && c.ParentEdgeKind() == edge.IfStmt_Body && flow.Implied(info, test.Cond, v, true) == flow.No {
			return !set(test.Pos(), test.End())
		}
		list, at, _ := flow.List(c)
		for i := at - 1; i >= 0; i-- {
			if test, ok := list[i].(*ast.IfStmt); ok && flow.Implied(info, test.Cond, v, false) == flow.No && leaves(info, test.Body) {
				return !set(test.Pos(), list[at].End())
			}
		}
	}
	return false
}
