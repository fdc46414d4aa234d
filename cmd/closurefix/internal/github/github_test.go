package github

import (
	"bytes"
	"go/token"
	"os"
	"path/filepath"
	"testing"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/report"
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
	res := &rewrite.Result{
		Findings: []rewrite.Finding{
			{Pos: at, End: end, Name: "prepare", Kind: "capture", Message: "prepare returns a closure\n::error::x", Files: []string{name}, Notes: []string{"100 %"},
				Heap: &rewrite.Heap{Least: 1, Most: 1}, Costs: []rewrite.Cost{{Kind: "alloc_space", Unit: "bytes", Value: 16, Share: 0.5}},
				Gain: []rewrite.Gain{{Func: "prepare", Left: make([]rewrite.Allocation, 1)}}},
			{Pos: at, End: end, Name: "begin", Kind: "capture", Message: "begin\r", Refusal: &refusal.Refusal{Code: "generic", Name: "begin", Reason: "it is"}},
		},
		Idle:     []rewrite.Directive{{Pos: at, Text: "//nolint:closurefix"}},
		Warnings: []string{"the profile\nis old"},
	}
	if err := Write(&b, report.New(res, report.At(dir, ""), false)); err != nil {
		t.Fatal(err)
	}
	const want = `::warning file=sub/dir/a%2Cb%3A100%25\x1b.go,line=3,endLine=3,col=6,endColumn=13,title=closurefix%3A capture::` +
		`prepare returns a closure%0A::error::x%0A-fix rewrites prepare and its callers in sub/dir/a,b:100%25\x1b.go%0Anote: 100 %25%0A` +
		`in the profile: 50.00%25 of alloc_space (16 bytes)%0Aon the heap: 1 allocation per call%0Aheap of prepare: 1 left, 0 stay, 0 new` + "\n" +
		`::notice file=sub/dir/a%2Cb%3A100%25\x1b.go,line=3,endLine=3,col=6,endColumn=13,title=closurefix%3A capture::` +
		`begin\r%0Acannot rewrite begin: it is [generic]` + "\n" +
		`::notice file=sub/dir/a%2Cb%3A100%25\x1b.go,line=3,col=6,title=closurefix::this comment silences nothing: //nolint:closurefix` + "\n" +
		`::warning title=closurefix::the profile%0Ais old` + "\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}
