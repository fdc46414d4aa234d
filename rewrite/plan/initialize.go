package plan

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// dropped refuses a site that lets the cleanup go in a function that package
// initialization runs.
//
// Package variables are initialized in the order of what their initializers refer
// to, through the functions that they name. The closure is part of prepare, so a
// caller of prepare refers to all that the closure names; without a call of finish
// it does so no more:
//
//	var x = start()                        // used to wait for y
//	var y = compute()
//	func start() int { begin(1); return 1 }
//	func begin(n int) func() { return func() { log(n, y) } }
func (x *decision) dropped() *Refusal {
	var initial map[ast.Decl]bool
	for _, s := range x.sites {
		if len(calls(s)) > 0 || s.Unit.Pkg.Path() != x.p.Key.Pkg || !x.namesPackageVars() {
			continue
		}
		if initial == nil {
			initial = initialDecls(s.Unit)
		}
		if initial[s.Decl] {
			return x.refuse(CallForm, s.Unit, s.Call.Pos(), "a caller that package initialization runs drops its cleanup, which may change the order of initialization")
		}
	}
	return nil
}

// namesPackageVars reports whether a cleanup names a variable or function of its
// own package.
func (x *decision) namesPackageVars() bool {
	found := false
	for _, l := range x.p.Literals {
		ast.Inspect(l.Lit, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return !found
			}
			switch obj := x.p.Unit.Info.Uses[id].(type) {
			case *types.Var:
				found = found || flow.Global(obj) && obj.Pkg() == x.p.Unit.Pkg
			case *types.Func:
				found = found || obj.Pkg() == x.p.Unit.Pkg
			}
			return !found
		})
	}
	return found
}

// initialDecls returns the declarations that the initializers of package variables
// refer to, through functions and other variables.
func initialDecls(u *pattern.Unit) map[ast.Decl]bool {
	byObject := make(map[types.Object]ast.Decl)
	reached := make(map[ast.Decl]bool)
	var next []ast.Decl
	for _, f := range u.Files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				byObject[u.Info.Defs[d.Name]] = d
			case *ast.GenDecl:
				if d.Tok == token.VAR {
					next = append(next, d)
				}
			}
		}
	}
	for len(next) > 0 {
		d := next[0]
		next = next[1:]
		if reached[d] {
			continue
		}
		reached[d] = true
		ast.Inspect(d, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if fn, ok := u.Info.Uses[id].(*types.Func); ok {
					if decl := byObject[fn.Origin()]; decl != nil {
						next = append(next, decl)
					}
				}
			}
			return true
		})
	}
	return reached
}
