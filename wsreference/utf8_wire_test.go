package wsreference_test

import (
	"context"
	"fmt"
	"testing"

	ws "github.com/closurefix/closurefix/wsreference"
)

// Text whose encodings lie on the edges of UTF-8's ranges (RFC 3629 4).
var validTexts = []string{
	"", "\x00", "\x7f", "\u0080", "\u07ff", "\u0800", "\u0fff", "\u1000", "\ucfff", "\ud000", "\ud7ff",
	"\ue000", "\ufffd", "\ufffe", "\uffff", "\U00010000", "\U0003ffff", "\U00040000", "\U000fffff",
	"\U00100000", "\U0010ffff", "\ufeffmark", "κόσμε", "Hello-µ@ßöäüàá-UTF-8!!", "日本語", "a\U0001f600b",
}

// Byte sequences that no UTF-8 text holds. bad is the index of the byte at
// which no continuation can make it valid any more (RFC 3629 4, the grammar);
// len(text) says that only the end of the message does.
var invalidTexts = []struct {
	text string
	bad  int
}{
	{"\x80", 0}, {"\xbf", 0}, {"\xc0", 0}, {"\xc1", 0}, {"\xf5", 0}, {"\xf8", 0}, {"\xfc", 0}, {"\xfe", 0}, {"\xff", 0},
	{"\xc2\x7f", 1}, {"\xc2\xc2", 1}, {"\xdf\xc0", 1},
	{"\xe0\x80", 1}, {"\xe0\x9f", 1}, {"\xe1\x7f", 1}, {"\xe1\x80\x7f", 2}, {"\xe1\x80\xc0", 2},
	{"\xed\xa0", 1}, {"\xed\xbf", 1}, {"\xef\xbf\x7f", 2}, // the surrogates; U+FFFD cut short
	{"\xf0\x80", 1}, {"\xf0\x8f", 1}, {"\xf0\x90\x7f", 2}, {"\xf1\x80\x80\x7f", 3}, {"\xf1\x80\x80\xc0", 3},
	{"\xf4\x90", 1}, {"\xf4\xbf", 1}, {"\xf4\x8f\xbf\xc0", 3},
	{"\xc2", 1}, {"\xdf", 1}, {"\xe0", 1}, {"\xe0\xa0", 2}, {"\xed\x9f", 2}, {"\xef\xbf", 2},
	{"\xf0", 1}, {"\xf0\x90", 2}, {"\xf0\x90\x80", 3}, {"\xf4\x8f\xbf", 3},
}

func TestWireUTF8Valid(t *testing.T) {
	var cases []wireCase
	for _, s := range validTexts {
		for _, pre := range []string{"", "before: "} {
			b := []byte(pre + s)
			whole := wireFrame{op: opText, payload: b}
			cases = append(cases,
				wireCase{name: fmt.Sprintf("%+q", b), rfc: "6455 5.6, 8.1",
					steps: []wireStep{send(whole), wantMessage(opText, b)}},
				wireCase{name: fmt.Sprintf("%+q in writes of 1", b), rfc: "6455 5.6, 8.1",
					steps: []wireStep{sendChopped(1, whole), wantMessage(opText, b)}},
			)
			if len(b) < 2 {
				continue
			}
			// "A particular text frame might include a partial UTF-8 sequence."
			cases = append(cases, wireCase{
				name: fmt.Sprintf("%+q in frames of 1", b), rfc: "6455 5.6, 8.1",
				steps: []wireStep{send(split(opText, b, len(b))...), wantMessage(opText, b)},
			}, wireCase{
				name: fmt.Sprintf("%+q in frames of 1 with pings between", b), rfc: "6455 5.4, 5.6, 8.1",
				steps: []wireStep{
					send(split(opText, b, len(b))[:len(b)-1]...), send(wireFrame{op: opPing}), wantPong(nil),
					send(split(opText, b, len(b))[len(b)-1]), wantMessage(opText, b),
				},
			})
		}
	}
	runWireCases(t, cases)
}

