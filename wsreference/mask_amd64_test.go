//go:build !purego

package wsreference

// maskKernels returns the kernels that this processor can run.
func maskKernels() map[string]func(dst, src []byte, key uint32) {
	kernels := map[string]func(dst, src []byte, key uint32){"SSE2": maskSSE2}
	if hasAVX2 {
		kernels["AVX2"] = maskAVX2
	}
	return kernels
}
