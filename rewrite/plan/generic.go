package plan

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// generic refuses generic functions: the type arguments of a call of finish
// would have to be found anew at every site. A method of a generic type is
// as good as any other, since finish is a method of the same type.
func (x *decision) generic() *Refusal {
	p := x.p
	if p.Func.Signature().TypeParams().Len() > 0 {
		return x.refuse(Generic, p.Unit, p.Decl.Name.Pos(), "it is generic")
	}
	if genericRecv(p) && !slices.ContainsFunc(p.Captures, func(c *pattern.Capture) bool { return c.Class == pattern.Receiver }) {
		return x.refuse(Generic, p.Unit, p.Decl.Name.Pos(), "it is a method of a generic type, and its cleanup does not use the receiver")
	}
	return nil
}

// infersFrom reports whether a parameter's type holds a type parameter, so
// that a call may need it to infer a type argument.
func (x *decision) infersFrom(c *pattern.Capture) bool {
	if x.p.Func.Signature().TypeParams().Len() == 0 {
		return false
	}
	e := paramType(x.p.Decl, c.Index)
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if tn, ok := x.p.Unit.Info.Uses[id].(*types.TypeName); ok {
				if _, ok := tn.Type().(*types.TypeParam); ok {
					found = true
				}
			}
		}
		return !found
	})
	return found
}
