package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/closurefix/closurefix/rewrite"
)

func TestProgress(t *testing.T) {
	var b bytes.Buffer
	p := &printer{stderr: &b}
	p.progress("one")
	p.clear()
	if b.Len() > 0 {
		t.Errorf("a pipe gets %q", b.String())
	}

	p = &printer{stderr: &b, live: true}
	p.progress("one")
	p.progress("two")
	p.clear()
	p.clear()
	if got, want := b.String(), "\r\x1b[Kone\r\x1b[Ktwo\r\x1b[K"; got != want {
		t.Errorf("a terminal gets %q, want %q", got, want)
	}

	b.Reset()
	p = &printer{stderr: &b, live: true, verbose: true}
	p.progress("one")
	p.clear()
	if got, want := b.String(), "one\n"; got != want {
		t.Errorf("with -v a terminal gets %q, want %q", got, want)
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
		p := &printer{stderr: &b, dir: "/src/m"}
		p.fail(test.err)
		for _, want := range test.want {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%v: printed %q, want %q", test.err, b.String(), want)
			}
		}
	}
}

// The usage text fits a screen.
func TestUsage(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(usage, "\n"), "\n")
	if len(lines) > 36 {
		t.Errorf("%d lines", len(lines))
	}
	for _, l := range lines {
		if utf8.RuneCountInString(l) > 80 {
			t.Errorf("%d columns: %s", len(l), l)
		}
	}
}
