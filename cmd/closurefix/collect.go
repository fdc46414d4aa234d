package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// collectLess makes the garbage collector run less often while the heap is small, which
// saves a tenth of the CPU time of a run, and as often as it does by default once the heap
// is large: see rewrite/measured.md. The environment variable GOGC turns it off.
func collectLess() {
	if os.Getenv("GOGC") != "" {
		return
	}
	const (
		least = 50 << 20 // the memory that may always be allocated between two collections
		most  = 100      // percent of the heap, if it is larger
	)
	debug.SetGCPercent(400)
	var adjust func(*cycle)
	adjust = func(c *cycle) {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		debug.SetGCPercent(max(most, int(least*100/max(live[0].Value.Uint64(), 1))))
		runtime.SetFinalizer(c, adjust)
	}
	runtime.SetFinalizer(new(cycle), adjust)
}

// A cycle is an object without references, which is finalized after each collection.
type cycle struct{ _ [16]byte }
