package wsreference_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	ws "github.com/closurefix/closurefix/wsreference"
)

var deflateModes = []ws.CompressionMode{ws.CompressionContextTakeover, ws.CompressionNoContextTakeover}

// The examples of RFC 7692 7.2.3, byte for byte: "Hello" compressed in
// different ways, as frames of one message.
var deflateExamples = []struct {
	name, rfc string
	parts     []string // payloads of the frames
}{
	{"one block", "7692 7.2.3.1", []string{"\xf2\x48\xcd\xc9\xc9\x07\x00"}},
	{"one block in two frames", "7692 7.2.3.1", []string{"\xf2\x48\xcd", "\xc9\xc9\x07\x00"}},
	{"no compression", "7692 7.2.3.3", []string{"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"}},
	{"final block", "7692 7.2.3.4", []string{"\xf3\x48\xcd\xc9\xc9\x07\x00\x00"}},
	{"two blocks", "7692 7.2.3.5", []string{"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"}},
	{"an empty last frame", "7692 6.2, 7.2.3.1", []string{"\xf2\x48\xcd\xc9\xc9\x07\x00", ""}},
	{"an empty first frame", "7692 6.2, 7.2.3.1", []string{"", "\xf2\x48\xcd\xc9\xc9\x07\x00"}},
}

// packed makes the frames of a message that is compressed already.
func packed(op byte, parts ...string) []wireFrame {
	var list []wireFrame
	for i, s := range parts {
		list = append(list, wireFrame{op: op, payload: []byte(s), more: i < len(parts)-1})
		op = opCont
	}
	list[0].rsv = rsv1
	return list
}

func TestWireDeflateExamples(t *testing.T) {
	var cases []wireCase
	hello := []byte("Hello")
	for _, mode := range deflateModes {
		set := wireSetting{deflate: mode}
		for _, e := range deflateExamples {
			for _, chop := range []int{0, 1} {
				cases = append(cases, wireCase{
					name: fmt.Sprintf("mode %d/%s, chop %d", mode, e.name, chop), rfc: e.rfc, set: set,
					steps: []wireStep{
						sendChopped(chop, packed(opText, e.parts...)...), wantMessage(opText, hello),
						// Every message stands for itself, or goes on from the last.
						sendChopped(chop, packed(opBinary, e.parts...)...), wantMessage(opBinary, hello),
					},
				})
			}
		}
		for name, parts := range map[string][]string{
			"empty message": {"\x00"}, "empty message in two frames": {"\x00", ""},
			"empty message in a stored block": {"\x00\x00\x00\xff\xff\x00"},
		} {
			cases = append(cases, wireCase{
				name: fmt.Sprintf("mode %d/%s", mode, name), rfc: "7692 7.2.3.6", set: set,
				steps: []wireStep{send(packed(opText, parts...)...), wantMessage(opText, nil)},
			})
		}
		cases = append(cases, wireCase{
			name: fmt.Sprintf("mode %d/uncompressed", mode), rfc: "7692 6", set: set,
			steps: []wireStep{
				send(wireFrame{op: opText, payload: hello}), wantMessage(opText, hello),
				send(split(opBinary, pattern(1000), 3)...), wantMessage(opBinary, pattern(1000)),
				send(packed(opText, "\xf2\x48\xcd\xc9\xc9\x07\x00")...), wantMessage(opText, hello),
				send(wireFrame{op: opText, payload: hello}), wantMessage(opText, hello),
			},
		})
	}
	// The second "Hello" is a reference to the first.
	cases = append(cases, wireCase{
		name: "sliding window", rfc: "7692 7.2.3.2", set: wireSetting{deflate: ws.CompressionContextTakeover},
		steps: []wireStep{
			send(packed(opText, "\xf2\x48\xcd\xc9\xc9\x07\x00")...), wantMessage(opText, hello),
			send(wireFrame{op: opText, payload: []byte("between, and not compressed")}),
			wantMessage(opText, []byte("between, and not compressed")),
			send(packed(opText, "\xf2\x00\x11\x00\x00")...), wantMessage(opText, hello),
		},
	}, wireCase{
		name: "sliding window without takeover", rfc: "7692 7.1.1, 7.2.2",
		set: wireSetting{deflate: ws.CompressionNoContextTakeover},
		steps: []wireStep{
			send(packed(opText, "\xf2\x48\xcd\xc9\xc9\x07\x00")...), wantMessage(opText, hello),
			send(packed(opText, "\xf2\x00\x11\x00\x00")...), wantFail(1002, 1007),
		},
	})
	runWireCases(t, cases)
}

