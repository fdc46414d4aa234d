//go:build !amd64 || purego

package wsreference

func maskBlocks(dst, src []byte, key uint32) { maskWords(dst, src, key) }
