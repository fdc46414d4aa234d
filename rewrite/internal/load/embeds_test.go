package load

import (
	"go/parser"
	"go/token"
	"testing"
)

func TestEmbedsIn(t *testing.T) {
	for text, want := range map[string]bool{
		"type S struct{ T }":                         true,
		"type S struct{ *p.T }":                      true,
		"type S struct{ n int; p.T[int] `x:\"y\"` }": true,
		"type S[E any] struct{ *T[E, int] }":         true,
		"func f() { var s struct{ (T) }; _ = s }":    true,
		"type A = *T":                                true,
		"type A = p.T":                               true,
		"type S struct{ T int; t *T; U }":            false,
		"type S []T":                                 false,
		"type D T":                                   false,
		"type I interface{ T }; func (T) m() {}":     false,
	} {
		f, err := parser.ParseFile(token.NewFileSet(), "p.go", "package p\n"+text, parser.SkipObjectResolution)
		if err != nil && text != "func f() { var s struct{ (T) }; _ = s }" {
			t.Fatal(err)
		}
		if got := embedsIn(f, "T"); got != want {
			t.Errorf("%s: %t, want %t", text, got, want)
		}
	}
}
