//go:build finish && !closure

package wsreference

// What a frame costs in this stage, whatever its context: the registration.
const (
	stage         = "finish"
	readBytes     = 152
	readAllocs    = 4
	writeBytes    = 152
	writeAllocs   = 4
	messageAllocs = 2 * (2*readAllocs + writeAllocs) // an echo: two messages
)
