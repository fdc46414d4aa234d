package misuse

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// eager returns the deferred calls of cleanups in a declaration whose error argument is
// nil at the defer statement and is set later.
func (s *search) eager(u *pattern.Unit, file *ast.File, d ast.Decl) []*Finding {
	var facts *flow.Facts
	var found []*Finding
	ast.Inspect(d, func(n ast.Node) bool {
		stmt, ok := n.(*ast.DeferStmt)
		if !ok {
			return true
		}
		for i, arg := range stmt.Call.Args {
			id, ok := ast.Unparen(arg).(*ast.Ident)
			if !ok || !takesError(u.Info, stmt.Call, i) {
				continue
			}
			v, ok := u.Info.Uses[id].(*types.Var)
			if !ok || !flow.IsError(v.Type()) {
				continue
			}
			if facts == nil {
				facts = flow.FactsOf(u, file, d)
			}
			if f := s.eagerAt(facts, stmt, i, id, v); f != nil {
				found = append(found, f)
			}
		}
		return true
	})
	return found
}

// takesError reports whether parameter i of the callee has type error.
func takesError(info *types.Info, call *ast.CallExpr, i int) bool {
	t := info.TypeOf(call.Fun)
	if t == nil || info.Types[call.Fun].IsType() {
		return false
	}
	sig, ok := t.Underlying().(*types.Signature)
	if !ok || i >= sig.Params().Len() || sig.Variadic() && i == sig.Params().Len()-1 {
		return false
	}
	return flow.IsError(sig.Params().At(i).Type())
}

// eagerAt returns the finding for v, which is argument i of a deferred call, or nil.
func (s *search) eagerAt(facts *flow.Facts, stmt *ast.DeferStmt, i int, id *ast.Ident, v *types.Var) *Finding {
	fn := flow.Func(facts.At(stmt))
	call, holder := cleanupOf(facts, stmt.Call)
	if call == nil || fn == nil || s.unused(facts.Unit, call, facts.Unit.Info.TypeOf(stmt.Call.Fun).Underlying(), i) {
		return nil
	}
	if holder != nil && calledAgain(facts, holder, stmt) {
		return nil // the error may reach the cleanup that way
	}
	why := nilAt(facts, fn, stmt, v)
	if why == "" {
		return nil
	}
	later := setLater(facts, fn, stmt, v)
	if later == nil {
		return nil
	}
	f := finding(EagerArgument, facts, stmt)
	f.Message = fmt.Sprintf("%s is evaluated here, at the defer statement, where it is nil: %s never gets the error that is set later", v.Name(), types.ExprString(stmt.Call.Fun))
	f.Related = []Related{
		{facts.Unit, id.Pos(), id.End(), v.Name() + " is nil here: " + why},
		{facts.Unit, later.Pos(), later.End(), v.Name() + " is set here, too late"},
	}
	if holder != nil && s.wraps(facts, stmt, call, i) {
		f.Fix = &Fix{
			Message: fmt.Sprintf("Read %s when the function returns", v.Name()),
			Pos:     stmt.Pos(), End: stmt.End(),
			New: "defer func() { " + text(stmt.Call) + " }()",
		}
	}
	return f
}

// cleanupOf returns the call that created the function of a deferred call, and the
// variable that holds that function, or nil if there is no variable. It returns no call
// if the function comes from elsewhere.
//
//	done := begin()
//	defer done(err)          // begin(), done
//	defer begin()(err)       // begin(), nil
func cleanupOf(facts *flow.Facts, call *ast.CallExpr) (*ast.CallExpr, *types.Var) {
	info := facts.Unit.Info
	isCall := func(e ast.Expr) *ast.CallExpr {
		c, ok := ast.Unparen(e).(*ast.CallExpr)
		if !ok || info.Types[c.Fun].IsType() {
			return nil
		}
		return c
	}
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.CallExpr:
		return isCall(f), nil
	case *ast.Ident:
		v, ok := info.Uses[f].(*types.Var)
		if !ok || v.Kind() == types.PackageVar {
			return nil, nil
		}
		from := sourceOf(facts, v)
		if from == nil {
			return nil, nil
		}
		return isCall(from), v
	}
	return nil, nil
}

