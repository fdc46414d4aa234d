package flow_test

import (
	"go/ast"
	"go/types"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/internal/snippet"
)

// load returns the facts about function f of a text that imports nothing.
func load(t *testing.T, goVersion, src string) *flow.Facts {
	t.Helper()
	u := snippet.LoadVersion(t, goVersion, src)
	for _, d := range u.Files[0].Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == "f" {
			return flow.FactsOf(u, u.Files[0], fn)
		}
	}
	t.Fatal("there is no function f")
	return nil
}

// callOf returns the call of a function by its name.
func callOf(f *flow.Facts, name string) *ast.CallExpr {
	var found *ast.CallExpr
	ast.Inspect(f.Decl, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if id, ok := call.Fun.(*ast.Ident); ok && id.Name == name {
				found = call
			}
		}
		return true
	})
	return found
}

// declarations are used by the functions in the tables below.
const declarations = `
type T struct { n int; p *T; a [2]int }
func (t *T) set() {}
func (t T) get() int { return t.n }
func begin(any) int { return 0 }
func end() {}
func use(...any) {}
var global = 1
const constant = 1
`

// TestSameValue checks whether the operand of begin has the same value where end is
// called. An empty reason means that it has.
func TestSameValue(t *testing.T) {
	for _, test := range []struct{ name, src, why string }{
		{"A constant.", "func f() { begin(1); end() }", ""},
		{"A named constant.", "func f() { begin(constant); end() }", ""},
		{"A constant expression.", "func f() { begin(2 * constant); end() }", ""},
		{"A constant whose name means something else.", "func f() { begin(constant); constant := 2; use(constant); end() }", "means something else"},
		{"A constant expression whose name means something else.", "func f() { begin(2 * constant); constant := 2; use(constant); end() }", "is not a variable or a constant"},
		{"nil.", "func f() { begin(nil); end() }", ""},
		{"nil, declared again.", "func f() { begin(nil); nil := 1; use(nil); end() }", "means something else"},
		{"A function.", "func f() { begin(end); end() }", ""},
		{"A parameter.", "func f(x int) { begin(x); end() }", ""},
		{"A local variable.", "func f() { x := 1; begin(x); end() }", ""},
		{"A variable without a value.", "func f() { var x int; begin(x); end() }", ""},
		{"A variable in parentheses.", "func f(x int) { begin((x)); end() }", ""},
		{"A variable that is assigned in between.", "func f(x int) { begin(x); x = 2; end() }", "is assigned"},
		{"A variable that is assigned afterwards, before a loop repeats both.", "func f(x int) { for { begin(x); end(); x = 2 } }", ""},
		{"A variable that is assigned before.", "func f() { x := 1; x = 2; begin(x); end() }", ""},
		{"A variable that is assigned before, but in a loop that repeats both.", "func f(x int) { for { x++; begin(x); end() } }", ""},
		{"A variable that is assigned in a loop that repeats end.", "func f(x int) { begin(x); for { end(); x++ } }", "is assigned"},
		{"In a loop around that one.", "func f(x int) { begin(x); for { for { end() }; x++ } }", "is assigned"},
		{"In a loop around both.", "func f(x int) { for { begin(x); for { end() }; x++ } }", ""},
		{"By the post statement of a loop that repeats end.", "func f(x int) { begin(x); for ; ; x++ { end() } }", "is assigned"},
		{"By the post statement of a loop that begin starts.", "func f(x int) { for begin(x); ; x++ { end() } }", "is assigned"},
		{"A variable that is assigned before, where end may come later.", "func f(x int) { x = 2; begin(x); end() }", "is assigned"},
		{"By the statement of begin.", "func f(x int) { x = begin(x); end() }", "is assigned"},
		{"In another branch, before.", "func f(x int) { if x > 0 { x = 2 } else { begin(x); end() } }", ""},
		{"With a goto.", "func f(x int) { a: begin(x); goto b; c: end(); return; b: x = 2; goto c; goto a }", "is assigned"},
		{"In a literal that begin and end are in, too.", "func f(x int) { go func() { x = 2; begin(x); end() }() }", "is assigned"},
		{"In the literal that declares it.", "func f() { go func(x int) { x = 2; begin(x); end() }(1) }", ""},
		{"Before a literal with end.", "func f(x int) { x = 2; begin(x); func() { end() }() }", "is assigned"},
		{"A variable that is counted.", "func f(x int) { begin(x); x++; end() }", "is assigned"},
		{"A field that is assigned.", "func f(x T) { begin(x); x.n = 2; end() }", "is assigned"},
		{"An element of an array that is assigned.", "func f(x [2]int) { begin(x); x[0] = 2; end() }", "is assigned"},
		{"An element of an array within a field.", "func f(x T) { begin(x); x.a[0] = 2; end() }", "is assigned"},
		{"An element of an array of a type parameter.", "func f[A [1]int | [2]int](x A) { begin(x); x[0] = 2; end() }", "is assigned"},
		{"An element of a slice is not the variable.", "func f(x []int) { begin(x); x[0] = 2; end() }", ""},
		{"What a pointer points to is not the variable.", "func f(x *T) { begin(x); x.n = 2; *x = T{}; end() }", ""},
		{"A variable that a range clause sets.", "func f(x int) { begin(x); for x = range 3 { use(x) }; end() }", "is assigned"},
		{"A variable of a range clause.", "func f() { for x := range 3 { begin(x); end() } }", ""},
		{"A variable of a three-clause loop.", "func f() { for x := 0; x < 3; x++ { begin(x); end() } }", ""},
		{"A variable that a receive sets.", "func f(x int, c chan int) { begin(x); x = <-c; end() }", "is assigned"},
		{"A variable that a literal sets.", "func f(x int) { begin(x); go func() { x = 2 }(); end() }", "is assigned"},
		{"A variable whose address is taken.", "func f(x int) { use(&x); begin(x); end() }", "the address of x is taken"},
		{"A method with a pointer receiver.", "func f(x T) { begin(x); x.set(); end() }", "the address of x is taken"},
		{"A method with a value receiver.", "func f(x T) { begin(x); x.get(); end() }", ""},
		{"A slice of an array.", "func f(x [2]int) { begin(x); use(x[:]); end() }", "the address of x is taken"},
		{"A slice of an array of a type parameter.", "func f[A [2]int | [2]string](x [2]int, a A) { begin(x); use(x[:]); end() }", "the address of x is taken"},
		{"A shadowed variable.", "func f(x int) { begin(x); { x := 2; use(x); end() } }", "means something else"},
		{"A package variable.", "func f() { begin(global); end() }", "is a package variable"},
		{"A result, in its own function.", "func f() (x int) { begin(x); end(); return 2 }", ""},
		{"A result, in a literal that runs later.", "func f() (x int) { begin(x); defer func() { end() }(); return 2 }", "a return statement may set x"},
		{"A result of the function around a literal.", "func f() (x int) { func() { begin(x); end() }(); return 2 }", "a return statement may set x"},
		{"A result of the literal itself.", "func f() { func() (x int) { begin(x); end(); return 2 }() }", ""},
		{"A parameter, in a literal that runs later.", "func f(x int) { begin(x); defer func() { end() }() }", ""},
		{"A field.", "func f(x T) { begin(x.n); end() }", ""},
		{"A field that is assigned in between.", "func f(x T) { begin(x.n); x.n = 2; end() }", "is assigned"},
		{"Another field.", "func f(x T) { begin(x.n); x.p = nil; end() }", "is assigned"},
		{"A field of a variable whose address is taken.", "func f(x T) { begin(x.n); x.set(); end() }", "the address of x is taken"},
		{"A field that a pointer leads to.", "func f(x *T) { begin(x.n); end() }", "is not a variable or a constant"},
		{"A field that a pointer in a field leads to.", "func f(x T) { begin(x.p.n); end() }", "is not a variable or a constant"},
		{"A field of a package variable.", "var v T; func f() { begin(v.n); end() }", "is a package variable"},
		{"A call.", "func f(x T) { begin(x.get()); end() }", "is not a variable or a constant"},
		{"The address of a variable.", "func f(x int) { begin(&x); x = 2; end() }", ""},
		{"The address of a composite literal.", "func f() { begin(&T{}); end() }", "is not the address of a variable"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := load(t, "go1.26", declarations+test.src)
			later := flow.Later{At: callOf(f, "end"), Follows: !strings.HasSuffix(test.name, "later.")}
			got := f.SameValue(callOf(f, "begin").Args[0], later)
			if test.why == "" && got != "" || !strings.Contains(got, test.why) {
				t.Errorf("got %q, want %q", got, test.why)
			}
		})
	}
}

