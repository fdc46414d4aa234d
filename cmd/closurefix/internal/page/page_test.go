package page

import (
	"errors"
	"go/token"
	"image/png"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

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
		s := "pkg: example.com/m\n"
		for _, v := range values {
			s += "BenchmarkUse/a<b>-2 1 " + v + " allocs/op\n"
		}
		return s
	}
	res := &rewrite.Result{
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
	return report.New(res, report.Place{Dir: dir}, written)
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	var b strings.Builder
	if err := Write(&b, full(dir, true)); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{
		"1 rewritten, 1 left as they are",
		"The tests of 2 packages were run",
		"Fails with the rewrite and without: TestOld fails",
		"Fails now and then, with the rewrite or without: TestOdd fails",
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
		`<div class="new"><code>func literal</code> <span class="dim">m.go:4:9</span></div>`,
		"Use/a&lt;b&gt;-2",
		"-23.81%",
		`aria-label="42.00 before, 32.00 after"`,
		"cannot rewrite other: it is &lt;so&gt; [no-gain]",
		"<code>small</code>",
		`<td class="n">8</td><td class="del">	done := prepare(&amp;err)</td><td class="n">12</td><td class="add">	prepare()</td>`,
		`<td class="n"></td><td class=""></td><td class="n">7</td><td class="add">func finishPrepare(err *error) {</td>`,
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
	if err := Write(&b, full(dir, false)); err != nil || !strings.Contains(b.String(), "1 to be rewritten, 1 left as they are") {
		t.Errorf("a page of what is not written says something else (%v)", err)
	}
	if strings.Contains(text, dir) {
		t.Error("the page names the directory")
	}
	if m := regexp.MustCompile(`(?i)<script|<link|<img|@import|url\(|(src|href)=`).FindString(text); m != "" {
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

// TestBrowser looks at the page in a browser, in light and in dark.
func TestBrowser(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("there is no chromium")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "page.html")
	var b strings.Builder
	if err := Write(&b, full(dir, true)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(file)}
	see := func(scheme string) (ground float64, colours int) {
		shot := filepath.Join(dir, scheme+".png")
		cmd := exec.Command(browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=500,2500",
			"--user-data-dir="+filepath.Join(dir, "profile"), "--blink-settings=preferredColorScheme="+scheme,
			"--screenshot="+shot, address.String())
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		f, err := os.Open(shot)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		img, err := png.Decode(f)
		if err != nil {
			t.Fatal(err)
		}
		seen := make(map[[3]uint32]bool)
		sum, n := 0.0, 0
		for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y += 3 {
			for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x += 3 {
				r, g, b, _ := img.At(x, y).RGBA()
				seen[[3]uint32{r, g, b}] = true
				sum += float64(r+g+b) / 3 / 0xffff
				n++
			}
			// On a narrow screen, what is wide scrolls by itself: the margin
			// on the right stays free.
			edge := img.At(img.Bounds().Max.X-2, y)
			if edge != img.At(1, y) {
				t.Fatalf("in scheme %s the page is wider than the screen at %d", scheme, y)
			}
		}
		return sum / float64(n), len(seen)
	}
	const dark, light = "0", "1"
	if ground, colours := see(light); ground < 0.8 || colours < 10 {
		t.Errorf("the light page is %.2f bright and has %d colours", ground, colours)
	}
	if ground, colours := see(dark); ground > 0.25 || colours < 10 {
		t.Errorf("the dark page is %.2f bright and has %d colours", ground, colours)
	}
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
