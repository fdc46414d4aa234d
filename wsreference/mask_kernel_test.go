//go:build (amd64 || arm64) && !purego

package wsreference

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// TestMaskKernels holds the kernels in assembly against maskWords, apart and in
// place, at all alignments.
func TestMaskKernels(t *testing.T) {
	kernels := maskKernels()
	rnd := rand.New(rand.NewPCG(9, 10))
	src := make([]byte, 1000)
	for i := range src {
		src[i] = byte(rnd.Uint32())
	}
	for name, kernel := range kernels {
		for n := 0; n <= 5*maskBlock; n += maskBlock {
			for off := range 2 * maskAlign {
				key := rnd.Uint32()
				in := src[off : off+n]
				want := make([]byte, n)
				maskWords(want, in, key)
				got := make([]byte, n+2)
				if kernel(got[1:1+n], in, key); !bytes.Equal(got[1:1+n], want) || got[0] != 0 || got[n+1] != 0 {
					t.Fatalf("%s: %d bytes at %d: wrong", name, n, off)
				}
				place := bytes.Clone(src)
				kernel(place[off:off+n], place[off:off+n], key)
				if !bytes.Equal(place[off:off+n], want) || !bytes.Equal(place[:off], src[:off]) || !bytes.Equal(place[off+n:], src[off+n:]) {
					t.Fatalf("%s: %d bytes at %d in place: wrong", name, n, off)
				}
			}
		}
	}
}
