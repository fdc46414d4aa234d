package callers

import (
	"go/ast"
	"go/parser"
	"strings"
	"testing"
)

func TestAsserted(t *testing.T) {
	n := 0
	for line := range strings.Lines(asserted) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		for _, m := range strings.Split(strings.TrimSpace(line), "; ") {
			name, rest, ok := strings.Cut(m, "(")
			typ, err := parser.ParseExpr("func(" + rest)
			if _, isFunc := typ.(*ast.FuncType); !ok || err != nil || !isFunc || !ast.IsExported(name) {
				t.Errorf("%q is no method of an interface: %v", m, err)
			}
			n++
		}
	}
	if n < 50 {
		t.Errorf("only %d methods", n)
	}
}
