package flow

import (
	"go/ast"
	"go/token"
	"go/types"
)

// A Later is a place at which an operand would be written again.
type Later struct {
	At ast.Node // the node there
	// Wrapped is set when the operand would stand in a function literal of its
	// own, which may run at any time after.
	Wrapped bool
}

// SameValue returns "" if e, evaluated again at a later place, has the value that
// it has where it stands, has no effect, and no program can tell the difference.
// Otherwise it returns why not, as a clause such as "name is assigned".
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

// SameAddress returns "" if &e means the same address at a later place: e is a
// variable, or a field of one that no pointer leads to. Otherwise it returns why
// not.
func (f *Facts) SameAddress(e ast.Expr, at Later) string {
	info := f.Unit.Info
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		if v, ok := info.Uses[e].(*types.Var); ok {
			if !f.Unit.Sees(at.At.Pos(), v) {
				return e.Name + " means something else there"
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

// constant returns "" if a variable that is read at id has the same value at a
// later place, by the rules of the package doc.
func (f *Facts) constant(v *types.Var, id *ast.Ident, at Later) string {
	if Global(v) {
		return v.Name() + " is a package variable"
	}
	for _, a := range f.Access[v] {
		switch a.Mode {
		case Write:
			return v.Name() + " is assigned"
		case Address:
			return "the address of " + v.Name() + " is taken"
		}
	}
	if f.OldLoopVar(v) {
		return "all iterations of a loop share " + v.Name()
	}
	return f.returned(v, id, at)
}

// returned returns why a return statement may set v between two places, or "".
// None can if both are in the very function whose result v is: the function is
// over then.
func (f *Facts) returned(v *types.Var, at ast.Node, later Later) string {
	fn := f.ResultOf(v)
	if fn == nil || !later.Wrapped && f.Up.Func(at) == fn && f.Up.Func(later.At) == fn {
		return ""
	}
	return "a return statement may set " + v.Name()
}

// SetOnce returns "" if v, which the statement at id sets, has the same value at
// a later place. The statement declares v, or declares another variable of the
// scope of v, so that both belong to the same run of the block.
func (f *Facts) SetOnce(v *types.Var, id *ast.Ident, at Later) string {
	switch {
	case Global(v):
		return v.Name() + " is a package variable"
	case !f.Unit.Sees(at.At.Pos(), v):
		return v.Name() + " means something else there"
	case HasGoto(f.Decl):
		return "the function has a goto"
	}
	for _, a := range f.Access[v] {
		switch {
		case a.Mode == Address:
			return "the address of " + v.Name() + " is taken"
		case a.Mode == Write && a.Ident != id:
			return v.Name() + " is assigned again"
		}
	}
	return f.returned(v, id, at)
}

// namesSeen reports whether every name of a constant expression means the same
// at a later place.
func (f *Facts) namesSeen(e ast.Expr, at Later) bool {
	same := true
	ast.Inspect(e, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return same
		}
		obj := f.Unit.Info.Uses[id]
		if obj == nil {
			return same
		}
		qualified := false
		if sel, ok := f.Up[id].(*ast.SelectorExpr); ok {
			qualified = sel.Sel == id
		}
		same = same && (qualified || f.Unit.Sees(at.At.Pos(), obj))
		return same
	})
	return same
}

// packageOf returns the package that qualifies a selector, nil if none does.
func (f *Facts) packageOf(e *ast.SelectorExpr) *types.PkgName {
	id, ok := e.X.(*ast.Ident)
	if !ok {
		return nil
	}
	pkg, _ := f.Unit.Info.Uses[id].(*types.PkgName)
	return pkg
}
