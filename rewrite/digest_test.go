package rewrite

import (
	"go/types"
	"runtime"
	"testing"
	"weak"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/candidate"
)

// TestOneInMemory checks that the types of one configuration are garbage when the next one is
// decided on.
func TestOneInMemory(t *testing.T) {
	var last weak.Pointer[types.Package]
	n := 0
	candidates := func(w *callers.World) []*candidate.Candidate {
		runtime.GC()
		if p := last.Value(); p != nil {
			t.Errorf("the package of configuration %d is in memory", n)
		}
		last = weak.Make(w.Units[0].Pkg)
		n++
		return candidate.Find(w)
	}
	dir := unpack(t, module+`
-- a.go --
package a

func prepare(err *error) func() { return func() { println(*err) } }

func use() (err error) {
	defer prepare(&err)()
	return nil
}
-- a_windows.go --
package a

func prepareWindows(err *error) func() { return func() { println(*err) } }

func useWindows() (err error) {
	defer prepareWindows(&err)()
	return nil
}
`)
	configs := append([]Config{{GOOS: "darwin", GOARCH: "arm64"}}, linuxAndWindows...)
	res, err := runWith(t.Context(), Options{Dir: dir, Configs: configs}, internals{candidates: candidates})
	if err != nil || n != len(configs) || len(res.Findings) != 2 {
		t.Errorf("%v, %d configurations, result %+v", err, n, res)
	}
}
