//go:build unix

package speed

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"
)

// The generated packages type-check.
func TestShapes(t *testing.T) {
	fset := token.NewFileSet()
	std := importer.ForCompiler(fset, "source", nil)
	for name, make := range shapes {
		packages := map[string][]*ast.File{}
		for file, text := range make(25) {
			f, err := parser.ParseFile(fset, file, text, 0)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			dir, _, _ := strings.Cut(file, "/")
			if dir == file {
				dir = ""
			}
			packages[dir] = append(packages[dir], f)
		}
		for _, files := range packages {
			if _, err := (&types.Config{Importer: std}).Check("p", fset, files, nil); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
