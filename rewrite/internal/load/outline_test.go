package load

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The outlines of the files of the standard library have the declarations and imports that
// the parser finds, and no others, at the same offsets.
func TestOutlineOf(t *testing.T) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(strings.TrimSpace(string(out)), "src")
	if testing.Short() {
		root = filepath.Join(root, "go")
	}
	files := 0
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == "testdata" {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, name, text, parser.SkipObjectResolution)
		if err != nil {
			return nil
		}
		files++
		o, err := outlineOf(name, text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return nil
		}
		if got, want := outlined(o), parsedOutline(fset, f, text); !slices.Equal(got, want) {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		checkReduced(t, o)
		return nil
	})
	if err != nil || files < 50 {
		t.Errorf("%d files, %v", files, err)
	}
}

// checkReduced tests that the reduced source of a file has the declarations and imports that
// are kept, and no others.
func checkReduced(t *testing.T, o *outline) {
	used, kept := make(map[*imported]bool), make(map[*declared]bool)
	var want []string
	for n, i := range o.imports {
		if n%2 == 0 {
			used[i] = true
			want = append(want, i.path)
		}
	}
	for n, d := range o.decls {
		if n%3 > 0 {
			kept[d] = true
			want = append(want, d.tok.String()+" "+d.recv+" "+strings.Join(d.names, ","))
		}
	}
	text := o.reduced(used, kept).text
	if _, err := parser.ParseFile(token.NewFileSet(), o.name, text, parser.SkipObjectResolution); err != nil {
		t.Errorf("reduced: %v", err)
	}
	again, err := outlineOf(o.name, text)
	if err != nil {
		t.Errorf("%s, reduced: %v", o.name, err)
		return
	}
	var got []string
	for _, i := range again.imports {
		got = append(got, i.path)
	}
	for _, d := range again.decls {
		got = append(got, d.tok.String()+" "+d.recv+" "+strings.Join(d.names, ","))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s, reduced:\n%s\nwant\n%s", o.name, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A byte order mark before the first token counts in the offsets and is otherwise ignored.
func TestOutlineOfByteOrderMark(t *testing.T) {
	text := []byte("\ufeffpackage p\n\nvar A int\n")
	f, err := parser.ParseFile(token.NewFileSet(), "p.go", text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	o, err := outlineOf("p.go", text)
	if err != nil {
		t.Fatal(err)
	}
	if len(o.decls) != 1 || o.decls[0].start != int(f.Decls[0].Pos())-1 {
		t.Errorf("%d declarations, want 1 at offset %d", len(o.decls), f.Decls[0].Pos()-1)
	}
}

func outlined(o *outline) []string {
	var all []string
	for _, i := range o.imports {
		all = append(all, strings.TrimSpace("import "+i.name+" "+i.path))
	}
	for _, d := range o.decls {
		head := strings.Join(strings.Fields(string(d.head())), " ")
		all = append(all, d.tok.String()+" "+d.recv+" "+strings.Join(d.names, ",")+" "+d.alias+" "+head)
	}
	return all
}

// parsedOutline returns the same of syntax.
func parsedOutline(fset *token.FileSet, f *ast.File, text []byte) []string {
	var imports, all []string
	slice := func(from, to token.Pos) string {
		return strings.Join(strings.Fields(string(text[fset.PositionFor(from, false).Offset:fset.PositionFor(to, false).Offset])), " ")
	}
	add := func(tok token.Token, recv string, names []*ast.Ident, alias string, head string) {
		var list []string
		for _, id := range names {
			list = append(list, id.Name)
		}
		all = append(all, tok.String()+" "+recv+" "+strings.Join(list, ",")+" "+alias+" "+head)
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			recv, end := "", d.End()
			if d.Recv != nil {
				_, recv = typeName(d.Recv.List[0].Type)
			}
			if d.Body != nil {
				end = d.Body.Lbrace + 1
			}
			add(token.FUNC, recv, []*ast.Ident{d.Name}, "", slice(d.Name.End(), end))
		case *ast.GenDecl:
			var constants []*ast.Ident
			for _, s := range d.Specs {
				start := s.Pos()
				if !d.Lparen.IsValid() {
					start = d.Pos()
				}
				switch s := s.(type) {
				case *ast.ImportSpec:
					name := ""
					if s.Name != nil {
						name = s.Name.Name
					}
					imports = append(imports, strings.TrimSpace("import "+name+" "+importPath(s)))
				case *ast.TypeSpec:
					alias := ""
					if s.Assign.IsValid() {
						of := ast.Unparen(s.Type)
						if star, ok := of.(*ast.StarExpr); ok {
							of = ast.Unparen(star.X)
						}
						if id, ok := of.(*ast.Ident); ok {
							alias = id.Name
						}
					}
					add(token.TYPE, "", []*ast.Ident{s.Name}, alias, slice(s.Name.End(), s.End()))
				case *ast.ValueSpec:
					constants = append(constants, s.Names...)
					if d.Tok == token.VAR {
						end := s.End()
						if s.Type != nil && len(s.Values) > 0 {
							end = s.Type.End()
						}
						add(token.VAR, "", s.Names, "", slice(start, end))
					}
				}
			}
			if d.Tok == token.CONST {
				add(token.CONST, "", constants, "", slice(d.Pos(), d.End()))
			}
		}
	}
	return append(imports, all...)
}
