//go:build !purego

package wsreference

// maskBlocks is maskWords by wider words.
func maskBlocks(dst, src []byte, key uint32) { maskNEON(dst, src, key) }

// maskNEON is for every arm64 processor.
//
//go:noescape
func maskNEON(dst, src []byte, key uint32)
