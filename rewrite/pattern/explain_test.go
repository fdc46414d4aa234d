package pattern_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// TestExplanations: each kind has a row, with an example that is one.
func TestExplanations(t *testing.T) {
	kinds := []pattern.Kind{pattern.KindResultPointer, pattern.KindOwnResult, pattern.KindPointerArgument, pattern.KindCapture}
	table := pattern.Explanations()
	if len(table) != len(kinds) {
		t.Fatalf("%d rows, want %d", len(table), len(kinds))
	}
	for i, e := range table {
		if e.Kind != kinds[i] || e.Title == "" || e.Meaning == "" || e.Advice == "" {
			t.Errorf("row %d is of %q, and should explain %q", i, e.Kind, kinds[i])
		}
		decl, call, ok := strings.Cut(e.Example, "\n\n")
		if !ok {
			t.Errorf("%s: the example has no call", e.Kind)
		}
		f, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+decl+"\nfunc caller() {\n"+call+"\n}\n", parser.SkipObjectResolution)
		if err != nil {
			t.Errorf("%s: %v", e.Kind, err)
			continue
		}
		if may := pattern.May(f); len(may) != 1 || may[0] != f.Decls[0].(*ast.FuncDecl) {
			t.Errorf("%s: the example holds %d prepare functions, want 1", e.Kind, len(may))
		}
	}
}
