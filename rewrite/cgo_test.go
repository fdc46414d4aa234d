package rewrite_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/closurefix/closurefix/rewrite"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// TestCgo has a caller in a cgo file, of which the type checker gets only the translation.
func TestCgo(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("cgo needs a C compiler, and there is no gcc")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/cgo\n\ngo 1.26\n",
		"prepare.go": `package cgo

func prepare(n int) func() {
	return func() { println(n) }
}
`,
		"call.go": `package cgo

// int one(void) { return 1; }
import "C"

func Call() {
	done := prepare(int(C.one()))
	defer done()
}

func here(n int) func() {
	return func() { println(n, C.one()) }
}

func CallHere() (err error) {
	defer here(1)()
	done := ends(1)
	defer done(err)
	return fails()
}
`,
		"ends.go": `package cgo

import "errors"

func ends(n int) func(error) {
	return func(err error) { println(n, err) }
}

func fails() error { return errors.New("fails") }
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	result, err := rewrite.Run(t.Context(), rewrite.Options{Dir: dir, All: true, Tests: true, Rewrite: true, Env: append(os.Environ(), "CGO_ENABLED=1")})
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Findings) != 3 {
		t.Fatalf("findings: %+v, want three", result.Findings)
	}
	for _, f := range result.Findings {
		if f.Refusal == nil || f.Refusal.Code != refusal.CgoFile {
			t.Errorf("%s: %v, want a refusal as %s", f.Name, f.Refusal, refusal.CgoFile)
			continue
		}
		if got := filepath.Base(f.Refusal.Pos.Filename); got != "call.go" {
			t.Errorf("the refusal of %s names %s, want call.go", f.Name, got)
		}
		if want := map[string]string{"prepare": "prepare.go:3", "here": "call.go:11", "ends": "ends.go:5"}[f.Name]; fmt.Sprintf("%s:%d", filepath.Base(f.Pos.Filename), f.Pos.Line) != want {
			t.Errorf("%s is at %s, want %s", f.Name, f.Pos, want)
		}
	}
	if len(result.Misuses) != 1 || filepath.Dir(result.Misuses[0].Pos.Filename) != dir || result.Misuses[0].Pos.Line != 18 {
		t.Errorf("misuses: %+v, want one in line 18 of call.go", result.Misuses)
	}
	if len(result.Files) != 0 {
		t.Errorf("%d files change", len(result.Files))
	}
}
