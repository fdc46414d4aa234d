package play

import (
	"slices"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/analyzer/playground/internal/stdtypes"
)

// standard returns the standard library.
func standard(t *testing.T) stdtypes.Library {
	t.Helper()
	bundle, err := stdtypes.Collect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	library, err := stdtypes.Open(bundle)
	if err != nil {
		t.Fatal(err)
	}
	return library
}

const locked = `package p

import "sync"

type T struct{ mu sync.Mutex }

func (t *T) lock() func() {
	t.mu.Lock()
	return func() { t.mu.Unlock() }
}

func (t *T) Use() {
	defer t.lock()()
}

func Open(t *T) func() {
	t.mu.Lock()
	return func() { t.mu.Unlock() }
}

func use(t *T) { defer Open(t)() }
`

func TestOptions(t *testing.T) {
	library := standard(t)
	for _, test := range []struct {
		options Options
		want    []string
	}{
		{Options{}, nil},
		{Options{All: true}, []string{"(*T).lock rewritten", "Open exported"}},
		{Options{All: true, Exported: true}, []string{"(*T).lock rewritten", "Open rewritten"}},
	} {
		var got []string
		for _, f := range Analyze(locked, test.options, library.Importer()).Findings {
			outcome := f.Code
			if f.Rewritten {
				outcome = "rewritten"
			}
			got = append(got, f.Name+" "+outcome)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%+v: got %q, want %q", test.options, got, test.want)
		}
	}
	silent := strings.Replace(locked, "func (t *T) lock", "//closurefix:ignore it runs once\nfunc (t *T) lock", 1)
	if r := Analyze(silent, Options{All: true}, library.Importer()); len(r.Findings) != 1 {
		t.Errorf("a silenced function is found: %+v", r.Findings)
	}
}

func TestDiff(t *testing.T) {
	old := "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n"
	new := strings.Replace(strings.Replace(old, "1\n", "one\none and a half\n", 1), "11\n", "", 1)
	var got []string
	for _, l := range diff(old, new) {
		s := l.Sign + l.Text
		if l.Old > 0 {
			s += " " + strings.Repeat("o", l.Old)
		}
		if l.New > 0 {
			s += " " + strings.Repeat("n", l.New)
		}
		got = append(got, s)
	}
	want := []string{
		"-1 o", "+one n", "+one and a half nn", "2 oo nnn", "3 ooo nnnn", "4 oooo nnnnn", "…",
		"8 oooooooo nnnnnnnnn", "9 ooooooooo nnnnnnnnnn", "10 oooooooooo nnnnnnnnnnn", "-11 ooooooooooo", "12 oooooooooooo nnnnnnnnnnnn",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestProblems(t *testing.T) {
	library := standard(t)
	for text, want := range map[string]Problem{
		"":                                       {1, 1, "expected 'package', found 'EOF'"},
		"package p\n\nfunc f( {\n":               {3, 9, "expected ')', found '{'"},
		"package p\n\nvar x int = \"\"\n":        {3, 13, `cannot use "" (untyped string constant) as int value in variable declaration`},
		"package p\n\nimport _ \"golang.org/x\"": {3, 10, "could not import golang.org/x (the playground has only the packages of the standard library)"},
		"package p\n\nimport \"C\"":              {3, 8, "could not import C (the playground has only the packages of the standard library)"},
		"package p\n\nimport \"fmt\"":            {3, 8, `"fmt" imported and not used`},
	} {
		r := Analyze(text, Options{}, library.Importer())
		if len(r.Problems) == 0 || r.Problems[0] != want {
			t.Errorf("%q: got %+v, want %+v", text, r.Problems, want)
		}
	}
}

// Two rewrites that choose one name cannot be made together, nor can those of a chain.
func TestRounds(t *testing.T) {
	library := standard(t)
	const text = `package p

type A struct{ n, m int }

func (a *A) begin(n int) func() {
	a.n += n
	return func() { a.n -= n }
}

func (a *A) outer(n int) func() {
	end := a.begin(n)
	return func() { end(); a.m++ }
}

func use(a *A) {
	defer a.outer(1)()
	defer a.begin(2)()
}
`
	r := Analyze(text, Options{All: true}, library.Importer())
	if len(r.Findings) != 2 || !r.Findings[0].Rewritten || !r.Findings[1].Rewritten || strings.Contains(r.New, "func()") {
		t.Errorf("got %+v\n%s", r.Findings, r.New)
	}
}
