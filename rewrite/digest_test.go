package rewrite

import (
	"go/types"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"weak"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/internal/load"
)

var threeSystems = append([]Config{{GOOS: "darwin", GOARCH: "arm64"}}, linuxAndWindows...)

const everySystem = module + `
-- a.go --
package a

func prepare(err *error) func() { return func() { println(*err) } }

func use() (err error) {
	defer prepare(&err)()
	return nil
}
-- a_darwin.go --
package a
-- a_linux.go --
package a

func begin(err *error) func() {
	done := prepare(err)
	return func() { done() }
}

func useBegin() (err error) {
	defer begin(&err)()
	return nil
}
-- a_windows.go --
package a

func prepareWindows(err *error) func() { return func() { println(*err) } }

func useWindows() (err error) {
	defer prepareWindows(&err)()
	return nil
}
`

// TestOneInMemory checks that the types of one configuration are garbage when the next one is
// decided on, also if there are several rounds of rewrites.
func TestOneInMemory(t *testing.T) {
	for _, test := range []struct {
		name     string
		rewrite  bool
		findings int
		decided  string // systems
	}{
		{"report", false, 2, "darwin linux windows"},
		{"rewrite", true, 3, "darwin darwin linux linux linux windows windows"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var decided []string
			var last []weak.Pointer[types.Package] // of one system
			candidates := func(w *callers.World) []*candidate.Candidate {
				system := ""
				for _, f := range w.Units[0].Files {
					if name, ok := strings.CutPrefix(filepath.Base(w.Units[0].Filename(f.FileStart)), "a_"); ok {
						system = strings.TrimSuffix(name, ".go")
					}
				}
				if len(decided) > 0 && decided[len(decided)-1] != system {
					runtime.GC()
					if slices.ContainsFunc(last, func(p weak.Pointer[types.Package]) bool { return p.Value() != nil }) {
						t.Errorf("%v: a package of the last system is in memory", decided)
					}
					last = nil
				}
				last, decided = append(last, weak.Make(w.Units[0].Pkg)), append(decided, system)
				return candidate.Find(w)
			}
			dir := unpack(t, everySystem)
			res, err := runWith(t.Context(), Options{Dir: dir, Configs: threeSystems, Rewrite: test.rewrite}, internals{candidates: candidates})
			if err != nil || len(res.Findings) != test.findings || test.rewrite && len(res.Files) != 3 {
				t.Errorf("%v, result %+v", err, res)
			}
			if got := strings.Join(decided, " "); got != test.decided {
				t.Errorf("decided on %s, want %s", got, test.decided)
			}
		})
	}
}

// TestForeseen compares rewrites for several systems with those in a run that foresees nothing.
func TestForeseen(t *testing.T) {
	late, err := os.ReadFile(filepath.Join("..", "testdata", "sight", "late-main.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for name, archive := range map[string]string{
		"agree": everySystem,
		// The second function cannot change, which is known of windows only.
		"refused": everySystem + `
-- b.go --
package a

func second(err *error) func() { return func() { println(err) } }

func useBoth() (err error) {
	done := second(&err)
	defer done()
	defer prepare(&err)()
	return nil
}
-- b_windows.go --
package a

var f = second
`,
		// The rewrite of second does not type-check for windows: see failing.
		"fails": everySystem + `
-- b.go --
package a

func second(err *error) func() { return func() { println("second", *err) } }

func useSecond() (err error) {
	defer second(&err)()
	return nil
}
-- b_unix.go --
//go:build unix

package a

func fail(err error) {}
`,
		// A rewrite makes a prepare function with callers elsewhere.
		"opened": string(late),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := unpack(t, archive)
			for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}} {
				o := Options{Dir: dir, Rewrite: true, All: true}
				for _, i := range order {
					o.Configs = append(o.Configs, threeSystems[i])
				}
				var results []*Result
				for _, how := range []load.Testing{{}, {Anew: true}} {
					res, err := runWith(t.Context(), o, internals{failing, how})
					if err != nil {
						t.Fatal(err)
					}
					res.src = nil
					results = append(results, res)
				}
				if len(results[0].Files) == 0 {
					t.Errorf("%v: no file changes", order)
				}
				refusals := slices.ContainsFunc(results[0].Findings, func(f Finding) bool { return f.Refusal != nil })
				if want := name == "fails" || name == "refused"; refusals != want {
					t.Errorf("%v: refusals: %v, want %v: %+v", order, refusals, want, results[0].Findings)
				}
				results[0].sight, results[1].sight = nil, nil
				if !reflect.DeepEqual(results[0], results[1]) {
					t.Errorf("%v: %+v\nloaded anew: %+v", order, results[0], results[1])
				}
			}
		})
	}
}

// failing returns the candidates of w. The cleanup of the function second calls fail after its
// rewrite.
func failing(w *callers.World) []*candidate.Candidate {
	found := candidate.Find(w)
	for _, c := range found {
		if c.Prepare.Key.Name == "second" {
			for i := range c.Edits {
				c.Edits[i].New = strings.ReplaceAll(c.Edits[i].New, `println("second", *err)`, "fail(*err)")
			}
		}
	}
	return found
}
