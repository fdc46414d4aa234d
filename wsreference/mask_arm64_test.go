//go:build !purego

package wsreference

// maskKernels returns the kernels that this processor can run.
func maskKernels() map[string]func(dst, src []byte, key uint32) {
	return map[string]func(dst, src []byte, key uint32){"NEON": maskNEON}
}
