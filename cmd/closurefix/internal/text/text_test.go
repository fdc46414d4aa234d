package text

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/report"
	"github.com/closurefix/closurefix/rewrite"
)

// TestProgress: to a pipe goes nothing, and with -v what was done. What goes on is
// for terminals: see TestTerminal.
func TestProgress(t *testing.T) {
	var b bytes.Buffer
	p := New(report.Place{}, io.Discard, &b, Options{})
	p.Status("one")
	p.Progress("one")
	p.Clear()
	if b.Len() > 0 {
		t.Errorf("a pipe gets %q", b.String())
	}
	p.how.Verbose = true
	p.Status("one")
	p.Progress("one\x1b[2J")
	p.Clear()
	if got, want := b.String(), "one\\x1b[2J\n"; got != want {
		t.Errorf("with -v a pipe gets %q, want %q", got, want)
	}
}

// TestShown: lines that begin as a header does are lines of the text all the same.
func TestShown(t *testing.T) {
	const diff = "--- a/x.sql\n+++ b/x.sql\n@@ -1,3 +1,2 @@\n same\n--- gone\n-\tbell\a\r\n+++ come\n\\ No newline at end of file\n@@ -9 +8 @@\n-a\n+b\n"
	want := strings.NewReplacer("<b>", "\x1b[1m", "<r>", "\x1b[31m", "<g>", "\x1b[32m", "<c>", "\x1b[36m", "</>", "\x1b[m").Replace(
		"<b>--- a/x.sql</>\n<b>+++ b/x.sql</>\n<c>@@ -1,3 +1,2 @@</>\n same\n<r>--- gone</>\n<r>-\tbell\\a</>\n<g>+++ come</>\n" +
			"\\ No newline at end of file\n<c>@@ -9 +8 @@</>\n<r>-a</>\n<g>+b</>\n")
	if got := shown(diff, true); got != want {
		t.Errorf("in colour\n%q\nwant\n%q", got, want)
	}
	want = strings.NewReplacer("\a", `\a`, "\r", "").Replace(diff)
	if got := shown(diff, false); got != want {
		t.Errorf("without\n%q\nwant\n%q", got, want)
	}
}

func TestFail(t *testing.T) {
	many := &rewrite.SourceError{}
	for line := range 12 {
		many.Problems = append(many.Problems, rewrite.Problem{File: "/src/m/a.go", Line: line + 1, Col: 1, Text: "bad"})
	}
	cross := &rewrite.SourceError{
		Config:   rewrite.Config{GOOS: "js", GOARCH: "wasm"},
		Problems: []rewrite.Problem{{Text: "no such package"}},
	}
	tests := []struct {
		err  error
		want []string
	}{
		{many, []string{"a.go:1:1: bad\n", "a.go:10:1: bad\n… and 2 more", "cannot be type-checked; nothing was written"}},
		{cross, []string{"no such package\n", "cannot be type-checked for js/wasm; nothing"}},
		{context.Canceled, []string{"closurefix: interrupted; nothing was written"}},
		{&rewrite.FileError{Name: "/src/m/a.go", Reason: "is read-only"}, []string{"closurefix: a.go: is read-only; nothing was written"}},
		{errors.New("boom"), []string{"closurefix: boom\n"}},
	}
	for _, test := range tests {
		var b bytes.Buffer
		p := New(report.Place{Dir: "/src/m"}, io.Discard, &b, Options{})
		p.Fail(test.err)
		for _, want := range test.want {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%v: printed %q, want %q", test.err, b.String(), want)
			}
		}
	}
}