// deflateCombos are the agreements that two ends can come to.
var deflateCombos = []struct {
	name   string
	mode   ws.CompressionMode
	params string
}{
	{"both keep", ws.CompressionContextTakeover, ""},
	{"server forgets", ws.CompressionContextTakeover, "; server_no_context_takeover"},
	{"client forgets", ws.CompressionContextTakeover, "; client_no_context_takeover"},
	{"both forget", ws.CompressionContextTakeover, "; server_no_context_takeover; client_no_context_takeover"},
	{"no takeover", ws.CompressionNoContextTakeover, ""},
}

func TestWireDeflateMessages(t *testing.T) {
	var cases []wireCase
	long := []byte(strings.Repeat("All work and no play makes a dull test. ", 2000))
	for _, c := range deflateCombos {
		set := wireSetting{deflate: c.mode, params: c.params, limit: 1 << 20, threshold: 1}
		for _, k := range dataKinds {
			for _, n := range []int{1, 126, 1000, 32768, 100000} {
				b := k.fill(n)
				for _, frames := range []int{1, 9} {
					cases = append(cases, wireCase{
						name: fmt.Sprintf("%s/%s/%d in %d", c.name, k.name, n, frames), rfc: "7692 6.1, 6.2, 7.2", set: set,
						steps: []wireStep{
							sendPacked(k.op, b, frames), wantMessage(k.op, b),
							sendPacked(k.op, b, frames), wantMessage(k.op, b),
						},
					})
				}
			}
		}
		// A window of 32 KiB, full and overrun, with plain messages between.
		var steps []wireStep
		for i := range 12 {
			part := long[i*997 : i*997+9000]
			if i%4 == 3 {
				steps = append(steps, send(wireFrame{op: opText, payload: part}))
			} else {
				steps = append(steps, sendPacked(opText, part, 1+i%3))
			}
			steps = append(steps, wantMessage(opText, part))
		}
		cases = append(cases, wireCase{
			name: c.name + "/twelve that resemble each other", rfc: "7692 7.2.1, 7.2.2", set: set, steps: steps,
		}, wireCase{
			name: c.name + "/ping between", rfc: "7692 6.1; 6455 5.4", set: set,
			steps: []wireStep{
				func(p *wirePeer) (bool, error) {
					f := split(opText, p.deflater.message(long), 2)
					f[0].rsv = rsv1
					ping := wireFrame{op: opPing, payload: []byte("middle")}
					return sendChopped(100, f[0], ping, f[1])(p)
				},
				wantPong([]byte("middle")), wantMessage(opText, long),
			},
		}, wireCase{
			name: c.name + "/what is sent is compressed", rfc: "7692 6.1, 7.2.1", set: set,
			steps: []wireStep{
				sendPacked(opText, long, 1),
				wantMessageLike(opText, long, func(m *gotMessage) error {
					if !m.compressed {
						return errors.New("the message was not compressed")
					}
					return nil
				}),
			},
		})
	}

	// Only what reaches the threshold is compressed.
	for _, n := range []int{99, 100} {
		set := wireSetting{deflate: ws.CompressionContextTakeover, threshold: 100, echo: echoWhole}
		cases = append(cases, wireCase{
			name: fmt.Sprintf("threshold 100/%d", n), rfc: "7692 6", set: set,
			steps: []wireStep{
				send(wireFrame{op: opText, payload: letters(n)}),
				wantMessageLike(opText, letters(n), func(m *gotMessage) error {
					if m.compressed != (n >= 100) {
						return fmt.Errorf("compressed: %v", m.compressed)
					}
					return nil
				}),
			},
		})
	}
	runWireCases(t, cases)
}

