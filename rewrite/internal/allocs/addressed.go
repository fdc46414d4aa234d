package allocs

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// callsAt returns the calls of the prepare function and of its cleanup at s.
func callsAt(s *pattern.Site) []*ast.CallExpr {
	calls := []*ast.CallExpr{s.Call}
	for _, u := range s.Uses {
		if u.Call != nil && u.Call != s.Call {
			calls = append(calls, u.Call)
		}
	}
	return calls
}

// Addressed returns the variables whose address is passed to the calls of the prepare
// function and of its cleanup at s, without duplicates.
func Addressed(s *pattern.Site) []*types.Var {
	var found []*types.Var
	for _, call := range callsAt(s) {
		for _, arg := range call.Args {
			if v := addressed(s.Unit.Info, arg); v != nil && !slices.Contains(found, v) {
				found = append(found, v)
			}
		}
	}
	return found
}

// addressed returns the variable of which e is the address, or of a part of which e is the
// address. It returns nil if there is none.
func addressed(info *types.Info, e ast.Expr) *types.Var {
	u, ok := ast.Unparen(e).(*ast.UnaryExpr)
	if !ok || u.Op != token.AND {
		return nil
	}
	for e = u.X; ; {
		switch x := ast.Unparen(e).(type) {
		case *ast.Ident:
			v, _ := info.Uses[x].(*types.Var)
			if v == nil || v.Kind() == types.PackageVar {
				return nil // a global is not on the stack anyway
			}
			return v
		case *ast.SelectorExpr:
			s := info.Selections[x]
			if s == nil || s.Indirect() {
				return nil
			}
			e = x.X
		case *ast.IndexExpr:
			t := info.TypeOf(x.X)
			if t == nil {
				return nil
			}
			if _, ok := t.Underlying().(*types.Array); !ok {
				return nil
			}
			e = x.X
		default:
			return nil
		}
	}
}
