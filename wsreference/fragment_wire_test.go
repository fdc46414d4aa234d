package wsreference_test

import (
	"context"
	"fmt"
	"io"
	"testing"

	ws "github.com/closurefix/closurefix/wsreference"
)

func TestWireFragmentation(t *testing.T) {
	var cases []wireCase
	for _, k := range dataKinds {
		b := k.fill(60)
		for _, n := range []int{2, 3, 7, 60, 61} {
			for _, chop := range []int{0, 1} {
				cases = append(cases, wireCase{
					name: fmt.Sprintf("%s/%d frames, chop %d", k.name, n, chop), rfc: "6455 5.4",
					steps: []wireStep{sendChopped(chop, split(k.op, b, n)...), wantMessage(k.op, b)},
				})
			}
		}
		for i, sizes := range [][]int{{0, 60}, {60, 0}, {30, 0, 30}, {0, 60, 0}, {0, 0, 0}, {0, 0}} {
			var frames []wireFrame
			rest, op := b, k.op
			for j, n := range sizes {
				frames = append(frames, wireFrame{op: op, payload: rest[:n], more: j < len(sizes)-1})
				rest, op = rest[n:], opCont
			}
			whole := b[:len(b)-len(rest)]
			cases = append(cases, wireCase{
				name: fmt.Sprintf("%s/empty frames %d", k.name, i), rfc: "6455 5.4",
				steps: []wireStep{send(frames...), wantMessage(k.op, whole)},
			})
		}
		// "Control frames MAY be injected in the middle of a fragmented message."
		for _, chop := range []int{0, 1} {
			frames := split(k.op, b, 3)
			ping := wireFrame{op: opPing, payload: []byte("middle")}
			pong := wireFrame{op: opPong, payload: []byte("middle")}
			cases = append(cases, wireCase{
				name: fmt.Sprintf("%s/ping between, chop %d", k.name, chop), rfc: "6455 5.4, 5.5",
				steps: []wireStep{
					sendChopped(chop, frames[0], ping, frames[1], ping, frames[2]),
					wantPong([]byte("middle")), wantPong([]byte("middle")), wantMessage(k.op, b),
				},
			}, wireCase{
				name: fmt.Sprintf("%s/pong between, chop %d", k.name, chop), rfc: "6455 5.4, 5.5",
				steps: []wireStep{
					sendChopped(chop, frames[0], pong, frames[1], pong, frames[2]), wantMessage(k.op, b),
				},
			}, wireCase{
				name: fmt.Sprintf("%s/close between, chop %d", k.name, chop), rfc: "6455 5.4, 5.5.1",
				steps: []wireStep{
					sendChopped(chop, frames[0], frames[1], closeFrame(1001, "bye")), wantClosed(1001),
				},
			})
		}
		// The pong must come while the message is still open.
		cases = append(cases, wireCase{
			name: k.name + "/ping answered at once", rfc: "6455 5.4, 5.5.2",
			steps: []wireStep{
				send(split(k.op, b, 2)[0], wireFrame{op: opPing, payload: []byte("now")}),
				wantPong([]byte("now")),
				send(split(k.op, b, 2)[1]),
				wantMessage(k.op, b),
			},
		})

		for _, more := range []bool{false, true} {
			lone := wireFrame{op: opCont, payload: b, more: more}
			cases = append(cases, wireCase{
				name: fmt.Sprintf("%s/continuation first, more %v", k.name, more), rfc: "6455 5.4",
				steps: []wireStep{send(lone, wireFrame{op: k.op, payload: b}), wantFail(1002)},
			}, wireCase{
				name: fmt.Sprintf("%s/continuation after a message, more %v", k.name, more), rfc: "6455 5.4",
				steps: []wireStep{
					send(wireFrame{op: k.op, payload: b}, lone), wantMessage(k.op, b), wantFail(1002),
				},
			}, wireCase{
				name: fmt.Sprintf("%s/continuation after a fragmented message, more %v", k.name, more), rfc: "6455 5.4",
				steps: []wireStep{
					send(append(split(k.op, b, 2), lone)...), wantMessage(k.op, b), wantFail(1002),
				},
			})
			for _, second := range dataKinds {
				cases = append(cases, wireCase{
					name: fmt.Sprintf("%s/%s inside, more %v", k.name, second.name, more), rfc: "6455 5.4",
					steps: []wireStep{
						sendChopped(9, split(k.op, b, 2)[0], wireFrame{op: second.op, payload: b, more: more}),
						wantFail(1002),
					},
				})
			}
		}
	}
	runWireCases(t, cases)
}

