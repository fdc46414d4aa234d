package plan

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// uses refuses the sites whose handling of the cleanup has no counterpart in
// calls of finish.
func (x *decision) uses() *Refusal {
	for _, s := range x.sites {
		for _, t := range x.sites {
			if s != t && s.Unit == t.Unit && pattern.Within(s.Call, t.Call) {
				return x.refuse(CallForm, s.Unit, s.Call.Pos(), "a call of it stands within another call of it")
			}
		}
		switch s.Form {
		case pattern.Otherwise:
			why := "a caller uses its results within a larger expression"
			switch s.Up[s.Call].(type) {
			case *ast.DeferStmt, *ast.GoStmt:
				why = "a caller defers the function itself, not its cleanup"
			case *ast.ReturnStmt:
				why = "a caller hands its results on at once"
			case *ast.AssignStmt, *ast.ValueSpec:
				why = "a caller assigns its results along with others"
			}
			return x.refuse(CallForm, s.Unit, s.Call.Pos(), "%s", why)
		case pattern.Immediate:
			u := s.Uses[0]
			if _, _, ok := s.Up.List(u.Stmt); !ok || u.Kind != pattern.DeferCall && !statement(s, u) {
				return x.refuse(CallForm, s.Unit, s.Call.Pos(), "a caller calls what it returns within an expression")
			}
			if slices.ContainsFunc(u.Call.Args, func(e ast.Expr) bool { return x.usesWithin(s, e) }) {
				return x.refuse(CallForm, s.Unit, s.Call.Pos(), "a caller calls what it returns with the cleanup of another call")
			}
		case pattern.Assigned, pattern.Declared:
			if r := x.variable(s); r != nil {
				return r
			}
		}
		if s.Func == nil {
			return x.refuse(CallForm, s.Unit, s.Call.Pos(), "it is called outside of any function")
		}
		for _, u := range s.Uses {
			switch u.Kind {
			case pattern.Value:
				if r := x.value(s, u); r != nil {
					return r
				}
			case pattern.Discard:
				if a, ok := u.Stmt.(*ast.AssignStmt); !ok || len(a.Lhs) > 1 {
					return x.refuse(CleanupValue, s.Unit, u.Expr.Pos(), "its cleanup is assigned to the blank identifier along with other values")
				}
			}
		}
	}
	for _, s := range x.sites {
		for _, u := range s.Uses {
			if u.Kind == pattern.Value && x.aliases(s) {
				return x.refuse(CleanupValue, s.Unit, u.Expr.Pos(), "its cleanup is used as a value, from a variable that is set again")
			}
		}
	}
	return nil
}

// value refuses a use of the cleanup as a value that a literal around a call of
// finish would not stand for. The literal is called by whoever calls the value,
// so it cannot recover; and its type is not a named one, which matters unless the
// place has a type of its own:
//
//	t.Cleanup(done)      // t.Cleanup(func() { finish(n) })
//	c.cancel = cancel    // c.cancel = func() { finish(n) }, a context.CancelFunc all the same
//	stop := cancel       // stop := func() { finish(n) } would be a func()
func (x *decision) value(s *pattern.Site, u *pattern.Use) *Refusal {
	p := x.p
	if x.recovers() {
		return x.refuse(RecoverWrapped, s.Unit, u.Expr.Pos(), "its cleanup recovers, and is used as a value, where a wrapper could no longer do so")
	}
	result := p.Func.Signature().Results().At(p.Result).Type()
	if _, ok := types.Unalias(result).(*types.Signature); !ok && !typedPlace(s, u) {
		return x.refuse(CleanupValue, s.Unit, u.Expr.Pos(), "its cleanup is used as a value of type %s", types.TypeString(result, types.RelativeTo(s.Unit.Pkg)))
	}
	if p.Sig.Results().Len() > 0 && !plainly(s.Unit, u.Expr.Pos(), "error") {
		return x.refuse(NameClash, s.Unit, u.Expr.Pos(), "a local has the name of a type that the use of its cleanup must write")
	}
	for v := range p.Sig.Params().Variables() {
		t := v.Type()
		if !plainly(s.Unit, u.Expr.Pos(), types.TypeString(t, nil)) {
			return x.refuse(NameClash, s.Unit, u.Expr.Pos(), "a local has the name of a type that the use of its cleanup must write")
		}
		if ptr, ok := t.(*types.Pointer); ok {
			t = ptr.Elem()
		}
		if _, basic := types.Unalias(t).(*types.Basic); !basic && !isError(t) {
			return x.refuse(CleanupValue, s.Unit, u.Expr.Pos(), "its cleanup, which takes a %s, is used as a value", types.TypeString(v.Type(), types.RelativeTo(s.Unit.Pkg)))
		}
	}
	if p.Sig.Variadic() {
		return x.refuse(CleanupValue, s.Unit, u.Expr.Pos(), "its variadic cleanup is used as a value")
	}
	return nil
}

// statement reports whether the call of the cleanup is a statement of its own.
func statement(s *pattern.Site, u *pattern.Use) bool {
	return u.Kind == pattern.Call && u.Call != nil && s.Up[u.Call] == u.Stmt && u.Stmt == s.Stmt
}

// variable checks what the site keeps the cleanup in. Mostly that is a variable
// that this one statement declares and sets, so that each use runs this cleanup
// and no other.
func (x *decision) variable(s *pattern.Site) *Refusal {
	lhs := s.Lhs[x.p.Result]
	if s.Var == nil {
		if id := identOf(lhs); id != nil && id.Name == "_" {
			return nil
		}
		return x.refuse(CleanupValue, s.Unit, lhs.Pos(), "its cleanup is stored in %s", types.ExprString(lhs))
	}
	written := slices.ContainsFunc(s.Access[s.Var], func(a pattern.Access) bool { return a.Mode != pattern.Read })
	if s.Unit.Info.Defs[identOf(lhs)] == nil || written {
		return x.outer(s)
	}
	return nil
}

