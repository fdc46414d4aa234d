package plan

import (
	"strings"
	"testing"
)

// TestValue asks why the form is not Value. In a row without a reason it is, and prepare
// returns what want says: its name, its type and the zero value.
func TestValue(t *testing.T) {
	const (
		local = `func begin(n int) func() { m := one(); return func() { println(n, m) } }`
		asked = `func begin(n int) func() { if n > 1 { return nil }; return func() { println(n) } }`
		empty = `func begin(n int) func() { if n > 1 { return func() {} }; return func() { println(n) } }`

		use = "done, err := begin(1); if err != nil { return }; defer done()"
	)
	typed := func(typ, value string) string {
		return "func begin(n int) (func(), error) { if n > 1 { return nil, failure{} }; var m " + typ + " = " + value + "; return func() { keep(m) }, nil }"
	}
	for _, test := range []struct{ name, prepare, use, want, reason string }{
		{"A local variable.", local, "done := begin(1); defer done()", "m int 0", ""},
		{"Called on the spot.", local, "defer begin(1)()", "m int 0", ""},
		{"A comparison with nil.", asked, "if done := begin(1); done != nil { done() }", "begun bool false", ""},
		{"An empty cleanup that is called.", empty, "defer begin(1)()", "begun bool false", ""},
		{"What a verb without a pair has done.", strings.ReplaceAll(empty, "begin", "visit"), "defer visit(1)()", "visited bool false", ""},
		{"A string.", typed("string", `"x"`), use, `m string ""`, ""},
		{"A pointer.", typed("*T", "new(T)"), use, "m *T nil", ""},
		{"A map.", typed("map[string]int", "nil"), use, "m map[string]int nil", ""},
		{"A struct with a name.", typed("T", "T{}"), use, "m T T{}", ""},
		{"A struct without a name.", typed("struct{ n int }", "struct{ n int }{}"), use, "", "zero value of m is too long"},
		{"An array.", typed("[2]int", "[2]int{}"), use, "m [2]int [2]int{}", ""},
		{"An interface.", typed("any", "1"), use, "m any nil", ""},
		{"An interface with an unexported method.", typed("I", "nil"), use, "m I nil", ""},
		{"The same without a name.", typed("interface{ m() }", "nil"), use, "", "unexported methods"},
		{"An error.", typed("error", "nil"), use, "", "is an error"},
		{"A func.", typed("func()", "nil"), use, "", "is a func"},
		{"Funcs in a map.", typed("map[int]func()", "nil"), use, "m map[int]func() nil", ""},

		{"Nil says whether there is something to do.", `func begin(n int) func() { if n > 1 { return nil }; m := new(T); return func() { println(m) } }`, "if done := begin(1); done != nil { done() }", "m *T nil", ""},
		{"A pointer that may be nil.", `func begin(n int) func() { if n > 1 { return nil }; m := find(); return func() { println(m) } }`, "if done := begin(1); done != nil { done() }", "", "m is a local variable that it does not return"},
		{"One with which the cleanup does nothing if it is nil.", `func begin(n int) func() { var m *T; if n > 1 { m = find() }; return func() { if m != nil { println(m) } } }`, "if done := begin(1); done != nil { done() }", "m *T nil", ""},
		{"In an && after it, too.", `func begin(n int) func() { var m *T; if n > 1 { m = find() }; return func() { if m != nil && m.n > 1 { println(m) } } }`, "if done := begin(1); done != nil { done() }", "m *T nil", ""},
		{"In an && before it.", `func begin(n int) func() { var m *T; if n > 1 { m = find() }; return func() { if one() > 1 && m != nil { println(m) } } }`, "if done := begin(1); done != nil { done() }", "", "m is a local variable that it does not return"},
		{"It does something then.", `func begin(n int) func() { var m *T; if n > 1 { m = find() }; return func() { if m != nil { println(m) } else { println(1) } } }`, "if done := begin(1); done != nil { done() }", "", "m is a local variable that it does not return"},
		{"A caller does more.", `func begin(n int) func() { var m *T; if n > 1 { m = find() }; return func() { if m != nil { println(m) } } }`, "if done := begin(1); done != nil { println(1); done() }", "", "m is a local variable that it does not return"},
		{"An empty slice.", `func begin(n int) func() { var m []int; if n > 1 { return func() {} }; m = append(m, 1); return func() { for _, k := range m { println(k) } } }`, "defer begin(1)()", "m []int nil", ""},
		{"A channel.", `func begin(n int) func() { var m chan int; if n > 1 { return func() {} }; m = make(chan int); return func() { for k := range m { println(k) } } }`, "defer begin(1)()", "", "m is a local variable that it does not return"},
		{"A local variable, and whether there is one.", `func begin(n int) func() { if n > 1 { return nil }; m := one(); return func() { println(m) } }`, "if done := begin(1); done != nil { done() }", "", "m is a local variable that it does not return"},
		{"False means something else.", `func begin(n int) func() { if false := n > 1; false { return func() {} }; return func() { println(n) } }`, "defer begin(1)()", "", "false means something else"},
		{"It is used as a value.", local, "done := begin(1); keep(done); defer begin(2)()", "", "uses its cleanup as a value"},
		{"A parameter that cannot be written again.", `func begin(n int) func() { println(n); return func() { println(n) } }`, "defer begin(one())()", "", "n cannot be passed to finish"},
		{"It may change.", `func begin() func() { m := one(); go func() { m++ }(); return func() { println(m) } }`, "defer begin()()", "", "m may change"},
		{"Prepare returns it anyway.", `func begin() (int, func()) { m := one(); return m, func() { println(m) } }`, "_, done := begin(); defer done(); for m := range 2 { println(m) }", "", "uses the name m already"},
		{"A caller has the name.", local, "done := begin(1); defer done(); for m := range 2 { println(m) }", "", "uses the name m already"},
		{"A second bool.", `func begin(n int) (func(), bool) { if n > 1 { return nil, false }; return func() { println(n) }, true }`, "if done, ok := begin(1); ok && done != nil { done() }", "", "returns a bool already"},
		{"A second bool, both with names.", `func begin(n int) (done func(), ok bool) { if n > 1 { return nil, false }; return func() { println(n) }, true }`, "if done, ok := begin(1); ok && done != nil { done() }", "begun bool false", ""},
		{"The cleanup has something of the name.", `func begin(n int) func() { if n > 1 { return func() {} }; return func() { begun := n; println(begun) } }`, "defer begin(1)()", "", "has a begun of its own"},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan, r := decide(t, `
				type T struct{ n int }
				type I interface{ m() }
				type failure struct{}
				func (failure) Error() string { return "" }
				func one() int { return 1 }
				func find() *T { return nil }
				func keep(any) {}
				`+test.prepare+`
				func use(x int, y string, v T) { `+test.use+` }`)
			if r != nil {
				t.Fatal(r)
			}
			got := ""
			if v := plan.Value; v != nil {
				got = v.Name + " " + v.Type + " " + v.Zero
			}
			if got != test.want || test.want == "" && !strings.Contains(plan.WhyNotValue.Reason, test.reason) {
				t.Errorf("the form is %v, %q, since %v; want %q, %q", plan.Form, got, plan.WhyNotValue, test.want, test.reason)
			}
		})
	}
}
