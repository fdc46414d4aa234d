//go:build !race

package peers

import (
	"context"
	"fmt"
	"testing"

	ws "github.com/closurefix/closurefix/wsreference"
)

// TestAllocs counts the allocations of wsreference's messages on both kinds of
// context: none for a Reader and a Writer, and one, the message, for Read.
func TestAllocs(t *testing.T) {
	cancelable, cancel := context.WithCancel(context.Background())
	defer cancel()
	for _, size := range benchSizes {
		for _, client := range []bool{false, true} {
			for name, ctx := range map[string]context.Context{"background": context.Background(), "cancelable": cancelable} {
				t.Run(fmt.Sprintf("size=%d/client=%v/ctx=%s", size, client, name), func(t *testing.T) {
					buf := make([]byte, size+1)
					ops := []struct {
						name string
						want float64
						op   func(c *ws.Conn) error
					}{
						{"Reader", 0, func(c *ws.Conn) error {
							_, r, err := c.Reader(ctx)
							if err != nil {
								return err
							}
							_, err = fill(r, buf)
							return err
						}},
						{"Read", 1, func(c *ws.Conn) error {
							_, _, err := c.Read(ctx)
							return err
						}},
						{"Write", 0, func(c *ws.Conn) error { return c.Write(ctx, ws.MessageBinary, buf[:size]) }},
						{"Writer", 0, func(c *ws.Conn) error {
							w, err := c.Writer(ctx, ws.MessageBinary)
							if err != nil {
								return err
							}
							if _, err := w.Write(buf[:size]); err != nil {
								return err
							}
							return w.Close()
						}},
					}
					for _, o := range ops {
						c := fed(t, context.Background(), ours(), client, size).(ourEnd).c
						run := func() {
							if err := o.op(c); err != nil {
								t.Fatal(err)
							}
						}
						for range 3 { // the first ones set up buffers
							run()
						}
						if got := testing.AllocsPerRun(200, run); got != o.want {
							t.Errorf("%s: %v allocations; want %v", o.name, got, o.want)
						}
					}
				})
			}
		}
	}
}
