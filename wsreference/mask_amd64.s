//go:build !purego

#include "textflag.h"

// func maskBlocks(dst, src []byte, key uint32)
//
// CX counts from minus the length up to zero, from the ends of both slices.
TEXT ·maskBlocks(SB), NOSPLIT, $0-52
	MOVQ   dst_base+0(FP), DI
	MOVQ   src_base+24(FP), SI
	MOVQ   src_len+32(FP), CX
	MOVL   key+48(FP), AX
	MOVQ   AX, X4
	PSHUFD $0, X4, X4 // the key four times
	ADDQ   CX, DI
	ADDQ   CX, SI
	NEGQ   CX
	JZ     done

	PCALIGN $16
loop:
	MOVOU 0(SI)(CX*1), X0
	MOVOU 16(SI)(CX*1), X1
	MOVOU 32(SI)(CX*1), X2
	MOVOU 48(SI)(CX*1), X3
	PXOR  X4, X0
	PXOR  X4, X1
	PXOR  X4, X2
	PXOR  X4, X3
	MOVOU X0, 0(DI)(CX*1)
	MOVOU X1, 16(DI)(CX*1)
	MOVOU X2, 32(DI)(CX*1)
	MOVOU X3, 48(DI)(CX*1)
	ADDQ  $64, CX
	JNZ   loop

done:
	RET
