package plan

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestDirect asks why the form is not Direct. In a row without a reason it is, and
// finish is called as want says.
func TestDirect(t *testing.T) {
	const (
		begin   = `func begin(n int) func() { println(n); return func() { println(n) } }`
		pointer = `func begin(n *int) func() { println(*n); return func() { println(*n) } }`
		method  = `func (t *T) begin() func() { println(t.n); return func() { println(t.n) } }`
		value   = `func (t T) begin() func() { println(t.n); return func() { println(t.n) } }`
		result  = `func begin(s string) (int, func()) { n := len(s); println(n); return n, func() { println(n) } }`
		local   = `func begin(s string) (int, func()) { n := len(s); println(n); return 1, func() { println(n) } }`
		own     = `func begin() (done func(), err error) { return func() { println(err) }, nil }`
	)
	for _, test := range []struct{ name, prepare, use, reason string }{
		{"A constant.", begin, "done := begin(1); defer done()", ""},
		{"A parameter.", begin, "done := begin(x); defer done()", ""},
		{"A variable that is set later.", begin, "done := begin(x); defer done(); x = 2", ""},
		{"A variable that is set in between.", begin, "done := begin(x); x = 2; defer done()", "n cannot be passed to finish"},
		{"A call.", begin, "done := begin(one()); defer done()", "n cannot be passed to finish"},
		{"A variable of the package.", begin, "done := begin(global); defer done()", "n cannot be passed to finish"},
		{"A field.", begin, "done := begin(v.n); defer done()", ""},
		{"A field that a pointer leads to.", begin, "p := &v; done := begin(p.n); defer done()", "n cannot be passed to finish"},
		{"A name that means something else.", begin, "done := begin(x); { x := 2; println(x); done() }", "n cannot be passed to finish"},
		{"The address of a variable.", pointer, "done := begin(&x); defer done(); x = 2", ""},
		{"A pointer.", pointer, "p := &x; done := begin(p); defer done()", ""},
		{"A call within the operand.", begin, "done := begin(func() int { begin(2)(); return 1 }()); defer done()", "n cannot be passed to finish"},

		{"The cleanup of another call.", `func begin(f func()) func() { return func() { println(f == nil) } }`, "a := begin(nil); b := begin(a); b(); a()", "the cleanup of another call"},

		{"A receiver.", method, "done := v.begin(); defer done()", ""},
		{"A receiver that is set later.", method, "p := &v; done := p.begin(); p = nil; done()", "t cannot be passed to finish"},
		{"The address of a receiver.", method, "var w T; done := w.begin(); defer done(); w = v", ""},
		{"An embedded field.", method, "var w struct{ T }; done := w.begin(); defer done()", ""},
		{"An embedded pointer.", method, "w := struct{ *T }{&v}; done := w.begin(); defer done()", "an embedded pointer"},
		{"What a pointer points to.", value, "p := &v; done := p.begin(); defer done()", "what the pointer points to"},

		{"A local variable that is a result.", result, "n, done := begin(y); println(n); defer done()", ""},
		{"A result that nobody keeps gets a name.", result, "_, done := begin(y); defer done()", ""},
		{"The name is taken.", result, "_, done := begin(y); defer done(); { n := 1; println(n) }", "uses the name n already"},
		{"The name is that of a package's function.", `func begin(s string) (int, func()) { keep := len(s); println(keep); return keep, func() { println(keep) } }`, "_, done := begin(y); defer done()", "cannot call a variable keep"},
		{"Two calls would need the name.", result, "_, done := begin(y); defer done(); _, done2 := begin(y); defer done2()", "two calls in one function"},
		{"Two calls in blocks of their own.", result, "{ _, done := begin(y); done() }; { _, done2 := begin(y); done2() }", ""},
		{"The variable is declared before.", result, "var done func(); _, done = begin(y); defer done()", "in another statement"},
		{"The name is taken in another block.", result, "{ n := 1; println(n) }; { _, done := begin(y); defer done() }", ""},
		{"A func that does nothing is in the variable before.", begin, "done := func() {}; if x > 1 { done = begin(1) }; defer done()", "keeps a func that does nothing"},
		{"A func that does nothing is in the variable later.", begin, "done := begin(1); defer func() { done() }(); done = func() {}", "keeps a func that does nothing"},
		{"A result that is set again.", result, "n, done := begin(y); n = 2; println(n); defer done()", "n cannot be passed to finish"},
		{"A local variable that is no result.", local, "n, done := begin(y); println(n); defer done()", "n is a local variable that it does not return"},
		{"Its own result.", own, "done, err := begin(); println(err); defer done()", ""},

		{"Of two sites, one.", begin, "done := begin(1); defer done(); end := begin(one()); end()", "n cannot be passed to finish"},
		{"It is set in prepare.", `func begin(n int) func() { n++; return func() { println(n) } }`, "defer begin(1)()", "n is assigned"},
		{"It is shared.", `func begin(n int) func() { go func() { n++ }(); return func() { println(n) } }`, "defer begin(1)()", "n may change after the return"},
		{"Type parameters.", `func begin[P any](n P) func() { return func() { println(any(n)) } }`, "defer begin(1)()", "might infer other type arguments"},
		{"Two cleanups.", `func begin(n int) func() { more := n > 1; if more { return func() { println(n) } }; return func() { println(n, n) } }`, "defer begin(1)()", "different cleanups"},
		{"A comparison with nil.", `func begin(n int) func() { if n > 1 { return nil }; return func() { println(n) } }`, "if done := begin(1); done != nil { done() }", "whether the cleanup does anything"},
		{"It is called on the spot.", begin, "begin(1)()", ""},
		{"It is called within an expression.", `func begin(n int) func() error { return func() error { println(n); return nil } }`, "println(begin(1)())", "within an expression"},
		{"It is passed to another function.", begin, "keep(begin(1)); defer begin(2)()", "within an expression"},
		{"Its variable is declared elsewhere.", begin, "var done func(); done = begin(1); done()", "in another statement"},
		{"It calls recover, and is used as a value.", `func begin(n int) func() { return func() { println(n); recover() } }`, "done := begin(1); keep(done); defer begin(2)()", "its cleanup calls recover"},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan, r := decide(t, `
				type T struct{ n int }
				var global int
				func one() int { return 1 }
				func keep(func()) {}
				`+test.prepare+`
				func use(x int, y string, v T) { `+test.use+` }`)
			if r != nil {
				t.Fatal(r)
			}
			if test.reason == "" && plan.WhyNotDirect != nil || test.reason != "" && (plan.WhyNotDirect == nil || !strings.Contains(plan.WhyNotDirect.Reason, test.reason)) {
				t.Errorf("the form is %v, since %v; want %q", plan.Form, plan.WhyNotDirect, test.reason)
			}
			if (plan.State != nil) != (plan.Form == Handed) || (plan.Value != nil) != (plan.Form == Value) {
				t.Errorf("the form is %v, the value %v and the state %v", plan.Form, plan.Value, plan.State)
			}
		})
	}
}

