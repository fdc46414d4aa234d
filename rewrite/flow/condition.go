package flow

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
)

// An Answer says whether a variable is zero, or true if it is a bool.
type Answer int

const (
	Unknown Answer = iota
	Yes
	No
)

// Implied returns what a condition tells about a variable where the condition is true, or,
// if holds is false, where it is false.
func Implied(info *types.Info, cond ast.Expr, v *types.Var, holds bool) Answer {
	switch e := ast.Unparen(cond).(type) {
	case *ast.Ident:
		if info.Uses[e] == types.Object(v) {
			if holds {
				return Yes
			}
			return No
		}
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			return Implied(info, e.X, v, !holds)
		}
	case *ast.BinaryExpr:
		switch e.Op {
		case token.LAND, token.LOR:
			// Both parts hold in a true &&, and both fail in a false ||.
			if holds == (e.Op == token.LAND) {
				if a := Implied(info, e.X, v, holds); a != Unknown {
					return a
				}
				return Implied(info, e.Y, v, holds)
			}
		case token.EQL, token.NEQ:
			x, y := e.X, e.Y
			if isZero(info, v, x) {
				x, y = y, x
			}
			id, ok := ast.Unparen(x).(*ast.Ident)
			if !ok || info.Uses[id] != types.Object(v) || !isZero(info, v, y) {
				return Unknown
			}
			if holds == (e.Op == token.EQL) {
				return Yes
			}
			return No
		}
	}
	return Unknown
}

// isZero reports whether an expression is nil, or the constant zero of v's type, a string or integer.
func isZero(info *types.Info, v *types.Var, e ast.Expr) bool {
	tv := info.Types[e]
	b, ok := v.Type().Underlying().(*types.Basic)
	switch {
	case !ok || tv.Value == nil:
		return tv.IsNil()
	case b.Info()&types.IsString != 0:
		return tv.Value.Kind() == constant.String && constant.StringVal(tv.Value) == ""
	case b.Info()&types.IsInteger != 0:
		return constant.Sign(tv.Value) == 0
	}
	return false
}
