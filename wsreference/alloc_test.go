package wsreference

import (
	"context"
	"runtime"
	"runtime/debug"
	"testing"
)

// costPerRun returns how many bytes and objects f allocates, on average of the
// given number of runs, to the nearest. (testing.AllocsPerRun rounds down,
// which lets a peer's goroutine that is a run behind change the figure.)
func costPerRun(runs int, f func()) (bytes, allocs uint64) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	f()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		f()
	}
	runtime.ReadMemStats(&after)
	n := uint64(runs)
	return (after.TotalAlloc - before.TotalAlloc + n/2) / n, (after.Mallocs - before.Mallocs + n/2) / n
}

func skipUnderRace(t *testing.T) {
	if raceEnabled {
		t.Skip("allocations cannot be counted under the race detector")
	}
	// A collection would empty the pools.
	gc := debug.SetGCPercent(-1)
	t.Cleanup(func() { debug.SetGCPercent(gc) })
}

// TestFrameAllocs pins what each stage costs a frame.
func TestFrameAllocs(t *testing.T) {
	skipUnderRace(t)
	cancelable, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, op := range []struct {
		name          string
		newOp         func() frameOp
		bytes, allocs int
	}{
		{"FrameRead/header", readHeaderOp, readBytes, readAllocs},
		{"FrameRead/payload", readPayloadOp, readBytes, readAllocs},
		{"FrameWrite", writeFrameOp, writeBytes, writeAllocs},
	} {
		for _, kind := range []struct {
			name string
			ctx  context.Context
		}{{"background", context.Background()}, {"cancelable", cancelable}} {
			t.Run(op.name+"/"+kind.name, func(t *testing.T) {
				f := op.newOp()
				run := func() {
					if err := f(kind.ctx); err != nil {
						t.Fatal(err)
					}
				}
				for range 3 { // until a registration stays
					run()
				}
				bytes, allocs := costPerRun(1000, run)
				if bytes != uint64(op.bytes) || allocs != uint64(op.allocs) {
					t.Errorf("stage %s: %d B, %d allocations; want %d B, %d", stage, bytes, allocs, op.bytes, op.allocs)
				}
			})
		}
	}
}

// TestEchoAllocs pins what each stage costs an echo of 512 bytes, which is a
// message of one frame in each direction, at both ends, on a cancelable
// context, compressed or not.
func TestEchoAllocs(t *testing.T) {
	skipUnderRace(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, m := range []CompressionMode{CompressionDisabled, CompressionContextTakeover, CompressionNoContextTakeover} {
		round, stop := echoRound(t, ctx, m)
		for range 100 { // until the window is full, and the pools are
			round()
		}
		if _, got := costPerRun(200, round); got != messageAllocs {
			t.Errorf("stage %s, compression mode %d: %d allocations, want %d", stage, m, got, messageAllocs)
		}
		stop()
	}
}

// TestReadAllocs pins that Read allocates the message and nothing else.
func TestReadAllocs(t *testing.T) {
	skipUnderRace(t)
	if stage != "default" {
		t.Skip("in this stage, each piece that arrives costs allocations")
	}
	for _, size := range []int{0, 1, 512, readStep} {
		c := endlessConn(false, size)
		c.SetReadLimit(-1)
		ctx := context.Background()
		want := uint64(0)
		if size > 0 {
			want = 1
		}
		run := func() {
			_, b, err := c.Read(ctx)
			if err != nil || len(b) != size || cap(b) != size {
				t.Fatalf("%d bytes in %d, %v; want %d", len(b), cap(b), err, size)
			}
		}
		if _, got := costPerRun(1000, run); got != want {
			t.Errorf("stage %s, message of %d bytes: %d allocations, want %d", stage, size, got, want)
		}
	}
}
