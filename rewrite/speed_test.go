//go:build unix

package rewrite

import (
	"flag"
	"syscall"
	"testing"

	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/internal/load"
)

var moduleDir = flag.String("module", "..", "the module that BenchmarkReport looks at")

// BenchmarkReport measures a report over a module:
//
//	go test ./rewrite -run '^$' -bench Report -benchtime 3x -module /src/client-go
//
// It compares two loaders: lean is the one in use, and compiled is packages.Load. own-s and
// go-s are CPU seconds of this process and of the go commands that it starts. A first run
// fills the build cache and is not counted. To measure memory, run one of them alone under
// time(1).
func BenchmarkReport(b *testing.B) {
	for _, test := range []struct {
		name     string
		compiled bool
	}{{"lean", false}, {"compiled", true}} {
		b.Run(test.name, func(b *testing.B) {
			run := func() {
				res, err := runWith(b.Context(), Options{Dir: *moduleDir}, internals{candidate.Find, load.Testing{Compiled: test.compiled}})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(res.Scanned), "files")
				b.ReportMetric(float64(res.Loaded), "packages")
			}
			run()
			own, children := cpu(b, syscall.RUSAGE_SELF), cpu(b, syscall.RUSAGE_CHILDREN)
			for b.Loop() {
				run()
			}
			b.ReportMetric((cpu(b, syscall.RUSAGE_SELF)-own)/float64(b.N), "own-s/op")
			b.ReportMetric((cpu(b, syscall.RUSAGE_CHILDREN)-children)/float64(b.N), "go-s/op")
		})
	}
}

func cpu(b *testing.B, who int) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		b.Fatal(err)
	}
	seconds := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return seconds(u.Utime) + seconds(u.Stime)
}