// Messages of many sizes in frames and writes of many sizes.
func TestWireAutoFragmentation(t *testing.T) {
	var cases []wireCase
	for _, k := range dataKinds {
		for _, n := range []int{1 << 10, 64 << 10, 1 << 20} {
			b := k.fill(n)
			for _, frame := range []int{64, 256, 4 << 10, 64 << 10, n} {
				if frame > n || n/frame > 1024 || frame == 64<<10 && n == frame {
					continue
				}
				cases = append(cases, wireCase{
					name: fmt.Sprintf("%s/%d in frames of %d", k.name, n, frame), rfc: "6455 5.4",
					set: wireSetting{limit: 2 << 20},
					steps: []wireStep{
						sendChopped(max(1, frame*2/3), split(k.op, b, n/frame)...), wantMessage(k.op, b),
					},
				})
			}
		}
	}

	// What a Writer makes of many small writes, and of none, is one message.
	for _, k := range dataKinds {
		for _, sizes := range [][]int{{}, {0}, {1}, {1, 1}, {0, 5, 0}, {100, 5000, 1}, {4096, 4096}, {70000, 3}, {1, 200000}} {
			var whole []byte
			for _, n := range sizes {
				whole = append(whole, k.fill(n)...)
			}
			writer := func(ctx context.Context, c *ws.Conn) error {
				w, err := c.Writer(ctx, ws.MessageType(k.op))
				if err != nil {
					return err
				}
				for _, n := range sizes {
					if _, err := w.Write(k.fill(n)); err != nil {
						return err
					}
				}
				if err := w.Close(); err != nil {
					return err
				}
				return echoWhole(ctx, c)
			}
			for _, mode := range []ws.CompressionMode{
				ws.CompressionDisabled, ws.CompressionContextTakeover, ws.CompressionNoContextTakeover,
			} {
				cases = append(cases, wireCase{
					name: fmt.Sprintf("%s/writes of %v, mode %d", k.name, sizes, mode), rfc: "6455 5.4, 6.1",
					set:   wireSetting{echo: writer, deflate: mode, threshold: 1},
					steps: []wireStep{wantMessage(k.op, whole)},
				})
			}
		}
	}
	runWireCases(t, cases)
}

