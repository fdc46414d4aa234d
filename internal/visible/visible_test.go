package visible_test

import (
	"testing"

	"github.com/closurefix/closurefix/internal/visible"
)

func TestVisible(t *testing.T) {
	for _, test := range []struct{ in, text, line string }{
		{"", "", ""},
		{"conn.go", "conn.go", "conn.go"},
		{"Größe → 値 \"x\" \\n", "Größe → 値 \"x\" \\n", "Größe → 値 \"x\" \\n"},
		{"a\tb\nc", "a\tb\nc", `a\tb\nc`},
		{"a\r\nb", `a\r` + "\nb", `a\r\nb`},
		{"\x1b[31mred", `\x1b[31mred`, `\x1b[31mred`},
		{"bell\a, delete\x7f, nul\x00", `bell\a, delete\x7f, nul\x00`, `bell\a, delete\x7f, nul\x00`},
		{"one byte \x9b, one rune \u009b", `one byte \x9b, one rune \u009b`, `one byte \x9b, one rune \u009b`},
		{"turned \u202e\u2066, ended \u2028", `turned \u202e\u2066, ended \u2028`, `turned \u202e\u2066, ended \u2028`},
		{"mark \ufeff, replaced \ufffd", `mark \ufeff, replaced ` + "\ufffd", `mark \ufeff, replaced ` + "\ufffd"},
	} {
		if got := visible.Text(test.in); got != test.text {
			t.Errorf("Text(%q) = %q, want %q", test.in, got, test.text)
		}
		if got := visible.Line(test.in); got != test.line {
			t.Errorf("Line(%q) = %q, want %q", test.in, got, test.line)
		}
	}
}

// Text with nothing to escape, nearly all there is, is not copied.
func TestAllocations(t *testing.T) {
	s := "conn.go:15:16: (*Conn).prepareRead returns a closure\n\tÜ\n"
	if n := testing.AllocsPerRun(100, func() { visible.Text(s) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
