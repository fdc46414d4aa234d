//go:build !purego

package wsreference

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// TestMaskKernels holds both kernels against maskWords, apart and in place, at
// all alignments. A processor without AVX2 cannot run one of them.
func TestMaskKernels(t *testing.T) {
	kernels := map[string]func(dst, src []byte, key uint32){"SSE2": maskSSE2}
	if hasAVX2 {
		kernels["AVX2"] = maskAVX2
	}
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
