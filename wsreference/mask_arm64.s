//go:build !purego

#include "textflag.h"

// func maskNEON(dst, src []byte, key uint32)
//
// The length is a multiple of 64.
TEXT ·maskNEON(SB), NOSPLIT, $0-52
	MOVD  dst_base+0(FP), R0
	MOVD  src_base+24(FP), R1
	MOVD  src_len+32(FP), R2
	MOVWU key+48(FP), R3
	VDUP  R3, V4.S4 // the key four times
	CBZ   R2, done

	PCALIGN $16
loop:
	VLD1.P 64(R1), [V0.B16, V1.B16, V2.B16, V3.B16]
	VEOR   V4.B16, V0.B16, V0.B16
	VEOR   V4.B16, V1.B16, V1.B16
	VEOR   V4.B16, V2.B16, V2.B16
	VEOR   V4.B16, V3.B16, V3.B16
	VST1.P [V0.B16, V1.B16, V2.B16, V3.B16], 64(R0)
	SUBS   $64, R2, R2
	BNE    loop

done:
	RET
