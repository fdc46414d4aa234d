package pattern

import (
	"go/ast"
	"go/types"

	"github.com/closurefix/closurefix/rewrite/flow"
)

// A Function is a prepare function that is a function literal in a variable:
//
//	enter := func(name string) func() {
//		depth++
//		return func() { depth-- }
//	}
//	defer enter("x")()
//
// Its Prepare has a synthetic declaration, with the name of the variable and the type and
// body of the literal. Variables of the enclosing function that the cleanup uses are
// captures, too.
type Function struct {
	*Prepare
	Var   *types.Var
	Sites []*Site
}

// Functions returns the prepare functions of a unit that are literals in variables, with
// the calls of these variables.
func Functions(u *Unit) []*Function {
	var found []*Function
	for _, file := range u.Files {
		for _, d := range file.Decls {
			var facts *flow.Facts
			for id, lit := range namedLiterals(d) {
				v, ok := u.Info.Defs[id].(*types.Var)
				if !ok || lit.Type.Results == nil || !mayMake(u.Info, lit.Body) {
					continue
				}
				if facts == nil {
					facts = flow.FactsOf(u, file, d)
				}
				if f := functionOf(facts, id, v, lit); f != nil {
					found = append(found, f)
				}
			}
		}
	}
	for _, f := range found {
		f.Sites = callsOf(u, f)
	}
	return found
}

// namedLiterals returns the function literals that are the initial values of variables
// in a declaration.
func namedLiterals(d ast.Decl) map[*ast.Ident]*ast.FuncLit {
	named := make(map[*ast.Ident]*ast.FuncLit)
	for n := range ast.Preorder(d) {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, l := range n.Lhs {
				if id, ok := l.(*ast.Ident); ok && len(n.Lhs) == len(n.Rhs) {
					if lit, ok := ast.Unparen(n.Rhs[i]).(*ast.FuncLit); ok {
						named[id] = lit
					}
				}
			}
		case *ast.ValueSpec:
			for i, id := range n.Names {
				if len(n.Names) == len(n.Values) {
					if lit, ok := ast.Unparen(n.Values[i]).(*ast.FuncLit); ok {
						named[id] = lit
					}
				}
			}
		}
	}
	return named
}

// functionOf returns the Function for a literal, or nil if it is not a prepare function.
func functionOf(facts *flow.Facts, id *ast.Ident, v *types.Var, lit *ast.FuncLit) *Function {
	sig, ok := v.Type().Underlying().(*types.Signature)
	if !ok {
		return nil
	}
	u := facts.Unit
	name := id.Name
	if fn, ok := facts.Decl.(*ast.FuncDecl); ok {
		if f, ok := u.Info.Defs[fn.Name].(*types.Func); ok {
			name = KeyOf(f).String() + "." + id.Name
		}
	}
	for i := range sig.Results().Len() {
		result, ok := sig.Results().At(i).Type().Underlying().(*types.Signature)
		if !ok || !Shaped(result) {
			continue
		}
		p := &Prepare{
			Facts: facts, Key: Key{Pkg: u.Pkg.Path(), Name: name},
			Decl:   &ast.FuncDecl{Name: id, Type: lit.Type, Body: lit.Body},
			Func:   types.NewFunc(id.Pos(), u.Pkg, id.Name, types.NewSignatureType(nil, nil, nil, sig.Params(), sig.Results(), sig.Variadic())),
			Result: i, Sig: result, Cleanups: 1,
		}
		s := &scan{Prepare: p, bindings: make(map[*types.Var]*binding), choices: make(map[*types.Var]*Choice), methods: make(map[*ast.SelectorExpr]*ast.FuncLit), around: facts.Decl}
		s.returns()
		if len(p.Literals)+len(p.Made) == 0 {
			continue
		}
		s.captures()
		return &Function{Prepare: p, Var: v}
	}
	return nil
}

// callsOf returns the calls of a variable in a unit.
func callsOf(u *Unit, f *Function) []*Site {
	var all []*Site
	for _, file := range u.Files {
		for _, d := range file.Decls {
			if f.Var.Kind() != types.PackageVar && d != f.Facts.Decl {
				continue
			}
			var facts *flow.Facts
			var here []*Site
			for n := range ast.Preorder(d) {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					continue
				}
				id, ok := ast.Unparen(call.Fun).(*ast.Ident)
				if !ok || u.Info.Uses[id] != types.Object(f.Var) {
					continue
				}
				if facts == nil {
					facts = flow.FactsOf(u, file, d)
				}
				s := &Site{Facts: facts, Func: flow.Func(facts.At(call)), Call: call}
				s.fill(f.Func.Signature().Results(), f.Result)
				here = append(here, s)
			}
			bind(here)
			all = append(all, here...)
		}
	}
	return all
}
