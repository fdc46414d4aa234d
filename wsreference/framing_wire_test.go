package wsreference_test

import (
	"errors"
	"fmt"
	"testing"
)

// Payload lengths on both sides of each length form (RFC 6455 5.2).
var edgeLengths = []int{0, 1, 125, 126, 127, 128, 65535, 65536, 65537}

// dataKinds are the two message types, with payloads that fit them.
var dataKinds = []struct {
	name string
	op   byte
	fill func(int) []byte
}{{"text", opText, letters}, {"binary", opBinary, pattern}}

func TestWireFraming(t *testing.T) {
	var cases []wireCase
	roomy := wireSetting{limit: 1 << 20}
	for _, k := range dataKinds {
		for _, n := range edgeLengths {
			b := k.fill(n)
			f := wireFrame{op: k.op, payload: b}
			cases = append(cases, wireCase{
				name: fmt.Sprintf("%s/%d", k.name, n), rfc: "6455 5.2, 5.6", set: roomy,
				steps: []wireStep{send(f), wantMessage(k.op, b)},
			})
			chop := max(1, n/50)
			cases = append(cases, wireCase{
				name: fmt.Sprintf("%s/%d in writes of %d", k.name, n, chop), rfc: "6455 5.2, 5.6", set: roomy,
				steps: []wireStep{sendChopped(chop, f), wantMessage(k.op, b)},
			})
		}
		cases = append(cases, wireCase{
			name: k.name + "/two in one write", rfc: "6455 5.2", set: roomy,
			steps: []wireStep{
				send(wireFrame{op: k.op, payload: k.fill(300)}, wireFrame{op: k.op, payload: k.fill(7)}),
				wantMessage(k.op, k.fill(300)), wantMessage(k.op, k.fill(7)),
			},
		})
		// "The minimal number of bytes MUST be used to encode the length."
		for _, long := range []struct {
			n, form int
		}{{0, form16}, {1, form16}, {125, form16}, {0, form64}, {125, form64}, {126, form64}, {65535, form64}} {
			cases = append(cases, wireCase{
				name: fmt.Sprintf("%s/%d in length form %d", k.name, long.n, long.form), rfc: "6455 5.2", set: roomy,
				steps: []wireStep{send(wireFrame{op: k.op, payload: k.fill(long.n), form: long.form}), wantFail(1002)},
			})
		}
		// "The most significant bit MUST be 0."
		for _, claim := range []uint64{1 << 63, 1<<63 | 5, 1<<64 - 1} {
			f := wireFrame{op: k.op, payload: k.fill(5), form: form64, claim: claim, hasClaim: true}
			cases = append(cases, wireCase{
				name: fmt.Sprintf("%s/length %#x", k.name, claim), rfc: "6455 5.2", set: roomy,
				steps: []wireStep{send(f), wantFail(1002)},
			}, wireCase{
				name: fmt.Sprintf("%s/length %#x without a limit", k.name, claim), rfc: "6455 5.2",
				set:   wireSetting{limit: -1},
				steps: []wireStep{send(f), wantFail(1002)},
			})
		}
	}
	runWireCases(t, cases)
}

