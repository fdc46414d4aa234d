package trial

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/closurefix/closurefix/rewrite/internal/process"
)

// module writes the files of a module and returns its directory.
func module(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	files["go.mod"] = "module example.com/m\n\ngo 1.26\n"
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestRun(t *testing.T) {
	dir := module(t, map[string]string{
		"good/good.go":      "package good\n",
		"good/good_test.go": "package good\nimport \"testing\"\nfunc TestGood(*testing.T) {}\n",
		"bad/bad.go":        "package bad\nimport \"fmt\"\nfunc F() { fmt.Printf(\"%d\", \"x\") }\n",
		"bad/bad_test.go": `package bad
import "testing"
func TestBad(t *testing.T) {
	t.Log("first")
	t.Run("sub", func(t *testing.T) { t.Error("wrong") })
	t.Run("fine", func(t *testing.T) {})
}
func TestAlso(t *testing.T) { t.Error("no") }
`,
		"panics/p_test.go": "package panics\nimport \"testing\"\nfunc TestPanic(*testing.T) { var p *int; *p = 1 }\n",
		"exits/e_test.go":  "package exits\nimport (\"os\"; \"fmt\"; \"testing\")\nfunc TestMain(m *testing.M) { m.Run(); fmt.Println(\"leaked\"); os.Exit(1) }\n",
		"broken/b_test.go": "package broken\nvar x int = \"s\"\n",
		"none/n.go":        "package none\n",
	})
	s := Suite{Dir: dir, Env: os.Environ(), Packages: []string{"./..."}}
	got, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"go vet complains: bad/bad.go:3:24: fmt.Printf format %d has arg \"x\" of wrong type string",
		"go vet complains: broken/b_test.go:2:13: cannot use \"s\"",
		"TestBad/sub of example.com/m/bad fails: bad_test.go:5: wrong",
		"TestAlso of example.com/m/bad fails: bad_test.go:8: no",
		"the test of example.com/m/broken fails: broken/b_test.go:2:13: cannot use \"s\"",
		"the test of example.com/m/exits fails: leaked",
		"TestPanic of example.com/m/panics fails: panic: runtime error: invalid memory address",
	}
	for i, f := range got {
		if i >= len(want) || !strings.HasPrefix(f.String(), want[i]) {
			t.Fatalf("failure %d is %q\nall: %q", i, f, got)
		}
	}
	if len(got) < len(want) {
		t.Errorf("failures: %q", got)
	}

	// A rewrite moves lines, and repairs one thing.
	text := "package bad\n\nimport \"fmt\"\n\nfunc F() { fmt.Printf(\"%d\", \"x\"); fmt.Printf(\"%d\", true) }\n"
	if err := os.WriteFile(filepath.Join(dir, "bad", "bad.go"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	s.Packages, s.VetOnly = []string{"./bad"}, true
	after, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(after) != 2 {
		t.Errorf("with VetOnly: %q", after)
	}
	if rest := Except(after, got); len(rest) != 1 || !strings.Contains(rest[0].Words, "true") {
		t.Errorf("new failures: %q", rest)
	}
}

func TestTimeout(t *testing.T) {
	dir := module(t, map[string]string{
		"a_test.go": "package m\nimport \"testing\"\nfunc TestHang(*testing.T) { select {} }\nfunc TestSleep(*testing.T) {}\n",
	})
	s := Suite{Dir: dir, Env: os.Environ(), Packages: []string{"."}, Timeout: 200 * time.Millisecond}
	got, err := s.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].Test != "TestHang" {
		t.Errorf("failures: %q", got)
	}
}

func TestErrors(t *testing.T) {
	s := Suite{Dir: t.TempDir(), Env: os.Environ(), Packages: []string{"./none"}}
	var failed *process.GoError
	if got, err := s.Run(t.Context()); !errors.As(err, &failed) {
		t.Errorf("without a module: %q, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := s.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that ended: %q, %v", got, err)
	}
}
