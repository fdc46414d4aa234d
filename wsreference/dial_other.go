//go:build !js

package wsreference

// errPlatform is nil: Dial can make network connections.
var errPlatform error
