package rewrite_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite"
)

// harness measures the allocations of a frame read in coder/websocket, with an
// endless stream of empty binary frames behind the connection.
const harness = `//go:build !js

package websocket

import (
	"bufio"
	"context"
	"testing"
)

type frames struct{ at int }

func (f *frames) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = []byte{0x82, 0}[f.at%2]
		f.at++
	}
	return len(p), nil
}
func (f *frames) Write(p []byte) (int, error) { return len(p), nil }
func (f *frames) Close() error                { return nil }

func TestClosurefixAllocs(t *testing.T) {
	f := &frames{}
	c := newConn(connConfig{rwc: f, br: bufio.NewReader(f), bw: bufio.NewWriter(f), client: true})
	ctx := context.Background()
	header := testing.AllocsPerRun(1000, func() {
		if _, err := c.readFrameHeader(ctx); err != nil {
			t.Fatal(err)
		}
	})
	buf := make([]byte, 512)
	payload := testing.AllocsPerRun(1000, func() {
		if _, err := c.readFramePayload(ctx, buf); err != nil {
			t.Fatal(err)
		}
	})
	t.Logf("allocs %v %v", header, payload)
}
`

// closure is what the compiler prints about the cleanup of prepareRead.
const closure = "func literal escapes to heap in (*Conn).prepareRead"

