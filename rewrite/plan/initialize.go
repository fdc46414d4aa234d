package plan

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/refusal"
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
func (x *decision) dropped() *refusal.Refusal {
	for _, s := range x.sites {
		if len(calls(s)) > 0 || s.Unit.Pkg.Path() != x.p.Key.Pkg {
			continue
		}
		cleanup := make(map[ast.Node]bool)
		for _, l := range x.p.Literals {
			cleanup[l.Lit] = true
		}
		rest := x.packageVars(s.Decl, cleanup)
		for lit := range cleanup {
			for v := range x.packageVars(lit, nil) {
				if !rest[v] {
					return refusal.New(x.p, refusal.CallForm, s.Unit, s.Call.Pos(), "a caller drops its cleanup, which names %s: without it, package variables might be initialized in another order", v.Name())
				}
			}
		}
	}
	return nil
}

// packageVars returns the package variables with a value that a node refers to, through
// functions and other variables, as package initialization sees it. The nodes in
// without do not count.
func (x *decision) packageVars(root ast.Node, without map[ast.Node]bool) map[*types.Var]bool {
	info := x.p.Unit.Info
	if x.decls == nil {
		x.decls = make(map[types.Object]ast.Node)
		for _, f := range x.p.Unit.Files {
			for _, d := range f.Decls {
				switch d := d.(type) {
				case *ast.FuncDecl:
					x.decls[info.Defs[d.Name]] = d
				case *ast.GenDecl:
					for _, spec := range d.Specs {
						if vs, ok := spec.(*ast.ValueSpec); ok && d.Tok == token.VAR && len(vs.Values) > 0 {
							for _, name := range vs.Names {
								x.decls[info.Defs[name]] = vs
							}
						}
					}
				}
			}
		}
	}
	vars := make(map[*types.Var]bool)
	seen := make(map[ast.Node]bool)
	next := []ast.Node{root}
	for len(next) > 0 {
		n := next[0]
		next = next[1:]
		if seen[n] {
			continue
		}
		seen[n] = true
		ast.Inspect(n, func(n ast.Node) bool {
			if without[n] {
				return false
			}
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			obj := info.Uses[id]
			switch o := obj.(type) {
			case *types.Func:
				obj = o.Origin()
			case *types.Var:
				if decl := x.decls[o]; decl != nil && flow.Global(o) {
					vars[o] = true
				}
			}
			if decl := x.decls[obj]; decl != nil && obj != nil {
				next = append(next, decl)
			}
			return true
		})
	}
	return vars
}
