package wsreference_test

import (
	"slices"
	"strings"
	"testing"

	ws "github.com/closurefix/closurefix/wsreference"
)

// What a server answers to an offer of permessage-deflate: the parameters of
// its answer, or none at all ("" declines). keep and forget are the outcomes
// in the two modes of compression.
var offers = []struct {
	name, rfc    string
	headers      []string // values of Sec-WebSocket-Extensions
	keep, forget string   // answers; "-" declines, "|" separates allowed ones
}{
	{"nothing offered", "6455 9.1", nil, "-", "-"},
	{"plain", "7692 7.1", []string{"permessage-deflate"},
		"permessage-deflate",
		"permessage-deflate;server_no_context_takeover;client_no_context_takeover"},
	{"with client_max_window_bits", "7692 7.1.2.2", []string{"permessage-deflate; client_max_window_bits"},
		"permessage-deflate",
		"permessage-deflate;server_no_context_takeover;client_no_context_takeover"},
	{"client_max_window_bits=8", "7692 7.1.2.2", []string{"permessage-deflate; client_max_window_bits=8"},
		"permessage-deflate",
		"permessage-deflate;server_no_context_takeover;client_no_context_takeover"},
	{"client_max_window_bits=15", "7692 7.1.2.2", []string{"permessage-deflate; client_max_window_bits=15"},
		"permessage-deflate",
		"permessage-deflate;server_no_context_takeover;client_no_context_takeover"},
	{"client_max_window_bits quoted", "6455 9.1; 7692 5", []string{`permessage-deflate; client_max_window_bits="10"`},
		"permessage-deflate",
		"permessage-deflate;server_no_context_takeover;client_no_context_takeover"},
	{"client_max_window_bits=7", "7692 7.1.2.2", []string{"permessage-deflate; client_max_window_bits=7"}, "-", "-"},
	{"client_max_window_bits=16", "7692 7.1.2.2", []string{"permessage-deflate; client_max_window_bits=16"}, "-", "-"},
	{"client_max_window_bits=010", "7692 7.1.2.2", []string{"permessage-deflate; client_max_window_bits=010"}, "-", "-"},
	{"client_max_window_bits=x", "7692 7.1.2.2", []string{"permessage-deflate; client_max_window_bits=x"}, "-", "-"},
	// compress/flate has no window but 15 bits (go.dev/issue/3155).
	{"server_max_window_bits=8", "7692 7.1.2.1", []string{"permessage-deflate; server_max_window_bits=8"}, "-", "-"},
	{"server_max_window_bits=10", "7692 7.1.2.1", []string{"permessage-deflate; server_max_window_bits=10"}, "-", "-"},
	{"server_max_window_bits=14", "7692 7.1.2.1", []string{"permessage-deflate; server_max_window_bits=14"}, "-", "-"},
	{"server_max_window_bits=15", "7692 7.1.2.1", []string{"permessage-deflate; server_max_window_bits=15"},
		"permessage-deflate;server_max_window_bits=15",
		"permessage-deflate;server_no_context_takeover;client_no_context_takeover;server_max_window_bits=15"},
	{"server_max_window_bits without a value", "7692 7.1.2.1", []string{"permessage-deflate; server_max_window_bits"}, "-", "-"},
	{"server_max_window_bits=16", "7692 7.1.2.1", []string{"permessage-deflate; server_max_window_bits=16"}, "-", "-"},
	{"server_max_window_bits=0", "7692 7.1.2.1", []string{"permessage-deflate; server_max_window_bits=0"}, "-", "-"},
	{"server_no_context_takeover", "7692 7.1.1.1", []string{"permessage-deflate; server_no_context_takeover"},
		"permessage-deflate;server_no_context_takeover",
		"permessage-deflate;server_no_context_takeover;client_no_context_takeover"},
	{"client_no_context_takeover", "7692 7.1.1.2", []string{"permessage-deflate; client_no_context_takeover"},
		"permessage-deflate;client_no_context_takeover",
		"permessage-deflate;server_no_context_takeover;client_no_context_takeover"},
	{"both takeovers off", "7692 7.1.1", []string{"permessage-deflate; server_no_context_takeover; client_no_context_takeover"},
		"permessage-deflate;server_no_context_takeover;client_no_context_takeover",
		"permessage-deflate;server_no_context_takeover;client_no_context_takeover"},
	{"server_no_context_takeover with a value", "7692 7.1.1.1", []string{"permessage-deflate; server_no_context_takeover=1"}, "-", "-"},
	{"client_no_context_takeover with a value", "7692 7.1.1.2", []string{"permessage-deflate; client_no_context_takeover=true"}, "-", "-"},
	{"unknown parameter", "7692 7.1", []string{"permessage-deflate; server_magic"}, "-", "-"},
	{"unknown parameter with a value", "7692 7.1", []string{"permessage-deflate; level=9"}, "-", "-"},
	{"twice server_no_context_takeover", "7692 7.1",
		[]string{"permessage-deflate; server_no_context_takeover; server_no_context_takeover"}, "-", "-"},
	{"twice client_max_window_bits", "7692 7.1",
		[]string{"permessage-deflate; client_max_window_bits=10; client_max_window_bits=11"}, "-", "-"},
	{"another extension", "6455 9.1", []string{"permessage-snappy"}, "-", "-"},
	{"another extension first", "6455 9.1", []string{"permessage-snappy; level=2, permessage-deflate"},
		"permessage-deflate",
		"permessage-deflate;server_no_context_takeover;client_no_context_takeover"},
	{"the old name", "7692 7", []string{"x-webkit-deflate-frame"}, "-", "-"},
	{"fallback", "7692 5.2, 7.1.3", []string{"permessage-deflate; server_max_window_bits=10, permessage-deflate"},
		"permessage-deflate",
		"permessage-deflate;server_no_context_takeover;client_no_context_takeover"},
	{"fallback in another header field", "6455 11.3.2", []string{"permessage-deflate; server_max_window_bits=10", "permessage-deflate; client_no_context_takeover"},
		"permessage-deflate;client_no_context_takeover",
		"permessage-deflate;server_no_context_takeover;client_no_context_takeover"},
	{"the first that can be met", "6455 9.1", []string{"permessage-deflate; server_no_context_takeover, permessage-deflate"},
		"permessage-deflate;server_no_context_takeover",
		"permessage-deflate;server_no_context_takeover;client_no_context_takeover"},
	{"no spaces", "6455 9.1; 7230 3.2.3", []string{"permessage-snappy,permessage-deflate;client_no_context_takeover"},
		"permessage-deflate;client_no_context_takeover",
		"permessage-deflate;server_no_context_takeover;client_no_context_takeover"},
	{"many spaces", "6455 9.1; 7230 3.2.3", []string{"permessage-deflate \t;  client_no_context_takeover \t"},
		"permessage-deflate;client_no_context_takeover",
		"permessage-deflate;server_no_context_takeover;client_no_context_takeover"},
}

