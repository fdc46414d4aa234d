package same

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/types/typeutil"
)

// A calls holds the calls of one function in a file.
type calls struct {
	exprs    []*ast.CallExpr
	decls    []int // the indices of the declarations that they are in
	assigned []assigned
}

// An assigned is a call whose results are assigned.
type assigned struct {
	call *ast.CallExpr
	lhs  []ast.Expr
}

// callsIn returns the calls in a file of functions that return a function, by the full
// name of the called function, which may be another object in the caller's package.
// Each file is searched once.
func (u *Unit) callsIn(file *ast.File) map[string]*calls {
	if all := u.calls[file]; all != nil {
		return all
	}
	all := make(map[string]*calls)
	of := make(map[*ast.CallExpr]*calls)
	for i, d := range file.Decls {
		for n := range ast.Preorder(d) {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				continue
			}
			fn, ok := typeutil.Callee(u.Info, call).(*types.Func)
			if !ok || !returnsFunc(fn) {
				continue
			}
			name := fn.Origin().FullName()
			c := all[name]
			if c == nil {
				c = &calls{}
				all[name] = c
			}
			of[call] = c
			c.exprs, c.decls = append(c.exprs, call), append(c.decls, i)
		}
	}
	assignments(file, func(lhs, rhs []ast.Expr) {
		for i, r := range rhs {
			to := lhs
			if len(rhs) > 1 {
				to = lhs[i : i+1]
			}
			call, _ := ast.Unparen(r).(*ast.CallExpr)
			if c := of[call]; c != nil {
				c.assigned = append(c.assigned, assigned{call, to})
			}
		}
	})
	if u.calls == nil {
		u.calls = make(map[*ast.File]map[string]*calls)
	}
	u.calls[file] = all
	return all
}

// returnsFunc reports whether a result of fn is a function.
func returnsFunc(fn *types.Func) bool {
	for v := range fn.Origin().Signature().Results().Variables() {
		if _, ok := v.Type().Underlying().(*types.Signature); ok {
			return true
		}
	}
	return false
}
