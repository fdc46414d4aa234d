package main

import (
	"bytes"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/closurefix/closurefix/rewrite"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

func TestGitHub(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(root, "sub", "dir")
	for _, d := range []string{dir, filepath.Join(root, ".git")} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Join(dir, "a,b:100%\x1b.go")
	at := token.Position{Filename: name, Line: 3, Column: 6}
	end := token.Position{Filename: name, Line: 3, Column: 13}
	var b bytes.Buffer
	p := newPrinter(new(flags), dir, &b, io.Discard)
	if err := p.github(&rewrite.Result{Findings: []rewrite.Finding{
		{Pos: at, End: end, Name: "prepare", Kind: "capture", Message: "prepare returns a closure\n::error::x", Files: []string{name}, Notes: []string{"100 %"}},
		{Pos: at, End: end, Name: "begin", Kind: "capture", Message: "begin\r", Refusal: &refusal.Refusal{Code: "generic", Name: "begin", Reason: "it is"}},
	}}); err != nil {
		t.Fatal(err)
	}
	const want = `::warning file=sub/dir/a%2Cb%3A100%25\x1b.go,line=3,endLine=3,col=6,endColumn=13,title=closurefix%3A capture::` +
		`prepare returns a closure%0A::error::x%0A-fix rewrites prepare and its callers in sub/dir/a,b:100%25\x1b.go%0Anote: 100 %25` + "\n" +
		`::notice file=sub/dir/a%2Cb%3A100%25\x1b.go,line=3,endLine=3,col=6,endColumn=13,title=closurefix%3A capture::` +
		`begin\r%0Acannot rewrite begin: it is [generic]` + "\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}
