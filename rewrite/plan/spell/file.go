package spell

import (
	"go/ast"
	"go/types"
	"strconv"
	"strings"

	"github.com/closurefix/closurefix/rewrite/flow"
)

// An Import is a package that a file must import. Name is empty where the file
// uses the package's own name.
type Import struct{ Name, Path string }

// A File writes types as text for one file, and collects the imports that this takes.
type File struct {
	Unit    *flow.Unit
	Syntax  *ast.File
	Taken   func(name string) bool // reports whether the package uses a name already
	Imports []Import               // those to add, in the order in which they came up
}

// Type returns the text of a type.
func (f *File) Type(t types.Type) string {
	// A type parameter with the name of a predeclared type has this comment.
	text := strings.ReplaceAll(types.TypeString(t, f.importName), "/* type parameter */", "")
	return backquoted(text)
}

// backquoted returns the text of a type with its struct tags in back quotes, where back
// quotes can hold them. Nothing but tags is quoted in the text of a type.
func backquoted(text string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '"')
		if i < 0 {
			return b.String() + text
		}
		tag, err := strconv.QuotedPrefix(text[i:])
		if err != nil {
			return b.String() + text
		}
		b.WriteString(text[:i])
		text = text[i+len(tag):]
		if value, err := strconv.Unquote(tag); err == nil && strconv.CanBackquote(value) {
			tag = "`" + value + "`"
		}
		b.WriteString(tag)
	}
}

// importName returns the name of pkg in the file, planning an import if there
// is none yet: by the package's own name, or if that is taken, by another.
func (f *File) importName(pkg *types.Package) string {
	if pkg == f.Unit.Pkg || pkg.Path() == f.Unit.Pkg.Path() {
		return ""
	}
	for _, spec := range f.Syntax.Imports {
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
	for _, imp := range f.Imports {
		name := imp.Name
		if name == "" {
			name = PathBase(imp.Path)
		}
		if imp.Path == pkg.Path() {
			return name
		}
		planned[name] = true
	}
	name := pkg.Name()
	for i := 2; planned[name] || f.Taken(name) && !(name == pkg.Name() && importedAs(f.Unit.Info, pkg)); i++ {
		name = pkg.Name() + strconv.Itoa(i)
	}
	imp := Import{Name: name, Path: pkg.Path()}
	if name == PathBase(pkg.Path()) && name == pkg.Name() {
		imp.Name = ""
	}
	f.Imports = append(f.Imports, imp)
	return name
}

// PathBase returns the last element of an import path.
func PathBase(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// importedAs reports whether every use of pkg's name in the package of the file
// means pkg, so that one more file may import it by that name.
func importedAs(info *types.Info, pkg *types.Package) bool {
	for id, obj := range info.Uses {
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
	for id, obj := range info.Defs {
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
