package plan

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// routes chooses, for each capture, the first way to finish that gives it the
// value that the closure would have seen.
func (x *decision) routes() *Refusal {
	if r := x.generic(); r != nil {
		return r
	}
	captures := slices.Clone(x.p.Captures)
	slices.SortStableFunc(captures, func(a, b *pattern.Capture) int {
		if a.Class != b.Class {
			return int(a.Class - b.Class)
		}
		return a.Index - b.Index
	})
	for _, c := range captures {
		pass, r := x.route(c)
		if r != nil {
			return r
		}
		pass.Type, r = x.typeName(c)
		if r != nil {
			return r
		}
		x.plan.Passages = append(x.plan.Passages, pass)
		if pass.Route == ByState {
			x.plan.State.Fields = append(x.plan.State.Fields, pass)
		}
	}
	return nil
}

func (x *decision) route(c *pattern.Capture) (Passage, *Refusal) {
	switch c.Class {
	case pattern.Receiver:
		if !x.written(c) && x.everySite(x.receiverStays) {
			return Passage{Capture: c, Route: ByReceiver}, nil
		}
	case pattern.Param:
		if !x.written(c) && x.everySite(func(s *pattern.Site) bool { return x.argumentStays(s, c.Index) }) {
			return Passage{Capture: c, Route: ByArgument}, nil
		}
	case pattern.Result:
		if x.everySite(func(s *pattern.Site) bool { return x.resultStays(s, c.Index) }) {
			return Passage{Capture: c, Route: ByResult, Result: c.Index}, nil
		}
		return Passage{}, x.refuse(OwnResult, x.p.Unit, c.Uses[0].Pos(), "its cleanup captures its result %s, which some caller does not keep as it is", c.Var.Name())
	}
	if c.Class != pattern.Result {
		if i := x.returned(c.Var); i >= 0 && x.everySite(func(s *pattern.Site) bool { return x.resultStays(s, i) }) {
			return Passage{Capture: c, Route: ByResult, Result: i}, nil
		}
	}
	for _, r := range x.p.Returns {
		if r.Live() && !sees(x.p.Unit, r.Stmt.Pos(), c.Var) {
			return Passage{}, x.refuse(OutOfScope, x.p.Unit, r.Stmt.Pos(), "%s, which its cleanup captures, is out of scope at a return", c.Var.Name())
		}
	}
	return Passage{Capture: c, Route: ByState}, nil
}

// written reports whether prepare or its cleanup assigns to the capture.
func (x *decision) written(c *pattern.Capture) bool {
	return slices.ContainsFunc(x.p.Access[c.Var], func(a pattern.Access) bool { return a.Mode == pattern.Write })
}

func (x *decision) everySite(ok func(*pattern.Site) bool) bool {
	return !slices.ContainsFunc(x.sites, func(s *pattern.Site) bool { return !ok(s) })
}

// receiver returns the receiver operand of the site's call.
func receiver(s *pattern.Site) ast.Expr {
	fun := ast.Unparen(s.Call.Fun)
	if sel, ok := fun.(*ast.SelectorExpr); ok {
		return sel.X
	}
	return nil
}

// receiverStays reports whether finish can be called on the same receiver
// operand again, or on a variable that it is put in before.
func (x *decision) receiverStays(s *pattern.Site) bool {
	e := receiver(s)
	if e == nil {
		return false
	}
	if len(calls(s)) == 0 || x.stableReceiver(s, e) {
		return true
	}
	// A method with a value receiver got a copy: its operand may be a
	// pointer to something that has changed since.
	recv := x.p.Func.Signature().Recv().Type()
	if _, ok := recv.Underlying().(*types.Pointer); !ok {
		if _, ok := s.Unit.Info.TypeOf(e).Underlying().(*types.Pointer); ok {
			return false
		}
	}
	return hoistable(s)
}

// stableReceiver reports whether the receiver operand is stable. A method with
// a pointer receiver called on a variable takes its address.
func (x *decision) stableReceiver(s *pattern.Site, e ast.Expr) bool {
	_, wantsPtr := x.p.Func.Signature().Recv().Type().Underlying().(*types.Pointer)
	_, isPtr := s.Unit.Info.TypeOf(e).Underlying().(*types.Pointer)
	for _, u := range calls(s) {
		switch {
		case wantsPtr && !isPtr && !x.promotedByPointer(s):
			if !x.stableAddr(s, e, u) {
				return false
			}
		case !wantsPtr && isPtr:
			return false
		case !x.stableAt(s, e, u) || x.promotedByPointer(s):
			return false
		}
	}
	return true
}

// promotedByPointer reports whether the method is promoted through an embedded
// pointer: a hidden field load, which may give another value later.
func (x *decision) promotedByPointer(s *pattern.Site) bool {
	sel, ok := ast.Unparen(s.Call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	selection := s.Unit.Info.Selections[sel]
	return selection != nil && len(selection.Index()) > 1 && throughEmbeddedPointer(selection)
}

// hoistable reports whether a statement can be put before the site's.
func hoistable(s *pattern.Site) bool {
	_, _, ok := s.Up.List(s.Stmt)
	return ok && !spread(s)
}

// spread reports whether the call's arguments are the results of another call.
func spread(s *pattern.Site) bool {
	if len(s.Call.Args) != 1 {
		return false
	}
	_, ok := s.Unit.Info.TypeOf(s.Call.Args[0]).(*types.Tuple)
	return ok
}

// argumentStays reports whether argument i can be given to finish again.
func (x *decision) argumentStays(s *pattern.Site, i int) bool {
	sig := x.p.Func.Signature()
	if sig.Variadic() && i == sig.Params().Len()-1 || spread(s) || i >= len(s.Call.Args) {
		return false
	}
	return x.stable(s, s.Call.Args[i]) || hoistable(s)
}

// returned returns the index of a result that hands out variable v at every
// live return, with v's own type; -1 if there is none.
func (x *decision) returned(v *types.Var) int {
	results := x.p.Func.Signature().Results()
	for i := range results.Len() {
		if i == x.p.Result || !types.Identical(results.At(i).Type(), v.Type()) {
			continue
		}
		all := true
		for _, r := range x.p.Returns {
			if !r.Live() {
				continue
			}
			if i >= len(r.Stmt.Results) || x.p.Unit.Info.Uses[identOf(r.Stmt.Results[i])] != v {
				all = false
			}
		}
		if all {
			return i
		}
	}
	return -1
}

// resultStays reports whether the caller keeps result i in a variable of the
// same type, unchanged until finish is called.
func (x *decision) resultStays(s *pattern.Site, i int) bool {
	if len(calls(s)) == 0 {
		return true
	}
	if i >= len(s.Lhs) {
		return false
	}
	id := identOf(s.Lhs[i])
	if id == nil || id.Name == "_" {
		return false
	}
	v, ok := s.Unit.Info.ObjectOf(id).(*types.Var)
	if !ok || global(v) || types.TypeString(v.Type(), nil) != types.TypeString(x.p.Func.Signature().Results().At(i).Type(), nil) {
		return false
	}
	for _, u := range calls(s) {
		if !sees(s.Unit, u.Expr.Pos(), v) || resultChanges(s, id, v, u) {
			return false
		}
	}
	return true
}

// resultChanges is changes without the assignment at the site itself.
func resultChanges(s *pattern.Site, id *ast.Ident, v *types.Var, u *pattern.Use) bool {
	t := *s
	t.Access = pattern.Accesses{}
	for _, a := range s.Access[v] {
		if a.Ident != id {
			t.Access[v] = append(t.Access[v], a)
		}
	}
	return changes(&t, v, u)
}
