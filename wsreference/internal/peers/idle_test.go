package peers

import (
	"bufio"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"sync"
	"testing"
)

// BenchmarkIdle measures what an idle connection costs: a server has answered
// one message on each of 500 connections, and waits for the next in a goroutine
// per connection: that of the HTTP handler, or, as handler=returned, another.
// The peer is a TCP connection in the same process, about 1 KB, and no more.
//
// Each measurement is made in a process of its own, as the runtime keeps the
// stacks of goroutines that have ended.
func BenchmarkIdle(b *testing.B) {
	for _, handler := range []string{"running", "returned"} {
		b.Run("handler="+handler, func(b *testing.B) {
			for _, p := range alike() {
				b.Run("peer="+p.name, func(b *testing.B) {
					for b.Loop() {
						cmd := exec.Command(os.Args[0], "-test.run=^TestIdleProcess$", "-test.v")
						cmd.Env = append(os.Environ(), "IDLE_PEER="+p.name, "IDLE_HANDLER="+handler)
						out, err := cmd.CombinedOutput()
						m := idleLine.FindSubmatch(out)
						if err != nil || m == nil {
							b.Fatalf("%v: %s", err, out)
						}
						heap, _ := strconv.Atoi(string(m[1]))
						stack, _ := strconv.Atoi(string(m[2]))
						b.ReportMetric(float64(heap), "heap-B/conn")
						b.ReportMetric(float64(stack), "stack-B/conn")
						b.ReportMetric(float64(heap+stack), "B/conn")
					}
				})
			}
		})
	}
}

var idleLine = regexp.MustCompile(`heap (\d+) stack (\d+)`)

// TestIdleProcess is what BenchmarkIdle runs in a process of its own.
func TestIdleProcess(t *testing.T) {
	for _, p := range alike() {
		if p.name == os.Getenv("IDLE_PEER") {
			heap, stack := idleMemory(t, p, os.Getenv("IDLE_HANDLER") == "running")
			t.Logf("heap %d stack %d", heap, stack)
		}
	}
}

// idleMemory returns the bytes of heap and of stack for each idle connection.
func idleMemory(tb testing.TB, p peer, inHandler bool) (heap, stack int64) {
	const conns = 500
	var serving sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	failed := make(chan error, conns)
	handler := func(w http.ResponseWriter, r *http.Request) {
		e, err := p.accept(w, r)
		if err != nil {
			failed <- err
			return
		}
		serve := func() {
			defer e.drop()
			e.whole(ctx, func(msg []byte) bool { return e.write(ctx, msg) == nil })
		}
		if inHandler {
			serve()
		} else {
			serving.Go(serve)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	s := &http.Server{Handler: http.HandlerFunc(handler)}
	serving.Go(func() { s.Serve(l) })
	defer serving.Wait()
	defer s.Close()
	defer cancel()

	clients := make([]net.Conn, conns)
	before := memory()
	for i := range clients {
		if clients[i], err = net.Dial("tcp", l.Addr().String()); err != nil {
			tb.Fatal(err)
		}
		defer clients[i].Close()
	}
	for _, c := range clients {
		if err := rawEcho(c); err != nil {
			tb.Fatal(err)
		}
	}
	after := memory()
	select {
	case err := <-failed:
		tb.Fatal(err)
	default:
	}
	return int64(after.HeapAlloc-before.HeapAlloc) / conns, int64(after.StackInuse-before.StackInuse) / conns
}

// memory returns what is in use after the collector has emptied the pools.
func memory() (m runtime.MemStats) {
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return m
}

// rawEcho does the handshake over c, sends one message, and reads it back,
// with no more than a few bytes of memory kept.
func rawEcho(c net.Conn) error {
	const key = "dGhlIHNhbXBsZSBub25jZQ=="
	_, err := fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n", key)
	if err != nil {
		return err
	}
	br := bufio.NewReader(c)
	resp, err := http.ReadResponse(br, nil)
	if err != nil {
		return err
	}
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	if got := resp.Header.Get("Sec-Websocket-Accept"); got != base64.StdEncoding.EncodeToString(sum[:]) {
		return fmt.Errorf("status %d, key %q", resp.StatusCode, got)
	}
	if _, err := c.Write([]byte("\x82\x85\x00\x00\x00\x00hello")); err != nil { // masked, by zeros
		return err
	}
	for _, want := range []byte("\x82\x05hello") {
		b, err := br.ReadByte()
		if err != nil || b != want {
			return fmt.Errorf("byte %#x, %v; want %#x", b, err, want)
		}
	}
	return nil
}
