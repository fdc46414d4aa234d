package flow

import (
	"go/types"
	"slices"
	"strings"
)

// Exposes returns an exported object of a package by which the code of other packages can get a value of a type, or name the type: an
// alias, a function with such a result, a struct with such a field, and so on. It returns nil if there is none. follow reports whether to
// look into the types of a package. Test files do not count: nothing can import them.
func Exposes(u *Unit, own *types.TypeName, follow func(*types.Package) bool) types.Object {
	scope, x := u.Pkg.Scope(), &exposure{own: own, follow: follow, seen: make(map[types.Type]bool)}
	for _, name := range scope.Names() {
		obj := scope.Lookup(name)
		if obj.Exported() && !strings.HasSuffix(u.Filename(obj.Pos()), "_test.go") && x.object(obj) {
			return obj
		}
	}
	return nil
}

// An exposure is a search for a type in the types that others can get.
type exposure struct {
	own    *types.TypeName
	follow func(*types.Package) bool
	seen   map[types.Type]bool
}

// object reports whether a package-level object or a method leads to the type. A parameter of the type itself does not: it takes
// a value, and gives none. A func that is one may be called with a value.
func (x *exposure) object(obj types.Object) bool {
	fn, ok := obj.(*types.Func)
	if !ok {
		return x.leads(obj.Type())
	}
	sig := fn.Signature()
	for v := range sig.Params().Variables() {
		if n, ok := Pointed(v.Type()).(*types.Named); (!ok || !x.is(n)) && x.leads(v.Type()) {
			return true
		}
	}
	return x.leads(sig.Results())
}

// is reports whether t is the type. Its package may have been type-checked more than once.
func (x *exposure) is(t *types.Named) bool {
	obj := t.Obj()
	return obj.Name() == x.own.Name() && obj.Pkg() != nil && obj.Pkg().Path() == x.own.Pkg().Path() && obj.Parent() == obj.Pkg().Scope()
}

// leads reports whether code that has a value of type t, or only its name, can get one of the type.
func (x *exposure) leads(t types.Type) bool {
	return !Parts(t, func(t types.Type) bool {
		if x.seen[t] {
			return true
		}
		x.seen[t] = true
		switch u := t.(type) {
		case *types.Alias:
			return !x.leads(types.Unalias(u))
		case *types.TypeParam:
			return !x.leads(u.Constraint())
		case *types.Named:
			return !x.named(u)
		}
		return true
	})
}

func (x *exposure) named(t *types.Named) bool {
	if x.is(t) {
		return true
	}
	if pkg := t.Obj().Pkg(); pkg == nil || !x.follow(pkg) {
		return false
	}
	for m := range t.Methods() {
		if m.Exported() && x.object(m) {
			return true
		}
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return x.leads(t.Underlying())
	}
	return slices.ContainsFunc(slices.Collect(s.Fields()), func(f *types.Var) bool {
		return (f.Exported() || f.Embedded()) && x.leads(f.Type())
	})
}

// Parts calls f for t and for the types that its source contains, until f returns
// false.
func Parts(t types.Type, f func(types.Type) bool) bool {
	if t == nil {
		return true
	}
	if !f(t) {
		return false
	}
	all := func(list ...types.Type) bool {
		return !slices.ContainsFunc(list, func(t types.Type) bool { return !Parts(t, f) })
	}
	switch t := t.(type) {
	case *types.Alias:
		return all(slices.Collect(t.TypeArgs().Types())...)
	case *types.Named:
		return all(slices.Collect(t.TypeArgs().Types())...)
	case interface{ Elem() types.Type }: // a pointer, slice, array or channel
		if m, ok := t.(*types.Map); ok {
			return all(m.Key(), m.Elem())
		}
		return all(t.Elem())
	case *types.Signature:
		return Parts(t.Params(), f) && Parts(t.Results(), f)
	case *types.Tuple:
		for v := range t.Variables() {
			if !Parts(v.Type(), f) {
				return false
			}
		}
	case *types.Struct:
		for v := range t.Fields() {
			if !Parts(v.Type(), f) {
				return false
			}
		}
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			if !Parts(m.Type(), f) {
				return false
			}
		}
		return all(slices.Collect(t.EmbeddedTypes())...)
	case *types.Union:
		for term := range t.Terms() {
			if !Parts(term.Type(), f) {
				return false
			}
		}
	}
	return true
}
