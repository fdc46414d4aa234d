//go:build !closure && !finish

package wsreference

// What a frame costs in this stage, whatever its context.
const (
	stage         = "default"
	readBytes     = 0
	readAllocs    = 0
	writeBytes    = 0
	writeAllocs   = 0
	messageAllocs = 0
)
