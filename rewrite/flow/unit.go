package flow

import (
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"slices"
	"strings"
)

// A Unit is one type-checked package in one build configuration. The client fills
// it in: an analysis pass, or a run over a module. This package and those that
// import it never change a Unit.
type Unit struct {
	Fset  *token.FileSet
	Files []*ast.File // parsed with comments
	Pkg   *types.Package
	Info  *types.Info // Types, Defs, Uses, Selections, Implicits, Instances and Scopes are needed

	// Ignored names the Go files of the directory that build constraints exclude.
	// Other names the files that are not Go, such as assembly and C.
	Ignored []string
	Other   []string

	// Read returns the content of a file. Nil means os.ReadFile.
	Read func(name string) ([]byte, error)
}

// ReadFile returns the content of the named file as the client has it: from an
// editor's buffer, an overlay or the disk.
func (u *Unit) ReadFile(name string) ([]byte, error) {
	if u.Read != nil {
		return u.Read(name)
	}
	return os.ReadFile(name)
}

// Filename returns the name of the file that holds pos, not adjusted by line
// directives.
func (u *Unit) Filename(pos token.Pos) string {
	return u.Fset.PositionFor(pos, false).Filename
}

// FileOf returns the file of the unit that holds pos, or nil.
func (u *Unit) FileOf(pos token.Pos) *ast.File {
	for _, f := range u.Files {
		if f.FileStart <= pos && pos <= f.FileEnd {
			return f
		}
	}
	return nil
}

// Importable reports whether package from may import path, by the rule for
// internal directories.
func Importable(path, from string) bool {
	parts := strings.Split(path, "/")
	for i := len(parts) - 1; i >= 0; i-- {
		if parts[i] == "internal" {
			parent := strings.Join(parts[:i], "/")
			return parent == "" && !strings.Contains(strings.Split(from, "/")[0], ".") || from == parent || strings.HasPrefix(from, parent+"/")
		}
	}
	return !slices.Contains(parts, "vendor")
}

// Internal reports whether the path names a package that only packages around its
// internal directory can import.
func Internal(path string) bool {
	return slices.Contains(strings.Split(path, "/"), "internal")
}
