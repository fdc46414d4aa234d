package plan

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"testing"
)

// TestNeverRecover reads the packages of which exported methods are said not to call recover
// themselves. Literals within them may.
func TestNeverRecover(t *testing.T) {
	methods := 0
	for _, path := range neverRecover() {
		pkg, err := build.Default.Import(path, "", 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range pkg.GoFiles {
			f, err := parser.ParseFile(token.NewFileSet(), pkg.Dir+"/"+name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range f.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok || fn.Recv == nil || !fn.Name.IsExported() || fn.Body == nil {
					continue
				}
				methods++
				ast.Inspect(fn.Body, func(n ast.Node) bool {
					if id, ok := n.(*ast.Ident); ok && id.Name == "recover" {
						t.Errorf("%s in %s calls recover", fn.Name.Name, path)
					}
					_, lit := n.(*ast.FuncLit)
					return !lit
				})
			}
		}
	}
	if methods < 500 {
		t.Errorf("only %d methods were found", methods)
	}
}
