package escape

import (
	"slices"
	"testing"
)

func TestConstant(t *testing.T) {
	// As go1.26 prints them for fmt.Println(…) of each.
	for what, want := range map[string]bool{
		`3000`:              true,
		`-5`:                true,
		`(1 + 2i)`:          true,
		`1.5e+300`:          true,
		`'x'`:               true,
		`"xyz"`:             true,
		`"with \" in it"`:   true,
		`"aaaaaaaa...`:      true, // cut by the compiler
		`true`:              true,
		`uint8(3)`:          true,
		`struct {}{}`:       true,
		`.autotmp_4`:        true,
		`"xyz" + s`:         false,
		`"aaa\n" + s...`:    false,
		`"a" + s + "b...`:   false,
		`([]byte)("x")`:     false,
		`T("abc")`:          false, // or a call
		`[2]int{...}`:       false,
		`.autotmp_4.dest`:   false,
		`&errorString{...}`: false,
		`func literal`:      false,
		`s`:                 false,
		`string(b)`:         false,
		`n + 1`:             false,
		``:                  false,
	} {
		if got := (Fact{What: what}).Constant(); got != want {
			t.Errorf("%s: constant: %v, want %v", what, got, want)
		}
		if (Fact{What: what, Moved: true}).Constant() {
			t.Errorf("%s: a variable is no constant", what)
		}
	}
}

func TestWords(t *testing.T) {
	for what, want := range map[string]string{
		"dest":                   "dest",
		"s.dest":                 "dest",
		".autotmp_3.dest":        "dest",
		"a.b.c":                  "c",
		"&errors.errorString{…}": "&errorString{…}",
		`fmt.Sprint("a" + s.x)`:  `Sprint("a" + x)`,
		"make([]byte, s.n)":      "make([]byte, n)",
		"1.5e+300":               "1.5e+300",
		"... argument":           "... argument",
	} {
		if got := (Fact{What: what}).Words(); got != want {
			t.Errorf("%s: words %q, want %q", what, got, want)
		}
	}
}

// TestAgain has a copy of a function that contains two literals. The compiler prints equal
// verdicts at one position once.
func TestAgain(t *testing.T) {
	f := Parse(`# m
./m.go:20:5: func literal escapes to heap in Use:
./m.go:20:5:   flow: {heap} ← &{storage for func literal}:
./m.go:20:5:     from func literal (spill) at ./m.go:20:5
./m.go:20:5:     from read = func literal (assign) at ./m.go:20:5
./m.go:20:5: func literal escapes to heap in Use:
./m.go:20:5:   flow: ~r0 ← &{storage for func literal}:
./m.go:20:5:     from func literal (spill) at ./m.go:20:5
./m.go:20:5: func literal escapes to heap
`, "/m").Literal(Pos{"/m/m.go", 20, 5})
	want := []string{
		"  flow: {heap} ← &{storage for func literal}:\n    from func literal (spill)\n    from read = func literal (assign)\n",
		"  flow: ~r0 ← &{storage for func literal}:\n    from func literal (spill)\n",
	}
	if f.Verdict != Heap || !slices.Equal(f.Reasons(), want) {
		t.Errorf("it is on the %v, for the reasons %q, want %q", f.Verdict, f.Reasons(), want)
	}
}
