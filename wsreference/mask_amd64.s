//go:build !purego

#include "textflag.h"

// func avx2() bool
//
// As in the Intel 64 and IA-32 Architectures Software Developer's Manual,
// volume 1, sections 14.3 and 14.7.
TEXT ·avx2(SB), NOSPLIT, $0-1
	MOVB $0, ret+0(FP)
	MOVL $0, AX
	MOVL $0, CX
	CPUID
	CMPL AX, $7 // the highest leaf that there is
	JLT  done

	MOVL $1, AX
	MOVL $0, CX
	CPUID
	ANDL $0x18000000, CX // OSXSAVE and AVX
	CMPL CX, $0x18000000
	JNE  done

	MOVL $0, CX
	XGETBV
	ANDL $6, AX // XMM and YMM registers are saved
	CMPL AX, $6
	JNE  done

	MOVL $7, AX
	MOVL $0, CX
	CPUID
	SHRL $5, BX // AVX2
	ANDL $1, BX
	MOVB BX, ret+0(FP)

done:
	RET

// func maskSSE2(dst, src []byte, key uint32)
//
// CX counts from minus the length up to zero, from the ends of both slices.
TEXT ·maskSSE2(SB), NOSPLIT, $0-52
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

// func maskAVX2(dst, src []byte, key uint32)
//
// CX as in maskSSE2.
TEXT ·maskAVX2(SB), NOSPLIT, $0-52
	MOVQ         dst_base+0(FP), DI
	MOVQ         src_base+24(FP), SI
	MOVQ         src_len+32(FP), CX
	MOVL         key+48(FP), AX
	MOVQ         AX, X4
	VPBROADCASTD X4, Y4
	ADDQ         CX, DI
	ADDQ         CX, SI
	NEGQ         CX
	JZ           done

	PCALIGN $16
loop:
	VPXOR   0(SI)(CX*1), Y4, Y0
	VPXOR   32(SI)(CX*1), Y4, Y1
	VMOVDQU Y0, 0(DI)(CX*1)
	VMOVDQU Y1, 32(DI)(CX*1)
	ADDQ    $64, CX
	JNZ     loop

done:
	VZEROUPPER
	RET
