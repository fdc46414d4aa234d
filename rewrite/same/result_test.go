package same

import (
	"go/types"
	"testing"
)

// TestResults checks when callers may pass a result of prepare for a captured variable.
func TestResults(t *testing.T) {
	const before = `package a

type W interface{ Write() }

type B struct{}

func (*B) Write() {}

func put(...any) {}

func generic[T any](T) {}

func p(other *B) (func() error, W) {
	b := &B{}
	return func() error {
		put(b)
		return nil
	}, b
}

func run() {
	done, w := p(nil)
	defer done()
	w.Write()
}
`
	after := edited(before,
		"(func() error, W)", "W",
		"\treturn func() error {\n\t\tput(b)\n\t\treturn nil\n\t}, b\n}", "\treturn b\n}\n\nfunc f(b W) error {\n\tput(b)\n\treturn nil\n}",
		"done, w :=", "w :=",
		"defer done()", "defer f(w)")
	for _, test := range []struct{ old, new, want string }{
		{"", "", ""},
		{"put(b)", "put(1, b)", ""},
		{"put(b)", "var c any = b\n\t\tput(c)", "the cleanup needs the type of b"},
		{"put(b)", "generic(b)", "the cleanup needs the type of b"},
		{"put(b)", "put(b == nil)", "the cleanup needs the type of b"},
		{"put(b)", "b.Write()", "the cleanup needs the type of b"},
		{", b\n", ", other\n", "the result 1 is not b"},
	} {
		now := after
		if test.old == ", b\n" {
			now = edited(now, "return b\n", "return other\n")
		} else {
			now = edit(t, now, test.old, test.new)
		}
		for _, as := range []bool{true, false} {
			want := test.want
			if !as && want != "the result 1 is not b" {
				want = "the result 1 has another type than b"
			}
			check(t, changeOf(t, edit(t, before, test.old, test.new), now, func(c *Change, v map[string]*types.Var) {
				c.Finish = "f"
				c.Captures = []Capture{{Var: v["b"], Way: Result, Index: 1}}
				if as {
					c.Captures[0].As = c.Files[0].Unit.Pkg.Scope().Lookup("W").Type()
				}
			}), test.old, test.new, want)
		}
	}
}
