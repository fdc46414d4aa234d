package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// resetsOf returns how finish can declare variables of its own in place of a capture,
// with a Reset for each of them. It returns nil if finish needs the captured variable or its value.
//
// A cleanup often uses a variable of prepare, mostly an error, only after setting it:
//
//	prev, err := os.Getwd()
//	…
//	return func() {
//		err = os.Chdir(prev)          // err := os.Chdir(prev)
//		if err != nil {
//			t.Fatal(err)
//		}
//	}
//
// The old value is lost, and nothing reads the new one after the cleanup: prepare has
// returned, and no other literal uses the variable. Finish needs the captured variable
// if a cleanup may read it before setting it, if another literal uses it, or if prepare
// runs the cleanup itself.
func resetsOf(p *pattern.Prepare, c *pattern.Capture) []Reset {
	if c.Class == pattern.Receiver || len(p.Inner) > 0 {
		return nil
	}
	used := c.Class != pattern.Local
	for _, a := range p.Access[c.Var] {
		switch {
		case a.Mode == flow.Address:
			return nil
		case !inCleanup(p, a.Ident):
			if !runsBefore(p, a.Lit) {
				return nil
			}
			used = used || a.Mode == flow.Read
		}
	}
	if !used {
		return nil // prepare would have an unused variable
	}
	var resets []Reset
	for _, l := range p.Literals {
		if !slices.Contains(l.Captures, c) {
			continue
		}
		in, ok := resetsIn(p, c, l)
		if !ok {
			return nil
		}
		sig := p.Func.Signature()
		if generic := sig.TypeParams().Len()+sig.RecvTypeParams().Len() > 0; generic && slices.ContainsFunc(in, func(r Reset) bool { return !r.Define }) {
			return nil // the type of the variable may be a type parameter
		}
		resets = append(resets, in...)
	}
	return resets
}

// resetsIn returns the assignments that set capture c before literal l reads it.
func resetsIn(p *pattern.Prepare, c *pattern.Capture, l *pattern.Literal) ([]Reset, bool) {
	var in []flow.Access
	for _, a := range p.Access[c.Var] {
		if flow.Within(a.Ident, l.Lit) {
			in = append(in, a)
			if a.Lit != l.Lit {
				return nil, false // an inner literal may run at any time
			}
		}
	}
	if flow.HasGoto(l.Lit) || hasLabel(l.Lit) {
		return nil, false
	}
	return divide(p, c, l, in)
}

// divide returns a Reset for all accesses, or for the first and for the others after the list of
// statements with these:
//
//	if n > 0 {
//		err = a.kill()
//		log(err)
//	}
//	err = a.remove()
//	log(err)
func divide(p *pattern.Prepare, c *pattern.Capture, l *pattern.Literal, in []flow.Access) ([]Reset, bool) {
	for n := len(in); n > 0; n-- {
		r, end, ok := reset(p, c, l, in[:n])
		switch {
		case !ok:
		case n == len(in):
			return []Reset{r}, true
		case in[n].Ident.Pos() > end:
			if rest, ok := divide(p, c, l, in[n:]); ok {
				return append([]Reset{r}, rest...), true
			}
		}
	}
	return nil, false
}

// reset finds the assignment that sets capture c before the accesses in literal l read it, and the end
// of its list.
func reset(p *pattern.Prepare, c *pattern.Capture, l *pattern.Literal, in []flow.Access) (r Reset, end token.Pos, ok bool) {
	if !slices.ContainsFunc(in, func(a flow.Access) bool { return a.Mode == flow.Read }) {
		return r, end, false
	}
	// Find the innermost statement list with all accesses, and the statement with the
	// first one.
	last := in[len(in)-1].Ident
	for list, i := range flow.Lists(p.At(in[0].Ident), l.Lit) {
		if last.End() <= list[len(list)-1].End() {
			r.Stmt, end = list[i], list[len(list)-1].End()
			break
		}
	}
	if r.Stmt == nil {
		return r, end, false
	}
	assign, within := r.Stmt, false
	switch s := r.Stmt.(type) {
	case *ast.IfStmt:
		assign, within = s.Init, true
	case *ast.SwitchStmt:
		assign, within = s.Init, true
	}
	if r.Assign, ok = assign.(*ast.AssignStmt); !ok || r.Assign.Tok != token.ASSIGN || !sole(p, c, r.Assign, in) {
		return r, end, false
	}
	if scope := p.Unit.Innermost(p.At(r.Stmt).Parent().Node().Pos()); scope == nil || scope.Lookup(c.Var.Name()) != nil {
		return r, end, false // the block declares the name later
	}
	r.Define = defines(p, c, r.Assign, nil) && (!within || flow.Within(last, r.Stmt))
	return r, end, true
}

