package wsreference

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

const (
	// maskBlock is the size in bytes of the blocks that maskBlocks works on.
	maskBlock = 64

	// maskAlign is the size in bytes of the widest word that maskBlocks uses.
	// It pays to store those aligned from about alignFrom bytes on.
	maskAlign = 32
	alignFrom = 2048
)

// mask writes src, masked with key (RFC 6455, section 5.3), to dst, which is
// as long and either is src or does not overlap it. It returns the key for
// the bytes that follow. Masking twice with one key gives the original.
//
// The low byte of key applies to the first byte of src, so that a word read
// in little-endian order can be masked at once.
func mask(dst, src []byte, key uint32) uint32 {
	dst = dst[:len(src)]
	if len(src) >= alignFrom {
		// From the next multiple of maskAlign, no store crosses a cache line.
		n := int(-uintptr(unsafe.Pointer(unsafe.SliceData(dst))) % maskAlign)
		key = maskShort(dst[:n], src[:n], key)
		dst, src = dst[n:], src[n:]
	}
	if len(src) >= maskBlock {
		n := len(src) &^ (maskBlock - 1)
		maskBlocks(dst[:n], src[:n], key)
		dst, src = dst[n:], src[n:]
	}
	return maskShort(dst, src, key)
}

// maskShort is mask for short slices.
func maskShort(dst, src []byte, key uint32) uint32 {
	le := binary.LittleEndian
	for len(src) >= 8 && len(dst) >= 8 {
		le.PutUint64(dst, le.Uint64(src)^(uint64(key)<<32|uint64(key)))
		dst, src = dst[8:], src[8:]
	}
	for i, b := range src {
		dst[i] = b ^ byte(key)
		key = bits.RotateLeft32(key, -8)
	}
	return key
}

// maskWords masks src with key to dst, eight bytes at a time, on any processor.
// Both have the same length, a multiple of maskBlock.
func maskWords(dst, src []byte, key uint32) {
	key64 := uint64(key)<<32 | uint64(key)
	le := binary.LittleEndian
	for len(src) >= maskBlock && len(dst) >= maskBlock {
		d, s := (*[maskBlock]byte)(dst), (*[maskBlock]byte)(src)
		le.PutUint64(d[0:], le.Uint64(s[0:])^key64)
		le.PutUint64(d[8:], le.Uint64(s[8:])^key64)
		le.PutUint64(d[16:], le.Uint64(s[16:])^key64)
		le.PutUint64(d[24:], le.Uint64(s[24:])^key64)
		le.PutUint64(d[32:], le.Uint64(s[32:])^key64)
		le.PutUint64(d[40:], le.Uint64(s[40:])^key64)
		le.PutUint64(d[48:], le.Uint64(s[48:])^key64)
		le.PutUint64(d[56:], le.Uint64(s[56:])^key64)
		dst, src = dst[maskBlock:], src[maskBlock:]
	}
}