func TestWireDeflateMisuse(t *testing.T) {
	var cases []wireCase
	good := "\xf2\x48\xcd\xc9\xc9\x07\x00"
	for _, mode := range deflateModes {
		set := wireSetting{deflate: mode}
		add := func(name, rfc string, steps ...wireStep) {
			cases = append(cases, wireCase{name: fmt.Sprintf("mode %d/%s", mode, name), rfc: rfc, set: set, steps: steps})
		}
		for bits := byte(rsv3); bits <= rsv1|rsv2|rsv3; bits += rsv3 {
			if bits != rsv1 {
				for _, op := range []byte{opText, opBinary} {
					add(fmt.Sprintf("RSV %#x/opcode %d", bits, op), "6455 5.2; 7692 6",
						send(wireFrame{op: op, rsv: bits, payload: []byte(good)}), wantFail(1002))
				}
			}
			for _, op := range []byte{opPing, opPong} {
				add(fmt.Sprintf("RSV %#x/opcode %d", bits, op), "7692 6.1",
					send(wireFrame{op: op, rsv: bits}), wantFail(1002))
			}
			closing := closeFrame(1000, "")
			closing.rsv = bits
			add(fmt.Sprintf("RSV %#x/close", bits), "7692 6.1", send(closing), wantFail(1002))
			for _, first := range []byte{0, rsv1} {
				f := packed(opBinary, good[:3], good[3:])
				f[0].rsv, f[1].rsv = first, bits
				add(fmt.Sprintf("RSV %#x/continuation of %#x", bits, first), "7692 6.1", send(f...), wantFail(1002))
			}
		}
		// Data that is not DEFLATE, and references to before the beginning.
		for name, data := range map[string]string{
			"reserved block type":    "\x06",
			"stored length is wrong": "\x00\x05\x00\x00\x00Hello",
			"reference to nothing":   "\xf2\x00\x11\x00\x00",
		} {
			for _, parts := range [][]string{{data}, {data[:1], data[1:]}} {
				add(fmt.Sprintf("broken/%s in %d", name, len(parts)), "7692 7.2.2; 1951",
					send(packed(opText, parts...)...), wantFail(1002, 1007))
			}
		}
		// The limit counts what comes out, not what goes in (RFC 6455 10.4).
		for _, k := range dataKinds {
			zeros := bytes.Repeat([]byte{'0'}, 1<<20)
			for _, frames := range []int{1, 4} {
				add(fmt.Sprintf("bomb/%s in %d", k.name, frames), "6455 7.4.1, 10.4",
					sendPacked(k.op, zeros, frames), wantFail(1009))
				add(fmt.Sprintf("limit/%s exactly in %d", k.name, frames), "6455 10.4",
					sendPacked(k.op, zeros[:32768], frames), wantMessage(k.op, zeros[:32768]))
				add(fmt.Sprintf("limit/%s one more in %d", k.name, frames), "6455 7.4.1, 10.4",
					sendPacked(k.op, zeros[:32769], frames), wantFail(1009))
			}
		}
		add("close inside", "6455 5.5.1", send(packed(opText, good[:3], good[3:])[0], closeFrame(1001, "")), wantClosed(1001))
		add("message inside", "6455 5.4", send(packed(opText, good[:3], good[3:])[0], packed(opText, good)[0]), wantFail(1002))
		for _, r := range []struct {
			name string
			run  func(context.Context, *ws.Conn) error
		}{{"whole", readWhole}, {"stream", readStream}} {
			cases = append(cases, wireCase{
				name: fmt.Sprintf("mode %d/breaks off/%s", mode, r.name), rfc: "6455 7.1.5",
				set: wireSetting{deflate: mode, echo: r.run},
				steps: []wireStep{
					send(packed(opText, good[:4], good[4:])[0]), hangUp, wantBroken,
				},
			})
		}
	}
	runWireCases(t, cases)
}