// sourceOf returns the only expression that is assigned to a variable, or nil if there
// are none or several.
func sourceOf(facts *flow.Facts, v *types.Var) ast.Expr {
	settings := []inspector.Cursor{facts.Def(v)}
	for _, a := range facts.Access[v] {
		switch a.Mode {
		case flow.Address:
			return nil
		case flow.Write:
			settings = append(settings, flow.Outer(facts.At(a.Ident)))
		}
	}
	var from []ast.Expr
	for _, c := range settings {
		values := []ast.Expr(nil)
		switch p := c.Parent().Node().(type) {
		case *ast.AssignStmt:
			values = p.Rhs
		case *ast.ValueSpec:
			values = p.Values
		case *ast.RangeStmt:
			return nil
		}
		switch i := c.ParentEdgeIndex(); {
		case len(values) == 1: // also a call with several results
			from = append(from, values[0])
		case i < len(values):
			from = append(from, values[i])
		}
	}
	if len(from) != 1 {
		return nil
	}
	return from[0]
}

// unused reports whether the cleanup that a call returns is known and does not use its
// parameter i.
func (s *search) unused(u *pattern.Unit, call *ast.CallExpr, sig types.Type, i int) bool {
	p := s.prepareOf(u, call, sig)
	if p == nil || len(p.Literals) == 0 || slices.ContainsFunc(p.Returns, func(r *pattern.Return) bool { return r.Idle == pattern.Foreign }) {
		return false
	}
	return !slices.ContainsFunc(p.Literals, func(l *pattern.Literal) bool {
		v := paramOf(p.Unit.Info, l.Lit, i)
		used := l.Method != nil
		ast.Inspect(l.Lit.Body, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			used = used || ok && v != nil && p.Unit.Info.Uses[id] == types.Object(v)
			return !used
		})
		return used
	})
}

// paramOf returns parameter i of a literal, or nil if it has no name.
func paramOf(info *types.Info, lit *ast.FuncLit, i int) *types.Var {
	sig, ok := info.TypeOf(lit).(*types.Signature)
	if !ok || i >= sig.Params().Len() {
		return nil
	}
	return sig.Params().At(i)
}

// prepareOf returns the called function if it is known to return a cleanup of type sig,
// or nil.
func (s *search) prepareOf(u *pattern.Unit, call *ast.CallExpr, sig types.Type) *pattern.Prepare {
	if fn, ok := typeutil.Callee(u.Info, call).(*types.Func); ok {
		for _, p := range s.prepares[pattern.KeyOf(fn)] {
			if types.Identical(p.Sig, sig) || len(s.prepares[pattern.KeyOf(fn)]) == 1 {
				return p
			}
		}
	}
	return nil
}

// calledAgain reports whether a cleanup has uses besides the deferred call and
// comparisons with nil.
func calledAgain(facts *flow.Facts, holder *types.Var, stmt *ast.DeferStmt) bool {
	return slices.ContainsFunc(facts.Access[holder], func(a flow.Access) bool {
		if a.Mode != flow.Read || a.Ident == ast.Unparen(stmt.Call.Fun) {
			return false
		}
		b, ok := facts.At(a.Ident).Parent().Node().(*ast.BinaryExpr) // a nil test
		return !ok || b.Op != token.NEQ && b.Op != token.EQL
	})
}

// nilAt returns a clause that says why v, a variable of fn, is nil on every path to a
// statement of fn. It returns "" if v may have another value.
func nilAt(facts *flow.Facts, fn ast.Node, stmt ast.Stmt, v *types.Var) string {
	if v.Kind() == types.PackageVar || v.Pos() < fn.Pos() || v.Pos() >= fn.End() || flow.HasGoto(facts.Decl) || flow.Func(facts.Def(v)) != fn {
		return ""
	}
	for _, a := range facts.Access[v] {
		if a.Mode == flow.Address || a.Mode == flow.Write && a.Ident.Pos() < stmt.Pos() && a.Lit != litOf(fn) {
			return ""
		}
	}
	written := func(from, to token.Pos) bool {
		return slices.ContainsFunc(facts.Access[v], func(a flow.Access) bool {
			return a.Mode == flow.Write && from <= a.Ident.Pos() && a.Ident.Pos() < to
		})
	}
	within, at := fn, facts.At(stmt)
	if loop := flow.Loop(at, fn); loop != nil {
		within = loop
	} else if (facts.ResultOf(v) == fn || facts.DeclaredZero(v)) && !written(v.Pos(), stmt.Pos()) {
		return "nothing has set it yet"
	}
	for list, i := range flow.Lists(at, within) {
		for j := i - 1; j >= 0; j-- {
			if foundNil(facts.Unit.Info, list[j], v) && !written(list[j].(*ast.IfStmt).Body.Pos(), list[j].End()) {
				return "the if statement before it leaves if the error is not nil"
			}
			if written(list[j].Pos(), list[j].End()) {
				return ""
			}
		}
	}
	return ""
}

