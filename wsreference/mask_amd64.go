//go:build !purego

package wsreference

// maskBlocks is maskWords with SSE2, which every amd64 processor has.
//
//go:noescape
func maskBlocks(dst, src []byte, key uint32)
