//go:build closure

package wsreference

// What a frame costs in this stage, whatever its context: the cleanup closure
// (48 bytes) and the error it captured (16), and the registration (152).
const (
	stage         = "closure"
	readBytes     = 216
	readAllocs    = 6
	writeBytes    = 152
	writeAllocs   = 4
	messageAllocs = 2 * (2*readAllocs + writeAllocs) // an echo: two messages
)
