package spell

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
)

// IsTypeParam reports whether t is a type parameter.
func IsTypeParam(t types.Type) bool {
	_, ok := types.Unalias(t).(*types.TypeParam)
	return ok
}

// HasTypeParam reports whether the source of t names a type parameter.
func HasTypeParam(t types.Type) bool {
	return !flow.Parts(t, func(t types.Type) bool { return !IsTypeParam(t) })
}

// NamedObject returns the name of a named type or an alias, nil for others.
func NamedObject(t types.Type) *types.TypeName {
	switch t := t.(type) {
	case *types.Alias:
		return t.Obj()
	case *types.Named:
		return t.Obj()
	}
	return nil
}

// HasStruct reports whether a type expression contains a struct type. types.ExprString
// omits its tags.
func HasStruct(e ast.Expr) bool {
	for n := range ast.Preorder(e) {
		if _, ok := n.(*ast.StructType); ok {
			return true
		}
	}
	return false
}

// ParamType returns the type expression of parameter i.
func ParamType(d *ast.FuncDecl, i int) ast.Expr {
	for _, f := range d.Type.Params.List {
		n := max(1, len(f.Names))
		if i < n {
			return f.Type
		}
		i -= n
	}
	return nil
}

// Unnameable returns why a type cannot be written at the package level of pkg, or "".
func Unnameable(pkg *types.Package, t types.Type) (why string) {
	private := func(obj types.Object) bool {
		return !obj.Exported() && obj.Pkg() != nil && obj.Pkg().Path() != pkg.Path()
	}
	flow.Parts(t, func(t types.Type) bool {
		switch u := t.(type) {
		case *types.Struct:
			for f := range u.Fields() {
				if private(f) {
					why = "it has an unexported field of another package"
				}
			}
		case *types.Interface:
			for m := range u.ExplicitMethods() {
				if private(m) {
					why = "it has an unexported method of another package"
				}
			}
		}
		obj := NamedObject(t)
		switch {
		case obj == nil || obj.Pkg() == nil:
		case private(obj):
			why = obj.Pkg().Name() + "." + obj.Name() + " is not exported"
		case obj.Pkg().Path() != pkg.Path() && !flow.Importable(obj.Pkg().Path(), pkg.Path()):
			why = "package " + obj.Pkg().Path() + " cannot be imported here"
		case obj.Parent() != nil && obj.Parent() != obj.Pkg().Scope():
			why = obj.Name() + " is declared inside a function"
		}
		return why == ""
	})
	return why
}

// Hidden returns the first name in the source of t that has another meaning where fn
// declares its type parameters, and what hides it. Such names are those of predeclared
// types, types of the package and imports.
func (f *File) Hidden(fn *types.Func, t types.Type) (name, by string) {
	flow.Parts(t, func(t types.Type) bool {
		obj := NamedObject(t)
		basic, _ := t.(*types.Basic)
		switch {
		case obj != nil && obj.Pkg() != nil && obj.Pkg() != fn.Pkg():
			name = f.importName(obj.Pkg())
		case obj != nil:
			name = obj.Name()
		case basic != nil && basic.Kind() != types.UnsafePointer:
			name = basic.Name()
		default:
			return true
		}
		by = HiddenBy(fn, name)
		if by == "the package" && (basic == nil && obj.Pkg() != nil) {
			by = "" // it is of the package
		}
		return by == ""
	})
	if by == "" {
		name = ""
	}
	return name, by
}

// HiddenBy returns what hides a predeclared name where f declares its type parameters:
// a type parameter or the package. It returns "" if nothing does.
func HiddenBy(f *types.Func, name string) string {
	sig := f.Signature()
	params := slices.Concat(slices.Collect(sig.RecvTypeParams().TypeParams()), slices.Collect(sig.TypeParams().TypeParams()))
	switch {
	case slices.ContainsFunc(params, func(tp *types.TypeParam) bool { return tp.Obj().Name() == name }):
		return "a type parameter"
	case f.Pkg().Scope().Lookup(name) != nil:
		return "the package"
	}
	return ""
}

// NameOfType returns a usual name for a variable of a type.
func NameOfType(t types.Type) string {
	if ptr, ok := types.Unalias(t).(*types.Pointer); ok {
		t = ptr.Elem()
	}
	obj := NamedObject(t)
	switch {
	case flow.IsError(t):
		return "err"
	case flow.IsBool(t):
		return "ok"
	case obj == nil:
		return "v"
	case obj.Name() == "Context":
		return "ctx"
	}
	return LowerFirst(LastWord(obj.Name()))
}
