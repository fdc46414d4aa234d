package spell

import (
	"go/ast"
	"go/types"
	"regexp"
	"strconv"
	"strings"

	"github.com/closurefix/closurefix/rewrite/flow"
)

// An Import is a package that a file must import. Name is empty if the file uses the
// package's own name.
type Import struct{ Name, Path string }

// A File writes types as source of one file, and collects the imports that they need.
type File struct {
	Unit    *flow.Unit
	Syntax  *ast.File
	Taken   func(name string) bool // reports whether the package declares a name
	Imports []Import               // those to add, in the order in which they came up
}

// Type returns the source of a type.
func (f *File) Type(t types.Type) string {
	// A type parameter with the name of a predeclared type has this comment.
	text := strings.ReplaceAll(types.TypeString(t, f.importName), "/* type parameter */", "")
	return backquoted(f.versioned(text))
}

// versioned returns the source of a type for the version of Go of the file: there was no any before 1.18.
func (f *File) versioned(text string) string {
	if f.Unit.Before(f.Syntax, "go1.18") {
		return predeclaredAny.ReplaceAllString(text, "${1}interface{}")
	}
	return text
}

// predeclaredAny matches any in the source of a type, but no part of another name.
var predeclaredAny = regexp.MustCompile(`(^|[^\w.]|\.\.\.)any\b`)

// backquoted returns the source of a type with struct tags in back quotes, except those
// that contain one. Only tags are quoted in the source of a type.
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

// importName returns the name of pkg in the file. If the file does not import pkg, it
// plans an import by the package's own name, or, if that is taken, by another one,
// preferably one that another file uses.
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
	scope := f.Unit.Innermost(f.Syntax.Name.Pos()) // of the file
	taken := func(name string) bool {
		return planned[name] || scope != nil && scope.Lookup(name) != nil || types.Universe.Lookup(name) != nil || f.Taken(name)
	}
	name := pkg.Name()
	for _, other := range f.otherNames(pkg) {
		if taken(name) {
			name = other
		}
	}
	for i := 2; taken(name); i++ {
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

// otherNames returns the names by which files of the package import pkg, other than its own.
func (f *File) otherNames(pkg *types.Package) []string {
	var names []string
	for _, file := range f.Unit.Files {
		for _, spec := range file.Imports {
			if p, err := strconv.Unquote(spec.Path.Value); err == nil && p == pkg.Path() && spec.Name != nil && spec.Name.Name != "_" && spec.Name.Name != "." {
				names = append(names, spec.Name.Name)
			}
		}
	}
	return names
}
