package wsreference

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// deflated returns p as a compressed message, the tail removed.
func deflated(t *testing.T, p []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err == nil {
		_, err = w.Write(p)
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\x00\x00\xff\xff"))
}

// inflate returns what a compressed message holds that refers to no other.
func inflate(t *testing.T, b []byte) []byte {
	t.Helper()
	got, err := io.ReadAll(flate.NewReader(io.MultiReader(bytes.NewReader(b), strings.NewReader(deflateTail))))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// deflatePeer returns a Conn that has agreed on compression, and its peer.
func deflatePeer(t *testing.T, readTakeover bool) (*Conn, *rawPeer) {
	return newPeer(t, peerConfig{connConfig: connConfig{deflate: &deflateParams{readTakeover: readTakeover}}})
}

// TestDeflateEcho sends messages of all kinds through both ends.
func TestDeflateEcho(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	random := make([]byte, 200_000)
	for i := range random {
		random[i] = byte(rnd.Uint32())
	}
	text := []byte(strings.Repeat("The quick brown fox jumps over the lazy dog. ", 5000))
	for _, mode := range []CompressionMode{CompressionContextTakeover, CompressionNoContextTakeover} {
		client, server := pipeConns(mode)
		client.messages.deflate.threshold, server.messages.deflate.threshold = 1, 1
		client.SetReadLimit(-1)
		server.SetReadLimit(-1)
		done := make(chan error)
		go func() { done <- echo(t.Context(), server) }()
		for _, data := range [][]byte{text, random} {
			for _, size := range []int{0, 1, 2, 100, 511, 512, 4091, 4092, 4093, 4096, 4097, 32767, 32768, 32769, 100_000, len(random)} {
				msg := data[:size]
				// The echo comes while the message is still being sent.
				wrote := make(chan error, 1)
				go func() { wrote <- client.Write(t.Context(), MessageBinary, msg) }()
				_, got, err := client.Read(t.Context())
				if err != nil || !bytes.Equal(got, msg) {
					t.Fatalf("mode %d, %d bytes: %d bytes, %v", mode, size, len(got), err)
				}
				if err := <-wrote; err != nil {
					t.Errorf("mode %d, %d bytes: %v", mode, size, err)
				}
			}
		}
		client.CloseNow()
		<-done
		server.CloseNow()
	}
}

// TestDeflateSaves pins that the bits on the wire are what was agreed on: RSV1
// on the first frame only, and references to earlier messages only with
// context takeover.
func TestDeflateSaves(t *testing.T) {
	msg := []byte(strings.Repeat("0123456789abcdefghijklmnopqrstuvwxyz", 20))
	for _, takeover := range []bool{false, true} {
		c, p := newPeer(t, peerConfig{connConfig: connConfig{deflate: &deflateParams{writeTakeover: takeover}, threshold: 100}})
		var sizes []int
		for range 2 {
			if err := c.Write(t.Context(), MessageText, msg); err != nil {
				t.Fatal(err)
			}
			h, b, err := p.next()
			if err != nil || !h.rsv1() || !h.fin() || bytes.HasSuffix(b, []byte("\x00\x00\xff\xff")) {
				t.Errorf("frame %+v %x, %v", h, b, err)
			}
			sizes = append(sizes, len(b))
		}
		if sizes[0] > len(msg)/2 || (sizes[1] < sizes[0]/2) != takeover {
			t.Errorf("takeover %v: %d bytes became %v", takeover, len(msg), sizes)
		}
		if err := c.Write(t.Context(), MessageText, msg[:99]); err != nil {
			t.Fatal(err)
		}
		if h, b, err := p.next(); err != nil || h.rsv1() || !bytes.Equal(b, msg[:99]) {
			t.Errorf("below the threshold: frame %+v %q, %v", h, b, err)
		}
	}
	// In fragments.
	c, p := newPeer(t, peerConfig{connConfig: connConfig{deflate: new(deflateParams)}})
	random := make([]byte, 10_000)
	for i := range random {
		random[i] = byte(rand.Uint32())
	}
	if err := c.Write(t.Context(), MessageBinary, random); err != nil {
		t.Fatal(err)
	}
	var all []byte
	for n := 0; ; n++ {
		h, b, err := p.next()
		if err != nil || h.rsv1() != (n == 0) || (h.opcode == opContinuation) != (n > 0) {
			t.Fatalf("frame %d: %+v, %v", n, h, err)
		}
		if all = append(all, b...); h.fin() {
			break
		}
	}
	got, err := io.ReadAll(flate.NewReader(io.MultiReader(bytes.NewReader(all), strings.NewReader(deflateTail))))
	if err != nil || !bytes.Equal(got, random) {
		t.Errorf("the frames hold %d bytes, %v", len(got), err)
	}
}

// TestInflate has the examples of RFC 7692, section 7.2.3, and other messages
// that a peer may send.
func TestInflate(t *testing.T) {
	final := func(p string) string {
		var b bytes.Buffer
		w, _ := flate.NewWriter(&b, flate.BestSpeed)
		w.Write([]byte(p))
		w.Close()
		return b.String()
	}
	tests := []struct {
		name     string
		takeover bool
		messages []string
		want     []string // "!" for a violation
	}{
		{"one block", false, []string{"\xf2\x48\xcd\xc9\xc9\x07\x00"}, []string{"Hello"}},
		{"shared window", true, []string{"\xf2\x48\xcd\xc9\xc9\x07\x00", "\xf2\x00\x11\x00\x00"}, []string{"Hello", "Hello"}},
		{"window not shared", false, []string{"\xf2\x48\xcd\xc9\xc9\x07\x00", "\xf2\x00\x11\x00\x00"}, []string{"Hello", "!"}},
		{"stored block", false, []string{"\x00\x05\x00\xfa\xffHello\x00"}, []string{"Hello"}},
		{"final block", false, []string{"\xf3\x48\xcd\xc9\xc9\x07\x00\x00"}, []string{"Hello"}},
		{"two blocks", false, []string{"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"}, []string{"Hello"}},
		{"empty", false, []string{"\x00", "\x02\x00"}, []string{"", ""}},
		{"empty without the one byte", false, []string{"", "\x00"}, []string{"", ""}},
		{"final block without padding", false, []string{final("Hello")}, []string{"Hello"}},
		{"two streams", false, []string{final("Hel") + final("lo") + "\x00"}, []string{"Hello"}},
		{"two streams, then a reference", true, []string{final("Hel") + final("lo"), "\xf2\x00\x11\x00\x00"}, []string{"Hello", "Hello"}},
		{"reserved block type", false, []string{"\x07"}, []string{"!"}},
		{"stored length wrong", false, []string{"\x00\x05\x00\xfa\xfeHello\x00"}, []string{"!"}},
		{"cut off", false, []string{"\xf2\x48\xcd"}, []string{"!"}},
		{"stored block cut off", false, []string{"\x00\x50\x00\xaf\xffHello"}, []string{"!"}},
		{"invalid UTF-8", false, []string{"\x00\x02\x00\xfd\xff\xc3\x28\x00"}, []string{"!"}},
	}
	for _, tt := range tests {
		for _, split := range []bool{false, true} {
			c, p := deflatePeer(t, tt.takeover)
			for i, m := range tt.messages {
				if split { // into frames of one byte
					for j := range len(m) {
						p.frame(header{flags: map[bool]byte{true: rsv1Bit}[j == 0], opcode: map[bool]opcode{true: opText}[j == 0]}, []byte(m[j:j+1]))
					}
					first := len(m) == 0
					p.frame(header{flags: map[bool]byte{false: finBit, true: finBit | rsv1Bit}[first], opcode: map[bool]opcode{true: opText}[first]}, nil)
				} else {
					p.frame(header{flags: finBit | rsv1Bit, opcode: opText}, []byte(m))
				}
				_, got, err := c.Read(t.Context())
				if tt.want[i] != "!" {
					if err != nil || string(got) != tt.want[i] {
						t.Errorf("%s, message %d, split %v: %q, %v; want %q", tt.name, i, split, got, err, tt.want[i])
					}
					continue
				}
				if v, ok := errors.AsType[violation](err); !ok || v.code != StatusInvalidFramePayloadData {
					t.Errorf("%s, message %d, split %v: %q, %v; want a violation", tt.name, i, split, got, err)
				}
			}
		}
	}
}

// TestInflateBrokenOff pins that a network that breaks is not blamed on the data.
func TestInflateBrokenOff(t *testing.T) {
	c, p := deflatePeer(t, false)
	b := p.encode(header{flags: finBit | rsv1Bit, opcode: opText}, []byte("\xf2\x48\xcd\xc9\xc9\x07\x00"))
	p.bytes(b[:len(b)-3])
	p.conn.Close()
	_, _, err := c.Read(t.Context())
	if _, ok := errors.AsType[violation](err); ok || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Read: %v", err)
	}
}

// TestBomb sends small messages that become big: the limit must hold for what
// comes out, and only that may be kept.
func TestBomb(t *testing.T) {
	// 50 MiB. Blocks that end with a flush can be joined, and referring to no
	// other they can be the same: compressing one is enough.
	block := append(deflated(t, make([]byte, 1<<20)), "\x00\x00\xff\xff"...)
	bomb := bytes.TrimSuffix(bytes.Repeat(block, 50), []byte("\x00\x00\xff\xff"))
	for _, takeover := range []bool{false, true} {
		for _, limit := range []int64{0, 1, 1000, defaultReadLimit} {
			c, p := deflatePeer(t, takeover)
			c.SetReadLimit(limit)
			p.frame(header{flags: finBit | rsv1Bit, opcode: opBinary}, bomb)
			_, got, err := c.Read(t.Context())
			if !errors.Is(err, ErrMessageTooBig) || got != nil {
				t.Errorf("limit %d: %d bytes, %v", limit, len(got), err)
			}
			p.wantClose(StatusMessageTooBig)
		}
	}
	// Exactly the limit passes, and one more does not.
	for n, ok := range map[int]bool{1000: true, 1001: false} {
		c, p := deflatePeer(t, false)
		c.SetReadLimit(1000)
		p.frame(header{flags: finBit | rsv1Bit, opcode: opBinary}, deflated(t, make([]byte, n)))
		_, r, err := c.Reader(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if (err == nil) != ok || ok && len(got) != n {
			t.Errorf("message of %d bytes at limit 1000: %d bytes, %v", n, len(got), err)
		}
	}
}

// TestNoOutput sends blocks that hold nothing, for a while: no output, so that
// no limit counts them, must not be taken for the end.
func TestNoOutput(t *testing.T) {
	c, p := deflatePeer(t, false)
	p.frame(header{flags: rsv1Bit, opcode: opText}, bytes.Repeat([]byte("\x00\x00\x00\xff\xff"), 10_000))
	p.frame(header{flags: finBit}, []byte("\xf2\x48\xcd\xc9\xc9\x07\x00"))
	if _, b, err := c.Read(t.Context()); err != nil || string(b) != "Hello" {
		t.Errorf("Read: %q, %v", b, err)
	}
}

func TestWindow(t *testing.T) {
	var w window
	var all []byte
	for i, n := range []int{0, 1, 10, windowSize - 12, 2, 1, 100, windowSize, 3, windowSize + 5, windowSize - 1} {
		p := bytes.Repeat([]byte{byte(i)}, n)
		w.add(p)
		all = append(all, p...)
		if want := all[max(0, len(all)-windowSize):]; !bytes.Equal(w.bytes, want) {
			t.Fatalf("after %d bytes more: %d bytes in the window, want %d", n, len(w.bytes), len(want))
		}
	}
}
