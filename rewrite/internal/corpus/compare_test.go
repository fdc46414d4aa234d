package corpus

import (
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite"
)

const before = `package p

import "os"

// open opens.
func open(name string) (*os.File, func()) {
	f, _ := os.Open(name)
	// close it
	return f, func() { f.Close() }
}

func use() error {
	f, done := open("x")
	defer done()
	if f  ==  nil { // not formatted
		return os.ErrNotExist
	}
	return nil
}
`

const after = `package p

import "os"

// open opens.
func open(name string) *os.File {
	f, _ := os.Open(name)
	// close it
	return f
}

// finishOpen ends what open began. Callers defer it.
func finishOpen(f *os.File) {
	f.Close()
}

func use() error {
	f := open("x")
	defer finishOpen(f)
	if f  ==  nil { // not formatted
		return os.ErrNotExist
	}
	return nil
}
`

// judge compares two versions of a file in which open was rewritten.
func judge(t *testing.T, old, now string) *Report {
	t.Helper()
	f := rewrite.Finding{Name: "open"}
	f.Pos.Filename, f.Pos.Offset = "p.go", strings.Index(old, "open(name")
	r := new(Report)
	err := r.compare(&rewrite.Result{
		Findings: []rewrite.Finding{f},
		Files:    []rewrite.File{{Name: "p.go", Old: []byte(old), New: []byte(now)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCompare(t *testing.T) {
	for _, test := range []struct {
		name, now string
		comments  int
		outside   bool
	}{
		{"planned", after, 0, false},
		{"a comment lost", strings.Replace(after, "\t// close it\n", "", 1), 1, false},
		{"a doc comment wrapped again", strings.Replace(after, "// open opens.\n", "// open\n// opens.\n", 1), 0, false},
		{"a doc comment reworded", strings.Replace(after, "// open opens.", "// open opens for finishOpen.", 1), 0, false},
		{"a doc comment lost", strings.Replace(after, "// open opens.\n", "", 1), 1, false},
		{"a comment altered", strings.Replace(after, "// not formatted", "// formatted", 1), 1, true},
		{"a neighbour formatted", strings.Replace(after, "f  ==  nil", "f == nil", 1), 0, true},
		{"a comment aligned", strings.Replace(after, "nil { // not", "nil {   // not", 1), 0, false},
		{"another statement", strings.Replace(after, "return nil\n", "return  nil\n", 1), 0, true},
		{"an import", strings.Replace(after, `import "os"`, `import ("os"; _ "fmt")`, 1), 0, false},
		{"the end", after + "\nvar x int\n", 0, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := judge(t, before, test.now)
			if r.Comments != test.comments || (r.Outside > 0) != test.outside {
				t.Errorf("%d comments lost, %d bytes outside, want %d and %t", r.Comments, r.Outside, test.comments, test.outside)
			}
		})
	}
}

func TestBeyond(t *testing.T) {
	old := complaints{"a.go: shadow": 1, "b.go: lock": 1}
	now := complaints{"a.go: shadow": 2, "c.go: nil": 1}
	if got := strings.Join(now.beyond(old), "; "); got != "a.go: shadow; c.go: nil" {
		t.Errorf("new: %s", got)
	}
}

func TestMarkdown(t *testing.T) {
	modules := []Module{
		{Name: "a", Path: "example.com/a", Version: "v1.0.0", Packages: []string{"./..."}},
		{Name: "b", Path: "example.com/b", Version: "v1.0.0", Packages: []string{"./x"}},
		{Name: "c"},
	}
	got := markdown(modules, map[string]*Report{
		"a": {
			Found: 3, Rewritten: 2, Left: map[string]int{"exported": 1}, Free: 1, Generated: 1, Tested: 5, Tests: 1,
			Refused: []Refused{{"Open", "exported", "cannot rewrite Open: it is exported"}},
		},
		"b": {Error: "no such thing"},
	})
	for _, want := range []string{
		"| example.com/a@v1.0.0 | 3 | 2 | 0 | 0 | 0 | 1 in 5 | 0 | 0 | 0 | 0 |\n",
		"| example.com/b@v1.0.0 `./x` | not run: no such thing |\n",
		"| total | 3 | 2 |",
		"67 % are rewritten. Left out: 1 functions that the compiler keeps on the stack, 1 in generated files.\n",
		"| exported | 1 |\n",
		"| a | `exported` | cannot rewrite Open: it is exported |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}