// TestSameAddress checks whether the address of the operand of begin is the same where
// end is called.
func TestSameAddress(t *testing.T) {
	for _, test := range []struct{ name, src, why string }{
		{"A variable, whatever is assigned.", "func f(x int) { begin(x); x = 2; end() }", ""},
		{"A package variable.", "func f() { begin(global); global = 2; end() }", ""},
		{"A shadowed variable.", "func f(x int) { begin(x); { x := 2; use(x); end() } }", "means something else"},
		{"A field.", "func f(x T) { begin(x.n); x = T{}; end() }", ""},
		{"A field of a field.", "func f(x struct{ t T }) { begin(x.t.n); end() }", ""},
		{"A field that a pointer leads to.", "func f(x *T) { begin(x.n); end() }", "is not the address of a variable"},
		{"A field that a pointer in the variable leads to.", "func f(x T) { begin(x.p.n); end() }", "is not the address of a variable"},
		{"An element.", "func f(x [2]int) { begin(x[0]); end() }", "is not the address of a variable"},
		{"A loop variable.", "func f(l []T) { for _, x := range l { begin(x); end() } }", ""},
		{"A loop variable in a literal.", "func f(l []T) { for _, x := range l { begin(x); use(func() { end() }) } }", ""},
		{"A loop variable that iterations share.", "go1.21 func f(l []T) { for _, x := range l { begin(x); end() } }", ""},
		{"A loop variable that iterations share, in a literal.", "go1.21 func f(l []T) { for _, x := range l { begin(x); use(func() { end() }) } }", "go vet warns"},
	} {
		t.Run(test.name, func(t *testing.T) {
			src, old := strings.CutPrefix(test.src, "go1.21 ")
			release := "go1.26"
			if old {
				release = "go1.21"
			}
			f := load(t, release, declarations+src)
			got := f.SameAddress(callOf(f, "begin").Args[0], flow.Later{At: callOf(f, "end"), Follows: true})
			if test.why == "" && got != "" || !strings.Contains(got, test.why) {
				t.Errorf("got %q, want %q", got, test.why)
			}
		})
	}
}

