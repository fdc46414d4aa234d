package rewrite_test

import (
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
	if len(result.Findings) != 1 || result.Findings[0].Refusal == nil || result.Findings[0].Refusal.Code != refusal.CgoFile {
		t.Fatalf("findings: %+v, want one refused as %s", result.Findings, refusal.CgoFile)
	}
	if got := filepath.Base(result.Findings[0].Refusal.Pos.Filename); got != "call.go" {
		t.Errorf("the refusal names %s, want call.go", got)
	}
	if len(result.Files) != 0 {
		t.Errorf("%d files change", len(result.Files))
	}
}
