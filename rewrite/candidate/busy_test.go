package candidate_test

import (
	"cmp"
	"testing"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/internal/snippet"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// TestHot asks which functions World.Hot leaves out.
func TestHot(t *testing.T) {
	const use = "func use() { defer begin(\"\", 1)() }"
	for _, test := range []struct {
		name, body string
		want       bool
		use        string // "" for one caller
	}{
		{"Nothing but a closure.", "return func() { println(n) }", false, ""},
		{"A goroutine.", "go println(n); return func() { println(n) }", true, ""},
		{"A goroutine of the cleanup.", "return func() { go println(n) }", true, ""},
		{"A goroutine of a group.", "var wg sync.WaitGroup; wg.Go(func() {}); return func() { println(n) }", true, ""},
		{"A file.", `f, _ := os.Open("f"); return func() { f.Close() }`, true, ""},
		{"A directory that the cleanup removes.", `return func() { os.RemoveAll(dir) }`, true, ""},
		{"The environment.", `v := os.Getenv("V"); return func() { println(v, n) }`, false, ""},
		{"Its callers open files.", "return func() { println(n) }", true, `func use() { os.Open("f"); defer begin("", 1)() }; func (T) use() { defer begin("", 1)(); os.RemoveAll("f") }; type T int`},
		{"One of its callers opens a file.", "return func() { println(n) }", false, use + `; func (T) use() { defer begin("", 1)(); os.RemoveAll("f") }; type T int`},
		{"A literal around the call opens a file, and not its caller.", "return func() { println(n) }", false, `func use() { f := func() { defer begin("", 1)() }; f(); os.RemoveAll("f") }`},
		{"Its callers defer it in loops.", "return func() { println(n) }", true, `func use() { for range 3 { done := begin("", 1); defer done() } }`},
		{"A literal in a loop defers it.", "return func() { println(n) }", false, `func use() { for range 3 { func() { defer begin("", 1)() }() } }`},
		{"Only init calls it.", "return func() { println(n) }", true, `func init() { defer begin("", 1)() }`},
		{"Init calls it in a loop.", "return func() { println(n) }", false, `func init() { for range 9 { begin("", 1)() }; defer begin("", 1)() }`},
		{"Init makes a literal that calls it.", "return func() { println(n) }", false, `var f func(); func init() { f = func() { defer begin("", 1)() } }`},
		{"Init and another function call it.", "return func() { println(n) }", false, use + `; func init() { defer begin("", 1)() }`},
		{"Only a method called init calls it.", "return func() { println(n) }", false, `type T int; func (T) init() { defer begin("", 1)() }`},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := "import \"os\"; import \"sync\"; func begin(dir string, n int) func() { " + test.body + " }; " + cmp.Or(test.use, use)
			u := snippet.LoadVersion(t, "go1.26", text)
			var left []callers.Omission
			found := candidate.Find(&callers.World{
				Units: []*pattern.Unit{u}, Module: true, All: true, Hot: true,
				Omit: func(_ *pattern.Prepare, why callers.Omission) { left = append(left, why) },
			})
			if got := len(left) == 1 && left[0] == callers.OmitBusy && len(found) == 0; got != test.want || !got && len(found) != 1 {
				t.Errorf("left out %v, found %d", left, len(found))
			}
		})
	}
}
