package page

import (
	"bytes"
	"errors"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/report"
	"github.com/closurefix/closurefix/rewrite"
	"github.com/closurefix/closurefix/rewrite/bench"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

const before = `package m

func prepare(err *error) func() {
	return func() { *err = nil }
}

func Use() (err error) {
	done := prepare(&err)
	defer done()
	return nil
}
`

const after = `package m

func prepare() {
}

// finishPrepare is new.
func finishPrepare(err *error) {
	*err = nil
}

func Use() (err error) {
	prepare()
	defer finishPrepare(&err)
	return nil
}
`

// full is a result with something of everything, and with text that must be quoted.
func full(dir string, written bool) *report.Report {
	name := filepath.Join(dir, "m.go")
	at := func(line, col int) token.Position { return token.Position{Filename: name, Line: line, Column: col} }
	alloc := rewrite.Allocation{Pos: at(4, 9), What: "func literal", Func: "prepare", Reason: []string{"  flow: ~r0 ← &{storage for func literal}:", "    from <b>return</b>"}}
	results := func(values ...string) string {
		s := "pkg: example.com/m\ncpu: Difference Engine\n"
		for _, v := range values {
			s += "BenchmarkUse/a<b>-2 1 " + v + " allocs/op\n"
		}
		return s
	}
	res := &rewrite.Result{
		Module: "example.com/m", Go: "go1.26.0",
		Findings: []rewrite.Finding{
			{
				Pos: at(3, 6), Name: "prepare", Kind: pattern.KindResultPointer, Message: "prepare returns a closure over err",
				Heap:  &rewrite.Heap{Least: 1, Most: 2, Allocations: []rewrite.Allocation{alloc, {Pos: at(7, 13), What: "err", Func: "Use"}}},
				Gain:  []rewrite.Gain{{Func: "prepare", Left: []rewrite.Allocation{alloc}}},
				Costs: []rewrite.Cost{{Kind: "alloc_objects", Unit: "count", Value: 7, Share: 0.125}},
				Notes: []string{"review the comment"}, Trace: []string{"form 1"},
			},
			{
				Pos: at(90, 6), Name: "other", Kind: pattern.KindCapture, Message: "other returns a closure",
				Refusal: &refusal.Refusal{Code: refusal.NoGain, Name: "other", Reason: "it is <so>"},
			},
		},
		Files:  []rewrite.File{{Name: name, Old: []byte(before), New: []byte(after)}},
		Tested: 2,
		Broken: []string{"TestOld fails"}, Flaky: []string{"TestOdd fails"},
		Bench: &bench.Results{
			Old: bench.Parse(results("42", "42", "42", "42", "42", "42")),
			New: bench.Parse(results("32", "32", "32", "32", "32", "32")),
		},
		Stack: []rewrite.Finding{{Pos: at(99, 6), Name: "small"}},
		Cold:  []rewrite.Finding{{Pos: at(98, 6), Name: "seldom", Costs: []rewrite.Cost{{Kind: "cpu", Unit: "nanoseconds", Value: 1000, Share: 0.001}}}},
		Idle:  []rewrite.Directive{{Pos: at(97, 1), Text: "//nolint:closurefix"}},
	}
	r := report.New(res, report.Place{Dir: dir, Version: "v1.2.3"}, written)
	r.Origin.Revision, r.Origin.Differ, r.Origin.Date = "c0ffee", 2, time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	r.Origin.Command = []string{"closurefix", "-bench", "a|b", "./..."}
	return r
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	var b strings.Builder
	if err := Write(&b, full(dir, true)); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{
		"<h1>1 function was rewritten, 1 cannot be</h1>",
		"The tests of 2 packages were run",
		"Fails with the rewrite and without:</strong> TestOld fails",
		"Fails now and then, with the rewrite or without:</strong> TestOdd fails",
		"m.go:3:6 · result-pointer",
		"12.50% of alloc_objects (7 objects)",
		"How it was decided", "<li>form 1</li>",
		"What to do: ",
		"other returns a closure.",
		"<code>seldom</code>", "0.10% of cpu (1µs)",
		"<code>//nolint:closurefix</code>",
		"1 to 2 allocations per call, in the compiler's words",
		"flow: ~r0 ← &amp;{storage for func literal}:",
		"from &lt;b&gt;return&lt;/b&gt;",
		"no reason available",
		`left the heap:</span> <code>func literal</code> in <code>prepare</code> <span class="dim">m.go:4:9</span></li>`,
		"Use/<wbr>a&lt;b&gt;-2<wbr>",
		"<strong>▼ −23.81%</strong>",
		"<strong>−10 allocs/op</strong> <span class=\"dim\">Use/a&lt;b&gt;-2, from 42.00 to 32.00</span>",
		"<strong>−1 on the heap</strong>",
		`<dt>Module</dt><dd><code>example.com/m</code></dd>`,
		"<dt>Commit</dt><dd><code>c0ffee</code></dd>",
		"<dt>Not committed</dt><dd>2 files named here</dd>",
		"<dt>Date</dt><dd>2026-02-03 04:05:06 UTC</dd>",
		"<dt>Go</dt><dd>1.26.0</dd>",
		"<dt>Processor</dt><dd>Difference Engine</dd>",
		"<dt>closurefix</dt><dd>v1.2.3</dd>",
		"<dt>Command</dt><dd><code>closurefix -bench &#39;a|b&#39; ./...</code></dd>",
		"cannot rewrite other: it is &lt;so&gt; [no-gain]",
		"<code>small</code>",
		`<tr><td class="n">8</td><td class="s del">−</td><td class="del">	done := prepare(&amp;err)</td><td class="n">12</td><td class="s add">&#43;</td><td class="add">	prepare()</td></tr>`,
		`<tr><td class="n"></td><td class="s "></td><td class=""></td><td class="n">7</td><td class="s add">&#43;</td><td class="add">func finishPrepare(err *error) {</td></tr>`,
		`<tr><td class="n">8</td><td class="n"></td><td class="s del">−</td><td class="del">	done := prepare(&amp;err)</td></tr>`,
		`<tr><td class="n"></td><td class="n">12</td><td class="s add">&#43;</td><td class="add">	prepare()</td></tr>`,
		"<h3><code>prepare, Use</code>",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if !Ours([]byte(text[:4096])) || Ours([]byte("<!DOCTYPE html>")) {
		t.Error("a page is not known by its beginning")
	}
	b.Reset()
	if err := Write(&b, full(dir, false)); err != nil || !strings.Contains(b.String(), "<h1>1 function would be rewritten, 1 cannot be</h1>") {
		t.Errorf("a page of what is not written says something else (%v)", err)
	}
	if strings.Contains(text, dir) {
		t.Error("the page names the directory")
	}
	if m := regexp.MustCompile(`(?i)<script|<link|<img|@import|url\(|src=|href="[^#]`).FindString(text); m != "" {
		t.Errorf("the page refers to something else: %s", m)
	}
	if t.Failed() {
		t.Log(text)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }

func TestWriteError(t *testing.T) {
	if err := Write(fullDisk{}, new(report.Report)); err == nil || err.Error() != "the disk is full" {
		t.Errorf("the error is %v", err)
	}
}

// TestBrowser looks at pages in a browser, wide and narrow, light and dark: see
// page_test.mjs.
func TestBrowser(t *testing.T) {
	node := found(t, "node", "chromium")
	script := []string{"page_test.mjs"}
	for name, r := range map[string]func(dir string) *report.Report{
		"full": func(dir string) *report.Report { return full(dir, true) },
		"refused": func(dir string) *report.Report {
			r := full(dir, false)
			_, r.Findings = r.Split()
			r.Files, r.Bench = nil, nil
			return r
		},
		"empty": func(dir string) *report.Report { return new(report.Report) },
	} {
		dir := t.TempDir()
		var b bytes.Buffer
		if err := Write(&b, r(dir)); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, name+".html")
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		script = append(script, file)
	}
	out, err := exec.CommandContext(t.Context(), node, script...).CombinedOutput()
	if err != nil || string(out) != "looked at 12 screens\n" {
		t.Errorf("%v\n%s", err, out)
	}
}

// found returns the path of the first program. It skips the test if one of the programs, or
// axe-core, is missing; where CI runs, the test fails.
func found(t *testing.T, programs ...string) string {
	t.Helper()
	const install = "sh testdata/browser/install.sh"
	_, err := os.Stat(filepath.Join("..", "..", "..", "..", "testdata", "browser", "node_modules", "axe-core"))
	for _, name := range programs {
		if err == nil {
			_, err = exec.LookPath(name)
		}
	}
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatalf("%v; run %s", err, install)
	}
	if err != nil {
		t.Skipf("%v; run %s", err, install)
	}
	path, _ := exec.LookPath(programs[0])
	return path
}

// TestUnseen: what nobody would see, or would turn the text around, is written out.
func TestUnseen(t *testing.T) {
	var b strings.Builder
	err := Write(&b, &report.Report{
		Place:    report.Place{Dir: "/m"},
		Findings: []report.Finding{{Function: "f", Message: "f <returns>\u202e", Pos: token.Position{Filename: "/m/a\x1b<b>.go", Line: 1, Column: 1}}},
		Warnings: []string{"a test prints \x07"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`f &lt;returns&gt;\u202e`, `a\x1b&lt;b&gt;.go:1:1`, `a test prints \a`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in the page", want)
		}
	}
	if strings.ContainsAny(b.String(), "\x1b\x07\u202e") {
		t.Error("the page has characters that nobody sees")
	}
}
