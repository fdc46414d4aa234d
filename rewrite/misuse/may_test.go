package misuse_test

import (
	"os"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/misuse"
)

func TestMayText(t *testing.T) {
	for _, test := range []struct {
		text string
		want bool
	}{
		{"defer done(err)", true},
		{"\tdefer\tdone(err) // later", true},
		{"defer begin(1)(err)", true},
		{"defer s.begin(1)(err)", true},
		{"defer s.begin(\n1)(err)", true},
		{"defer (done)(err)", true},
		{"defer done(1,\nerr)", true},
		{"defer done()", false},
		{"defer begin(1)()", false},
		{"defer s.mu.Unlock()", false},
		{"defer os.RemoveAll(dir)", false},
		{"defer close(ch)", false},
		{"defer begin(1)() }", false},
		{"defer s.begin(1)(); return }", false},
		{"defer s.begin(`a;b`)(err)", true},
		{"defer func() { f(struct{}{}) }()", false},
		{"defer func() { done(err) }()", false},
		{"defer func() {", false},
		{"func() { defer begin() }", false},
		{"func() { defer done(err) }", true},
		{"deferred(err)", false},
		{"// to defer", false},
		{"done(err)", false},
	} {
		if got := misuse.MayText([]byte("package p\n\nfunc f() {\n" + test.text + "\n}\n")); got != test.want {
			t.Errorf("MayText(%q) = %v, want %v", test.text, got, test.want)
		}
	}
	// Each line with a finding is one that it says yes to.
	text, err := os.ReadFile("testdata/eager.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, "// want") && !misuse.MayText([]byte(line)) {
			t.Errorf("no to %s", line)
		}
	}
}
