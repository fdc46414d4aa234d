package wsreference

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

// TestHeader pins the encoding of headers, with examples of RFC 6455, section
// 5.7, among them.
func TestHeader(t *testing.T) {
	tests := []struct {
		wire string
		h    header
	}{
		{"\x81\x05", header{flags: finBit, opcode: opText, length: 5}},
		{"\x81\x85\x37\xfa\x21\x3d", header{flags: finBit | maskedBit, opcode: opText, key: 0x3d21fa37, length: 5}},
		{"\x01\x03", header{opcode: opText, length: 3}},
		{"\x80\x02", header{flags: finBit, length: 2}},
		{"\x89\x05", header{flags: finBit, opcode: opPing, length: 5}},
		{"\x82\x7e\x01\x00", header{flags: finBit, opcode: opBinary, length: 256}},
		{"\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", header{flags: finBit, opcode: opBinary, length: 65536}},
		{"\xc1\x7d", header{flags: finBit | rsv1Bit, opcode: opText, length: 125}},
		{"\x82\x7e\x00\x7e", header{flags: finBit, opcode: opBinary, length: 126}},
		{"\x82\x7e\xff\xff", header{flags: finBit, opcode: opBinary, length: 65535}},
		{"\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", header{flags: finBit, opcode: opBinary, length: 1<<63 - 1}},
	}
	for _, tt := range tests {
		h, n, err := parseHeader([]byte(tt.wire + "more"))
		if err != nil || n != len(tt.wire) || h != tt.h {
			t.Errorf("parseHeader(%x) = %+v, %d, %v; want %+v", tt.wire, h, n, err, tt.h)
		}
		if b := appendHeader(nil, tt.h); string(b) != tt.wire {
			t.Errorf("appendHeader(%+v) = %x, want %x", tt.h, b, tt.wire)
		}
		for i := range len(tt.wire) {
			if _, _, err := parseHeader([]byte(tt.wire[:i])); err != errShortHeader {
				t.Errorf("parseHeader(%x): %v", tt.wire[:i], err)
			}
			want := io.ErrUnexpectedEOF
			if i == 0 {
				want = io.EOF
			}
			in := inputOf([]byte(tt.wire[:i]))
			if _, err := in.header(); err != errShortHeader {
				t.Errorf("header(%x): %v", tt.wire[:i], err)
			}
			if _, err := in.readHeader(); err != want {
				t.Errorf("readHeader(%x): %v, want %v", tt.wire[:i], err, want)
			}
		}
	}
}

// inputOf returns an input that brings b and has all of it ready.
func inputOf(b []byte) input {
	return newInput(bytes.NewReader(nil), b)
}

// FuzzHeader holds parseHeader against what it says: a header that it accepts
// is written as it was read, and the three ways of reading one agree.
func FuzzHeader(f *testing.F) {
	for _, s := range []string{
		"\x81\x05Hello", "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", "\x89\x00", "\x88\x02\x03\xe8",
		"\x82\x7e\x00\x7d", "\x82\x7e\x01\x00", "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00",
		"\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00", "\x82\xff\x00\x00\x00\x00\x00\x00\xff\xff\x01\x02\x03\x04", "\xff\xff", "\xf3", "",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		h, n, err := parseHeader(b)
		slow := newInput(iotest.OneByteReader(bytes.NewReader(b)), nil)
		h2, err2 := slow.readHeader()
		fast := inputOf(b)
		h3, err3 := fast.header()
		if err == errShortHeader {
			if len(b) >= maxHeaderSize {
				t.Fatalf("%x is too short", b)
			}
			if err2 != io.EOF && err2 != io.ErrUnexpectedEOF || err3 != errShortHeader {
				t.Fatalf("%x: readHeader says %v, header %v", b, err2, err3)
			}
			return
		}
		if err != err2 || err != err3 || h != h2 || h != h3 {
			t.Fatalf("%x: %+v %v, %+v %v, %+v %v", b, h, err, h2, err2, h3, err3)
		}
		if err != nil {
			if v, ok := errors.AsType[violation](err); !ok || v.code != StatusProtocolError {
				t.Fatalf("%x: %v", b, err)
			}
			return
		}
		if n > len(b) || h.length < 0 {
			t.Fatalf("%x: %+v of %d bytes", b, h, n)
		}
		b = bytes.Clone(b[:n])
		if again := appendHeader(nil, h); !bytes.Equal(again, b) {
			t.Fatalf("%x became %x", b, again)
		}
	})
}

