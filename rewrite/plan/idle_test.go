package plan

import "testing"

// TestIdle asks what finish has to know about the returns without a cleanup, by what
// they return and what the caller does.
func TestIdle(t *testing.T) {
	const (
		// The bodies of prepare after the return without a cleanup.
		live = `; println(n); return func() { println(n) }, nil }`

		nilError   = `func begin(n int) (func(), error) { if n > 0 { return nil, errors.New("no") }` + live
		nilFound   = `func begin(n int) (func(), error) { if err := fail(); err != nil { return nil, err }` + live
		nilUnknown = `func begin(n int) (func(), error) { if n > 0 { return nil, fail() }` + live
		nilSilent  = `func begin(n int) (func(), error) { if n > 0 { return nil, nil }` + live
		emptyError = `func begin(n int) (func(), error) { if n > 0 { return func() {}, fmt.Errorf("no") }` + live
		emptyFound = `func begin(n int) (func(), error) { if err := fail(); err != nil { return func() {}, err }` + live
		emptySetAt = `func begin(n int) (func(), error) { if err := fail(); err != nil { err = fail(); return func() {}, err }` + live
		emptyOther = `func begin(n int) (func(), error) { if n > 0 { return func() {}, fail() }` + live
		emptyFalse = `func begin(n int) (func(), bool) { if n > 0 { return func() {}, false }; println(n); return func() { println(n) }, true }`
		emptyAlone = `func begin(n int) func() { if n > 0 { return func() {} }; println(n); return func() { println(n) } }`
		nilAlone   = `func begin(n int) func() { if n > 0 { return nil }; println(n); return func() { println(n) } }`
		always     = `func begin(n int) (func(), error) { println(n); return func() { println(n) }, nil }`

		checked   = `func use() error { done, err := begin(1); if err != nil { return err }; defer done(); return nil }`
		within    = `func use() error { done, err := begin(1); if err == nil { done() }; return err }`
		otherwise = `func use() error { done, err := begin(1); if err != nil { return err } else { done() }; return nil }`
		inIf      = `func use() { if done, err := begin(1); err == nil { done() } }`
		both      = `func use(more bool) error { done, err := begin(1); if err != nil || more { return err }; done(); return nil }`
		either    = `func use(more bool) error { done, err := begin(1); if err != nil && more { return err }; done(); return nil }`
		early     = `func use() error { done, err := begin(1); defer done(); return err }`
		wrongly   = `func use() error { done, err := begin(1); if err != nil { done(); return err }; defer done(); return nil }`
		looked    = `func use() error { done, err := begin(1); println(err); defer done(); return nil }`
		goesOn    = `func use() error { done, err := begin(1); if err != nil { println(err) }; done(); return nil }`
		panics    = `func use() { done, err := begin(1); if err != nil { panic(err) }; done() }`
		fatal     = `func use(t *testing.T) { done, err := begin(1); if err != nil { t.Fatal(err) }; done() }`
		setAgain  = `func use() error { done, err := begin(1); err = fail(); if err != nil { return err }; done(); return nil }`
		setInIf   = `func use() error { done, err := begin(1); if err = fail(); err != nil { return err }; done(); return nil }`
		tested    = `func use() error { done, err := begin(1); if done != nil { done() }; return err }`
		ok        = `func use() { done, ok := begin(1); if !ok { return }; done() }`
		alone     = `func use() { done := begin(1); done() }`
		asked     = `func use() { done := begin(1); if done != nil { done() } }`

		guards      = `func use() { done := begin(1); if done != nil { defer done() } }`
		guardsLast  = `func use() { done := begin(1); if fail() == nil && (nil != done) { done() } }`
		guardsToo   = `func use() { done := begin(1); if done != nil { done() }; done() }`
		guardsElse  = `func use() { done := begin(1); if done != nil { done() } else { println("none") } }`
		guardsFirst = `func use() { done := begin(1); if done != nil && fail() == nil { done() } }`
		says        = `func use() { done := begin(1); if done != nil { println("some"); done() } }`
		leaves      = `func use() { done := begin(1); if done == nil { return }; done() }`

		passes    = `func use(t *testing.T) { done, err := begin(1); if err != nil { t.Fatal(err) }; keep(done); done() }`
		cleanups  = `func use(t *testing.T) { done, err := begin(1); println(err); t.Cleanup(done); begin(2) }`
		givesBack = `func use() (func(), error) { done, err := begin(1); if err != nil { return done, err }; done(); return nil, nil }`
	)
	for _, test := range []struct{ name, prepare, use, want string }{
		{"There is always a cleanup.", always, early, ""},
		{"A nil cleanup is not used behind the check.", nilError, checked, ""},
		{"The use is in the branch without an error.", nilError, within, ""},
		{"Something stands between.", nilError, looked, ""},
		{"A nil cleanup is used before any look.", nilError, early, "unguarded-nil"},
		{"A nil cleanup is used where there is an error.", nilError, wrongly, "unguarded-nil"},
		{"A cleanup that may be empty is used where there is an error.", emptyError, wrongly, "guarded"},
		{"Nobody needs to know of nil, whatever the error.", nilUnknown, checked, ""},
		{"A look at the error of a silent return is no test.", nilSilent, looked, "unguarded-nil"},
		{"A branch may be a test.", nilSilent, checked, ""},
		{"A caller compares with nil.", nilError, tested, "nil-tested"},
		{"Nothing tells of nil.", nilAlone, alone, "unguarded-nil"},
		{"Nothing tells of nil, and the caller asks.", nilAlone, asked, "nil-tested"},
		{"An empty cleanup with an error that is made there.", emptyError, checked, ""},
		{"An empty cleanup with an error that is found there.", emptyFound, checked, ""},
		{"An error that is set once more.", emptySetAt, checked, "guarded"},
		{"An error of somebody.", emptyOther, checked, "guarded"},
		{"An empty cleanup with false.", emptyFalse, ok, ""},
		{"An empty cleanup alone.", emptyAlone, alone, "guarded"},
		{"A comparison that guards the call alone.", emptyAlone, asked, "nil-tested"},
		{"A comparison that guards the call alone, deferred.", emptyAlone, guards, "nil-tested"},
		{"The last of several conditions.", emptyAlone, guardsLast, "nil-tested"},
		{"A call beside the comparison.", emptyAlone, guardsToo, "nil-tested guarded"},
		{"A comparison does not tell of an empty cleanup.", emptyAlone, says, "nil-test"},
		{"A comparison with another branch.", emptyAlone, guardsElse, "nil-test"},
		{"The first of several conditions.", emptyAlone, guardsFirst, "nil-test"},
		{"A comparison that leaves.", emptyAlone, leaves, "nil-test"},
		{"The empty cleanup is called before the check.", emptyError, early, "guarded"},
		{"The use is in the good branch.", emptyError, within, ""},
		{"The use is in the other branch.", emptyError, otherwise, ""},
		{"The call is the init of the check.", emptyError, inIf, ""},
		{"The error, or something else.", emptyError, both, ""},
		{"The error, and something else.", emptyError, either, "guarded"},
		{"The check goes on.", emptyError, goesOn, "guarded"},
		{"The check panics.", emptyError, panics, ""},
		{"The check ends the test.", emptyError, fatal, ""},
		{"The error is another one at the check.", emptyError, setAgain, "guarded"},
		{"The check itself sets the error.", emptyError, setInIf, "guarded"},
		{"A cleanup that is not nil is passed on.", nilError, passes, ""},
		{"Cleanup calls what it is given.", nilError, cleanups, ""},
		{"A nil cleanup is returned with its error.", nilError, givesBack, "nil"},
		{"An empty cleanup is returned with its error.", emptyError, givesBack, "func() {}"},
		{"The variable found not nil.", nilFound, checked, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := load(t, `
				import ("errors"; "fmt"; "testing")
				func fail() error { return errors.New("no") }
				func keep(func()) {}
				`+test.prepare+"\n"+test.use)
			found, r := idleOf(s.p, &forwarders{sites: s.sites})
			var words []string
			if found.nilTested {
				words = append(words, "nil-tested")
			}
			if found.guarded {
				words = append(words, "guarded")
			}
			for _, text := range found.values {
				words = append(words, text)
			}
			if got := outcome(r, words...); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestBoundBeforePanic asks whether prepare may return a cleanup after a panic.
func TestBoundBeforePanic(t *testing.T) {
	for _, test := range []struct{ name, deferred, want string }{
		{"Nothing is deferred.", "", ""},
		{"A literal recovers.", "defer func() { recover() }()", "other-return"},
		{"A literal does not.", "defer func() { println() }()", ""},
		{"A literal in it recovers, which ends no panic.", "defer func() { func() { recover() }() }()", ""},
		{"A function of the package recovers.", "defer recovers()", "other-return"},
		{"A function of the package does not.", "defer ends()", ""},
		{"recover itself.", "defer recover()", "other-return"},
		{"A builtin.", "defer println()", ""},
		{"A mutex.", "defer mu.Unlock()", ""},
		{"A function of another package.", `defer fmt.Println("x")`, "other-return"},
		{"A function value.", "f := ends; defer f()", "other-return"},
		{"The cleanup itself.", "defer done()", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := load(t, `
				import ("fmt"; "sync")
				var mu sync.Mutex
				func recovers() { recover() }
				func ends() {}
				func begin(n int) (done func(), err error) {
					done = func() { println(n) }
					`+test.deferred+`
					println(n)
					return done, nil
				}`)
			if got := outcome(boundBeforePanic(s.p)); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