// sortedParams brings an extension header value into one form: no spaces, the
// parameters in order.
func sortedParams(s string) string {
	parts := strings.Split(strings.ReplaceAll(s, " ", ""), ";")
	slices.Sort(parts[1:])
	return strings.Join(parts, ";")
}

func TestWireNegotiateServer(t *testing.T) {
	t.Parallel()
	for _, o := range offers {
		for mode, want := range map[ws.CompressionMode]string{
			ws.CompressionDisabled:          "-",
			ws.CompressionContextTakeover:   o.keep,
			ws.CompressionNoContextTakeover: o.forget,
		} {
			t.Run(o.name+"/mode "+string(rune('0'+mode)), func(t *testing.T) {
				t.Parallel()
				var lines string
				for _, h := range o.headers {
					lines += "Sec-WebSocket-Extensions: " + h + "\r\n"
				}
				resp, _ := shakeServer(t, "GET", "HTTP/1.1", rightRequest+lines, &ws.AcceptOptions{CompressionMode: mode})
				if resp.StatusCode != 101 {
					t.Fatalf("RFC %s: status %s", o.rfc, resp.Status)
				}
				got := resp.Header.Values("Sec-WebSocket-Extensions")
				switch {
				case want == "-" && len(got) != 0:
					t.Errorf("RFC %s: answered %q; must decline", o.rfc, got)
				case want != "-" && (len(got) != 1 || sortedParams(got[0]) != sortedParams(want)):
					t.Errorf("RFC %s: answered %q; want %q", o.rfc, got, want)
				}
			})
		}
	}
}

// What is not in the form of RFC 6455 9.1 is never taken for an offer.
func TestWireNegotiateMalformed(t *testing.T) {
	t.Parallel()
	for _, h := range []string{
		"permessage-deflate;", "permessage-deflate;;client_no_context_takeover", "permessage-deflate; =8",
		"permessage-deflate; client_max_window_bits=", "permessage-deflate client_no_context_takeover",
		`permessage-deflate; client_max_window_bits="10`, `permessage-deflate; client_max_window_bits="1 0"`,
		"permessage-deflate/1", "; permessage-deflate", "\"permessage-deflate\"",
	} {
		t.Run(h, func(t *testing.T) {
			t.Parallel()
			resp, _ := shakeServer(t, "GET", "HTTP/1.1", rightRequest+"Sec-WebSocket-Extensions: "+h+"\r\n",
				&ws.AcceptOptions{CompressionMode: ws.CompressionContextTakeover})
			got := resp.Header.Values("Sec-WebSocket-Extensions")
			if resp.StatusCode != 400 && (resp.StatusCode != 101 || len(got) != 0) {
				t.Errorf("RFC 6455 9.1: status %d, answered %q", resp.StatusCode, got)
			}
		})
	}
}

