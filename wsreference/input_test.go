package wsreference

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"
)

// TestInput reads a stream by all methods of an input, in pieces of all sizes,
// from readers that bring as much as they can, a half, or one byte; the error
// at the end comes behind the last byte or with it.
func TestInput(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	stream := make([]byte, 20_000)
	for i := range stream {
		stream[i] = byte(rnd.Uint32())
	}
	for name, wrap := range map[string]func(io.Reader) io.Reader{
		"whole":          func(r io.Reader) io.Reader { return r },
		"half":           iotest.HalfReader,
		"byte":           iotest.OneByteReader,
		"error with end": iotest.DataErrReader,
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 {
				early := rnd.IntN(64)
				in := newInput(wrap(bytes.NewReader(stream[early:])), stream[:early])
				var got []byte
				var err error
				for err == nil {
					p := make([]byte, rnd.IntN(200))
					n := 0
					switch rnd.IntN(3) {
					case 0:
						n = in.take(p)
					case 1:
						n, err = in.Read(p)
						if n == 0 && err == nil && len(p) > 0 {
							t.Fatal("Read brings neither bytes nor an error")
						}
					default:
						if len(in.ahead) < 14 {
							had := len(in.ahead)
							if err = in.more(); err == nil && len(in.ahead) <= had {
								t.Fatalf("more has brought %d bytes to %d", had, len(in.ahead))
							}
						}
					}
					got = append(got, p[:n]...)
				}
				got = append(got, in.ahead...)
				if err != io.EOF || !bytes.Equal(got, stream) {
					t.Fatalf("%d bytes, %v; want the %d of the stream", len(got), err, len(stream))
				}
			}
		})
	}
}
