package plan

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// clashes reports whether a declaration in the unit forbids a new method name for the
// type of prepare's receiver. A member of the type may have the name, or a method of an
// interface, which the type might then satisfy. Other variables and methods of that
// name do not matter, unless a struct embeds the type and would promote the new method.
func clashes(p *pattern.Prepare, u *pattern.Unit, name string) bool {
	recv := types.Unalias(p.Func.Signature().Recv().Type())
	if ptr, ok := recv.(*types.Pointer); ok {
		recv = types.Unalias(ptr.Elem())
	}
	if obj, _, _ := types.LookupFieldOrMethod(recv, true, p.Func.Pkg(), name); obj != nil {
		return true
	}
	own := recv.(*types.Named).Obj()
	embedded := slices.ContainsFunc(u.Files, func(f *ast.File) bool { return embeds(u.Info, f, own) })
	for _, f := range u.Files {
		for n := range ast.Preorder(f) {
			if id, ok := n.(*ast.Ident); ok && id.Name == name && selected(u.Info, id) {
				fn, _ := u.Info.ObjectOf(id).(*types.Func)
				if embedded || fn != nil && types.IsInterface(fn.Signature().Recv().Type()) {
					return true
				}
			}
		}
	}
	return false
}

// embeds reports whether a struct of the file has an embedded field that promotes the
// methods of a type: of that type, or of one that embeds it.
func embeds(info *types.Info, f *ast.File, own *types.TypeName) bool {
	for n := range ast.Preorder(f) {
		s, ok := n.(*ast.StructType)
		if !ok {
			continue
		}
		for _, field := range s.Fields.List {
			if len(field.Names) == 0 && promotes(info.TypeOf(field.Type), own, make(map[types.Type]bool)) {
				return true
			}
		}
	}
	return false
}

// promotes reports whether an embedded field of type t promotes the methods of a named
// type. seen holds the types that were visited: type T struct{ *T } is legal.
func promotes(t types.Type, own *types.TypeName, seen map[types.Type]bool) bool {
	if ptr, ok := types.Unalias(t).(*types.Pointer); ok {
		t = ptr.Elem()
	}
	t = types.Unalias(t)
	if seen[t] {
		return false
	}
	seen[t] = true
	// Each unit has its own object for a type.
	if named, ok := t.(*types.Named); ok && named.Obj().Name() == own.Name() && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == own.Pkg().Path() {
		return true
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for f := range s.Fields() {
		if f.Embedded() && promotes(f.Type(), own, seen) {
			return true
		}
	}
	return false
}

// selected reports whether id names a field or method. These are reached only through a
// selector, so a local declaration may have the same name.
func selected(info *types.Info, id *ast.Ident) bool {
	switch obj := info.ObjectOf(id).(type) {
	case *types.Var:
		return obj.IsField()
	case *types.Func:
		return obj.Signature().Recv() != nil
	}
	return false
}
