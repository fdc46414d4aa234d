package position

import (
	"go/token"
	"testing"
)

func TestParse(t *testing.T) {
	for s, want := range map[string]token.Position{
		"a.go:3:4":                  {Filename: "a.go", Line: 3, Column: 4},
		"a.go:3":                    {Filename: "a.go", Line: 3},
		"a.go":                      {Filename: "a.go"},
		"":                          {},
		"-":                         {Filename: "-"},
		`C:\a.go:3:4`:               {Filename: `C:\a.go`, Line: 3, Column: 4},
		"a:b.go:3":                  {Filename: "a:b.go", Line: 3},
		"a.go:3:x":                  {Filename: "a.go:3:x"},
		"a.go:0:1":                  {Filename: "a.go:0", Line: 1},
		"a.go:99999999999999999999": {Filename: "a.go:99999999999999999999"},
	} {
		if got := Parse(s); got != want {
			t.Errorf("%q: %#v, want %#v", s, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, test := range []struct {
		s    string
		pos  token.Position
		text string
	}{
		{"a.go:3:4: oh: no", token.Position{Filename: "a.go", Line: 3, Column: 4}, "oh: no"},
		{"a.go:3: oh", token.Position{Filename: "a.go", Line: 3}, "oh"},
		{`C:\a.go:3:4: b.go:5:6: oh`, token.Position{Filename: `C:\a.go`, Line: 3, Column: 4}, "b.go:5:6: oh"},
		{"two: words.go:3:4: oh", token.Position{Filename: "two: words.go", Line: 3, Column: 4}, "oh"},
		{"a.go:3:4:   indented", token.Position{Filename: "a.go", Line: 3, Column: 4}, "  indented"},
		{"# example.com/m", token.Position{}, ""},
		{"a.go: oh", token.Position{}, ""},
		{":3:4: oh", token.Position{}, ""},
		{"a.go:3:4:", token.Position{}, ""},
	} {
		pos, text, ok := Cut(test.s)
		if pos != test.pos || text != test.text || ok != (test.pos.Line > 0) {
			t.Errorf("%q: %#v, %q, %t", test.s, pos, text, ok)
		}
	}
}
