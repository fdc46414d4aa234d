package plan

import (
	"go/ast"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// typeName returns how to write the type of a capture in prepare's file: as
// the parameter list has it, or from the type itself. A type that cannot be
// written at package level refuses.
func (x *decision) typeName(c *pattern.Capture) (string, *refusal.Refusal) {
	if c.Class == pattern.Param {
		if e := paramType(x.p.Decl, c.Index); e != nil && !hasStruct(e) {
			if el, ok := e.(*ast.Ellipsis); ok {
				return "[]" + types.ExprString(el.Elt), nil
			}
			return types.ExprString(e), nil
		}
	}
	t := c.Var.Type()
	if bad := unnameable(x.p, t); bad != "" {
		return "", refusal.New(x.p, refusal.UnnameableType, x.p.Unit, c.Uses[0].Pos(), "the type of %s cannot be written at package level: %s", c.Var.Name(), bad)
	}
	if name := hiddenType(x.p, t); name != "" {
		return "", refusal.New(x.p, refusal.NameClash, x.p.Unit, c.Uses[0].Pos(), "the type of %s names %s, which a type parameter hides", c.Var.Name(), name)
	}
	return types.TypeString(t, x.importName), nil
}

// hiddenType returns the name of a type of the package, in t, that is also the name
// of a type parameter of prepare; "" if there is none.
func hiddenType(p *pattern.Prepare, t types.Type) (name string) {
	sig := p.Func.Signature()
	params := slices.Concat(slices.Collect(sig.RecvTypeParams().TypeParams()), slices.Collect(sig.TypeParams().TypeParams()))
	parts(t, func(t types.Type) bool {
		if obj := namedObject(t); obj != nil && obj.Pkg() == p.Unit.Pkg &&
			slices.ContainsFunc(params, func(tp *types.TypeParam) bool { return tp.Obj().Name() == obj.Name() }) {
			name = obj.Name()
		}
		return name == ""
	})
	return name
}

// namedObject returns the name of a named type or an alias, nil for others.
func namedObject(t types.Type) *types.TypeName {
	switch t := t.(type) {
	case *types.Alias:
		return t.Obj()
	case *types.Named:
		return t.Obj()
	}
	return nil
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
	for i := 2; planned[name] || x.used(x.p.Unit, name) && !(name == pkg.Name() && importedAs(x.p, pkg)); i++ {
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
func importedAs(p *pattern.Prepare, pkg *types.Package) bool {
	u := p.Unit
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
func unnameable(p *pattern.Prepare, t types.Type) (why string) {
	private := func(obj types.Object) bool {
		return !obj.Exported() && obj.Pkg() != nil && obj.Pkg().Path() != p.Key.Pkg
	}
	parts(t, func(t types.Type) bool {
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
		obj := namedObject(t)
		switch {
		case obj == nil || obj.Pkg() == nil:
		case private(obj):
			why = obj.Pkg().Name() + "." + obj.Name() + " is not exported"
		case obj.Pkg().Path() != p.Key.Pkg && !flow.Importable(obj.Pkg().Path(), p.Key.Pkg):
			why = "package " + obj.Pkg().Path() + " cannot be imported here"
		case obj.Parent() != nil && obj.Parent() != obj.Pkg().Scope():
			why = obj.Name() + " is declared inside a function"
		}
		return why == ""
	})
	return why
}
