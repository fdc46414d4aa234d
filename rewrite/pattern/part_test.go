package pattern

import (
	"go/ast"
	"go/types"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/internal/snippet"
)

// TestDefinitions holds which statement each use of the variable c sees: set(1) is what a statement sets it to, and the uses are
// listed in the order of the source. There is no answer if one of them may see two.
func TestDefinitions(t *testing.T) {
	for _, test := range []struct{ name, body, want string }{
		{"One after the other.", "c := set(1); c(); c = set(2); c()", "1 2"},
		{"Nobody uses the first.", "c := set(1); c = set(2); c()", "2"},
		{"The right side sees what was before.", "c := set(1); c = twice(c); c()", "1 ?"},
		{"Declared without a value.", "var c func(); c(); c = set(1); c()", "? 1"},
		{"In a branch.", "c := set(1); c(); if ok { c = set(2); c() }", "1 2"},
		{"In each branch.", "var c func(); if ok { c = set(1); c() } else { c = set(2); c() }", "1 2"},
		{"After a branch.", "c := set(1); if ok { c = set(2) }; c()", ""},
		{"In a branch that sets it later.", "c := set(1); if ok { c(); c = set(2) }", ""},
		{"In a loop.", "c := set(1); c(); for ok { c = set(2); c() }", "1 2"},
		{"From one iteration to the next.", "c := set(1); for ok { c(); c = set(2) }", ""},
		{"A loop that goes on.", "c := set(1); for ok { c = set(2); if ok { continue }; c() }", "2"},
		{"In a case.", "c := set(1); switch { case ok: c = set(2); c() }", "2"},
		{"In the next case.", "c := set(1); switch { case ok: c = set(2); fallthrough; default: c() }", ""},
		{"In the head of a statement.", "c := set(1); if c = set(2); ok { c() }", ""},
		{"Received.", "c := set(1); select { case c = <-ch: c() }", ""},
		{"In a range clause.", "c := set(1); for _, c = range list { c() }", ""},
		{"In a block.", "c := set(1); { c = set(2); c() }; c = set(3); c()", "2 3"},
		{"With a label.", "c := set(1); L: for { c = set(2); break L }; c()", ""},
		{"A goto.", "c := set(1); c(); goto L; L: c = set(2); c()", ""},
		{"A literal before it is set again.", "c := set(1); defer func() { c() }(); c = set(2); c()", ""},
		{"A literal after it is set.", "c := set(1); c(); c = set(2); defer func() { c() }()", "1 2"},
		{"A literal in a loop.", "c := set(1); c(); for ok { c = set(2); defer func() { c() }() }", ""},
		{"A literal in a loop with the variable.", "for ok { c := set(1); c(); c = set(2); defer func() { c() }() }", "1 2"},
		{"Declared in the head of the loop.", "for c := set(1); ok; { c = set(2); defer func() { c() }() }", ""},
		{"Set in a literal.", "c := set(1); func() { c = set(2) }(); c()", ""},
		{"In a literal with the variable.", "func() { c := set(1); c(); c = set(2); c() }()", "1 2"},
		{"An address.", "c := set(1); p := &c; *p = set(2); c()", ""},
	} {
		u := snippet.Load(t, "var ok bool; var ch chan func(); var list []func(); func set(int) func() { return nil }; func twice(f func()) func() { return f }; func f() { "+test.body+" }")
		decls := u.Files[0].Decls
		facts := flow.FactsOf(u, u.Files[0], decls[len(decls)-1])
		var v *types.Var
		for n := range ast.Preorder(facts.Decl) {
			if id, ok := n.(*ast.Ident); ok && id.Name == "c" && u.Info.Defs[id] != nil {
				v = u.Info.Defs[id].(*types.Var)
			}
		}
		sees := definitions(facts, v)
		var got []string
		for _, a := range facts.Access[v] {
			by := sees[a.Ident]
			if by == nil {
				continue
			}
			value := "?"
			if set, ok := facts.At(by).Parent().Node().(*ast.AssignStmt); ok {
				if n, ok := set.Rhs[0].(*ast.CallExpr).Args[0].(*ast.BasicLit); ok {
					value = n.Value
				}
			}
			got = append(got, value)
		}
		if text := strings.Join(got, " "); text != test.want {
			t.Errorf("%s\n%s\ngot  %q\nwant %q", test.name, test.body, text, test.want)
		}
	}
}
