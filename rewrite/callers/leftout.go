package callers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"unicode"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// A leftOut caches the parsed files that the builds of units exclude, by name.
type leftOut map[*pattern.Unit]map[string]leftOutFile

// A leftOutFile is a file that a build excludes. It has no syntax if it is not a Go file
// or cannot be read.
type leftOutFile struct {
	*ast.File

	// words holds all identifiers in the source of a file with syntax errors.
	words map[string]bool
}

// file returns an excluded file of a unit.
func (l leftOut) file(u *pattern.Unit, name string) leftOutFile {
	if !strings.HasSuffix(name, ".go") {
		return leftOutFile{}
	}
	if l[u] == nil {
		l[u] = make(map[string]leftOutFile)
	}
	file, known := l[u][name]
	if known {
		return file
	}
	if text, err := u.ReadFile(name); err == nil {
		file.File, err = parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil && file.File != nil {
			file.words = textWords(text)
		}
	}
	l[u][name] = file
	return file
}

// textWords returns all identifiers in a source text.
func textWords(text []byte) map[string]bool {
	found := make(map[string]bool)
	for _, w := range strings.FieldsFunc(string(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' }) {
		found[w] = true
	}
	return found
}

// Declares reports whether f declares a function or method with p's name and receiver.
func Declares(f *ast.File, p *pattern.Prepare) bool { return declared(f, p) != nil }

// declared returns the declaration in f of a function or method with p's name and
// receiver, or nil.
func declared(f *ast.File, p *pattern.Prepare) *ast.FuncDecl {
	if f.Name.Name != p.Unit.Pkg.Name() {
		return nil
	}
	for _, d := range f.Decls {
		fd, ok := d.(*ast.FuncDecl)
		if !ok || fd.Name.Name != p.Key.Name || (fd.Recv == nil) != (p.Key.Recv == "") {
			continue
		}
		if fd.Recv == nil || baseName(fd.Recv.List[0].Type) == p.Key.Recv {
			return fd
		}
	}
	return nil
}

// baseName returns the name of a receiver's base type.
func baseName(e ast.Expr) string {
	switch e := ast.Unparen(e).(type) {
	case *ast.StarExpr:
		return baseName(e.X)
	case *ast.IndexExpr:
		return baseName(e.X)
	case *ast.IndexListExpr:
		return baseName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// names reports whether a file contains an identifier of the given name.
func names(f *ast.File, name string) bool {
	for n := range ast.Preorder(f) {
		if id, ok := n.(*ast.Ident); ok && id.Name == name {
			return true
		}
	}
	return false
}
