//go:build !purego

package wsreference

// hasAVX2 reports whether maskAVX2 can run. It does not change.
var hasAVX2 = avx2()

// avx2 reports whether the processor has AVX2, and the system saves its
// registers.
func avx2() bool

// maskBlocks does what maskWords does, 16 or 32 bytes at a time.
func maskBlocks(dst, src []byte, key uint32) {
	if hasAVX2 {
		maskAVX2(dst, src, key)
	} else {
		maskSSE2(dst, src, key)
	}
}

// maskSSE2 is maskBlocks for all amd64 processors.
//
//go:noescape
func maskSSE2(dst, src []byte, key uint32)

// maskAVX2 is maskBlocks for processors with AVX2.
//
//go:noescape
func maskAVX2(dst, src []byte, key uint32)