// TestSameReceiver does so for an operand that has been evaluated.
func TestSameReceiver(t *testing.T) {
	for _, test := range []struct{ name, src, why string }{
		{"A variable, whatever is assigned.", "func f(x int) { begin(x); x = 2; end() }", ""},
		{"A field that a pointer leads to.", "func f(x *T) { begin(x.n); end() }", ""},
		{"A field of such a field.", "func f(x *struct{ t T }) { begin(x.t.n); end() }", ""},
		{"A pointer that is assigned.", "func f(x *T) { begin(x.n); x = nil; end() }", "x is assigned"},
		{"A shadowed pointer.", "func f(x *T) { begin(x.n); { x := x; use(x); end() } }", "means something else"},
		{"A field that a pointer in the variable leads to.", "func f(x T) { begin(x.p.n); end() }", ""},
		{"One that is assigned.", "func f(x T) { begin(x.p.n); x.p = nil; end() }", "x is assigned"},
		{"A field that two pointers lead to.", "func f(x *T) { begin(x.p.n); end() }", "is not a variable or a constant"},
		{"An element.", "func f(x *[2]int) { begin(x[0]); end() }", "is not the address of a variable"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := load(t, "go1.26", declarations+test.src)
			got := f.SameReceiver(callOf(f, "begin").Args[0], flow.Later{At: callOf(f, "end"), Follows: true})
			if test.why == "" && got != "" || !strings.Contains(got, test.why) {
				t.Errorf("got %q, want %q", got, test.why)
			}
		})
	}
}

// TestOldLoops checks that the loop variables of Go 1.21 files count as assigned where another iteration may
// run in between: all share them.
func TestOldLoops(t *testing.T) {
	for _, test := range []struct {
		src             string
		follows, shares bool
	}{
		{"func f() { for _, x := range []int{1} { begin(x); end() } }", false, true},
		{"func f() { for x := 0; ; { begin(x); end() } }", false, true},
		{"func f() { for _, x := range []int{1} { begin(x); end() } }", true, false},
		{"func f() { for _, x := range []int{1} { go func() { begin(x); end() }() } }", true, true},
	} {
		f := load(t, "go1.21", declarations+test.src)
		got := f.SameValue(callOf(f, "begin").Args[0], flow.Later{At: callOf(f, "end"), Follows: test.follows})
		if test.shares != strings.Contains(got, "iterations of a loop share x") {
			t.Errorf("%s: got %q", test.src, got)
		}
	}
}