func TestWireLimits(t *testing.T) {
	var cases []wireCase
	for _, k := range dataKinds {
		for _, limit := range []int{1, 125, 126, 1000, 65536} {
			set := wireSetting{limit: int64(limit)}
			if limit >= 125 { // the run ends with a short message of its own
				b := k.fill(limit)
				cases = append(cases, wireCase{
					name: fmt.Sprintf("%s/exactly %d", k.name, limit), rfc: "6455 10.4", set: set,
					steps: []wireStep{send(wireFrame{op: k.op, payload: b}), wantMessage(k.op, b)},
				}, wireCase{
					name: fmt.Sprintf("%s/exactly %d in three, twice", k.name, limit), rfc: "6455 10.4", set: set,
					steps: []wireStep{
						send(append(split(k.op, b, 3), split(k.op, b, 3)...)...),
						wantMessage(k.op, b), wantMessage(k.op, b),
					},
				})
			}
			over := k.fill(limit + 1)
			cases = append(cases, wireCase{
				name: fmt.Sprintf("%s/one more than %d", k.name, limit), rfc: "6455 7.4.1, 10.4", set: set,
				steps: []wireStep{send(wireFrame{op: k.op, payload: over}), wantFail(1009)},
			}, wireCase{
				name: fmt.Sprintf("%s/one more than %d in two", k.name, limit), rfc: "6455 7.4.1, 10.4", set: set,
				steps: []wireStep{send(split(k.op, over, 2)...), wantFail(1009)},
			}, wireCase{
				name: fmt.Sprintf("%s/one more than %d without an end", k.name, limit), rfc: "6455 7.4.1, 10.4", set: set,
				steps: []wireStep{
					send(wireFrame{op: k.op, payload: over[:limit], more: true},
						wireFrame{op: opCont, payload: over[limit:], more: true}),
					wantFail(1009),
				},
			}, wireCase{
				name: fmt.Sprintf("%s/huge claim over %d", k.name, limit), rfc: "6455 7.4.1, 10.4", set: set,
				steps: []wireStep{
					send(wireFrame{op: k.op, payload: over, form: form64, claim: 1 << 40, hasClaim: true}),
					wantFail(1009),
				},
			})
		}
		// The default limit is 32 KiB.
		cases = append(cases, wireCase{
			name: k.name + "/exactly the default", rfc: "6455 10.4",
			steps: []wireStep{
				send(wireFrame{op: k.op, payload: k.fill(32768)}), wantMessage(k.op, k.fill(32768)),
			},
		}, wireCase{
			name: k.name + "/one more than the default", rfc: "6455 7.4.1, 10.4",
			steps: []wireStep{send(wireFrame{op: k.op, payload: k.fill(32769)}), wantFail(1009)},
		}, wireCase{
			name: k.name + "/no limit", rfc: "6455 10.4", set: wireSetting{limit: -1},
			steps: []wireStep{
				send(wireFrame{op: k.op, payload: k.fill(4 << 20)}), wantMessage(k.op, k.fill(4<<20)),
			},
		}, wireCase{
			// A header alone must not make the end under test take memory;
			// if it tried to, the test program would die.
			name: k.name + "/huge claim without a limit", rfc: "6455 10.4", set: wireSetting{limit: -1},
			steps: []wireStep{
				send(wireFrame{op: k.op, payload: k.fill(100), form: form64, claim: 1<<63 - 1, hasClaim: true}),
				hangUp, wantBroken,
			},
		})
	}
	runWireCases(t, cases)
}

// readWhole reads one message with Read.
func readWhole(ctx context.Context, c *ws.Conn) error {
	_, _, err := c.Read(ctx)
	return err
}

// readStream reads one message with Reader.
func readStream(ctx context.Context, c *ws.Conn) error {
	_, r, err := c.Reader(ctx)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r)
	return err
}

// A message that breaks off is an error for its reader, never a short message.
func TestWireBrokenOff(t *testing.T) {
	var cases []wireCase
	reads := []struct {
		name string
		run  func(context.Context, *ws.Conn) error
	}{
		{"whole", readWhole}, {"stream", readStream},
	}
	for _, k := range dataKinds {
		for _, r := range reads {
			set := wireSetting{echo: r.run}
			whole := wireFrame{op: k.op, payload: k.fill(100)}
			for _, n := range []int{0, 1, 50, 99} {
				cases = append(cases, wireCase{
					name: fmt.Sprintf("%s/%s/after %d bytes", k.name, r.name, n), rfc: "6455 7.1.5", set: set,
					steps: []wireStep{sendPart(whole, n), hangUp, wantBroken},
				})
			}
			cases = append(cases, wireCase{
				name: k.name + "/" + r.name + "/after a frame", rfc: "6455 7.1.5", set: set,
				steps: []wireStep{send(split(k.op, k.fill(100), 2)[0]), hangUp, wantBroken},
			})
		}
	}
	for _, r := range reads {
		cases = append(cases, wireCase{
			name: r.name + "/before anything", rfc: "6455 7.1.5", set: wireSetting{echo: r.run},
			steps: []wireStep{hangUp, wantBroken},
		})
	}
	runWireCases(t, cases)
}
