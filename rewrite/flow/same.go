package flow

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
)

// A Later is a position at which an operand may be written a second time.
type Later struct {
	At ast.Node // the node at that position
	// Follows is set if control comes to At only from the operand's own place, in the same
	// execution of the block around that, and evaluates the operand then: as where a variable
	// is used that the statement at that place declares.
	Follows bool
}

// SameValue returns "" if e, evaluated at a later place, has no effect and the same
// value as at its own place. Otherwise it returns the reason as a clause, such as
// "name is assigned".
func (f *Facts) SameValue(e ast.Expr, at Later) string {
	info := f.Unit.Info
	switch e := ast.Unparen(e).(type) {
	case *ast.BasicLit:
		return ""
	case *ast.Ident:
		obj := info.Uses[e]
		if obj == nil || !f.Unit.Sees(at.At.Pos(), obj) {
			return e.Name + " means something else there"
		}
		switch obj := obj.(type) {
		case *types.Const, *types.Nil, *types.Func:
			return ""
		case *types.Var:
			return f.constant(obj, e, at)
		}
	case *ast.SelectorExpr:
		if pkg := f.packageOf(e); pkg != nil {
			if !f.Unit.Sees(at.At.Pos(), pkg) {
				return pkg.Name() + " means something else there"
			}
			switch info.Uses[e.Sel].(type) {
			case *types.Const, *types.Func:
				return ""
			}
		} else if sel := info.Selections[e]; sel != nil && sel.Kind() == types.FieldVal && !sel.Indirect() {
			return f.SameValue(e.X, at) // a part of the variable
		}
	case *ast.UnaryExpr:
		if e.Op == token.AND {
			return f.SameAddress(e.X, at)
		}
	}
	if info.Types[e].Value != nil && f.namesSeen(e, at) {
		return ""
	}
	return types.ExprString(e) + " is not a variable or a constant"
}

// SameAddress returns "" if &e is the same address at a later place: e is a variable,
// or a field that is reached from one without a pointer. Otherwise it returns the
// reason as a clause.
func (f *Facts) SameAddress(e ast.Expr, at Later) string {
	info := f.Unit.Info
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		if v, ok := info.Uses[e].(*types.Var); ok {
			if !f.Unit.Sees(at.At.Pos(), v) {
				return e.Name + " means something else there"
			}
			if f.OldLoopVar(v) && Func(f.At(at.At)) != Func(f.Def(v)) {
				return e.Name + " is shared by the iterations of a loop, and go vet warns of a literal that names it"
			}
			return ""
		}
	case *ast.SelectorExpr:
		if pkg := f.packageOf(e); pkg != nil {
			if _, ok := info.Uses[e.Sel].(*types.Var); ok && f.Unit.Sees(at.At.Pos(), pkg) {
				return ""
			}
		} else if sel := info.Selections[e]; sel != nil && sel.Kind() == types.FieldVal && !sel.Indirect() {
			return f.SameAddress(e.X, at)
		}
	}
	return "&" + types.ExprString(e) + " is not the address of a variable"
}

// SameReceiver is SameAddress for an operand that has been evaluated at its own place, as the
// receiver of a call is. So a field may also be one of what a variable points to, if that
// has the same value: it is not nil then.
func (f *Facts) SameReceiver(e ast.Expr, at Later) string {
	x, ok := ast.Unparen(e).(*ast.SelectorExpr)
	if !ok {
		return f.SameAddress(e, at)
	}
	sel := f.Unit.Info.Selections[x]
	if sel == nil || sel.Kind() != types.FieldVal || len(sel.Index()) > 1 {
		return f.SameAddress(e, at)
	}
	if _, ok := f.Unit.Info.TypeOf(x.X).Underlying().(*types.Pointer); ok {
		return f.SameValue(x.X, at)
	}
	return f.SameReceiver(x.X, at)
}

