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
//
// So only functions count that some package variable's value refers to.
func dropped(p *pattern.Prepare, sites []*pattern.Site) *refusal.Refusal {
	var decls map[types.Object]ast.Node
	var before map[ast.Node]bool // what the package's variables refer to
	for _, s := range sites {
		if len(calls(s)) > 0 || forwarded(s) || s.Unit.Pkg.Path() != p.Key.Pkg {
			continue
		}
		if decls == nil {
			decls = packageDecls(p.Unit)
			before = reached(p.Unit.Info, decls, initializers(decls), nil)
		}
		if f, ok := s.Decl.(*ast.FuncDecl); ok && s.Unit == p.Unit && !before[f] {
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
	for n := range reached(info, decls, []ast.Node{root}, without) {
		ast.Inspect(n, func(n ast.Node) bool {
			if without[n] {
				return false
			}
			if id, ok := n.(*ast.Ident); ok {
				if v, ok := info.Uses[id].(*types.Var); ok && decls[v] != nil {
					vars[v] = true
				}
			}
			return true
		})
	}
	return vars
}

// reached returns the roots and the declarations that they refer to, directly or
// through others. It leaves out the nodes in without.
func reached(info *types.Info, decls map[types.Object]ast.Node, roots []ast.Node, without map[ast.Node]bool) map[ast.Node]bool {
	seen := make(map[ast.Node]bool)
	next := roots
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
			if f, ok := obj.(*types.Func); ok {
				obj = f.Origin()
			}
			if decl := decls[obj]; decl != nil && obj != nil {
				next = append(next, decl)
			}
			return true
		})
	}
	return seen
}

// initializers returns the declarations of variables in decls.
func initializers(decls map[types.Object]ast.Node) []ast.Node {
	var specs []ast.Node
	for _, d := range decls {
		if spec, ok := d.(*ast.ValueSpec); ok {
			specs = append(specs, spec)
		}
	}
	return specs
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
