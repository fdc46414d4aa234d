package callers

import "go/types"

// alike reports whether two types may be identical. The same type has several
// objects when packages are checked one by one, so names are compared, by
// package path; a type parameter may stand for anything, and where the answer is
// not plain it is yes.
func alike(a, b types.Type) bool {
	a, b = types.Unalias(a), types.Unalias(b)
	_, p := a.(*types.TypeParam)
	_, q := b.(*types.TypeParam)
	if p || q {
		return true
	}
	switch a := a.(type) {
	case *types.Basic:
		b, ok := b.(*types.Basic)
		return ok && a.Kind() == b.Kind()
	case *types.Named:
		b, ok := b.(*types.Named)
		if !ok || a.Obj().Name() != b.Obj().Name() || path(a.Obj()) != path(b.Obj()) || a.TypeArgs().Len() != b.TypeArgs().Len() {
			return false
		}
		for i := range a.TypeArgs().Len() {
			if !alike(a.TypeArgs().At(i), b.TypeArgs().At(i)) {
				return false
			}
		}
		return true
	case *types.Pointer:
		b, ok := b.(*types.Pointer)
		return ok && alike(a.Elem(), b.Elem())
	case *types.Slice:
		b, ok := b.(*types.Slice)
		return ok && alike(a.Elem(), b.Elem())
	case *types.Array:
		b, ok := b.(*types.Array)
		return ok && a.Len() == b.Len() && alike(a.Elem(), b.Elem())
	case *types.Map:
		b, ok := b.(*types.Map)
		return ok && alike(a.Key(), b.Key()) && alike(a.Elem(), b.Elem())
	case *types.Chan:
		b, ok := b.(*types.Chan)
		return ok && a.Dir() == b.Dir() && alike(a.Elem(), b.Elem())
	case *types.Signature:
		b, ok := b.(*types.Signature)
		return ok && a.Variadic() == b.Variadic() && tuplesAlike(a.Params(), b.Params()) && tuplesAlike(a.Results(), b.Results())
	case *types.Interface:
		_, ok := b.(*types.Interface)
		return ok
	case *types.Struct:
		_, ok := b.(*types.Struct)
		return ok
	}
	return true
}

func tuplesAlike(a, b *types.Tuple) bool {
	if a.Len() != b.Len() {
		return false
	}
	for i := range a.Len() {
		if !alike(a.At(i).Type(), b.At(i).Type()) {
			return false
		}
	}
	return true
}

// path returns the path of the package that declares an object.
func path(obj types.Object) string {
	if obj.Pkg() == nil {
		return ""
	}
	return obj.Pkg().Path()
}
