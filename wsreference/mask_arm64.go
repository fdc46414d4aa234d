//go:build !purego

package wsreference

// maskBlocks does what maskWords does, 16 bytes at a time.
func maskBlocks(dst, src []byte, key uint32) { maskNEON(dst, src, key) }

// maskNEON is maskBlocks for all arm64 processors.
//
//go:noescape
func maskNEON(dst, src []byte, key uint32)