// litOf returns fn if it is a literal, and nil if it is a declaration.
func litOf(fn ast.Node) *ast.FuncLit {
	lit, _ := fn.(*ast.FuncLit)
	return lit
}

// setLater returns a node after stmt, on a path from it, that may set v to an error: an
// assignment, or a return statement if v is a result. It returns nil if there is none.
func setLater(facts *flow.Facts, fn ast.Node, stmt ast.Stmt, v *types.Var) ast.Node {
	info := facts.Unit.Info
	var later []ast.Node
	for _, a := range facts.Access[v] {
		if a.Mode != flow.Write || a.Ident.Pos() < stmt.End() || a.Lit != litOf(fn) {
			continue
		}
		assign, ok := facts.At(a.Ident).Parent().Node().(*ast.AssignStmt)
		if ok && len(assign.Lhs) == len(assign.Rhs) {
			i := slices.IndexFunc(assign.Lhs, func(e ast.Expr) bool { return ast.Unparen(e) == ast.Expr(a.Ident) })
			if i < 0 || info.Types[assign.Rhs[i]].IsNil() {
				continue
			}
		}
		later = append(later, flow.Stmt(facts.At(a.Ident)))
	}
	if facts.ResultOf(v) == fn {
		index := resultIndex(info, fn, v)
		ast.Inspect(fn, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return n == fn
			case *ast.ReturnStmt:
				if n.Pos() < stmt.End() || len(n.Results) == 0 {
					break
				}
				e := n.Results[0]
				if len(n.Results) > 1 && index < len(n.Results) {
					e = n.Results[index]
				}
				if !info.Types[e].IsNil() && !isVar(info, e, v) {
					later = append(later, n)
				}
			}
			return true
		})
	}
	for _, n := range later {
		if reaches(facts, stmt, n, fn) {
			return n
		}
	}
	return nil
}

// resultIndex returns the index of v among the results of fn.
func resultIndex(info *types.Info, fn ast.Node, v *types.Var) int {
	var list *ast.FieldList
	switch fn := fn.(type) {
	case *ast.FuncDecl:
		list = fn.Type.Results
	case *ast.FuncLit:
		list = fn.Type.Results
	}
	i := 0
	for _, field := range list.List {
		for _, id := range field.Names {
			if info.Defs[id] == types.Object(v) {
				return i
			}
			i++
		}
	}
	return i
}

// wraps reports whether a deferred call may move into a literal, where its other
// arguments are evaluated later. These must be constants or variables that are set only
// once. A cleanup that calls recover must be deferred directly.
func (s *search) wraps(facts *flow.Facts, stmt *ast.DeferStmt, call *ast.CallExpr, i int) bool {
	info := facts.Unit.Info
	for j, arg := range stmt.Call.Args {
		if j == i || info.Types[arg].Value != nil || info.Types[arg].IsNil() {
			continue
		}
		id, ok := ast.Unparen(arg).(*ast.Ident)
		if !ok {
			return false
		}
		v, ok := info.Uses[id].(*types.Var)
		if !ok || v.Kind() == types.PackageVar || slices.ContainsFunc(facts.Access[v], func(a flow.Access) bool { return a.Mode != flow.Read }) || facts.ResultOf(v) != nil {
			return false
		}
	}
	p := s.prepareOf(facts.Unit, call, info.TypeOf(stmt.Call.Fun).Underlying())
	if p == nil {
		return true
	}
	return !slices.ContainsFunc(p.Literals, func(l *pattern.Literal) bool { return flow.Recovers(p.Unit.Info, l.Lit) })
}

// text returns the source of a call with simple operands.
func text(call *ast.CallExpr) string { return types.ExprString(call) }
