package rewrite

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/closurefix/closurefix/rewrite/internal/load"
)

// warnOwnSource adds a warning for each test file that reads Go files of its own package.
// Only the go command uses the overlay: a test that reads these files gets the old version
// from disk.
func warnOwnSource(t *load.Tree, files, warnings []string) []string {
	for _, name := range files {
		text, err := t.Source.Peek(name)
		if err != nil {
			continue // running the test reports it
		}
		if line := readsOwnSource(text); line > 0 {
			w := fmt.Sprintf("%s:%d reads Go files of its package, and sees them as they are on disk: -test runs over the rewrite without writing it", t.Short(name), line)
			if !slices.Contains(warnings, w) {
				warnings = append(warnings, w)
			}
		}
	}
	return warnings
}

// reads reports whether a function reads the files that its arguments name (files), or
// all Go files of a directory (all). It knows functions of the standard library and of
// go/packages.
func reads(pkg, name string) (files, all bool) {
	switch pkg + "." + name {
	case "os.Open", "os.OpenFile", "os.ReadFile", "ioutil.ReadFile", "parser.ParseFile", "filepath.Glob":
		return true, false
	case "parser.ParseDir", "build.ImportDir", "packages.Load":
		return true, true
	}
	return false, false
}

// readsOwnSource returns the line on which a test file reads a Go file of its own
// directory, judging by syntax only, or 0 if it does not.
func readsOwnSource(text []byte) int {
	if !bytes.Contains(text, []byte(".go")) && !bytes.Contains(text, []byte("ParseDir")) &&
		!bytes.Contains(text, []byte("ImportDir")) && !bytes.Contains(text, []byte("packages")) {
		return 0
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", text, parser.SkipObjectResolution)
	if err != nil {
		return 0
	}
	for n := range ast.Preorder(f) {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			continue
		}
		fun, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			continue
		}
		of, ok := fun.X.(*ast.Ident)
		if !ok {
			continue
		}
		files, all := reads(of.Name, fun.Sel.Name)
		if all || files && slices.ContainsFunc(call.Args, ownFile) {
			return fset.PositionFor(call.Pos(), false).Line
		}
	}
	return 0
}

// ownFile reports whether an argument is the name of a Go file in the current directory
// or a pattern that matches such names.
func ownFile(arg ast.Expr) bool {
	lit, ok := arg.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return false
	}
	name, err := strconv.Unquote(lit.Value)
	return err == nil && strings.HasSuffix(name, ".go") && filepath.Dir(name) == "."
}
