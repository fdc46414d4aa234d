package same

import (
	"strings"
	"testing"
)

// TestRun makes the right rewrite of formOne, with edits of single statements in the caller, and
// another edit in the caller.
func TestRun(t *testing.T) {
	at := strings.Index(formOne, "func run")
	for _, test := range []struct{ old, new, want string }{
		{"", "", ""},
		{"defer c.f(k, &err, other)\n", "defer c.f(k, &err, other)\n\n", ""},
		{"\tuse(\"work\")", "\t// It works.\n\tuse(\"work\")", ""},
		{"use(\"work\")", "use(\"play\")", "has become"},
		{"use(\"work\")\n", "", "has become return nil"},
		{"use(\"work\")\n", "use(\"work\")\n\tuse(\"work\")\n", "return nil has become use"},
		{"use(\"work\")\n", "use(\"work\") //", "is missing"},
		{"use(\"work\")\n", "use(\"work\")\nL:\n", "return nil has become L:"},
		{"use(\"work\")\n", "use(\"work\")\n}\n\nfunc other() {\n", "more than one function"},
		{"use(\"work\")\n", "use(\"work\") /*\n", "not terminated"},
		{"use(\"work\")\n", "use(\"work\") +\n", "expected"},
		{"return nil\n}\n", "return nil\n}\n\nfunc four() {}\n", "is added"},
		{"defer c.f(k, &err, other)\n", "defer c.f(k, &err, other)\n\tfor {\n\t}\n", "has become for { (line 26 of the rewritten file)"},
		{"defer c.f(k, &err, other)\n", "", "defer done(other) has become use"},
		{"err = c.p(k, &err)\n", "err = c.p(k, &err)\n\tdefer c.f(k, &err, other)\n", "has become defer"},
		{"defer c.f(k, &err, other)\n", "L:\n", "has become"},
	} {
		edits := []Edit{{End: at - 1, New: afterOne[:strings.Index(afterOne, "func run")-1]}}
		done := test.old == ""
		for _, pair := range [][2]string{
			{"done, err := c.p(k, &err)\n", "err = c.p(k, &err)\n"},
			{"defer done(other)\n", "defer c.f(k, &err, other)\n"},
			{"use(\"work\")", "use(\"work\")"},
			{"return nil\n}\n", "return nil\n}\n"},
		} {
			start := at + strings.Index(formOne[at:], pair[0])
			e := Edit{Start: start, End: start + len(pair[0]), New: pair[1]}
			if strings.HasPrefix(test.old, "\t") && pair[1] == test.old[1:] {
				e.Start, e.New = e.Start-1, test.old
			}
			if strings.Contains(test.old, pair[1]) && strings.HasSuffix(test.old, "\n") && !strings.HasSuffix(pair[1], "\n") {
				e.End, e.New = e.End+1, e.New+"\n"
			}
			if !done && strings.Contains(e.New, test.old) {
				e.New, done = strings.Replace(e.New, test.old, test.new, 1), true
			}
			if e.New != formOne[e.Start:e.End] {
				edits = append(edits, e)
			}
		}
		if !done {
			t.Fatalf("%q is not in the caller", test.old)
		}
		c := changeOf(t, formOne, afterOne, claimOne)
		c.Files[0].Edits = edits
		err := c.Check()
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%q becomes %q: error %v, want %q", test.old, test.new, err, test.want)
		}
	}
}