// TestMask holds mask against the definition in RFC 6455, section 5.3, for all
// lengths and alignments around the sizes of its loops.
func TestMask(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	src := make([]byte, 2*alignFrom)
	for i := range src {
		src[i] = byte(rnd.Uint32())
	}
	var lengths []int
	for n := range 200 {
		lengths = append(lengths, n, alignFrom-20+n)
	}
	for _, n := range lengths {
		for off := range 9 {
			key := rnd.Uint32()
			var k [4]byte
			binary.LittleEndian.PutUint32(k[:], key)
			in := src[off : off+n]
			want := make([]byte, n)
			for i := range in {
				want[i] = in[i] ^ k[i%4]
			}
			got := make([]byte, n)
			next := mask(got, in, key)
			if !bytes.Equal(got, want) {
				t.Fatalf("%d bytes at %d: wrong", n, off)
			}
			if n%maskBlock == 0 {
				// What a machine does for which there is no assembly.
				portable := make([]byte, n)
				if maskWords(portable, in, key); !bytes.Equal(portable, want) {
					t.Fatalf("%d bytes at %d: wrong by words", n, off)
				}
			}
			// In two parts, and in place.
			cut := rnd.IntN(n + 1)
			got = bytes.Clone(in)
			if mask(got[cut:], got[cut:], mask(got[:cut], got[:cut], key)) != next || !bytes.Equal(got, want) {
				t.Fatalf("%d bytes at %d, cut at %d: wrong", n, off, cut)
			}
		}
	}
}

// checkText is the reference for textCheck: where a text, cut into pieces,
// must be refused. It tries at each byte whether some continuation is valid.
func checkText(p []byte) (firstBad int) {
	for i := 1; i <= len(p); i++ {
		valid := false
		for _, more := range []string{"", "\x80", "\x80\x80", "\x80\x80\x80", "\xbf", "\xbf\x80", "\xbf\x80\x80", "\x90", "\x90\x80", "\x90\x80\x80"} {
			valid = valid || utf8.Valid(append(bytes.Clone(p[:i]), more...))
		}
		if !valid {
			return i - 1
		}
	}
	return len(p)
}

func testText(t *testing.T, p []byte) {
	bad := checkText(p)
	for size := 1; size <= 5; size++ {
		var c textCheck
		for i := 0; i < len(p); i += size {
			end := min(i+size, len(p))
			if ok := c.write(p[i:end]); ok != (end <= bad) {
				t.Fatalf("%x in pieces of %d: %v after %d bytes, but byte %d is the first bad one", p, size, ok, end, bad)
			}
			if end > bad {
				return
			}
		}
		if c.complete() != utf8.Valid(p) {
			t.Fatalf("%x in pieces of %d: complete is %v", p, size, c.complete())
		}
	}
}

var texts = []string{
	"", "a", "κόσμε", "€uro", "\U0001f600", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
	"\xff", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80",
	"\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\x80", "a\x80", "\xe2\x82", "\xe2\x82a", "\xf0\x9f\x98",
	"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xf4\x90\x80\x80edited", "\x80\x80\x80\x80\x80", "\xe2\xe2\x82\xac",
}

func TestText(t *testing.T) {
	for _, s := range texts {
		testText(t, []byte(s))
		testText(t, []byte("ASCII before it "+s+" and behind"))
	}
}

func FuzzText(f *testing.F) {
	for _, s := range texts {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		testText(t, p[:min(len(p), 100)])
	})
}
