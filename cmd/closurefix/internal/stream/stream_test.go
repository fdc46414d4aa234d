package stream

import "testing"

func TestFit(t *testing.T) {
	for _, test := range []struct {
		line  string
		width int
		want  string
	}{
		{"listing packages", 80, "listing packages"},
		{"12345", 6, "12345"},
		{"123456", 6, "12345"},
		{"Größe", 5, "Größ"},
		{"値値値", 5, "値値"},
		{"値値値", 4, "値"},
		{"x", 1, ""},
		{"", 0, ""},
	} {
		if got := fit(test.line, test.width); got != test.want {
			t.Errorf("fit(%q, %d) = %q, want %q", test.line, test.width, got, test.want)
		}
	}
}
