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

// warnOwnSource adds to warnings, each once, those about test files that read Go files of
// their own package. Tests run over an overlay, which only the go command knows: what
// they read on disk is the old text.
func warnOwnSource(t *load.Tree, files, warnings []string) []string {
	for _, name := range files {
		text, err := t.Source.Peek(name)
		if err != nil {
			continue // the tests say so
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

// reads reports whether a function reads files by name, and whether it reads the Go
// files of a directory whatever it is given. It is of the standard library, or of
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

// readsOwnSource returns the line of a test file on which a Go file of the test's own
// directory is read, as far as syntax tells, or 0.
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

// ownFile reports whether an argument is the name of a Go file in the current directory,
// or a pattern for such names.
func ownFile(arg ast.Expr) bool {
	lit, ok := arg.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return false
	}
	name, err := strconv.Unquote(lit.Value)
	return err == nil && strings.HasSuffix(name, ".go") && filepath.Dir(name) == "."
}
