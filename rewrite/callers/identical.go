package callers

import (
	"fmt"
	"go/types"
	"slices"
)

// mayBeIdentical reports whether two types may be identical. Packages are type-checked
// separately, so one type may have several objects. Named types are compared by package
// path and name, and a type parameter may be any type. mayBeIdentical returns true if
// it cannot tell.
func mayBeIdentical(a, b types.Type) bool {
	a, b = types.Unalias(a), types.Unalias(b)
	if isTypeParam(a) || isTypeParam(b) {
		return true
	}
	form, parts := formOf(a)
	otherForm, otherParts := formOf(b)
	return form == otherForm && slices.EqualFunc(parts, otherParts, mayBeIdentical)
}

func isTypeParam(t types.Type) bool {
	_, ok := t.(*types.TypeParam)
	return ok
}

// formOf splits a type into its form and its component types. All interfaces have the
// same form, and so have all structs.
func formOf(t types.Type) (form string, parts []types.Type) {
	switch t := t.(type) {
	case *types.Basic:
		return types.Typ[t.Kind()].Name(), nil // byte is uint8
	case *types.Named:
		path := ""
		if pkg := t.Obj().Pkg(); pkg != nil {
			path = pkg.Path()
		}
		return path + "." + t.Obj().Name(), slices.Collect(t.TypeArgs().Types())
	case *types.Array:
		return fmt.Sprintf("[%d]", t.Len()), []types.Type{t.Elem()}
	case *types.Map:
		return "map", []types.Type{t.Key(), t.Elem()}
	case *types.Chan:
		return fmt.Sprint("chan ", t.Dir()), []types.Type{t.Elem()}
	case *types.Signature:
		for v := range t.Params().Variables() {
			parts = append(parts, v.Type())
		}
		for v := range t.Results().Variables() {
			parts = append(parts, v.Type())
		}
		return fmt.Sprint("func ", t.Params().Len(), t.Variadic()), parts
	case interface{ Elem() types.Type }: // a pointer or a slice
		return fmt.Sprintf("%T", t), []types.Type{t.Elem()}
	}
	return fmt.Sprintf("%T", t), nil // an interface or a struct
}