// outer checks a variable that more than one statement declares and sets: with
// var before, or at one site and again at others.
//
//	var done func()
//	if slow {
//		done, err = prepare()
//	}
//	if done != nil {
//		defer done()
//	}
//
// It becomes a variable for the state, whose zero value means that there is no
// cleanup. Only sites of this function may set it; and each use of one that is
// declared before must come after the one site for certain, or after a test
// against nil. Where several sites set it, or a loop does so again and again,
// nothing but the state can tell the operands of the last one.
func (x *decision) outer(s *pattern.Site) *Refusal {
	at := s.Lhs[x.p.Result].Pos()
	elsewhere := func(why string) *Refusal {
		return x.refuse(Reassigned, s.Unit, at, "a caller assigns its cleanup to a variable %s", why)
	}
	for _, a := range s.Access[s.Var] {
		switch a.Mode {
		case pattern.Address:
			return elsewhere("whose address is taken")
		case pattern.Write:
			if !x.sets(a.Ident) {
				return elsewhere("that holds other functions, too")
			}
		}
	}
	o := x.plan.Outer[s.Var]
	if o == nil {
		if o = x.declarationOf(s); o == nil {
			return elsewhere("that is not a plain variable of the same function")
		}
		x.plan.Outer[s.Var] = o
	}
	o.Sites++
	declared := s.Stmt
	if o.Stmt != nil {
		declared = o.Stmt
	}
	if s.Up.Loop(s.Stmt, s.Func) != s.Up.Loop(declared, s.Func) || hasGoto(s.Func) {
		o.Sites++ // as good as two
	}
	if o.Stmt == nil {
		return nil // it is set where it is declared
	}
	for _, u := range s.Uses {
		if u.Kind == pattern.NilTest || u.Kind == pattern.Discard || x.checksNil(s, u) {
			continue
		}
		if hasGoto(s.Func) || !x.setBefore(s, u) {
			return elsewhere("that need not be set where it is used")
		}
	}
	return nil
}

// setBefore reports whether a statement before a use, in a list around it, sets the
// variable of a site for certain.
func (x *decision) setBefore(s *pattern.Site, u *pattern.Use) bool {
	for n := ast.Node(u.Expr); n != nil && n != s.Func; n = s.Up[n] {
		stmt, ok := n.(ast.Stmt)
		if !ok {
			continue
		}
		list, i, _ := s.Up.List(stmt)
		if i > 0 && slices.ContainsFunc(list[:i], func(t ast.Stmt) bool { return x.setsAlways(s, t) }) {
			return true
		}
	}
	return false
}

// setsAlways reports whether a statement that comes to its end has set the variable of
// a site: it is a site, or sets it in all of its branches.
//
//	if fast {
//		done = begin(1)
//	} else {
//		done = begin(n)
//	}
func (x *decision) setsAlways(s *pattern.Site, stmt ast.Stmt) bool {
	if slices.ContainsFunc(x.sites, func(t *pattern.Site) bool { return t.Var == s.Var && t.Stmt == stmt }) {
		return true
	}
	some := func(list []ast.Stmt) bool {
		return slices.ContainsFunc(list, func(t ast.Stmt) bool { return x.setsAlways(s, t) })
	}
	switch stmt := stmt.(type) {
	case *ast.BlockStmt:
		return some(stmt.List)
	case *ast.IfStmt:
		return stmt.Else != nil && some(stmt.Body.List) && x.setsAlways(s, stmt.Else)
	case *ast.SwitchStmt:
		complete := false
		for _, c := range stmt.Body.List {
			clause := c.(*ast.CaseClause)
			complete = complete || clause.List == nil
			if !some(clause.Body) || breaks(clause) {
				return false
			}
		}
		return complete
	}
	return false
}

// sets reports whether an identifier is where some site puts the cleanup.
func (x *decision) sets(id *ast.Ident) bool {
	return slices.ContainsFunc(x.sites, func(s *pattern.Site) bool {
		return s.Lhs != nil && identOf(s.Lhs[x.p.Result]) == id
	})
}

// declarationOf returns what declares the variable of a site: another site, or a
// var statement without a value in the site's own function; nil if neither does.
func (x *decision) declarationOf(s *pattern.Site) *Outer {
	for _, t := range x.sites {
		if t.Var == s.Var && t.Unit == s.Unit && t.Func == s.Func && t.Unit.Info.Defs[identOf(t.Lhs[x.p.Result])] == s.Var {
			return &Outer{At: t.Stmt.Pos()}
		}
	}
	var found *Outer
	ast.Inspect(s.Func, func(n ast.Node) bool {
		stmt, ok := n.(*ast.DeclStmt)
		if !ok {
			return true
		}
		decl := stmt.Decl.(*ast.GenDecl)
		for _, spec := range decl.Specs {
			vs, ok := spec.(*ast.ValueSpec)
			if ok && len(vs.Names) == 1 && len(vs.Values) == 0 && s.Unit.Info.Defs[vs.Names[0]] == s.Var && s.Up.Func(stmt) == s.Func {
				found = &Outer{Stmt: stmt, Spec: vs, At: stmt.Pos()}
			}
		}
		return true
	})
	return found
}

// aliases reports whether several sites set the variable of s, so that a use
// cannot tell whose operands to take.
func (x *decision) aliases(s *pattern.Site) bool {
	o := x.plan.Outer[s.Var]
	return s.Var != nil && o != nil && o.Sites > 1
}