func TestWireUTF8Invalid(t *testing.T) {
	var cases []wireCase
	for _, c := range invalidTexts {
		for _, pre := range []string{"", "κόσμε: "} {
			b := []byte(pre + c.text)
			bad := len(pre) + c.bad
			name := fmt.Sprintf("%+q", b)
			cases = append(cases, wireCase{
				name: name, rfc: "6455 8.1",
				steps: []wireStep{send(wireFrame{op: opText, payload: b}), wantFail(1007)},
			}, wireCase{
				name: name + " as binary", rfc: "6455 5.6", set: wireSetting{echo: echoWhole},
				steps: []wireStep{send(wireFrame{op: opBinary, payload: b}), wantMessage(opBinary, b)},
			}, wireCase{
				name: name + " unchecked", rfc: "6455 8.1 (opted out)", set: wireSetting{skipUTF8: true, echo: echoStream},
				steps: []wireStep{send(wireFrame{op: opText, payload: b}), wantMessage(opText, b)},
			})
			if len(b) > 1 {
				cases = append(cases, wireCase{
					name: name + " in frames of 1", rfc: "6455 8.1",
					steps: []wireStep{send(split(opText, b, len(b))...), wantFail(1007)},
				})
			}
			if bad == len(b) {
				// Cut short: the text ends inside a character.
				cases = append(cases, wireCase{
					name: name + " and an empty last frame", rfc: "6455 8.1",
					steps: []wireStep{
						send(wireFrame{op: opText, payload: b, more: true}, wireFrame{op: opCont}), wantFail(1007),
					},
				}, wireCase{
					name: name + " and another letter in the next frame", rfc: "6455 8.1",
					steps: []wireStep{
						send(wireFrame{op: opText, payload: b, more: true},
							wireFrame{op: opCont, payload: []byte("x"), more: true}),
						wantFail(1007),
					},
				})
				continue
			}
			// Fail as soon as the byte is there: nothing more comes.
			long := append(b[:bad+1:bad+1], letters(50)...)
			cases = append(cases, wireCase{
				name: name + " at once in a frame", rfc: "6455 8.1",
				steps: []wireStep{sendPart(wireFrame{op: opText, payload: long}, bad+1), wantFail(1007)},
			}, wireCase{
				name: name + " at once in a message", rfc: "6455 8.1",
				steps: []wireStep{
					send(wireFrame{op: opText, payload: b[:bad+1], more: true}), wantFail(1007),
				},
			}, wireCase{
				name: name + " at once in a continuation", rfc: "6455 8.1",
				steps: []wireStep{
					send(wireFrame{op: opText, payload: []byte("fine "), more: true}),
					sendPart(wireFrame{op: opCont, payload: long, more: true}, bad+1), wantFail(1007),
				},
			})
		}
	}
	// A character cut off at the end of one message does not spill into the next.
	cases = append(cases, wireCase{
		name: "state is per message", rfc: "6455 8.1", set: wireSetting{skipUTF8: false},
		steps: []wireStep{
			send(wireFrame{op: opBinary, payload: []byte("\xe1\x80")}, wireFrame{op: opText, payload: []byte("x")}),
			wantMessage(opBinary, []byte("\xe1\x80")), wantMessage(opText, []byte("x")),
		},
	})
	runWireCases(t, cases)
}

func TestWireUTF8Compressed(t *testing.T) {
	var cases []wireCase
	// Each text in one of the modes; both modes have valid and invalid ones.
	for i, c := range invalidTexts {
		b := []byte("text: " + c.text)
		mode, n := deflateModes[i%2], 1+i%3
		cases = append(cases, wireCase{
			name: fmt.Sprintf("mode %d/%+q in %d", mode, b, n), rfc: "6455 8.1; 7692 6.2", set: wireSetting{deflate: mode},
			steps: []wireStep{sendPacked(opText, b, n), wantFail(1007)},
		})
	}
	for i, mode := range deflateModes {
		set := wireSetting{deflate: mode, echo: []func(context.Context, *ws.Conn) error{echoWhole, echoStream}[i]}
		for _, s := range validTexts {
			b := []byte(s)
			cases = append(cases, wireCase{
				name: fmt.Sprintf("mode %d/%+q valid", mode, b), rfc: "6455 8.1; 7692 6.2", set: set,
				steps: []wireStep{
					sendPacked(opText, b, 2), wantMessage(opText, b),
					sendPacked(opBinary, []byte("\xff"), 1), wantMessage(opBinary, []byte("\xff")),
				},
			})
		}
	}
	runWireCases(t, cases)
}
