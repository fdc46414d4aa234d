package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/closurefix/closurefix/rewrite"
)

// TestProgress: to a pipe goes nothing, and with -v what was done. What goes on is
// for terminals: see TestTerminal.
func TestProgress(t *testing.T) {
	var b bytes.Buffer
	p := newPrinter(new(flags), "", io.Discard, &b)
	p.status("one")
	p.progress("one")
	p.clear()
	if b.Len() > 0 {
		t.Errorf("a pipe gets %q", b.String())
	}
	p.verbose = true
	p.status("one")
	p.progress("one\x1b[2J")
	p.clear()
	if got, want := b.String(), "one\\x1b[2J\n"; got != want {
		t.Errorf("with -v a pipe gets %q, want %q", got, want)
	}
}

func TestFit(t *testing.T) {
	for _, test := range []struct {
		line  string
		width int
		want  string
	}{
		{"listing packages", 80, "listing packages"},
		{"12345", 6, "12345"},
		{"123456", 6, "12345"},
		{"Größe", 5, "Größ"},
		{"値値値", 5, "値値"},
		{"値値値", 4, "値"},
		{"x", 1, ""},
		{"", 0, ""},
	} {
		if got := fit(test.line, test.width); got != test.want {
			t.Errorf("fit(%q, %d) = %q, want %q", test.line, test.width, got, test.want)
		}
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
		p := newPrinter(new(flags), "/src/m", io.Discard, &b)
		p.fail(test.err)
		for _, want := range test.want {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%v: printed %q, want %q", test.err, b.String(), want)
			}
		}
	}
}

// TestUsageFits: the usage text fits a terminal of 24 lines, with the prompt below
// it, and 80 columns; and it names all flags.
func TestUsageFits(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(usage, "\n"), "\n")
	if len(lines) > 23 {
		t.Errorf("%d lines", len(lines))
	}
	for _, l := range lines {
		if n := utf8.RuneCountInString(l); n > 80 {
			t.Errorf("%d columns: %s", n, l)
		}
	}
	_, set := flagSet()
	set.VisitAll(func(f *flag.Flag) {
		if !regexp.MustCompile(`[ (]-` + f.Name + `\b`).MatchString(usage) {
			t.Errorf("it does not tell of -%s", f.Name)
		}
	})
}
