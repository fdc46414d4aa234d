package candidate_test

import (
	"testing"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/internal/snippet"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// TestHot asks which functions World.Hot leaves out.
func TestHot(t *testing.T) {
	for _, test := range []struct {
		name, body string
		want       bool
	}{
		{"Nothing but a closure.", "return func() { println(n) }", false},
		{"A goroutine.", "go println(n); return func() { println(n) }", true},
		{"A goroutine of the cleanup.", "return func() { go println(n) }", true},
		{"A goroutine of a group.", "var wg sync.WaitGroup; wg.Go(func() {}); return func() { println(n) }", true},
		{"A file.", `f, _ := os.Open("f"); return func() { f.Close() }`, true},
		{"A directory that the cleanup removes.", `return func() { os.RemoveAll(dir) }`, true},
		{"The environment.", `v := os.Getenv("V"); return func() { println(v, n) }`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := "import \"os\"; import \"sync\"; func begin(dir string, n int) func() { " + test.body + " }; func use() { defer begin(\"\", 1)() }"
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
