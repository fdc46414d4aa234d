package flow

import (
	"go/ast"
	"go/token"
	"go/types"
)

// An Answer says whether a variable is nil, or true if it is a bool.
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
			if info.Types[x].IsNil() {
				x, y = y, x
			}
			id, ok := ast.Unparen(x).(*ast.Ident)
			if !ok || info.Uses[id] != types.Object(v) || !info.Types[y].IsNil() {
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
