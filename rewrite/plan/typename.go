package plan

import (
	"go/ast"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// typeName returns how to write the type of a capture in prepare's file: as
// the parameter list has it, or from the type itself. A type that cannot be
// written at package level refuses.
func (x *decision) typeName(c *pattern.Capture) (string, *Refusal) {
	if c.Class == pattern.Param {
		if e := paramType(x.p.Decl, c.Index); e != nil && !hasStruct(e) {
			if el, ok := e.(*ast.Ellipsis); ok {
				return "[]" + types.ExprString(el.Elt), nil
			}
			return types.ExprString(e), nil
		}
	}
	t := c.Var.Type()
	if bad := x.unnameable(t); bad != "" {
		return "", x.refuse(UnnameableType, x.p.Unit, c.Uses[0].Pos(), "the type of %s cannot be written at package level: %s", c.Var.Name(), bad)
	}
	if name := x.hiddenType(t); name != "" {
		return "", x.refuse(NameClash, x.p.Unit, c.Uses[0].Pos(), "the type of %s names %s, which a type parameter hides", c.Var.Name(), name)
	}
	return types.TypeString(t, x.importName), nil
}

// hiddenType returns the name of a type of the package, in t, that is also the name
// of a type parameter of prepare; "" if there is none.
func (x *decision) hiddenType(t types.Type) string {
	sig := x.p.Func.Signature()
	text := words(types.TypeString(t, func(pkg *types.Package) string {
		if pkg == x.p.Unit.Pkg {
			return ""
		}
		return pkg.Name()
	}))
	own := make(map[types.Object]bool)
	typeParams(t, own)
	for _, tp := range slices.Concat(slices.Collect(sig.RecvTypeParams().TypeParams()), slices.Collect(sig.TypeParams().TypeParams())) {
		if !own[tp.Obj()] && slices.Contains(text, tp.Obj().Name()) && x.p.Unit.Pkg.Scope().Lookup(tp.Obj().Name()) != nil {
			return tp.Obj().Name()
		}
	}
	return ""
}

// hasStruct reports whether a type expression writes out a struct type, whose
// tags types.ExprString leaves out.
func hasStruct(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		if _, ok := n.(*ast.StructType); ok {
			found = true
		}
		return !found
	})
	return found
}

// paramType returns the type expression of parameter i.
func paramType(d *ast.FuncDecl, i int) ast.Expr {
	for _, f := range d.Type.Params.List {
		n := max(1, len(f.Names))
		if i < n {
			return f.Type
		}
		i -= n
	}
	return nil
}

// importName returns the name of pkg in prepare's file, planning an import if there
// is none yet: by the package's own name, or if that is taken, by another.
func (x *decision) importName(pkg *types.Package) string {
	if pkg == x.p.Unit.Pkg || pkg.Path() == x.p.Unit.Pkg.Path() {
		return ""
	}
	for _, spec := range x.p.File.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil || p != pkg.Path() {
			continue
		}
		switch {
		case spec.Name == nil:
			return pkg.Name()
		case spec.Name.Name == ".":
			return ""
		case spec.Name.Name != "_":
			return spec.Name.Name
		}
	}
	planned := make(map[string]bool)
	for _, imp := range x.plan.Imports {
		name := imp.Name
		if name == "" {
			name = pathBase(imp.Path)
		}
		if imp.Path == pkg.Path() {
			return name
		}
		planned[name] = true
	}
	name := pkg.Name()
	for i := 2; planned[name] || x.used(x.p.Unit, name) && !(name == pkg.Name() && x.importedAs(pkg)); i++ {
		name = pkg.Name() + strconv.Itoa(i)
	}
	imp := Import{Name: name, Path: pkg.Path()}
	if name == pathBase(pkg.Path()) && name == pkg.Name() {
		imp.Name = ""
	}
	x.plan.Imports = append(x.plan.Imports, imp)
	return name
}

// pathBase returns the last element of an import path.
func pathBase(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// importedAs reports whether every use of pkg's name in prepare's package
// means pkg, so that one more file may import it by that name.
func (x *decision) importedAs(pkg *types.Package) bool {
	u := x.p.Unit
	for id, obj := range u.Info.Uses {
		if id.Name != pkg.Name() {
			continue
		}
		switch obj := obj.(type) {
		case *types.PkgName:
			if obj.Imported().Path() == pkg.Path() {
				continue
			}
		case *types.Var:
			if obj.IsField() {
				continue
			}
		}
		return false
	}
	for id, obj := range u.Info.Defs {
		if id.Name != pkg.Name() {
			continue
		}
		switch obj := obj.(type) {
		case *types.PkgName:
			continue
		case *types.Var:
			if obj.IsField() {
				continue
			}
		}
		return false
	}
	return true
}

// unnameable returns why a type cannot be written at the package level of
// prepare's file, "" if it can.
func (x *decision) unnameable(t types.Type) string {
	switch t := t.(type) {
	case *types.Alias:
		return x.namedReason(t.Obj(), t.TypeArgs())
	case *types.Named:
		return x.namedReason(t.Obj(), t.TypeArgs())
	case *types.Pointer:
		return x.unnameable(t.Elem())
	case *types.Slice:
		return x.unnameable(t.Elem())
	case *types.Array:
		return x.unnameable(t.Elem())
	case *types.Chan:
		return x.unnameable(t.Elem())
	case *types.Map:
		if r := x.unnameable(t.Key()); r != "" {
			return r
		}
		return x.unnameable(t.Elem())
	case *types.Signature:
		for _, tuple := range []*types.Tuple{t.Params(), t.Results()} {
			for v := range tuple.Variables() {
				if r := x.unnameable(v.Type()); r != "" {
					return r
				}
			}
		}
	case *types.Struct:
		for f := range t.Fields() {
			if !f.Exported() && f.Pkg() != nil && f.Pkg().Path() != x.p.Key.Pkg {
				return "it has an unexported field of another package"
			}
			if r := x.unnameable(f.Type()); r != "" {
				return r
			}
		}
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			if !m.Exported() && m.Pkg() != nil && m.Pkg().Path() != x.p.Key.Pkg {
				return "it has an unexported method of another package"
			}
			if r := x.unnameable(m.Type()); r != "" {
				return r
			}
		}
		for e := range t.EmbeddedTypes() {
			if r := x.unnameable(e); r != "" {
				return r
			}
		}
	}
	return ""
}

func (x *decision) namedReason(obj *types.TypeName, args *types.TypeList) string {
	for t := range args.Types() {
		if r := x.unnameable(t); r != "" {
			return r
		}
	}
	pkg := obj.Pkg()
	if pkg == nil {
		return ""
	}
	if pkg.Path() == x.p.Key.Pkg {
		if obj.Parent() != nil && obj.Parent() != pkg.Scope() {
			return obj.Name() + " is declared inside a function"
		}
		return ""
	}
	if !obj.Exported() {
		return pkg.Name() + "." + obj.Name() + " is not exported"
	}
	if !importable(pkg.Path(), x.p.Key.Pkg) {
		return "package " + pkg.Path() + " cannot be imported here"
	}
	return ""
}

// importable reports whether package from may import path, by the rule for
// internal directories.
func importable(path, from string) bool {
	parts := strings.Split(path, "/")
	for i := len(parts) - 1; i >= 0; i-- {
		if parts[i] == "internal" {
			parent := strings.Join(parts[:i], "/")
			return parent == "" && !strings.Contains(strings.Split(from, "/")[0], ".") || from == parent || strings.HasPrefix(from, parent+"/")
		}
	}
	return !slices.Contains(parts, "vendor")
}