// sole reports whether an assignment sets the capture, and does nothing else with it.
func sole(p *pattern.Prepare, c *pattern.Capture, a *ast.AssignStmt, in []flow.Access) bool {
	names := 0
	for _, acc := range in {
		if flow.Within(acc.Ident, a) {
			names++
		}
	}
	return names == 1 && slices.ContainsFunc(a.Lhs, func(l ast.Expr) bool {
		id := identOf(l)
		return id != nil && p.Unit.Info.Uses[id] == types.Object(c.Var)
	})
}

// defineTogether lets := declare all captures that one assignment sets, if it sets
// nothing else:
//
//	n, err = f()       // n, err := f()
func defineTogether(p *pattern.Prepare, resets map[*pattern.Capture][]Reset) {
	each := func(f func(*pattern.Capture, *Reset)) {
		for c, list := range resets {
			for i := range list {
				f(c, &list[i])
			}
		}
	}
	vars := make(map[*ast.AssignStmt]map[types.Object]bool)
	each(func(c *pattern.Capture, r *Reset) {
		if vars[r.Assign] == nil {
			vars[r.Assign] = make(map[types.Object]bool)
		}
		vars[r.Assign][c.Var] = true
	})
	apart := make(map[*ast.AssignStmt]bool)
	each(func(c *pattern.Capture, r *Reset) {
		if r.Stmt != ast.Stmt(r.Assign) || !defines(p, c, r.Assign, vars[r.Assign]) {
			apart[r.Assign] = true
		}
	})
	each(func(_ *pattern.Capture, r *Reset) { r.Define = r.Define || !apart[r.Assign] })
}

// defines reports whether the assignment, with := in place of =, would declare the
// variable of c with the type that it has, and set no other variables than those in
// alsoNew.
func defines(p *pattern.Prepare, c *pattern.Capture, a *ast.AssignStmt, alsoNew map[types.Object]bool) bool {
	info := p.Unit.Info
	at := -1
	for i, l := range a.Lhs {
		id := identOf(l)
		switch {
		case id == nil || ast.Expr(id) != l:
			return false
		case info.Uses[id] == types.Object(c.Var):
			at = i
		case id.Name != "_" && !alsoNew[info.Uses[id]]:
			return false
		}
	}
	if at < 0 {
		return false
	}
	if len(a.Rhs) == len(a.Lhs) {
		// Untyped operands take their types from the variables.
		return !slices.ContainsFunc(a.Rhs, func(e ast.Expr) bool { return !typedAlone(info, e) }) &&
			types.Identical(info.TypeOf(a.Rhs[at]), c.Var.Type())
	}
	results, ok := info.TypeOf(a.Rhs[0]).(*types.Tuple)
	return ok && at < results.Len() && types.Identical(results.At(at).Type(), c.Var.Type())
}

// typedAlone reports whether v := e gives v the type and value that e has as an
// argument. A constant, a shift of an untyped constant and an untyped comparison take
// their types from the parameter:
//
//	begin(1<<n)           // with begin(v int64), a shift of an int64
//	v := 1 << n           // a shift of an int
func typedAlone(info *types.Info, e ast.Expr) bool {
	tv := info.Types[e]
	if tv.Value != nil || tv.IsNil() {
		return false
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return typedAlone(info, e.X)
	case *ast.UnaryExpr:
		return e.Op == token.AND || e.Op == token.ARROW || typedAlone(info, e.X)
	case *ast.BinaryExpr:
		switch e.Op {
		case token.SHL, token.SHR:
			return typedAlone(info, e.X)
		case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
			return types.Identical(tv.Type, types.Typ[types.Bool])
		}
		return typedAlone(info, e.X) || typedAlone(info, e.Y)
	}
	return true
}