// TestOrigin rewrites coder/websocket v1.8.14 and compares the result with the change that
// its author made by hand in https://github.com/coder/websocket/pull/565: 26 lines added,
// 29 deleted, a frame read with 4 allocations instead of 6. It downloads the module from
// the module proxy.
func TestOrigin(t *testing.T) {
	if testing.Short() {
		t.Skip("fetches and tests a module of others")
	}
	ctx := t.Context()
	dir := unpack(t, "github.com/coder/websocket@v1.8.14")
	if err := os.WriteFile(filepath.Join(dir, "closurefix_test.go"), []byte(harness), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := frameAllocs(t, dir); got != "allocs 6 6" {
		t.Fatalf("before: %s, want 6 6", got)
	}
	if out := heapOf(t, dir); !strings.Contains(out, closure) || strings.Count(out, "moved to heap: err") != 2 {
		t.Fatalf("before, the compiler does not say what this test is about:\n%s", out)
	}

	o := rewrite.Options{Dir: dir, Rewrite: true}
	result, err := rewrite.Run(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Findings) != 1 || result.Findings[0].Name != "(*Conn).prepareRead" || result.Findings[0].Refusal != nil {
		t.Fatalf("findings: %+v", result.Findings)
	}
	if len(result.Files) != 1 || filepath.Base(result.Files[0].Name) != "read.go" {
		t.Fatalf("%d files change, want read.go alone", len(result.Files))
	}
	diff, err := result.Diff(dir)
	if err != nil {
		t.Fatal(err)
	}
	added, deleted := lines(diff)
	if added > 26 || deleted > 29 {
		t.Errorf("+%d -%d lines, the author needed +26 -29:\n%s", added, deleted, diff)
	}
	for _, want := range []string{
		"+func (c *Conn) prepareRead(ctx context.Context) error {",
		"+func (c *Conn) finishRead(ctx context.Context, err *error) {",
	} {
		if !strings.Contains(diff, want) {
			t.Errorf("the diff lacks %q:\n%s", want, diff)
		}
	}
	if n := strings.Count(diff, "+\tdefer c.finishRead(ctx, &err)"); n != 2 {
		t.Errorf("%d callers defer c.finishRead(ctx, &err), want 2", n)
	}

	if err := result.Write(ctx); err != nil {
		t.Fatal(err)
	}
	goRun(t, dir, "vet", ".")
	goRun(t, dir, "test", "-short", ".")
	if got := frameAllocs(t, dir); got != "allocs 4 4" {
		t.Errorf("after: %s, want 4 4", got)
	}
	if out := heapOf(t, dir); strings.Contains(out, closure) || strings.Contains(out, "moved to heap: err") {
		t.Errorf("the compiler still finds on the heap:\n%s", out)
	}
	again, err := rewrite.Run(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(again.Findings) != 0 || len(again.Files) != 0 {
		t.Errorf("a second run finds %+v", again.Findings)
	}
}

// TestReference rewrites the closure stage of wsreference. The result must be the finish
// stage, byte for byte except the build line.
func TestReference(t *testing.T) {
	dir, err := filepath.Abs("../wsreference")
	if err != nil {
		t.Fatal(err)
	}
	result, err := rewrite.Run(t.Context(), rewrite.Options{
		Dir: dir, Patterns: []string{"."}, Rewrite: true,
		Configs: []rewrite.Config{{Tags: []string{"closure"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Files) != 1 {
		t.Fatalf("%d files change, want one; findings: %+v", len(result.Files), result.Findings)
	}
	want, err := os.ReadFile(filepath.Join(dir, "framio_finish.go"))
	if err != nil {
		t.Fatal(err)
	}
	_, got, _ := bytes.Cut(result.Files[0].New, []byte("\n"))
	if _, want, _ = bytes.Cut(want, []byte("\n")); !bytes.Equal(got, want) {
		t.Errorf("framio_finish.go is not what the rewrite of framio_closure.go gives:\n%s", got)
	}
}

// TestRealModules rewrites packages of modules that have other shapes of the pattern and
// runs their tests. It downloads the modules from the module proxy.
func TestRealModules(t *testing.T) {
	if testing.Short() {
		t.Skip("fetches and tests modules of others")
	}
	tests := []struct {
		module    string
		pkgs      []string
		rewritten []string
	}{
		{"golang.org/x/crypto@v0.58.0", []string{"./acme/autocert"}, []string{"(*Manager).fulfill"}},
		{"github.com/quic-go/quic-go@v0.65.0", []string{"./internal/qtls"}, []string{"SetCipherSuite"}},
		{"github.com/spacemonkeygo/monkit/v3@v3.0.24", []string{"./collect", "./present"}, []string{"ObserveAllTraces", "keepAlive"}},
	}
	for _, tt := range tests {
		t.Run(tt.module, func(t *testing.T) {
			ctx := t.Context()
			dir := unpack(t, tt.module)
			o := rewrite.Options{Dir: dir, Patterns: tt.pkgs, All: true, Tests: true, Exported: true, Rewrite: true}
			result, err := rewrite.Run(ctx, o)
			if err != nil {
				t.Fatal(err)
			}
			done := make(map[string]bool)
			for _, f := range result.Findings {
				if f.Refusal != nil {
					t.Logf("%v", f.Refusal)
				}
				done[f.Name] = f.Refusal == nil
			}
			for _, name := range tt.rewritten {
				if !done[name] {
					t.Errorf("%s is not rewritten", name)
				}
			}
			if err := result.Write(ctx); err != nil {
				t.Fatal(err)
			}
			goRun(t, dir, append([]string{"vet"}, tt.pkgs...)...)
			goRun(t, dir, append([]string{"test", "-short"}, tt.pkgs...)...)
			again, err := rewrite.Run(ctx, o)
			if err != nil {
				t.Fatal(err)
			}
			if len(again.Files) != 0 {
				t.Errorf("a second run changes %d files", len(again.Files))
			}
		})
	}
}

// unpack downloads a module and returns the directory of a writable copy.
func unpack(t *testing.T, module string) string {
	t.Helper()
	var info struct{ Dir, Error string }
	cmd := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", module)
	cmd.Dir = t.TempDir()
	out, err := cmd.Output()
	if json.Unmarshal(out, &info) != nil || info.Dir == "" {
		t.Fatalf("cannot fetch %s: %v %s", module, err, info.Error)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(info.Dir)); err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chmod(path, map[bool]os.FileMode{true: 0o755, false: 0o644}[d.IsDir()])
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// goRun runs the go command in dir and returns its output. It does not pass on the variable
// CI, with which TestWasm of coder/websocket requires a browser.
func goRun(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "CI=") })
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// frameAllocs runs the harness and returns the line that it logs. It uses one processor:
// TestMain of coder/websocket counts the goroutines that are left, and that of a test has
// then ended.
func frameAllocs(t *testing.T, dir string) string {
	t.Helper()
	out := goRun(t, dir, "test", "-count=1", "-cpu=1", "-v", "-run", "^TestClosurefixAllocs$", ".")
	return regexp.MustCompile(`allocs .*`).FindString(out)
}

// heapOf returns the compiler's output about the closure and about errors on the heap in
// read.go.
func heapOf(t *testing.T, dir string) string {
	t.Helper()
	var found []string
	for line := range strings.Lines(goRun(t, dir, "build", "-gcflags=-m=2", ".")) {
		if strings.HasPrefix(line, "./read.go:") && (strings.Contains(line, closure) || strings.Contains(line, "moved to heap: err")) {
			found = append(found, line)
		}
	}
	return strings.Join(found, "")
}

// lines counts the lines that a unified diff adds and deletes.
func lines(diff string) (added, deleted int) {
	for line := range strings.Lines(diff) {
		switch {
		case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"):
		case strings.HasPrefix(line, "+"):
			added++
		case strings.HasPrefix(line, "-"):
			deleted++
		}
	}
	return added, deleted
}
