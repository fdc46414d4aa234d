package wsreference_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	ws "github.com/closurefix/closurefix/wsreference"
)

// Codes that may stand in a close frame (RFC 6455 7.4.1, 7.4.2; 1012 to 1014
// are in the IANA registry that 11.7 sets up), and codes that may not.
var (
	goodCodes = []int{
		1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
	}
	badCodes = []int{
		0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1099, 1100, 1999, 2000, 2999, 5000, 65535,
	}
)

// rawClose makes a close frame with just this body.
func rawClose(body string) wireFrame { return wireFrame{op: opClose, payload: []byte(body)} }

func TestWireClose(t *testing.T) {
	var cases []wireCase
	for _, code := range goodCodes {
		for _, reason := range []string{"", "a reason"} {
			cases = append(cases, wireCase{
				name: fmt.Sprintf("code %d, reason %q", code, reason), rfc: "6455 5.5.1, 7.4",
				steps: []wireStep{send(closeFrame(code, reason)), wantClosed(code)},
			})
		}
	}
	for _, code := range badCodes {
		body := string([]byte{byte(code >> 8), byte(code)})
		for _, reason := range []string{"", "a reason"} {
			cases = append(cases, wireCase{
				name: fmt.Sprintf("bad code %d, reason %q", code, reason), rfc: "6455 7.4.1, 7.4.2",
				steps: []wireStep{send(rawClose(body + reason)), wantFail(1002)},
			})
		}
	}
	for _, s := range validTexts {
		cases = append(cases, wireCase{
			name: fmt.Sprintf("reason %+q", s), rfc: "6455 5.5.1, 8.1",
			steps: []wireStep{send(closeFrame(1000, s)), wantClosed(1000)},
		})
	}
	for _, c := range invalidTexts {
		cases = append(cases, wireCase{
			name: fmt.Sprintf("bad reason %+q", c.text), rfc: "6455 5.5.1, 8.1",
			steps: []wireStep{send(closeFrame(1000, "so: "+c.text)), wantFail(1007)},
		})
	}
	for _, n := range []int{1, 122, 123} {
		cases = append(cases, wireCase{
			name: fmt.Sprintf("reason of %d", n), rfc: "6455 5.5, 5.5.1",
			steps: []wireStep{send(closeFrame(4321, string(letters(n)))), wantClosed(4321)},
		})
	}
	for _, n := range []int{124, 125, 1000} {
		cases = append(cases, wireCase{
			name: fmt.Sprintf("reason of %d is too long", n), rfc: "6455 5.5",
			steps: []wireStep{send(closeFrame(1000, string(letters(n)))), wantFail(1002)},
		})
	}
	for _, chop := range []int{0, 1} {
		cases = append(cases, wireCase{
			name: fmt.Sprintf("no body, chop %d", chop), rfc: "6455 5.5.1, 7.1.5",
			steps: []wireStep{sendChopped(chop, closeFrame(1005, "")), wantClosed(1005)},
		}, wireCase{
			name: fmt.Sprintf("body of 1, chop %d", chop), rfc: "6455 5.5.1",
			steps: []wireStep{sendChopped(chop, rawClose("\x03")), wantFail(1002)},
		}, wireCase{
			name: fmt.Sprintf("fragmented, chop %d", chop), rfc: "6455 5.4, 5.5",
			steps: []wireStep{
				sendChopped(chop, split(opClose, closeFrame(1000, "bye").payload, 2)...), wantFail(1002),
			},
		}, wireCase{
			name: fmt.Sprintf("long length form, chop %d", chop), rfc: "6455 5.2, 5.5",
			steps: []wireStep{
				sendChopped(chop, wireFrame{op: opClose, payload: closeFrame(1000, "").payload, form: form16}),
				wantFail(1002),
			},
		})
	}

	// What comes after a close frame is not looked at.
	for _, after := range []struct {
		name  string
		frame wireFrame
	}{
		{"another close", closeFrame(1001, "again")},
		{"a message", wireFrame{op: opText, payload: []byte("too late")}},
		{"a ping", wireFrame{op: opPing, payload: []byte("too late")}},
		{"a wrong frame", wireFrame{op: 3, rsv: rsv2, payload: []byte("too late")}},
		{"much", wireFrame{op: opBinary, payload: pattern(60000)}},
	} {
		cases = append(cases, wireCase{
			name: "and then " + after.name, rfc: "6455 1.4, 5.5.1",
			steps: []wireStep{send(closeFrame(1000, ""), after.frame), wantClosed(1000)},
		})
	}
	cases = append(cases, wireCase{
		name: "after a message and a ping", rfc: "6455 5.5.1", steps: []wireStep{
			send(wireFrame{op: opText, payload: []byte("one")}, wireFrame{op: opPing}, closeFrame(1001, "")),
			wantMessage(opText, []byte("one")), wantPong(nil), wantClosed(1001),
		},
	})
	runWireCases(t, cases)
}

