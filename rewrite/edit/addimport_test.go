package edit

import (
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// TestAddImport adds an import of package io to a file, or of example.com/m where the text
// of the row begins with an m.
func TestAddImport(t *testing.T) {
	for _, test := range []struct{ name, before, after string }{
		{"No import.", "package p\n", "package p\n\nimport \"io\"\n"},
		{"One import that comes before it.", "package p\n\nimport \"fmt\"\n", "package p\n\nimport (\n\t\"fmt\"\n\t\"io\"\n)\n"},
		{"One import that comes after it.", "package p\n\nimport x \"os\"\n", "package p\n\nimport (\n\t\"io\"\n\tx \"os\"\n)\n"},
		{"One import of another sort.", "package p\n\nimport \"example.com/a\"\n", "package p\n\nimport (\n\t\"io\"\n\n\t\"example.com/a\"\n)\n"},
		{"One import of the standard library, to one that is not.", "m package p\n\nimport \"fmt\"\n", "package p\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/m\"\n)\n"},
		{"One import with a comment.", "package p\n\nimport \"fmt\" // prints\n", "package p\n\nimport \"fmt\" // prints\nimport \"io\"\n"},
		{"One import with carriage returns.", "package p\r\n\r\nimport \"fmt\"\r\n", "package p\r\n\r\nimport (\r\n\t\"fmt\"\r\n\t\"io\"\r\n)\r\n"},
		{"One import beside a declaration.", "package p; import \"fmt\"; var x = 1\n", "package p; import \"fmt\"\nimport \"io\"; var x = 1\n"},
		{"cgo.", "package p\n\nimport \"C\"\n", "package p\n\nimport \"io\"\n\nimport \"C\"\n"},

		{"Lines, one of which comes after it.", "package p\n\nimport \"fmt\"\nimport \"os\"\n", "package p\n\nimport \"fmt\"\nimport \"io\"\nimport \"os\"\n"},
		{"Lines that come after it.", "package p\n\nimport \"net\"\nimport \"os\"\n", "package p\n\nimport \"io\"\nimport \"net\"\nimport \"os\"\n"},
		{"Lines of both sorts.", "package p\n\nimport \"fmt\"\nimport \"example.com/a\"\n", "package p\n\nimport \"fmt\"\nimport \"io\"\nimport \"example.com/a\"\n"},

		{"A block, in the middle.", "package p\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n", "package p\n\nimport (\n\t\"fmt\"\n\t\"io\"\n\t\"os\"\n)\n"},
		{"A block, at the end.", "package p\n\nimport (\n\t\"errors\"\n\t\"fmt\" // prints\n)\n", "package p\n\nimport (\n\t\"errors\"\n\t\"fmt\" // prints\n\t\"io\"\n)\n"},
		{"A block, before a comment.", "package p\n\nimport (\n\t\"fmt\"\n\t// files\n\t\"os\"\n)\n", "package p\n\nimport (\n\t\"fmt\"\n\t\"io\"\n\t// files\n\t\"os\"\n)\n"},
		{"A block that is not in order.", "package p\n\nimport (\n\t\"os\"\n\t\"fmt\"\n)\n", "package p\n\nimport (\n\t\"os\"\n\t\"fmt\"\n\t\"io\"\n)\n"},
		{"A block with two groups.", "package p\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/a\"\n)\n", "package p\n\nimport (\n\t\"fmt\"\n\t\"io\"\n\n\t\"example.com/a\"\n)\n"},
		{"The other of two groups.", "m package p\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/z\"\n)\n", "package p\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/m\"\n\t\"example.com/z\"\n)\n"},
		{"A block of the other sort.", "package p\n\nimport (\n\t\"example.com/a\"\n)\n", "package p\n\nimport (\n\t\"io\"\n\n\t\"example.com/a\"\n)\n"},
		{"A block of the standard library, to one that is not.", "m package p\n\nimport (\n\t\"fmt\"\n)\n", "package p\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/m\"\n)\n"},
		{"A block in a line.", "package p\n\nimport (\"fmt\"; \"os\")\n", "package p\n\nimport (\"fmt\"; \"os\"; \"io\")\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := "io"
			before, other := strings.CutPrefix(test.before, "m ")
			if other {
				path = "example.com/m"
			}
			s := &source{unit: &pattern.Unit{Pkg: types.NewPackage("example.com/p", "p")}, name: "p.go", text: []byte(before), crlf: strings.Contains(before, "\r\n")}
			after, err := s.addImport(s.text, `"`+path+`"`, path)
			if err != nil {
				t.Fatal(err)
			}
			if string(after) != test.after {
				t.Errorf("got\n%s\nwant\n%s", after, test.after)
			}
			if _, err := parser.ParseFile(token.NewFileSet(), "p.go", after, 0); err != nil {
				t.Error(err)
			}
		})
	}
}
