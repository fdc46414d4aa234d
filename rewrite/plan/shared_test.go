package plan

import "testing"

// TestFinality asks what becomes of the variable n, which the cleanup captures, once
// prepare has returned.
func TestFinality(t *testing.T) {
	const (
		once   = `func use() { done := begin(1); defer done() }`
		twice  = `func use() { done := begin(1); done(); done() }`
		inLoop = `func use() { done := begin(1); for range 2 { done() } }`
		each   = `func use() { for range 2 { done := begin(1); done() } }`
		value  = `func use() { done := begin(1); keep(done); done() }`
	)
	for _, test := range []struct{ name, body, use, want string }{
		{"Nobody sets it.", "return func() { println(n) }", twice, ""},
		{"It is set before the return.", "n++; return func() { println(n) }", once, ""},
		{"A goroutine sets it.", "go func() { n++ }(); return func() { println(n) }", once, "shared"},
		{"A callback sets it.", "keep(func() { n++ }); return func() { println(n) }", once, "shared"},
		{"A goroutine reads it.", "go func() { println(n) }(); return func() { println(n) }", once, ""},
		{"A deferred literal sets it.", "defer func() { n++ }(); return func() { println(n) }", once, "shared"},
		{"A literal that is called at once sets it.", "func() { n++ }(); return func() { println(n) }", once, ""},
		{"A literal that is only called sets it.", "inc := func() { n++ }; inc(); return func() { println(n) }", once, ""},
		{"A literal that is called and kept sets it.", "inc := func() { n++ }; inc(); keep(inc); return func() { println(n) }", once, "shared"},
		{"A literal that is called and deferred sets it.", "inc := func() { n++ }; inc(); defer inc(); return func() { println(n) }", once, "shared"},
		{"A literal that the cleanup calls sets it.", "inc := func() { n++ }; return func() { inc(); println(n) }", once, "shared"},
		{"A literal that calls itself sets it.", "var inc func(); inc = func() { n++; inc() }; return func() { println(n) }", once, "shared"},
		{"A literal within a literal sets it.", "inc := func() { keep(func() { n++ }) }; inc(); return func() { println(n) }", once, "shared"},
		{"Its address is taken.", "p := &n; println(p); return func() { println(n) }", once, "shared"},
		{"The cleanup sets it, and runs once.", "println(n); return func() { n++; println(n) }", once, ""},
		{"The cleanup sets it, and runs twice.", "println(n); return func() { n++; println(n) }", twice, "shared"},
		{"The cleanup sets it, and runs in a loop.", "println(n); return func() { n++; println(n) }", inLoop, "shared"},
		{"The cleanup sets it, and is made in the loop.", "println(n); return func() { n++; println(n) }", each, ""},
		{"The cleanup sets it, and is passed to another function.", "println(n); return func() { n++; println(n) }", value, "shared"},
		{"A literal of the cleanup sets it later.", "println(n); return func() { go func() { n++ }(); println(n) }", once, "shared"},
		{"A literal that the cleanup defers sets it.", "println(n); return func() { defer func() { n++ }(); println(n) }", once, ""},
		{"The cleanup sets it, a goroutine reads it.", "go func() { println(n) }(); return func() { n++; println(n) }", once, "shared"},

		{"The cleanup sets it first.", "println(n); return func() { n = one(); println(n) }", twice, "anew :="},
		{"In an if.", "println(n); return func() { if n = one(); n > 1 { println(n) } }", once, "anew :="},
		{"In an if, and it is read after it.", "println(n); return func() { if n = 2; n > 1 { println() }; println(n) }", once, "anew var"},
		{"In a block of its own.", "println(n); return func() { { n = one(); println(n) } }", once, "anew :="},
		{"In one branch.", "println(n); return func() { if b { n = 2 }; println(n) }", twice, "shared"},
		{"It is read in what it is set to.", "println(n); return func() { n = n + 1; println(n) }", once, ""},
		{"It is set with an operation.", "println(n); return func() { n += 1; println(n) }", once, ""},
		{"It is never read.", "println(n); return func() { n = 2 }", once, ""},
		{"A literal of the cleanup reads it.", "println(n); return func() { n = 2; go func() { println(n) }() }", once, ""},
		{"A literal of prepare reads it.", "keep(func() { println(n) }); return func() { n = 2; println(n) }", once, "shared"},
		{"Together with another one.", "println(n); return func() { var m int; n, m = 2, 3; println(n, m) }", once, "anew var"},
		{"From a call of two results.", "println(n); return func() { var m int; n, m = two(); println(n, m) }", once, "anew var"},
		{"From a call, the other result dropped.", "println(n); return func() { n, _ = two(); println(n) }", once, "anew :="},
		{"To a constant, which := would give a type of its own.", "println(n); return func() { n = 'x'; println(n) }", once, "anew var"},
		{"With a label.", "println(n); return func() { n = 2; l: for { println(n); break l } }", twice, "shared"},
		{"Prepare itself runs the cleanup.", "done := func() { n = 2; println(n) }; if b { done() }; return done", once, "shared"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := load(t, `
				var b bool
				func keep(func()) {}
				func one() int { return 1 }
				func two() (int, int) { return 1, 2 }
				func begin(n int) func() { `+test.body+` }
				`+test.use)
			c := s.capture(t, "n")
			f := finalityOf(s.p, s.sites)
			got := ""
			switch {
			case f.shared[c]:
				got = "shared"
			case f.resets[c] != nil && f.resets[c][0].Define:
				got = "anew :="
			case f.resets[c] != nil:
				got = "anew var"
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestFinalityOfType asks about variables of other types than int.
func TestFinalityOfType(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"A lock.", "func begin() func() { var v sync.Mutex; v.Lock(); return func() { v.Unlock() } }", "shared"},
		{"A pointer to a lock.", "func begin(v *sync.Mutex) func() { v.Lock(); return func() { v.Unlock() } }", ""},
		{"A lock in a struct.", "type T struct { mu [2]sync.Mutex }; func begin() func() { var v T; return func() { println(len(v.mu)) } }", "shared"},
		{"A struct without a lock.", "type T struct { n int }; func begin() func() { var v T; return func() { println(v.n) } }", ""},
		{"A method with a pointer receiver.", "type T struct { n int }; func (t *T) set() {}; func begin() func() { var v T; v.set(); return func() { println(v.n) } }", "shared"},
		{"A slice of an array.", "func begin() func() { var v [3]int; s := v[:]; println(s); return func() { println(v[0]) } }", "shared"},
		{"A result that the return sets.", "func begin() (done func(), v error) { return func() { println(v) }, nil }", ""},
		{"A result that a deferred literal sets.", "func begin() (done func(), v error) { defer func() { v = nil }(); return func() { println(v) }, nil }", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := load(t, `import "sync"; var _ sync.Mutex; `+test.text)
			f, got := finalityOf(s.p, s.sites), ""
			if f.shared[s.capture(t, "v")] {
				got = "shared"
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
