//go:build !purego

package wsreference

// hasAVX2 is as good as a constant.
var hasAVX2 = avx2()

// avx2 reports whether the processor has AVX2, and the system saves its
// registers.
func avx2() bool

// maskBlocks is maskWords by wider words.
func maskBlocks(dst, src []byte, key uint32) {
	if hasAVX2 {
		maskAVX2(dst, src, key)
	} else {
		maskSSE2(dst, src, key)
	}
}

// maskSSE2 is for every amd64 processor.
//
//go:noescape
func maskSSE2(dst, src []byte, key uint32)

// maskAVX2 needs what avx2 reports.
//
//go:noescape
func maskAVX2(dst, src []byte, key uint32)
