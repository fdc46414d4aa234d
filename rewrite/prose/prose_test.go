package prose_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/prose"
)

var (
	direct = prose.Change{Prepare: "begin", Finish: "end", Cleanup: []string{"done"}, Gone: []string{"err"}}
	handed = prose.Change{Prepare: "begin", Finish: "end", State: "beginState", Cleanup: []string{"done"}}
)

func TestMend(t *testing.T) {
	for _, test := range []struct {
		change     prose.Change
		line, want string
	}{
		{direct, "// The returned func must be called.", "// end must be called."},
		{direct, "// Callers defer the returned cleanup function.", "// Callers defer end."},
		{direct, "// Callers must invoke the returned context.CancelFunc to end it.", "// Callers must invoke end to end it."},
		{direct, "// The function that it returns must run.", "// end must run."},
		{direct, "// It returns a function that ends it.", "// It returns a function that ends it."},
		{handed, "// The returned function must be called.", "// The end method of the returned beginState must be called."},
		{handed, "// begin returns a func that ends it.", "// begin returns a beginState whose end method ends it."},
		{handed, "// the functions that are returned", "// the functions that are returned"},
	} {
		if got := test.change.Mend(test.line); got != test.want {
			t.Errorf("Mend(%q) = %q, want %q", test.line, got, test.want)
		}
	}
}

func TestStale(t *testing.T) {
	for _, test := range []struct {
		change  prose.Change
		comment string
		want    string // the sentences, with | between them
	}{
		{handed, "begin starts a request. It returns a func\nthat ends it.", "It returns a func that ends it."}, // over two lines
		{direct, "begin starts it. It returns a func that\nthe caller must defer.", "It returns a func that the caller must defer."},
		{direct, "begin is meant to be called in a defer, to calculate\nthe time a function takes to complete.", ""},
		{direct, "It sets what err points to.", "It sets what err points to."},
		{direct, "Work is done when it returns.", ""},
		{direct, "Call done() to end it.", "Call done() to end it."},
		{direct, "It is used as in\n\n\tdefer begin(x)()\n\nand else.", "defer begin(x)()"},
		{direct, "The returned func must be called.", ""},
		{direct, "A function that\nit returns ends it.", "A function that it returns ends it."},
		{direct, "Lock returns a non-nil unlock function.", "Lock returns a non-nil unlock function."},
		{direct, "The closure below undoes it.", "The closure below undoes it."},
		{direct, "It counts the functions that were called.", ""},
	} {
		src := "package p\n\n// " + strings.ReplaceAll(strings.ReplaceAll(test.comment, "\n", "\n// "), "// \t", "//\t") + "\nfunc f()\n"
		f, err := parser.ParseFile(token.NewFileSet(), "", src, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range test.change.Stale(f.Decls[0].(*ast.FuncDecl).Doc, true) {
			got = append(got, s.Text)
		}
		if strings.Join(got, "|") != test.want {
			t.Errorf("Stale(%q) = %q, want %q", test.comment, got, test.want)
		}
	}
}
