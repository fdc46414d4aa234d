package peers

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

var (
	benchSizes = []int{512, 64 << 10}
	wholeSizes = []int{512, 4 << 10, 64 << 10, 1 << 20}
)

// contexts calls f with a context of each kind.
func contexts(b *testing.B, f func(b *testing.B, ctx context.Context)) {
	b.Run("ctx=background", func(b *testing.B) { f(b, context.Background()) })
	b.Run("ctx=cancelable", func(b *testing.B) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		f(b, ctx)
	})
}

// each calls f for all sizes, contexts, ends and packages.
func each(b *testing.B, sizes []int, packages []peer, f func(b *testing.B, ctx context.Context, e end, size int)) {
	for _, size := range sizes {
		b.Run(fmt.Sprintf("size=%d", size), func(b *testing.B) {
			contexts(b, func(b *testing.B, ctx context.Context) {
				for _, client := range []bool{false, true} {
					name := "end=server"
					if client {
						name = "end=client"
					}
					b.Run(name, func(b *testing.B) {
						for _, p := range packages {
							b.Run("peer="+p.name, func(b *testing.B) {
								e := fed(b, context.Background(), p, client, size)
								b.ReportAllocs()
								f(b, ctx, e, size)
							})
						}
					})
				}
			})
		})
	}
}

// alike returns the packages, each once, for what a buffer that is lent to Read
// makes no difference to.
func alike() []peer { return append([]peer{ours()}, others()...) }

func BenchmarkReader(b *testing.B) {
	each(b, benchSizes, alike(), func(b *testing.B, ctx context.Context, e end, size int) {
		buf := make([]byte, size+1)
		if err := e.stream(ctx, buf, loop(b, size)); err != nil {
			b.Fatal(err)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	each(b, wholeSizes, peers(), func(b *testing.B, ctx context.Context, e end, size int) {
		if err := e.whole(ctx, loop(b, size)); err != nil {
			b.Fatal(err)
		}
	})
}

// loop returns a next function that goes on as long as the benchmark does,
// after some messages that set up buffers and pools.
func loop(b *testing.B, size int) func([]byte) bool {
	warm := 3
	return func(msg []byte) bool {
		if len(msg) != size {
			b.Errorf("a message of %d bytes; want %d", len(msg), size)
			return false
		}
		if warm > 0 {
			warm--
			return true
		}
		return b.Loop()
	}
}

func BenchmarkWriter(b *testing.B) {
	each(b, benchSizes, alike(), func(b *testing.B, ctx context.Context, e end, size int) {
		p := make([]byte, size)
		for range 3 {
			if err := e.write(ctx, p); err != nil {
				b.Fatal(err)
			}
		}
		for b.Loop() {
			if err := e.write(ctx, p); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkEcho(b *testing.B) {
	for _, size := range wholeSizes {
		b.Run(fmt.Sprintf("size=%d", size), func(b *testing.B) {
			contexts(b, func(b *testing.B, ctx context.Context) {
				for _, p := range alike() {
					b.Run("end=both/peer="+p.name, func(b *testing.B) {
						b.ReportAllocs()
						next := loop(b, size)
						err := echoRounds(b, ctx, p, p, size, func([]byte) bool { return true }, next)
						if err != nil {
							b.Fatal(err)
						}
					})
				}
			})
		})
	}
}

// echoRounds lets a server echo what a client sends it, a message of size
// bytes for each time that next returns true. seen looks at what comes back.
func echoRounds(tb testing.TB, ctx context.Context, server, client peer, size int, seen, next func([]byte) bool) error {
	tb.Helper()
	served := make(chan error, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e, err := server.accept(w, r)
		if err != nil {
			served <- err
			return
		}
		defer e.drop()
		var wrote error
		err = e.stream(ctx, make([]byte, size+1), func(msg []byte) bool {
			wrote = e.write(ctx, msg)
			return wrote == nil
		})
		if wrote == nil {
			err = nil // the client has hung up
		}
		served <- err
	}))
	defer s.Close()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		return err
	}
	defer conn.Close()
	e, err := client.connect(ctx, conn)
	if err != nil {
		return err
	}
	msg := bytes.Repeat([]byte{'x', 0, 'y', 0xff}, (size+3)/4)[:size]
	var wrote error
	send := func() bool {
		wrote = e.write(ctx, msg)
		return wrote == nil
	}
	if !send() {
		return wrote
	}
	err = e.stream(ctx, make([]byte, size+1), func(got []byte) bool {
		return seen(got) && next(got) && send()
	})
	e.drop()
	if wrote != nil {
		err = wrote
	}
	if s := <-served; err == nil {
		err = s
	}
	return err
}
