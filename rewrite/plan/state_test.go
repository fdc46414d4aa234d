package plan

import (
	"fmt"
	"testing"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// TestGenericState asks for the declaration of the state, and how a caller writes its
// type where it declares the variable of the cleanup without a value.
func TestGenericState(t *testing.T) {
	const declared = "var done func(); done = "
	for _, test := range []struct{ name, prepare, use, decl, at string }{
		{"No type parameter.", "func begin(n int) func() { return func() { println(n) } }", declared + "begin(one()); done()",
			"beginState", "beginState"},
		{"Inferred.", "func begin[P any](p P) func() { return func() { keep(p) } }", declared + `begin("x"); done()`,
			"beginState[P any]", "beginState[string]"},
		{"Written out.", "func begin[P any](p P) func() { return func() { keep(p) } }", declared + "begin[any](1); done()",
			"beginState[P any]", "beginState[any]"},
		{"In a composite type.", "func begin[P any](p []P) func() { return func() { keep(p) } }", declared + "begin([]int{1}); done()",
			"beginState[P any]", "beginState[int]"},
		{"All of them, as constraints name each other.", "func begin[S ~[]E, E any](e E) func() { return func() { keep(e) } }", declared + "begin[[]int](1); done()",
			"beginState[S ~[]E, E any]", "beginState[[]int, int]"},
		{"Of the receiver.", "func (l *L[E]) begin(n int) func() { return func() { keep(l, n) } }", "l := new(L[string]); " + declared + "l.begin(1); done()",
			"beginState[E comparable]", "beginState[string]"},
		{"In the body of the cleanup alone.", "func begin[P any](n int) func() { return func() { var p P; keep(p, n) } }", declared + "begin[int](1); done()",
			"beginState[P any]", "beginState[int]"},
		{"Of prepare alone.", "func begin[P any](p P, n int) func() { keep(p); return func() { keep(n) } }", declared + `begin("x", 1); done()`,
			"beginState", "beginState"},
		{"A constraint that would be the length of an array.", "func begin[P *int](p P) func() { return func() { keep(p) } }", declared + "begin(new(int)); done()",
			"beginState[P interface{ *int }]", "beginState[*int]"},
		{"Cleanups of two types in one variable.", "func begin[P any](p P) func() { return func() { keep(p) } }", declared + `begin(1); done(); done = begin("x"); done()`,
			"generic", ""},
		{"A type argument with a local name.", "func begin[P any](p P) func() { return func() { keep(p) } }", "type T int; " + declared + "begin(T(1)); done()",
			"reassigned", ""},
		{"A local has the name that the state would get.", "func begin(n int) func() { return func() { keep(n) } }", "beginState := 1; keep(beginState); " + declared + "begin(1); done()",
			"beginCleanup", "beginCleanup"},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan, r := decide(t, "type L[E comparable] struct{ e E }; func one() int { return 1 }; func keep(...any) {}\n"+test.prepare+"\nfunc use() { "+test.use+" }")
			got, at := outcome(r), ""
			if r == nil {
				got = plan.State.Decl
				for _, text := range plan.Types {
					at = text
				}
			}
			if got != test.decl || at != test.at {
				t.Errorf("got %q, at the caller %q; want %q and %q", got, at, test.decl, test.at)
			}
		})
	}
}

