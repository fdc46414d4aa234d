package spell

import (
	"testing"

	"github.com/closurefix/closurefix/rewrite/internal/snippet"
)

// TestAnyBefore writes types for a version of Go that has no any.
func TestAnyBefore(t *testing.T) {
	for release, want := range map[string]string{
		"go1.17": "func(x.any, anything, interface{}, ...interface{}) map[interface{}]interface{}",
		"go1.18": "func(x.any, anything, any, ...any) map[any]any",
	} {
		u := snippet.LoadVersion(t, release, "func f() {}")
		f := &File{Unit: u, Syntax: u.Files[0]}
		if got := f.versioned("func(x.any, anything, any, ...any) map[any]any"); got != want {
			t.Errorf("%s: got %s, want %s", release, got, want)
		}
	}
}
