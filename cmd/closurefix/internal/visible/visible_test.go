package visible_test

import (
	"encoding/json"
	"testing"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/visible"
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

func TestJSON(t *testing.T) {
	const in = "tab\t nul\x00 delete\x7f, \u009b, turned \u202e, tag \U000e0041, 𝔾, Ü"
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	safe := visible.JSON(text)
	if want := `"tab\t nul\u0000 delete\u007f, \u009b, turned \u202e, tag \udb40\udc41, 𝔾, Ü"`; string(safe) != want {
		t.Errorf("got %s, want %s", safe, want)
	}
	var back string
	if err := json.Unmarshal(safe, &back); err != nil || back != in {
		t.Errorf("it means %q, %v", back, err)
	}
}