// TestPackageVariables asks why a function whose results package variables take is refused.
func TestPackageVariables(t *testing.T) {
	_, r := decide(t, `
		func begin(n int) (int, func()) { println(n); return n, func() { println(n) } }
		func use() { _, done := begin(1); defer done() }
		var v, _ = begin(2)`)
	if r == nil || !strings.Contains(r.Reason, "package variables are declared with its results") {
		t.Errorf("the refusal is %v", r)
	}
}

// TestPassages asks how the variables reach finish.
func TestPassages(t *testing.T) {
	for _, test := range []struct{ name, prepare, use, want string }{
		{"All of one kind.", `func (t *T) begin(n int) func() { return func() { println(t.n, n) } }`, "v := new(T); defer v.begin(1)()",
			"t: the receiver of finish; n: an argument that callers pass again"},
		{"One needs a field, so all do.", `func (t *T) begin(n int) func() { return func() { println(t.n, n) } }`, "v := new(T); defer v.begin(one())()",
			"t: a field; n: a field"},
		{"But a pointer to the caller's variable.", `func begin(n int, err *error) func() { return func() { println(n, *err) } }`, "var err error; defer begin(one(), &err)()",
			"n: a field; err: an argument that callers pass again"},
		{"Unless it is set.", `func begin(n int, err *error) func() { if err == nil { err = new(error) }; return func() { println(n, *err) } }`, "var err error; defer begin(one(), &err)()",
			"n: a field; err: a field"},
		{"A pointer of the caller is a field.", `func begin(n int, err *error) func() { return func() { println(n, *err) } }`, "err := new(error); defer begin(one(), err)()",
			"n: a field; err: a field"},
		{"What changes travels by its address.", `func begin(n int) func() { go func() { n++ }(); return func() { println(n) } }`, "defer begin(1)()",
			"n: a field that holds its address: it may change after the return"},
		{"What is set first is new.", `func begin(n int) func() { println(n); return func() { n = one(); println(n) } }`, "defer begin(1)()",
			"n: finish's own, set before it is read"},
		{"A local variable that is alone.", `func (t *T) begin(n int) func() { m := one(); return func() { println(t.n, n, m) } }`, "v := new(T); defer v.begin(1)()",
			"t: the receiver of finish; n: an argument that callers pass again; m: an argument: what prepare returns in place of the cleanup"},
		{"Two of them.", `func begin(n int) func() { m, k := one(), one(); return func() { println(n, m, k) } }`, "defer begin(1)()",
			"no single value will do: k is a local variable that it does not return (p.go:3); n: a field; m: a field; k: a field"},
		{"A result of the caller.", `func begin() (func(), int) { n := one(); return func() { println(n) }, n }`, "done, m := begin(); println(m); done()",
			"n: an argument: the caller's variable for a result"},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan, r := decide(t, "type T struct{ n int }; func one() int { return 1 }\n"+test.prepare+"\nfunc use() { "+test.use+" }")
			if r != nil {
				t.Fatal(r)
			}
			if got := strings.Join(plan.Trace(filepath.Base)[1:], "; "); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}
