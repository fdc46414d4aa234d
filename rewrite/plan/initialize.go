package plan

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// dropped refuses a site that never calls the cleanup, if without it package variables
// might be initialized in another order.
//
// A package variable is initialized after those that its initializer refers to,
// directly or through functions. The closure is part of prepare, so a function that
// calls prepare refers to all that the closure refers to. After the rewrite only
// functions that call finish do:
//
//	var x = start()                        // initialized after y, but then before y
//	var y = compute()
//	func start() int { begin(1); return 1 }
//	func begin(n int) func() { return func() { log(n, y) } }
func dropped(p *pattern.Prepare, sites []*pattern.Site) *refusal.Refusal {
	var decls map[types.Object]ast.Node
	for _, s := range sites {
		if len(calls(s)) > 0 || forwarded(s) || s.Unit.Pkg.Path() != p.Key.Pkg {
			continue
		}
		cleanup := make(map[ast.Node]bool)
		for _, l := range p.Literals {
			cleanup[l.Lit] = true
			if l.Method != nil {
				cleanup[l.Method] = true
			}
		}
		for _, r := range p.Returns {
			if r.Bound != nil {
				cleanup[r.Bound] = true
			}
		}
		if decls == nil {
			decls = packageDecls(p.Unit)
		}
		rest := packageVars(p.Unit.Info, decls, s.Decl, cleanup)
		for lit := range cleanup {
			for v := range packageVars(p.Unit.Info, decls, lit, nil) {
				if !rest[v] {
					return refusal.New(p, refusal.CallForm, s.Unit, s.Call.Pos(), "a caller drops its cleanup, which uses %s; without it, package variables might be initialized in another order", v.Name())
				}
			}
		}
	}
	return nil
}

// packageVars returns the package variables with a value that a node refers to,
// directly or through functions and other variables. It leaves out the nodes in
// without.
func packageVars(info *types.Info, decls map[types.Object]ast.Node, root ast.Node, without map[ast.Node]bool) map[*types.Var]bool {
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
				if decl := decls[o]; decl != nil && o.Kind() == types.PackageVar {
					vars[o] = true
				}
			}
			if decl := decls[obj]; decl != nil && obj != nil {
				next = append(next, decl)
			}
			return true
		})
	}
	return vars
}

// packageDecls returns the declarations of a unit's functions, and of its package
// variables that have a value.
func packageDecls(u *pattern.Unit) map[types.Object]ast.Node {
	decls := make(map[types.Object]ast.Node)
	for _, f := range u.Files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				decls[u.Info.Defs[d.Name]] = d
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if vs, ok := spec.(*ast.ValueSpec); ok && d.Tok == token.VAR && len(vs.Values) > 0 {
						for _, name := range vs.Names {
							decls[u.Info.Defs[name]] = vs
						}
					}
				}
			}
		}
	}
	return decls
}
