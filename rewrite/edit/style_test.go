package edit

import (
	"go/format"
	"go/scanner"
	"go/token"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestKeepStyle(t *testing.T) {
	for _, test := range []struct{ name, before, after, want string }{
		{
			"indentation and spaces",
			"func begin(t *T) func() {\n  old:=t.n\n\n\n  if t.n>0 { old++ }\n  return func() { println(old) }\n}",
			"func begin(t *T) int {\n\told := t.n\n\n\tif t.n > 0 {\n\t\told++\n\t}\n\treturn old\n}\n\nfunc end(old int) { println(old) }",
			"func begin(t *T) int {\n  old:=t.n\n\n\n  if t.n > 0 {\n\t\told++\n  }\n  return old\n}\n\nfunc end(old int) { println(old) }",
		},
		{
			"what moves out of a literal",
			"func begin() func() {\n   x++\n   return func() {\n       x--\n   }\n}",
			"func begin() {\n\tx++\n}\n\nfunc end() {\n\tx--\n}",
			"func begin() {\n   x++\n}\n\nfunc end() {\n   x--\n}",
		},
		{
			"a literal with line breaks is one line",
			"func f() {\n  s := `a\n  b`\n   g()\n}",
			"func f() {\n\ts := `a\n b`\n\tg()\n}",
			"func f() {\n\ts := `a\n b`\n   g()\n}",
		},
		{
			"spaces in strings and directives count",
			"func f() {\n  g(\"a b\")\n  //go:x\n  // y\n}",
			"func f() {\n\tg(\"ab\")\n\t// go:x\n\t// y\n}",
			"func f() {\n\tg(\"ab\")\n\t// go:x\n  // y\n}",
		},
		{
			"a comment with line breaks, and one at the end of a line",
			"func f() {\n    /* a\n       b */\n    g()   // c\n}",
			"func f() {\n\t/* a\n\t   b */\n\tg() // c\n\th()\n}",
			"func f() {\n    /* a\n       b */\n    g()   // c\n    h()\n}",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := keepStyle(test.before, test.after); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// TestKeepStyleTokens: whatever the spaces of the old source, the tokens of the result are those of
// the new one.
func TestKeepStyleTokens(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	statements := []string{"x++", "f(x, `a\nb`)", "if x > 0 {\nx--\n}", "// note", "", "g(\"a  b\", 'c')", "/* d\n e */", "return x"}
	body := func(space func() string) string {
		var b strings.Builder
		b.WriteString("func f(x int) {\n")
		for range random.IntN(12) {
			b.WriteString(space() + statements[random.IntN(len(statements))] + space() + "\n")
		}
		b.WriteString("}")
		return b.String()
	}
	for range 2000 {
		before := body(func() string { return strings.Repeat(" ", random.IntN(3)) })
		after, err := format.Source([]byte(body(func() string { return "" })))
		if err != nil {
			t.Fatal(err)
		}
		got := keepStyle(before, string(after))
		if !slices.Equal(tokens(got), tokens(string(after))) {
			t.Fatalf("from\n%s\nand\n%s\ncame\n%s", before, after, got)
		}
	}
}

// tokens returns the tokens of a source, with the semicolons of line breaks, and its comments without the
// space in them.
func tokens(text string) []string {
	var all []string
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(text)), []byte(text), nil, scanner.ScanComments)
	for {
		switch _, tok, lit := s.Scan(); tok {
		case token.EOF:
			return all
		case token.COMMENT:
			all = append(all, strings.Join(strings.Fields(lit), ""))
		default:
			all = append(all, tok.String()+lit)
		}
	}
}