// TestFinish asks for the name of finish and its parameters.
func TestFinish(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"By the pair of the word.", "func prepareRead(n int) func() { return func() { println(n) } }; func use() { defer prepareRead(1)() }", "finishRead(n int)"},
		{"By what the callers say.", "func trace(n int) func() { return func() { println(n) } }; func use() { stop := trace(1); stop() }", "stopTrace(n int)"},
		{"By what the result says.", "func newFile(n int) (cleanup func()) { return func() { println(n) } }; func use() { f := newFile(1); f() }", "cleanupFile(n int)"},
		{"By what most callers say.", "func trace(n int) func() { return func() { println(n) } }; func use() { stop := trace(1); stop() }; func again() { halt := trace(1); halt() }; func other() { closeFn := trace(1); closeFn() }; func more() { stop := trace(2); stop() }", "stopTrace(n int)"},
		{"Callers do not agree.", "func trace(n int) func() { println(); return func() { println(n) } }; func use() { stop := trace(1); stop() }; func other() { closeFn := trace(1); closeFn() }", "finishTrace(n int)"},
		{"By the type of the result.", "type stopFunc func(); func trace(n int) stopFunc { return func() { println(n) } }; func use() { defer trace(1)() }", "stopTrace(n int)"},
		{"By the comment, even if the cleanup does more.", "// trace traces n, and returns a function that stops tracing and writes it.\nfunc trace(n int) func() { return func() { println(n) } }; func use() { defer trace(1)() }", "stopTrace(n int)"},
		{"By the variable whose value it hands back.", "func swap(n int) int { return n }; func with(n int) func() { old := swap(n); return func() { println(); swap(old) } }; func use() { defer with(1)() }", "restoreWith(old int)"},
		{"Not if it is logged.", "func swap(n int) int { return n }; func Printf(n int) {}; func with(n int) func() { old := swap(n); return func() { println(); Printf(old) } }; func use() { defer with(1)() }", "finishWith(old int)"},
		{"A name that is taken.", "func finishRead() {}; func prepareRead(n int) func() { return func() { println(n) } }; func use() { defer prepareRead(1)() }", "finishPrepareRead(n int)"},
		{"A name of the language.", "func open(n int) func() { return func() { println(n) } }; func use() { defer open(1)() }", "finishOpen(n int)"},
		{"A method of the state may have the short name.", "func open(n int) func() { return func() { println(n) } }; func use(m []int) { defer open(m[0])() }", "openState.close()"},
		{"Unless a field has it.", "func open(close int) func() { return func() { println(close) } }; func use(m []int) { defer open(m[0])() }", "openState.finish()"},
		{"A method.", "type T int; func (t *T) begin() func() { return func() { println(t) } }; func use(t *T) { defer t.begin()() }", "*T.end()"},
		{"A method that does not use its receiver.", "type T int; func (t *T) begin(n int) func() { return func() { println(n) } }; func use(t *T) { defer t.begin(1)() }", "*T.end(n int)"},
		{"An exported function.", "func BeginRead(n int) func() { return func() { println(n) } }; func use() { defer BeginRead(1)() }", "exported"},
		{"The variadic parameter.", "func begin(n ...int) func() { return func() { println(n) } }; func use() { defer begin(1, 2)() }", "beginState.end()"},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan, r := decide(t, test.text)
			got := outcome(r)
			if r == nil {
				got = plan.Finish.Name + "("
				for _, p := range plan.Finish.Params {
					got += p.Name + " " + p.Type
				}
				got += ")"
				switch {
				case plan.State != nil:
					got = plan.State.Type + "." + got
				case plan.Finish.OnRecv:
					got = "*" + plan.Prepare.Key.Recv + "." + got
				}
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestDrop asks whether prepare keeps its parameter err. It runs its cleanup itself in
// the rows with done().
func TestDrop(t *testing.T) {
	const (
		alone  = "func begin(err *error) (func(), error) { return func() { println(*err) }, nil }"
		reads  = "func begin(err *error) (func(), error) { println(err); return func() { println(*err) }, nil }"
		itself = "func begin(err *error) (func(), error) { done := func() { println(*err) }; if b { done(); return nil, e }; return done, nil }"
		panics = "func begin(err *error) (func(), error) { done := func() { println(*err) }; if b { done(); return nil, fail() }; return done, nil }"
		keeps  = "func begin(err *error) (func(), error) { done := func() { p = err }; if b { done(); return nil, e }; return done, nil }"

		result  = "func use() (err error) { done, err := begin(&err); if err != nil { return err }; defer done(); return nil }"
		local   = "func use() error { var err error; done, err := begin(&err); if err != nil { return err }; defer done(); return nil }"
		other   = "func use() error { var other error; done, err := begin(&other); if err != nil { return err }; defer done(); return other }"
		before  = "func use() (err error) { err = e; done, err := begin(&err); if err != nil { return err }; defer done(); return nil }"
		defers  = "func use() (err error) { defer func() { println(err) }(); done, err := begin(&err); if err != nil { return err }; defer done(); return nil }"
		unused  = "func use() (err error) { _, err = begin(&err); return err }; func again() (err error) { done, err := begin(&err); if err == nil { done() }; return err }"
		comment = "func use() (err error) { done, err := begin(/* mine */ &err); if err != nil { return err }; defer done(); return nil }"
	)
	for _, test := range []struct{ name, prepare, use, want string }{
		{"Only the cleanup uses it.", alone, result, "dropped"},
		{"Prepare uses it.", reads, result, ""},
		{"A site drops the cleanup.", alone, unused, ""},
		{"A comment stands at the operand.", alone, comment, ""},
		{"Prepare runs its cleanup, and the result is zero before.", itself, result, "dropped, fresh"},
		{"A local variable is zero, too.", itself, local, "dropped, fresh"},
		{"The variable is another one.", itself, other, ""},
		{"The result is set before.", itself, before, ""},
		{"A deferred call sees the result.", itself, defers, ""},
		{"Prepare may panic after its cleanup.", panics, result, ""},
		{"The cleanup keeps the pointer.", keeps, result, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan, r := decide(t, "var (b bool; e error; p *error); func fail() error { return e }\n"+test.prepare+"\n"+test.use)
			if r != nil {
				t.Fatal(r)
			}
			got := ""
			if plan.Drop[0] {
				got = "dropped"
			}
			if plan.Fresh[0] {
				got += ", fresh"
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestInner asks how prepare calls its own cleanup.
func TestInner(t *testing.T) {
	for _, test := range []struct{ name, body, want string }{
		{"A call.", "done := func() { println(n) }; done(); return done", "plain"},
		{"A deferred call.", "done := func() { println(n) }; defer done(); return done", "plain"},
		{"The variable is set after the defer.", "done := func() { println(n) }; defer done(); n++; return done", "wrapped"},
		{"The variable is set in a loop.", "done := func() { println(n) }; for range 2 { n++; defer done() }; return done", "wrapped"},
		{"Its address travels.", "p := &n; done := func() { println(n) }; defer done(); *p = 2; return done", "plain"},
		{"A goroutine.", "done := func() { println(n) }; go done(); return done", "inner-value"},
		{"A value.", "done := func() { println(n) }; keep(done); return done", "inner-value"},
		{"It recovers, and would be wrapped.", "done := func() { println(n); recover() }; defer done(); n++; return done", "recover-wrapped"},
		{"A name that is hidden.", "done := func() { println(n) }; { n := 2; println(n); done() }; return done", "out-of-scope"},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan, r := decide(t, "func keep(func()) {}; func begin(n int) func() { "+test.body+" }; func use() { done := begin(1); done() }")
			got := outcome(r)
			if r == nil {
				got = "plain"
				if plan.Inner[0].Wrap {
					got = "wrapped"
				}
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestPlace uses a cleanup of a named func type as a value.
func TestPlace(t *testing.T) {
	for _, test := range []struct{ name, use, want string }{
		{"To a parameter of a func type.", "keep(done)", ""},
		{"To a parameter of an interface.", "keepAny(done)", "Cancel"},
		{"To a variadic one.", "keepAll(1, done)", "Cancel"},
		{"To a type parameter.", "keepOf(done)", "Cancel"},
		{"To a new variable.", "stop := done; stop()", "Cancel"},
		{"To a variable with a type.", "var stop func() = done; stop()", ""},
		{"To a field.", "v := T{f: done}; v.f()", ""},
		{"To a field of an interface.", "v := T{a: done}; keepAny(v)", "Cancel"},
		{"To an element.", "v := []func(){done}; v[0]()", ""},
		{"To a channel.", "c := make(chan any, 1); c <- done", "Cancel"},
		{"Where the name of the type is hidden.", "Cancel := 1; keepAny(Cancel); keepAny(done)", "cleanup-value"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := load(t, `
				type Cancel func()
				type T struct { f func(); a any }
				func keep(func()) {}
				func keepAny(any) {}
				func keepAll(int, ...any) {}
				func keepOf[F any](F) {}
				func begin(n int) Cancel { return func() { println(n) } }
				func use() { done := begin(1); done(); `+test.use+` }
				func calls() { defer begin(2)() }`)
			convert, r := values(s.p, &forwarders{sites: s.sites})
			got := outcome(r)
			for u, name := range convert {
				if u.Kind != pattern.Value {
					t.Errorf("a use of kind %v", u.Kind)
				}
				got = name
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestMark asks what the state says beside the captures.
func TestMark(t *testing.T) {
	const (
		always = "func begin(n int) func() { return func() { println(n) } }"
		nils   = "func begin(n int) func() { if n > 1 { return nil }; return func() { println(n) } }"
		empty  = "func begin(n int) func() { if n > 1 { return func() {} }; return func() { println(n) } }"
		two    = "func begin(n int) func() { if n > 1 { return func() { println(n, n) } }; return func() { println(n) } }"
		three  = "func begin(n int) func() { switch n { case 1: return func() { println(n, 1) }; case 2: return func() { println(n, 2) } }; return func() { println(n) } }"
		named  = "func acquire(n int) func() { if n > 1 { return nil }; return func() { println(n) } }"
		field  = "func begin(begun int) func() { if begun > 1 { return nil }; return func() { println(begun) } }"

		calls = "done := begin(m[0]); done()"
		asks  = "done := begin(m[0]); if done != nil { done() }"
	)
	for _, test := range []struct {
		name, prepare, use string
		want               Mark
		flag               string
	}{
		{"There is always one cleanup.", always, calls, Unmarked, ""},
		{"A caller asks for nil.", nils, asks, Live, "begun"},
		{"By the word of prepare.", named, "done := acquire(m[0]); if done != nil { done() }", Live, "acquired"},
		{"A capture has the name.", field, asks, Live, "active"},
		{"A cleanup may do nothing.", empty, calls, Guarded, "begun"},
		{"Two cleanups without a word.", two, calls, -1, "several-literals"},
		{"Two cleanups, by what one does.", "func stop(int) {}; func begin(count int) func() { if count > 1 { return func() { println(count) } }; return func() { println(count); stop(count) } }", calls, Unmarked, "stopCount 2"},
		{"Both do it.", "func stop(int) {}; func begin(count int) func() { if count > 1 { return func() { stop(count) } }; return func() { stop(count + 1) } }", calls, -1, "several-literals"},
		{"By a value that one has.", "func begin(n int) func() { if n > 1 { return func() { println(n) } }; stopped := make(chan int); return func() { close(stopped) } }", calls, Unmarked, "stopped 2 nil"},
		{"By the variable of one.", "func begin(n int) func() { if n > 1 { return func() { println(n, n) } }; plain := func() { println(n) }; return plain }", calls, Unmarked, "plain 2"},
		{"Two cleanups, by a variable.", "func begin(n int) func() { traced := n > 1; if traced { return func() { println(n, n) } }; return func() { println(n) } }", calls, Unmarked, "traced 1"},
		{"By the opposite.", "func begin(n int) func() { traced := n > 1; if !traced { return func() { println(n, n) } }; return func() { println(n) } }", calls, Unmarked, "traced 2"},
		{"By a comparison.", "func begin(n int, p *int) func() { if p == nil { return func() { println(n, n) } }; return func() { println(n) } }", "done := begin(m[0], nil); done()", -1, "several-literals"},
		{"A capture has the word.", "func begin(traced bool) func() { if traced { return func() { println(traced, 1) } }; return func() { println(traced) } }", "done := begin(m[0] > 0); done()", -1, "several-literals"},
		{"Two cleanups, or none.", "func begin(n int) func() { if n > 2 { return nil }; more := n > 1; if more { return func() { println(n, n) } }; return func() { println(n) } }", asks, Live, "begunmore 1"},
		{"Three cleanups.", three, calls, -1, "several-literals"},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan, r := decide(t, test.prepare+"\nfunc use(m []int) { "+test.use+" }")
			got, flag := Mark(-1), outcome(r)
			if r == nil {
				got, flag = plan.State.Mark, plan.State.Flag
				if w := plan.State.Which; w.Name != "" {
					flag += fmt.Sprint(w.Name, " ", w.True)
					if w.Nil {
						flag += " nil"
					}
				}
			}
			if got != test.want || flag != test.flag {
				t.Errorf("got %v %q, want %v %q", got, flag, test.want, test.flag)
			}
		})
	}
}
