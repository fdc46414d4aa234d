//go:build (!amd64 && !arm64) || purego

package wsreference

func maskBlocks(dst, src []byte, key uint32) { maskWords(dst, src, key) }
