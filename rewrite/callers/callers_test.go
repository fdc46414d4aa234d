package callers

import (
	"fmt"
	"go/types"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/internal/snippet"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"golang.org/x/tools/txtar"
)

// TestCheck asks whether the signature of the only prepare function of a file may
// change. A row gives other files of the directory after the text, which the build
// leaves out.
func TestCheck(t *testing.T) {
	const (
		begin  = "func begin(n int) func() { return func() { println(n) } }\n"
		method = "type T int\nfunc (t *T) begin(n int) func() { return func() { println(t, n) } }\n"
		use    = "func use() { defer begin(1)() }\n"
	)
	none := func(string) bool { return false }
	for _, test := range []struct {
		name, text string
		world      World
		want       string // a code, and a part of the reason
	}{
		{"Calls alone.", begin + use, World{}, ""},
		{"A value.", begin + "var f = begin", World{}, "func-value"},
		{"A method expression.", method + "func use(t *T) { defer (*T).begin(t, 1)() }", World{}, "func-value used in the method expression (*T).begin"},
		{"A method value.", method + "func use(t *T) { f := t.begin; defer f(1)() }", World{}, "func-value used as a value"},
		{"A call of itself.", "func begin(n int) func() { begin(n - 1)(); return func() { println(n) } }", World{}, "recursive"},
		{"A linkname directive.", "import _ \"unsafe\"\n//go:linkname begin other.begin\n" + begin, World{}, "linkname"},
		{"A linkname directive elsewhere.", begin, World{Linked: map[string]string{"example.com/p.begin": "/x/pull.go"}}, "linkname pull.go"},
		{"A line directive.", "func begin(n int) func() {\n//line x.go:1\nreturn func() { println(n) } }", World{}, "line-directive"},

		{"An exported function, in a package.", strings.ReplaceAll(begin, "begin", "Begin"), World{}, "exported run closurefix over the module"},
		{"An exported function, in a module.", strings.ReplaceAll(begin, "begin", "Begin"), World{Module: true}, "exported -exported"},
		{"An exported function, if asked for.", strings.ReplaceAll(begin, "begin", "Begin"), World{Module: true, Exported: true}, ""},

		{"An interface asks.", method + "type I interface{ begin(int) func() }", World{}, "interface-method"},
		{"An interface asks for another.", method + "type I interface{ begin(string) func() }", World{}, ""},
		{"An interface in an expression asks.", method + "func use(x any) bool { _, ok := x.(interface{ begin(int) func() }); return ok }", World{}, "interface-method"},
		{"A generic interface may ask.", method + "type I[P any] interface{ begin(P) func() }", World{}, "interface-method"},
		{"An interface that is not loaded asks.", method, World{InterfaceMethods: []Method{{"other", "begin", 1, 1, nil}}}, "interface-method"},
		{"An interface that is not loaded asks for another.", method, World{InterfaceMethods: []Method{{"other", "begin", 2, 1, nil}}}, ""},
		{"An interface that is not loaded asks for another result.", method, World{InterfaceMethods: []Method{{"other", "begin", 1, 2, nil}}}, ""},
		{"An interface asks for another method, too.", method + "type I interface{ begin(int) func(); End() }", World{Embeds: none}, ""},
		{"An interface asks for another method that there is.", method + "func (T) End() {}; type I interface{ begin(int) func(); End() }", World{Embeds: none}, "interface-method"},
		{"A struct may have the other method.", method + "type I interface{ begin(int) func(); End() }", World{Embeds: func(name string) bool { return name == "T" }}, "interface-method"},
		{"It is not known whether a struct has the other method.", method + "type I interface{ begin(int) func(); End() }", World{}, "interface-method"},
		{"An interface that is not loaded asks for another method, too.", method, World{Embeds: none, InterfaceMethods: []Method{{"other", "begin", 1, 1, []string{"Begin", "End"}}}}, ""},

		{"A file that is left out calls it.", begin + "-- q.go --\n//go:build q\n\npackage p\n\nfunc q() { begin(2)() }", World{}, "ignored-file -tags q"},
		{"A file that is left out does not.", begin + "-- q.go --\n//go:build q\n\npackage p\n\nfunc q() { Begin(2)() }", World{}, ""},
		{"A file of another package has the name.", begin + "-- q.go --\n//go:build q\n\npackage main\n\nfunc begin() {}", World{}, ""},
		{"A file with syntax errors has the word.", begin + "-- q.go --\n//go:build q\n\npackage p\n\nfunc q( { begin }", World{}, "ignored-file syntax errors"},
		{"A twin that may be built, too.", begin + "-- q.go --\n//go:build q\n\npackage p\n\nfunc begin(n int) func() { return nil }", World{}, "ignored-file do not keep the two apart"},
		{"A twin for the other tag.", "-- build !q --\n" + begin + "-- q.go --\n//go:build q\n\npackage p\n\nfunc begin(n string) func() { return nil }", World{}, ""},
		{"A twin for another system.", "-- build !plan9 --\n" + begin + "-- q_plan9.go --\npackage p\n\nfunc begin(n int) func() { return nil }", World{}, "ignored-file for another system"},
		{"Assembly has the word.", begin + "-- q.s --\nCALL ·begin(SB)", World{}, "assembly"},
		{"Assembly does not.", begin + "-- q.s --\nCALL ·other(SB)", World{}, ""},
		{"A directive in a file that is left out.", begin + "-- q.go --\n//go:build q\n\npackage q\n\n//go:linkname x example.com/p.begin", World{}, "linkname q.go"},
	} {
		t.Run(test.name, func(t *testing.T) {
			// The row may begin with the build constraint of the text.
			constraint, text := "", test.text
			if rest, ok := strings.CutPrefix(text, "-- build "); ok {
				constraint, text, _ = strings.Cut(rest, " --\n")
				constraint = "//go:build " + constraint + "\n\n"
			}
			archive := txtar.Parse([]byte(text))
			u := snippet.Load(t, string(archive.Comment))
			u.Read = func(name string) ([]byte, error) {
				if name == "p.go" {
					return []byte(constraint + "package p\n" + string(archive.Comment)), nil
				}
				for _, f := range archive.Files {
					if f.Name == name {
						return f.Data, nil
					}
				}
				return nil, fmt.Errorf("there is no file %s", name)
			}
			for _, f := range archive.Files {
				u.Ignored = append(u.Ignored, f.Name)
			}
			p := pattern.Find(u)[0]
			sites, refs := pattern.References(u, map[pattern.Key]int{p.Key: p.Result})
			test.world.Units = []*pattern.Unit{u}
			r := NewIndex(&test.world).Check(p, sites[p.Key], refs[p.Key])
			code, reason, _ := strings.Cut(test.want, " ")
			if r == nil && code != "" || r != nil && (string(r.Code) != code || !strings.Contains(r.Reason, reason)) {
				t.Errorf("got %v, want %q", r, test.want)
			}
		})
	}
}