// TestSetOnce checks whether x, set from a result of begin2, still has that value where
// end is called.
func TestSetOnce(t *testing.T) {
	for _, test := range []struct{ name, src, why string }{
		{"Declared by the statement.", "x, done := begin2(); done(); end()", ""},
		{"Declared before in the same scope.", "var x int; x, done := begin2(); done(); end()", ""},
		{"Set again.", "x, done := begin2(); done(); x = 2; end()", "is assigned again"},
		{"Set afterwards.", "x, done := begin2(); done(); end(); x = 2", ""},
		{"Set before.", "x := 1; x = 2; x, done := begin2(); done(); end()", ""},
		{"Set by a literal.", "x, done := begin2(); done(); func() { x = 2 }(); end()", "is assigned again"},
		{"With its address taken.", "x, done := begin2(); done(); use(&x); end()", "the address of x is taken"},
		{"Shadowed.", "x, done := begin2(); done(); { x := x; use(x); end() }", "means something else"},
		{"With a goto.", "again: x, done := begin2(); done(); end(); if x > 0 { goto again }", "has a goto"},
		{"A package variable.", "var done func(); global, done = begin2(); done(); end()", "is a package variable"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := load(t, "go1.26", declarations+"func begin2() (int, func()) { return 0, nil }\nfunc f() { "+test.src+" }")
			var id *ast.Ident
			ast.Inspect(f.Decl, func(n ast.Node) bool {
				if a, ok := n.(*ast.AssignStmt); ok && len(a.Lhs) == 2 {
					id = a.Lhs[0].(*ast.Ident)
				}
				return true
			})
			v := f.Unit.Info.ObjectOf(id).(*types.Var)
			got := f.SetOnce(v, id, flow.Later{At: callOf(f, "end"), Follows: true})
			if test.why == "" && got != "" || !strings.Contains(got, test.why) {
				t.Errorf("got %q, want %q", got, test.why)
			}
		})
	}
}

// TestAccesses checks the mode of each access to x.
func TestAccesses(t *testing.T) {
	modes := map[flow.Mode]string{flow.Read: "read", flow.Write: "write", flow.Address: "address"}
	for _, test := range []struct{ src, want string }{
		{"use(x)", "read"},
		{"x = T{}", "write"},
		{"x.n = 1", "write"},
		{"x.n++", "write"},
		{"x.a[0] = 1", "write"},
		{"x.p.n = 1", "read"},
		{"use(&x)", "address"},
		{"use(&x.n)", "address"},
		{"use(&x.p.n)", "read"},
		{"use(x.a[:])", "address"},
		{"use(x.a[0])", "read"},
		{"x.set()", "address"},
		{"x.p.set()", "read"},
		{"x.get()", "read"},
		{"use(x.set)", "address"},
		{"x, x.n = T{}, x.a[0]", "write write read"},
		{"for x.n = range 3 {}", "write"},
		{"for i := range x.a { use(i) }", "read"},
		{"func() { (x) = T{} }()", "write"},
	} {
		f := load(t, "go1.26", declarations+"func f(x T) { "+test.src+" }")
		var got []string
		for v, list := range f.Access {
			if v.Name() == "x" {
				for _, a := range list {
					got = append(got, modes[a.Mode])
				}
			}
		}
		if s := strings.Join(got, " "); s != test.want {
			t.Errorf("%s: got %q, want %q", test.src, s, test.want)
		}
	}
}

// TestInnermost holds that a scope is found as types.Scope.Innermost finds it, at each
// byte of a file.
func TestInnermost(t *testing.T) {
	u := snippet.Load(t, declarations+`
type G[E any] []E
func (g G[E]) each(f func(E)) { for _, e := range g { f(e) } }
var v = func(n int) int { if n := n + 1; n > 0 { return n }; return 0 }
func f[E any](e E) { switch e := any(e).(type) { case int: use(e); default: { x := e; use(x) } } }
`)
	file := u.Files[0]
	for pos := file.FileStart - 1; pos <= file.FileEnd+1; pos++ {
		if got, want := u.Innermost(pos), u.Pkg.Scope().Innermost(pos); got != want {
			t.Errorf("at %v: %v, want %v", u.Fset.Position(pos), got, want)
		}
	}
}
