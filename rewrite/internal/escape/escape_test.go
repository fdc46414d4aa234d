package escape

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/internal/process"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// releases are the Go releases whose output is stored: testdata/go1.N.txt is the output of
//
//	go list -export -test -f '{{/**/}}' -gcflags=-m=2 ./...
//
// in testdata/sample, without the section of the generated main package.
var releases = []string{"go1.26", "go1.27"}

// TestParse compares the parsed output of each release with its golden file.
func TestParse(t *testing.T) {
	for _, release := range releases {
		t.Run(release, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("testdata", release+".txt"))
			if err != nil {
				t.Fatal(err)
			}
			dir := filepath.FromSlash("/m")
			if filepath.IsAbs(`C:\m`) {
				dir = `C:\m`
			}
			got := dump(Parse(string(text), dir), dir)
			golden := filepath.Join("testdata", release+".golden")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			compare(t, got, golden)
		})
	}
}

// TestCompile runs the compilers of the releases that are available.
func TestCompile(t *testing.T) {
	dir, err := filepath.Abs(filepath.Join("testdata", "sample"))
	if err != nil {
		t.Fatal(err)
	}
	versions := map[string]string{"go1.26": "go1.26.0", "go1.27": "go1.27.0"}
	for _, release := range releases {
		t.Run(release, func(t *testing.T) {
			env := os.Environ()
			local, err := exec.Command("go", "env", "GOVERSION").Output()
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(strings.TrimSpace(string(local)), release+".") {
				env = append(env, "GOTOOLCHAIN="+versions[release])
				cmd := exec.Command("go", "version")
				cmd.Env = env
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Skipf("%s cannot be had: %s", release, out)
				}
			}
			facts, err := Compile(t.Context(), Build{Dir: dir, Env: env, Packages: []string{"./..."}, Tests: true})
			if err != nil {
				t.Fatal(err)
			}
			compare(t, dump(facts, dir), filepath.Join("testdata", release+".golden"))
		})
	}
}

// compare fails if got differs from the golden file.
func compare(t *testing.T, got, golden string) {
	t.Helper()
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	wanted := strings.Split(strings.ReplaceAll(string(want), "\r\n", "\n"), "\n")
	for i, line := range strings.Split(got, "\n") {
		if i >= len(wanted) || line != wanted[i] {
			t.Fatalf("%s: line %d is\n%s\nall:\n%s", golden, i+1, line, got)
		}
	}
	if n := strings.Count(got, "\n") + 1; n < len(wanted) {
		t.Errorf("%s has %d lines more", golden, len(wanted)-n)
	}
}

// dump prints the facts about the files in dir.
func dump(f *Facts, dir string) string {
	var b strings.Builder
	for _, fact := range f.facts {
		name, err := filepath.Rel(dir, fact.File)
		if err != nil || !filepath.IsLocal(name) {
			continue
		}
		kind := "value"
		if fact.Moved {
			kind = "variable"
		}
		fmt.Fprintf(&b, "%s:%d:%d: %v: %s %s", filepath.ToSlash(name), fact.Line, fact.Col, fact.Verdict, kind, fact.What)
		if fact.Func != "" {
			fmt.Fprintf(&b, " in %s", fact.Func)
		}
		b.WriteByte('\n')
		for i, line := range fact.Reason {
			fmt.Fprintf(&b, "\t%s\n", line)
			if i == len(fact.Reason)-1 {
				b.WriteString("\tthrough")
				for _, p := range fact.Through {
					fmt.Fprintf(&b, " %d:%d", p.Line, p.Col)
				}
				b.WriteByte('\n')
			}
		}
	}
	return b.String()
}

// TestVerdicts checks the verdicts at positions that matter for a rewrite.
func TestVerdicts(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "go1.26.txt"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	facts := Parse(string(text), dir)
	at := func(line, col int) Pos { return Pos{filepath.Join(dir, "sample.go"), line, col} }
	check := func(what string, got, want Verdict) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	check("Small's literal", facts.Literal(at(11, 9)).Verdict, Heap)
	check("its copy in small", facts.Literal(at(19, 15)).Verdict, Stack)
	check("its copy in a loop", facts.Literal(at(25, 18)).Verdict, Heap)
	check("two copies that differ", facts.Literal(at(105, 13)).Verdict, Unknown)
	check("no literal", facts.Literal(at(1, 1)).Verdict, Unknown)
	check("err of small", facts.Variable(at(18, 22), "err").Verdict, Stack)
	check("err of loop", facts.Variable(at(23, 21), "err").Verdict, Heap)
	check("a variable of a file that was not compiled", facts.Variable(Pos{filepath.Join(dir, "x.go"), 1, 1}, "err").Verdict, Unknown)
	if !facts.Inlined(at(19, 15), "Small") || facts.Inlined(at(19, 15), "mall") || facts.Inlined(at(46, 21), "open") {
		t.Error("Inlined is wrong about calls")
	}
	heap := facts.Heap(at(43, 1), at(51, 1))
	if len(heap) != 1 || heap[0].What != "err" || !heap[0].Moved || heap[0].Func != "open" || len(heap[0].Reason) == 0 {
		t.Errorf("open has on the heap: %+v", heap)
	}
}

// TestUnknownText changes the wording of the compiler: verdicts may get lost, and must not
// turn into others.
func TestUnknownText(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "go1.26.txt"))
	if err != nil {
		t.Fatal(err)
	}
	before := Parse(string(raw), t.TempDir())
	for _, change := range [][2]string{
		{"moved to heap: ", "now on heap: "},
		{" escapes to heap\n", " leaves its frame\n"},
		{" escapes to heap in ", " leaves its frame in "},
		{" does not escape", " stays"},
		{"inlining call to ", "inlined "},
		{"  flow: ", "flow: "},
		{"    from ", "from "},
		{" at ./", " @ ./"},
		{".go:", ".go at "},
		{"\n", "\r\n"},
	} {
		text := strings.ReplaceAll(string(raw), change[0], change[1])
		if text == string(raw) {
			t.Fatalf("%q is not in the text", change[0])
		}
		after := Parse(text, t.TempDir())
		for _, f := range before.facts {
			for _, g := range after.facts {
				if g.Line != f.Line || g.Col != f.Col || filepath.Base(g.File) != filepath.Base(f.File) {
					continue
				}
				var was, is Verdict
				if f.Moved {
					was, is = before.Variable(f.Pos, f.What).Verdict, after.Variable(g.Pos, f.What).Verdict
				} else if f.What == literal {
					was, is = before.Literal(f.Pos).Verdict, after.Literal(g.Pos).Verdict
				}
				if is != was && is != Unknown && was != Unknown {
					t.Errorf("%q → %q: %s at line %d was on the %v, is on the %v", change[0], change[1], f.What, f.Line, was, is)
				}
			}
		}
	}
	if f := Parse("nonsense\n# p\na.go:x:1: moved to heap: y\n:1:2: z escapes to heap\n", ""); len(f.facts) > 0 {
		t.Errorf("nonsense gives %+v", f.facts)
	}
}

func TestCompileErrors(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module m\n", "a.go": "package m\nvar x int = y\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b := Build{Dir: dir, Env: os.Environ(), Packages: []string{"."}}
	var failed *process.GoError
	if _, err := Compile(t.Context(), b); !errors.As(err, &failed) || !strings.Contains(failed.Text, "undefined: y") {
		t.Errorf("the error is %v, want the compiler's", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Compile(ctx, b); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want that of the context", err)
	}
}