// What a client takes as the answer to its offer (RFC 6455 4.1, RFC 7692 5.1
// and 7.1). ok is for the modes disabled, keep and forget.
var answers = []struct {
	name, rfc string
	headers   []string
	ok        [3]bool
}{
	{"none", "6455 9.1", nil, [3]bool{true, true, true}},
	{"plain", "7692 7.1.1.1", []string{"permessage-deflate"}, [3]bool{false, true, false}},
	{"server forgets", "7692 7.1.1.1", []string{"permessage-deflate; server_no_context_takeover"}, [3]bool{false, true, true}},
	{"client forgets", "7692 7.1.1.2", []string{"permessage-deflate; client_no_context_takeover"}, [3]bool{false, true, false}},
	{"both forget", "7692 7.1.1", []string{"permessage-deflate; client_no_context_takeover; server_no_context_takeover"}, [3]bool{false, true, true}},
	{"server window 8", "7692 7.1.2.1", []string{"permessage-deflate; server_no_context_takeover; server_max_window_bits=8"}, [3]bool{false, true, true}},
	{"server window 15", "7692 7.1.2.1", []string{"permessage-deflate; server_no_context_takeover; server_max_window_bits=15"}, [3]bool{false, true, true}},
	{"server window quoted", "6455 9.1", []string{`permessage-deflate; server_no_context_takeover; server_max_window_bits="12"`}, [3]bool{false, true, true}},
	{"server window 7", "7692 7.1.2.1", []string{"permessage-deflate; server_no_context_takeover; server_max_window_bits=7"}, [3]bool{}},
	{"server window 16", "7692 7.1.2.1", []string{"permessage-deflate; server_no_context_takeover; server_max_window_bits=16"}, [3]bool{}},
	{"server window 08", "7692 7.1.2.1", []string{"permessage-deflate; server_no_context_takeover; server_max_window_bits=08"}, [3]bool{}},
	{"server window without a value", "7692 7.1.2.1", []string{"permessage-deflate; server_no_context_takeover; server_max_window_bits"}, [3]bool{}},
	{"client window not offered", "7692 7.1.2.2", []string{"permessage-deflate; server_no_context_takeover; client_max_window_bits=10"}, [3]bool{}},
	{"client window without a value", "7692 7.1.2.2", []string{"permessage-deflate; server_no_context_takeover; client_max_window_bits"}, [3]bool{}},
	{"takeover with a value", "7692 7.1.1.1", []string{"permessage-deflate; server_no_context_takeover=1"}, [3]bool{}},
	{"unknown parameter", "7692 7.1", []string{"permessage-deflate; server_no_context_takeover; magic"}, [3]bool{}},
	{"a parameter twice", "7692 7.1", []string{"permessage-deflate; server_no_context_takeover; server_no_context_takeover"}, [3]bool{}},
	{"the extension twice", "7692 5.3", []string{"permessage-deflate; server_no_context_takeover, permessage-deflate; server_no_context_takeover"}, [3]bool{}},
	{"the extension twice in two fields", "7692 5.3", []string{"permessage-deflate; server_no_context_takeover", "permessage-deflate; server_no_context_takeover"}, [3]bool{}},
	{"another extension", "6455 4.1", []string{"permessage-snappy"}, [3]bool{}},
	{"another extension too", "6455 4.1", []string{"permessage-deflate; server_no_context_takeover, permessage-snappy"}, [3]bool{}},
	{"malformed", "6455 9.1", []string{"permessage-deflate;;"}, [3]bool{}},
	{"an open quote", "6455 9.1", []string{`permessage-deflate; server_no_context_takeover; server_max_window_bits="12`}, [3]bool{}},
}

func TestWireNegotiateClient(t *testing.T) {
	t.Parallel()
	for _, a := range answers {
		for mode, ok := range a.ok {
			t.Run(a.name+"/mode "+string(rune('0'+mode)), func(t *testing.T) {
				t.Parallel()
				var lines string
				for _, h := range a.headers {
					lines += "Sec-WebSocket-Extensions: " + h + "\r\n"
				}
				err := shakeClient(t, func(r request) string { return rightResponse(r) + lines },
					&ws.DialOptions{CompressionMode: ws.CompressionMode(mode)})
				if (err == nil) != ok {
					t.Errorf("RFC %s: Dial returned %v; may connect: %v", a.rfc, err, ok)
				}
			})
		}
	}
}