func TestWirePing(t *testing.T) {
	var cases []wireCase
	for _, n := range []int{0, 1, 2, 124, 125} {
		b := pattern(n) // a ping's payload is not text: any byte will do
		f := wireFrame{op: opPing, payload: b}
		cases = append(cases,
			wireCase{name: fmt.Sprintf("ping/%d", n), rfc: "6455 5.5.2, 5.5.3",
				steps: []wireStep{send(f), wantPong(b)}},
			wireCase{name: fmt.Sprintf("ping/%d in writes of 1", n), rfc: "6455 5.5.2, 5.5.3",
				steps: []wireStep{sendChopped(1, f), wantPong(b)}},
			wireCase{name: fmt.Sprintf("pong/%d unsolicited", n), rfc: "6455 5.5.3",
				steps: []wireStep{send(wireFrame{op: opPong, payload: b})}},
		)
	}
	for _, op := range []byte{opPing, opPong} {
		for _, n := range []int{126, 127, 65535, 65536} {
			cases = append(cases, wireCase{
				name: fmt.Sprintf("opcode %d/%d is too long", op, n), rfc: "6455 5.5",
				steps: []wireStep{send(wireFrame{op: op, payload: pattern(n)}), wantFail(1002)},
			})
		}
		for _, form := range []int{form16, form64} {
			cases = append(cases, wireCase{
				name: fmt.Sprintf("opcode %d/5 in length form %d", op, form), rfc: "6455 5.2, 5.5",
				steps: []wireStep{send(wireFrame{op: op, payload: pattern(5), form: form}), wantFail(1002)},
			})
		}
		cases = append(cases, wireCase{
			name: fmt.Sprintf("opcode %d/fragmented", op), rfc: "6455 5.4, 5.5",
			steps: []wireStep{send(split(op, []byte("fragment"), 2)...), wantFail(1002)},
		})
	}

	var ten []wireFrame
	steps := []wireStep{nil}
	for i := range 10 {
		b := fmt.Appendf(nil, "ping %d", i)
		ten = append(ten, wireFrame{op: opPing, payload: b})
		steps = append(steps, wantPong(b))
	}
	for _, chop := range []int{0, 1} {
		steps := append([]wireStep{sendChopped(chop, ten...)}, steps[1:]...)
		cases = append(cases, wireCase{
			name: fmt.Sprintf("ping/ten at once, chop %d", chop), rfc: "6455 5.5.2", steps: steps,
		})
	}
	cases = append(cases,
		wireCase{name: "ping/between pongs", rfc: "6455 5.5.3", steps: []wireStep{
			send(wireFrame{op: opPong, payload: []byte("a")}, wireFrame{op: opPing, payload: []byte("b")},
				wireFrame{op: opPong, payload: []byte("c")}),
			wantPong([]byte("b")),
		}},
		wireCase{name: "ping/between messages", rfc: "6455 5.5.2", steps: []wireStep{
			send(wireFrame{op: opText, payload: []byte("one")}, wireFrame{op: opPing},
				wireFrame{op: opText, payload: []byte("two")}),
			wantMessage(opText, []byte("one")), wantPong(nil), wantMessage(opText, []byte("two")),
		}},
		wireCase{name: "ping/does not count against the limit", rfc: "6455 5.5.2, 10.4",
			set: wireSetting{limit: 20}, steps: []wireStep{
				send(wireFrame{op: opText, payload: letters(10), more: true},
					wireFrame{op: opPing, payload: pattern(100)},
					wireFrame{op: opCont, payload: letters(10)}),
				wantPong(pattern(100)), wantMessage(opText, append(letters(10), letters(10)...)),
			}},
	)
	runWireCases(t, cases)
}

func TestWireReservedBits(t *testing.T) {
	var cases []wireCase
	for bits := byte(rsv3); bits <= rsv1|rsv2|rsv3; bits += rsv3 {
		for _, op := range []byte{opText, opBinary, opPing, opPong, opClose} {
			f := wireFrame{op: op, rsv: bits}
			if op == opClose {
				f = closeFrame(1000, "")
				f.rsv = bits
			}
			cases = append(cases, wireCase{
				name: fmt.Sprintf("RSV %#x/opcode %d", bits, op), rfc: "6455 5.2",
				steps: []wireStep{send(f), wantFail(1002)},
			})
		}
		cases = append(cases, wireCase{
			name: fmt.Sprintf("RSV %#x/after a message", bits), rfc: "6455 5.2",
			steps: []wireStep{
				send(wireFrame{op: opText, payload: []byte("fine")},
					wireFrame{op: opText, payload: []byte("not fine"), rsv: bits}),
				wantMessage(opText, []byte("fine")), wantFail(1002),
			},
		}, wireCase{
			name: fmt.Sprintf("RSV %#x/continuation", bits), rfc: "6455 5.2, 5.4",
			steps: []wireStep{
				send(wireFrame{op: opText, payload: []byte("fine"), more: true},
					wireFrame{op: opCont, payload: []byte("not fine"), rsv: bits}),
				wantFail(1002),
			},
		})
	}
	runWireCases(t, cases)
}

