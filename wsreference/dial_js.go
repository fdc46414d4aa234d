//go:build js

package wsreference

import "errors"

// errPlatform is the error of Dial where there can be no network connection.
var errPlatform = errors.New("a page cannot open network connections; use the WebSocket object of the browser")
