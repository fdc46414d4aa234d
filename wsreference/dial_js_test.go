package wsreference

import (
	"errors"
	"testing"
)

// TestDialOnJS pins that Dial says that it cannot work in a browser.
//
//	GOOS=js GOARCH=wasm go test -exec "$(go env GOROOT)/lib/wasm/go_js_wasm_exec" -run TestDialOnJS .
func TestDialOnJS(t *testing.T) {
	if _, _, err := Dial(t.Context(), "ws://example.com", nil); !errors.Is(err, errPlatform) {
		t.Errorf("Dial: %v", err)
	}
}