func TestWireOpcodes(t *testing.T) {
	var cases []wireCase
	for _, op := range []byte{3, 4, 5, 6, 7, 11, 12, 13, 14, 15} {
		for _, n := range []int{0, 5} {
			f := wireFrame{op: op, payload: letters(n)}
			cases = append(cases, wireCase{
				name: fmt.Sprintf("opcode %d/%d", op, n), rfc: "6455 5.2",
				steps: []wireStep{send(f), wantFail(1002)},
			}, wireCase{
				name: fmt.Sprintf("opcode %d/%d after a message", op, n), rfc: "6455 5.2",
				steps: []wireStep{
					sendChopped(3, wireFrame{op: opText, payload: []byte("fine")}, f),
					wantMessage(opText, []byte("fine")), wantFail(1002),
				},
			})
		}
		cases = append(cases, wireCase{
			name: fmt.Sprintf("opcode %d/inside a message", op), rfc: "6455 5.2, 5.4",
			steps: []wireStep{
				send(wireFrame{op: opText, payload: []byte("fine"), more: true}, wireFrame{op: op}),
				wantFail(1002),
			},
		})
	}
	runWireCases(t, cases)
}

// A frame from a client is masked, a frame from a server is not
// (RFC 6455 5.1); the end that finds it otherwise must close.
func TestWireMasking(t *testing.T) {
	var cases []wireCase
	wrong := func(f wireFrame) wireFrame {
		f.flipMask = true
		return f
	}
	for _, op := range []byte{opText, opBinary, opPing, opPong} {
		for _, n := range []int{0, 5, 125} {
			cases = append(cases, wireCase{
				name: fmt.Sprintf("wrong mask/opcode %d/%d", op, n), rfc: "6455 5.1",
				steps: []wireStep{send(wrong(wireFrame{op: op, payload: letters(n)})), wantFail(1002)},
			})
		}
	}
	cases = append(cases,
		wireCase{name: "wrong mask/close", rfc: "6455 5.1",
			steps: []wireStep{send(wrong(closeFrame(1000, ""))), wantFail(1002)}},
		wireCase{name: "wrong mask/after a message", rfc: "6455 5.1", steps: []wireStep{
			send(wireFrame{op: opText, payload: []byte("fine")}, wrong(wireFrame{op: opText})),
			wantMessage(opText, []byte("fine")), wantFail(1002),
		}},
		wireCase{name: "wrong mask/continuation", rfc: "6455 5.1, 5.4", steps: []wireStep{
			send(wireFrame{op: opText, payload: []byte("fine"), more: true}, wrong(wireFrame{op: opCont})),
			wantFail(1002),
		}},
	)
	// Any key is a key, and unmasking must not depend on where a frame, a
	// write or a word ends.
	for _, key := range [][4]byte{{0, 0, 0, 1}, {0xff, 0xff, 0xff, 0xff}, {1, 2, 3, 4}, {0x80, 0, 0, 0x7f}} {
		for _, n := range []int{1, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 127, 1025} {
			b := pattern(n)
			cases = append(cases, wireCase{
				name: fmt.Sprintf("key %x/%d", key, n), rfc: "6455 5.3", only: "server",
				steps: []wireStep{
					sendChopped(5, wireFrame{op: opBinary, payload: b, key: key}),
					wantMessage(opBinary, b),
				},
			})
		}
	}
	// "The masking key needs to be unpredictable": at least not the same.
	fresh := make([]wireStep, 0, 17)
	for i := range 8 {
		b := []byte{byte(i)}
		fresh = append(fresh, send(wireFrame{op: opBinary, payload: b}), wantMessage(opBinary, b))
	}
	fresh = append(fresh, func(p *wirePeer) (bool, error) {
		if len(p.keys) < 8 {
			return false, errors.New("a masking key was used twice in eight frames")
		}
		return false, nil
	})
	cases = append(cases, wireCase{name: "fresh keys", rfc: "6455 5.3, 10.3", only: "client", steps: fresh})
	runWireCases(t, cases)
}
