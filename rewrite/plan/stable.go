package plan

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// An operand of a call of prepare is stable when it can be evaluated again
// where finish is called: to the same value, and without an effect. The closure
// had the value of the time of the first call.
//
//	done, err := p(name)       // the cleanup prints the old name
//	name = "other"
//	defer done()               // defer finish(name) would print "other"

// calls returns the uses of the site that run the cleanup, or hand it to
// somebody who may.
func calls(s *pattern.Site) []*pattern.Use {
	var us []*pattern.Use
	for _, u := range s.Uses {
		if u.Call != nil || u.Kind == pattern.Value {
			us = append(us, u)
		}
	}
	return us
}

// stable reports whether e, an operand of the site's call, is stable at every
// use.
func (x *decision) stable(s *pattern.Site, e ast.Expr) bool {
	for _, u := range calls(s) {
		if !x.stableAt(s, e, u) {
			return false
		}
	}
	return true
}

func (x *decision) stableAt(s *pattern.Site, e ast.Expr, u *pattern.Use) bool {
	info := s.Unit.Info
	switch e := e.(type) {
	case *ast.ParenExpr:
		return x.stableAt(s, e.X, u)
	case *ast.BasicLit:
		return true
	case *ast.Ident:
		obj := info.Uses[e]
		if obj == nil || !sees(s.Unit, u.Expr.Pos(), obj) {
			return false
		}
		switch obj := obj.(type) {
		case *types.Const, *types.Nil, *types.Func:
			return true
		case *types.Var:
			return !global(obj) && !changes(s, obj, u)
		}
		return false
	case *ast.SelectorExpr:
		// pkg.Const, pkg.Func
		id, ok := e.X.(*ast.Ident)
		if !ok {
			return false
		}
		pkg, ok := info.Uses[id].(*types.PkgName)
		if !ok || !sees(s.Unit, u.Expr.Pos(), pkg) {
			return false
		}
		switch info.Uses[e.Sel].(type) {
		case *types.Const, *types.Func:
			return true
		}
		return false
	case *ast.UnaryExpr:
		if e.Op == token.AND {
			return x.stableAddr(s, e.X, u)
		}
	}
	// Other constant expressions: every name in them must still mean the same.
	if tv := info.Types[e]; tv.Value != nil {
		same := true
		ast.Inspect(e, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if obj := info.Uses[id]; obj != nil && obj.Parent() != nil && (obj.Pkg() == nil || obj.Pkg() == s.Unit.Pkg) && !sees(s.Unit, u.Expr.Pos(), obj) {
					same = false
				}
			}
			return same
		})
		return same
	}
	return false
}

// stableAddr reports whether &e is stable: e is a variable, or a field of one
// that no pointer leads to.
func (x *decision) stableAddr(s *pattern.Site, e ast.Expr, u *pattern.Use) bool {
	info := s.Unit.Info
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		v, ok := info.Uses[e].(*types.Var)
		return ok && sees(s.Unit, u.Expr.Pos(), v)
	case *ast.SelectorExpr:
		sel := info.Selections[e]
		if sel == nil {
			id, ok := e.X.(*ast.Ident)
			if !ok {
				return false
			}
			pkg, ok := info.Uses[id].(*types.PkgName)
			_, isVar := info.Uses[e.Sel].(*types.Var)
			return ok && isVar && sees(s.Unit, u.Expr.Pos(), pkg)
		}
		if sel.Kind() != types.FieldVal {
			return false
		}
		if _, ok := info.TypeOf(e.X).Underlying().(*types.Pointer); ok {
			// &p.f is stable if p is.
			return !throughEmbeddedPointer(sel) && x.stableAt(s, e.X, u)
		}
		return !sel.Indirect() && x.stableAddr(s, e.X, u)
	}
	return false
}

// throughEmbeddedPointer reports whether a promoted field is reached through an
// embedded pointer, which may change.
func throughEmbeddedPointer(sel *types.Selection) bool {
	t := sel.Recv()
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	for _, i := range sel.Index()[:len(sel.Index())-1] {
		st, ok := t.Underlying().(*types.Struct)
		if !ok {
			return true
		}
		t = st.Field(i).Type()
		if _, ok := t.Underlying().(*types.Pointer); ok {
			return true
		}
	}
	return false
}

// global reports whether v is declared at package level.
func global(v *types.Var) bool {
	return v.Pkg() != nil && v.Parent() == v.Pkg().Scope()
}

// sees reports whether the name of obj means obj at pos.
func sees(u *pattern.Unit, pos token.Pos, obj types.Object) bool {
	scope := u.Pkg.Scope().Innermost(pos)
	if scope == nil {
		return false
	}
	_, found := scope.LookupParent(obj.Name(), pos)
	return found == obj
}

// changes reports whether the value of the caller's variable v may change
// between the call of prepare and the evaluation of v at a use.
//
// It goes by the order of the source, widened where control does not follow
// it: a use in a loop that does not hold the site runs again after what comes
// later in the loop; a use in a literal runs at any later time; a goto may lead
// anywhere. Other literals that assign v, and holders of its address, may do so
// at any time, unless they come after the use, outside of any loop.
func changes(s *pattern.Site, v *types.Var, u *pattern.Use) bool {
	siteLit, _ := s.Func.(*ast.FuncLit)
	later := u.Lit != nil || u.Kind == pattern.Value
	if later && (s.NamedResult(v) || s.OldLoopVar(v)) {
		// A return assigns the results, and the next turn of an old loop
		// its variable.
		return true
	}
	from, to := s.Stmt.Pos(), u.Stmt.End()
	loop := s.Up.Loop(s.Stmt, s.Func)
	if later {
		to = token.Pos(1 << 30)
		if loop != nil {
			from = 0
		}
	} else {
		for l := s.Up.Loop(u.Stmt, s.Func); l != nil && !repeats(s.Up, l, s.Stmt, s.Func); l = s.Up.Loop(l, s.Func) {
			to = l.End()
		}
	}
	if hasGoto(s.Func) {
		from, to = 0, token.Pos(1<<30)
	}
	foreign := !(s.Func.Pos() <= v.Pos() && v.Pos() < s.Func.End())
	for _, a := range s.Access[v] {
		if a.Mode == pattern.Read {
			continue
		}
		if foreign {
			// Declared around the literal that holds the site, which may
			// run again while it runs.
			return true
		}
		pos := a.Ident.Pos()
		if a.Lit == siteLit && a.Mode == pattern.Write {
			if from <= pos && pos < to {
				return true
			}
			continue
		}
		// Another literal, or an address: harmless only if it comes after
		// the use for good.
		if pos < to || loop != nil && (v.Pos() < loop.Pos() || s.OldLoopVar(v)) {
			return true
		}
	}
	return false
}

// repeats reports whether a loop runs statement n again: the init of a for
// statement runs once.
func repeats(up pattern.Parents, loop ast.Stmt, n, fn ast.Node) bool {
	for l := up.Loop(n, fn); l != nil; l = up.Loop(l, fn) {
		if l == loop {
			return true
		}
	}
	return false
}

func hasGoto(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if b, ok := n.(*ast.BranchStmt); ok && b.Tok == token.GOTO {
			found = true
		}
		return !found
	})
	return found
}