// constant returns "" if the variable v, read at id, has the same value at a later
// place by the rules of the package doc. Otherwise it returns the reason.
func (f *Facts) constant(v *types.Var, id *ast.Ident, at Later) string {
	if v.Kind() == types.PackageVar {
		return v.Name() + " is a package variable"
	}
	for _, a := range f.Access[v] {
		switch {
		case a.Mode == Address:
			return "the address of " + v.Name() + " is taken"
		case a.Mode == Write && f.between(v, a.Ident, id, at):
			return v.Name() + " is assigned"
		}
	}
	if def, ok := f.Def(v).Node().(*ast.Ident); ok && f.OldLoopVar(v) && f.between(v, def, id, at) {
		return "all iterations of a loop share " + v.Name()
	}
	return f.returned(v, id, at)
}

// returned returns a reason if a return statement may set v between two positions, else
// "". If v is a result of the function that contains both, none can, because a return
// statement ends that function.
func (f *Facts) returned(v *types.Var, at ast.Node, later Later) string {
	fn := f.ResultOf(v)
	if fn == nil || later.Follows && Func(f.At(at)) == fn && Func(f.At(later.At)) == fn {
		return ""
	}
	return "a return statement may set " + v.Name()
}

// between reports whether a write of v may happen between two places. It cannot if all three are in the
// function that declares v, and the write is neither in the statement of the first place nor between that and the
// second one, or the end of a loop that repeats only the second one:
//
//	for range 3 {
//		x := f()
//		x++                        // no
//		x, done := begin(x)        // yes
//		for range 3 {
//			x++                    // yes
//			end(x)
//			x++                    // yes
//		}
//		x++                        // no
//	}
func (f *Facts) between(v *types.Var, write *ast.Ident, place ast.Node, later Later) bool {
	fn := Func(f.At(place))
	if !later.Follows || fn == nil || Func(f.Def(v)) != fn || Func(f.At(write)) != fn || Func(f.At(later.At)) != fn || f.Jumps() {
		return true
	}
	end := later.At.End()
	for loop := Loop(f.At(later.At), fn); loop != nil && !f.repeats(loop, place, fn); loop = Loop(f.At(loop), fn) {
		end = loop.End()
	}
	return Stmt(f.At(place)).Pos() <= write.Pos() && write.Pos() < end
}

// repeats reports whether a loop within the function fn repeats a node.
func (f *Facts) repeats(loop ast.Stmt, n, fn ast.Node) bool {
	around := Loop(f.At(n), fn)
	for around != nil && around != loop {
		around = Loop(f.At(around), fn)
	}
	return around != nil
}

// SetOnce returns "" if the statement at id is the last one that sets v before a later
// place. Otherwise it returns the reason as a clause. The statement must declare v or
// another variable in the scope of v, so that each execution of the block has its own v.
func (f *Facts) SetOnce(v *types.Var, id *ast.Ident, at Later) string {
	switch {
	case v.Kind() == types.PackageVar:
		return v.Name() + " is a package variable"
	case !f.Unit.Sees(at.At.Pos(), v):
		return v.Name() + " means something else there"
	case f.Jumps():
		return "the function has a goto"
	}
	for _, a := range f.Access[v] {
		switch {
		case a.Mode == Address:
			return "the address of " + v.Name() + " is taken"
		case a.Mode == Write && a.Ident != id && f.between(v, a.Ident, id, at):
			return v.Name() + " is assigned again"
		}
	}
	return f.returned(v, id, at)
}

// namesSeen reports whether every name in a constant expression refers to the same
// object at a later place.
func (f *Facts) namesSeen(e ast.Expr, at Later) bool {
	for n := range ast.Preorder(e) {
		id, ok := n.(*ast.Ident)
		if !ok || f.At(id).ParentEdgeKind() == edge.SelectorExpr_Sel {
			continue
		}
		if obj := f.Unit.Info.Uses[id]; obj != nil && !f.Unit.Sees(at.At.Pos(), obj) {
			return false
		}
	}
	return true
}

// packageOf returns the package name before the dot of a selector, or nil if it is
// not qualified by a package.
func (f *Facts) packageOf(e *ast.SelectorExpr) *types.PkgName {
	id, ok := e.X.(*ast.Ident)
	if !ok {
		return nil
	}
	pkg, _ := f.Unit.Info.Uses[id].(*types.PkgName)
	return pkg
}