// closing calls Close while a peer that follows the rules answers.
func closing(code int, reason string, before ...string) func(context.Context, *ws.Conn) error {
	return func(ctx context.Context, c *ws.Conn) error {
		for _, s := range before {
			if err := c.Write(ctx, ws.MessageText, []byte(s)); err != nil {
				return err
			}
		}
		return c.Close(ws.StatusCode(code), reason)
	}
}

// wantResult waits for the echo to end, with an error or without.
func wantResult(fails bool) wireStep {
	return func(p *wirePeer) (bool, error) {
		err, late := p.echoed()
		if late == nil && (err != nil) != fails {
			late = fmt.Errorf("the result is %v; want an error: %v", err, fails)
		}
		return true, late
	}
}

// wantGone waits for the end of the TCP connection. A client waits for its
// server to end it.
func wantGone(p *wirePeer) (bool, error) {
	if p.end == "client" {
		if _, err := hangUp(p); err != nil {
			return true, err
		}
	}
	return true, p.gone()
}

// The end under test closes first.
func TestWireCloseFirst(t *testing.T) {
	var cases []wireCase
	for _, code := range append([]int{1005}, goodCodes...) {
		cases = append(cases, wireCase{
			name: fmt.Sprintf("code %d", code), rfc: "6455 7.1.2", set: wireSetting{echo: closing(code, "")},
			steps: []wireStep{
				wantControl(opClose, closeFrame(code, "").payload), send(closeFrame(code, "")), wantGone, wantResult(false),
			},
		})
	}
	longest := string(letters(123))
	for _, reason := range []string{"bye", "κόσμε", longest} {
		cases = append(cases, wireCase{
			name: fmt.Sprintf("reason %.10q", reason), rfc: "6455 5.5.1, 7.1.6",
			set: wireSetting{echo: closing(1000, reason)},
			steps: []wireStep{
				wantControl(opClose, closeFrame(1000, reason).payload), send(closeFrame(1000, reason)), wantGone, wantResult(false),
			},
		})
	}

	// What the peer sends before its close frame is read and dropped.
	meanwhile := map[string][]wireFrame{
		"a message":            {{op: opText, payload: []byte("still here")}},
		"a pong":               {{op: opPong}},
		"a fragmented message": split(opBinary, pattern(5000), 7),
		"half a message":       {{op: opText, payload: []byte("still"), more: true}},
		"much":                 {{op: opBinary, payload: pattern(100000)}, {op: opBinary, payload: pattern(100000)}},
	}
	for name, frames := range meanwhile {
		cases = append(cases, wireCase{
			name: "meanwhile " + name, rfc: "6455 5.5.1, 7.1.2", set: wireSetting{echo: closing(1000, "", "last words")},
			steps: []wireStep{
				wantMessage(opText, []byte("last words")), wantControl(opClose, closeFrame(1000, "").payload),
				send(append(frames, closeFrame(1000, ""))...), wantGone, wantResult(false),
			},
		})
	}
	// Both ends send a close frame at the same time.
	cases = append(cases, wireCase{
		name: "both at once", rfc: "6455 7.1.2, 7.1.3", set: wireSetting{echo: closing(1000, "", "last words")},
		steps: []wireStep{
			send(closeFrame(1000, "")), wantMessage(opText, []byte("last words")),
			wantControl(opClose, closeFrame(1000, "").payload), wantGone, wantResult(false),
		},
	})
	runWireCases(t, cases)
}

// Close does not put on the wire what no close frame may hold.
func TestWireCloseRefused(t *testing.T) {
	var cases []wireCase
	refuse := func(code int, reason string) func(context.Context, *ws.Conn) error {
		return func(ctx context.Context, c *ws.Conn) error {
			if err := c.Close(ws.StatusCode(code), reason); err == nil {
				return errors.New("Close took it")
			}
			return c.CloseNow()
		}
	}
	judge := func(p *wirePeer) (bool, error) {
		for {
			f, m, err := p.next()
			switch {
			case err == io.EOF, err != nil && strings.Contains(err.Error(), "reset"):
				return true, nil
			case err != nil:
				return true, err
			case m != nil || f.op != opClose:
				return true, errors.New("something other than a close frame")
			case len(f.payload) >= 2:
				// An end may close with another, lawful code.
				code := int(f.payload[0])<<8 | int(f.payload[1])
				for _, good := range goodCodes {
					if code == good {
						return true, nil
					}
				}
				return true, fmt.Errorf("close code %d on the wire", code)
			}
		}
	}
	for _, code := range badCodes {
		if code == 1005 {
			continue // says that no code is to be sent
		}
		cases = append(cases, wireCase{
			name: fmt.Sprintf("code %d", code), rfc: "6455 7.4.1, 7.4.2", set: wireSetting{echo: refuse(code, "")},
			steps: []wireStep{judge},
		})
	}
	for name, reason := range map[string]string{"too long": string(letters(124)), "not UTF-8": "\xff"} {
		cases = append(cases, wireCase{
			name: "reason " + name, rfc: "6455 5.5, 5.5.1", set: wireSetting{echo: refuse(1000, reason)},
			steps: []wireStep{judge},
		})
	}
	runWireCases(t, cases)
}
