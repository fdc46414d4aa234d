package same

import "testing"

// A name counts only as a whole word.
func TestMentions(t *testing.T) {
	names := map[string]bool{"done": true, "größe": true}
	for text, want := range map[string]bool{
		"defer done()":     true,
		"done":             true,
		"c.done()":         true,
		"x := größe":       true,
		"undone(done2)":    false,
		"größer(gro, ße)":  false,
		"":                 false,
		"return \"…\" + x": false,
	} {
		if mentions([]byte(text), names) != want {
			t.Errorf("%q: %t", text, !want)
		}
	}
}
