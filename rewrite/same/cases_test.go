package same

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"
)

// TestCases asks what finish runs for each of two cleanups.
func TestCases(t *testing.T) {
	for _, test := range []struct {
		name, body string
		isNil      bool
		want       string // of the claimed cleanup, and of the other one; "" if there are no two
	}{
		{"Two blocks.", "if s.w { a() } else { b() }", false, "a() | b()"},
		{"The opposite.", "if !s.w { a() } else { b() }", false, "b() | a()"},
		{"One has no more.", "a(); if s.w { b() }", false, "a() b() | a()"},
		{"A value.", "a(); if s.w != nil { b() }", true, "a() b() | a()"},
		{"Its opposite.", "if s.w == nil { b() }; c()", true, "c() | b() c()"},
		{"A value, and a bool is claimed.", "if s.w != nil { b() }", false, ""},
		{"A bool, and a value is claimed.", "if s.w { b() }", true, ""},
		{"It returns.", "if s.w { return a() }; return b()", false, "return a() | return b()"},
		{"It returns, and the other block goes on.", "if s.w { return a() } else { b() }; c()", false, ""},
		{"Both go on.", "h(); if s.w { a() } else { b() }; c(); return d()", false, "h() a() c() return d() | h() b() c() return d()"},
		{"Another condition before.", "if x { a() }; if s.w { b() }", false, "if x { a() } b() | if x { a() }"},
		{"Only another condition.", "if x { a() }", false, ""},
		{"The other one is after an else if.", "if s.w { a() } else if x { b() }", false, ""},
		{"A variable before.", "x := a(); if s.w { b(x) }", false, ""},
		{"A variable before, by var.", "var x int; if s.w { b(x) }", false, ""},
		{"A variable in the block.", "if s.w { x := a(); b(x) }", false, "x := a() b(x) | "},
		{"A variable in the block, and more.", "if s.w { x := a(); b(x) }; c(x)", false, ""},
		{"A variable in the other block, and more.", "if s.w { b() } else { x := a(); b(x) }; c(x)", false, ""},
		{"A variable in the if statement.", "if x := a(); s.w { b(x) }", false, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, err := parser.ParseFile(token.NewFileSet(), "", "package p\nfunc f() {\n"+test.body+"\n}", 0)
			if err != nil {
				t.Fatal(err)
			}
			m := &matcher{self: "s", facts: &facts{Change: &Change{State: State{Which: "w", WhichNil: test.isNil, True: 1}}}}
			var all []string
			for _, list := range m.cases(f.Decls[0].(*ast.FuncDecl).Body.List) {
				var one []string
				for _, s := range list {
					one = append(one, shown(s))
				}
				all = append(all, strings.Join(one, " "))
			}
			if got := strings.Join(all, " | "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// shown returns the source of a statement.
func shown(s ast.Stmt) string {
	switch s := s.(type) {
	case *ast.ExprStmt:
		return types.ExprString(s.X)
	case *ast.ReturnStmt:
		return "return " + types.ExprString(s.Results[0])
	case *ast.AssignStmt:
		return types.ExprString(s.Lhs[0]) + " " + s.Tok.String() + " " + types.ExprString(s.Rhs[0])
	case *ast.IfStmt:
		return "if " + types.ExprString(s.Cond) + " { " + shown(s.Body.List[0]) + " }"
	}
	return "?"
}