// TestMayBeIdentical compares types of two packages of the same path.
func TestMayBeIdentical(t *testing.T) {
	load := func(typ string) types.Type {
		u := snippet.Load(t, `import "io"; type T int; type U int; type A = T; type L[E any] []E; func f[P any](w io.Writer) { var v `+typ+` }`)
		for id, obj := range u.Info.Defs {
			if id.Name == "v" {
				return obj.Type()
			}
		}
		t.Fatalf("no type %s", typ)
		return nil
	}
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"int", "int", true},
		{"int", "string", false},
		{"byte", "uint8", true},
		{"T", "T", true},
		{"T", "U", false},
		{"T", "A", true},
		{"T", "int", false},
		{"P", "int", true},
		{"[]P", "[]int", true},
		{"[]P", "map[int]int", false},
		{"*T", "*T", true},
		{"*T", "[]T", false},
		{"[2]T", "[2]T", true},
		{"[2]T", "[3]T", false},
		{"map[T]U", "map[T]U", true},
		{"map[T]U", "map[U]T", false},
		{"chan T", "<-chan T", false},
		{"L[int]", "L[int]", true},
		{"L[int]", "L[string]", false},
		{"io.Writer", "io.Writer", true},
		{"io.Writer", "error", false},
		{"error", "error", true},
		{"func(int) T", "func(int) T", true},
		{"func(int) T", "func(int, T)", false},
		{"func([]int)", "func(...int)", false},
		{"func(int)", "func()", false},
		{"struct{ n int }", "struct{ s string }", true}, // not plain
		{"struct{}", "interface{}", false},
	} {
		a, b := load(test.a), load(test.b)
		if got := mayBeIdentical(a, b); got != test.want {
			t.Errorf("%s and %s: %v, want %v", test.a, test.b, got, test.want)
		}
		if got := mayBeIdentical(b, a); got != test.want {
			t.Errorf("%s and %s: %v, want %v", test.b, test.a, got, test.want)
		}
	}
}
