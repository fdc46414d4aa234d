package plan

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// shape refuses the prepare functions whose returns are beyond a single
// cleanup: finish must be one body, known at every return.
func (x *decision) shape() *Refusal {
	p := x.p
	if p.Cleanups > 1 {
		return x.refuse(SeveralCleanups, p.Unit, p.Decl.Name.Pos(), "it returns more than one function literal at once")
	}
	for _, r := range p.Returns {
		if r.Idle != pattern.Foreign {
			continue
		}
		switch {
		case r.Expr == nil && len(r.Stmt.Results) == 1:
			return x.refuse(OtherReturn, p.Unit, r.Stmt.Pos(), "a return hands on the results of another call")
		case r.Expr == nil:
			return x.refuse(OtherReturn, p.Unit, r.Stmt.Pos(), "it cannot be told what cleanup a bare return hands out")
		case callOrValue(r.Expr):
			return x.refuse(OtherReturn, p.Unit, r.Expr.Pos(), "a return hands out %s, not a function literal", types.ExprString(r.Expr))
		}
		return x.refuse(OtherReturn, p.Unit, r.Expr.Pos(), "it cannot be told what %s holds when it is returned", types.ExprString(r.Expr))
	}
	if len(p.Literals) > 1 {
		return x.refuse(SeveralLiterals, p.Unit, p.Literals[1].Lit.Pos(), "different returns hand out different cleanups")
	}
	x.lit = p.Literals[0]
	x.plan.Literal = x.lit
	for _, o := range p.LocalDecls {
		return x.refuse(LocalDeclaration, p.Unit, x.lit.Lit.Pos(), "its cleanup names %s, which is declared inside the function", o.Name())
	}
	if len(p.Captures) > 0 {
		for _, c := range p.Captures {
			if c.Var == x.lit.Var {
				return x.refuse(SelfReference, p.Unit, c.Uses[0].Pos(), "its cleanup refers to itself")
			}
		}
	}
	for _, l := range topLevelNames(x.lit.Lit) {
		for _, c := range p.Captures {
			if c.Var.Name() == l.Name {
				return x.refuse(NameClash, p.Unit, l.Pos(), "its cleanup declares a variable %s of its own beside the captured one", l.Name)
			}
		}
	}
	return nil
}

// callOrValue reports whether e is something other than a plain variable.
func callOrValue(e ast.Expr) bool {
	_, ok := ast.Unparen(e).(*ast.Ident)
	return !ok
}

// topLevelNames returns the identifiers that the outermost block of a literal
// declares. As parameters of finish share that block with the body, a captured
// variable must not have such a name.
//
//	func() { c := c; … }   // c captured: as a parameter of finish, c := c would not compile
func topLevelNames(lit *ast.FuncLit) []*ast.Ident {
	var ids []*ast.Ident
	for _, s := range lit.Body.List {
		switch s := s.(type) {
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				for _, l := range s.Lhs {
					if id, ok := l.(*ast.Ident); ok {
						ids = append(ids, id)
					}
				}
			}
		case *ast.DeclStmt:
			decl, ok := s.Decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.ValueSpec:
					ids = append(ids, spec.Names...)
				case *ast.TypeSpec:
					ids = append(ids, spec.Name)
				}
			}
		}
	}
	return ids
}
