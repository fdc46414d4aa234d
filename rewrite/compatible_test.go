package rewrite

import (
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/candidate"
)

// TestSharedCaller rewrites functions with a common caller in one round where each edits
// statements of its own, and in turn where it does not.
func TestSharedCaller(t *testing.T) {
	const functions = `
-- go.mod --
module example.com/m

go 1.26
-- a.go --
package m

func a(n *int) func() { return func() { *n++ } }

func b(n *int) func() { return func() { *n-- } }

func c(n *int) func() { return func() { *n = 0 } }

func d(n *int) func() {
	if *n == 0 {
		return nil
	}
	old := *n
	return func() { *n = old }
}

func e(n *int) func() {
	if *n == 1 {
		return nil
	}
	old := *n
	return func() { *n = old + 1 }
}

`
	for _, test := range []struct {
		name, body string
		rounds     string
	}{
		{"Apart.", "defer a(&n)()\n\tn++\n\tdefer b(&n)()\n\tn++\n\tdone := c(&n)\n\tn++\n\tdefer done()\n", "round 1"},
		{"On lines that follow each other.", "defer a(&n)()\n\tdefer b(&n)()\n", "round 2"},
		{"A cleanup as a value.", "done := a(&n)\n\tn++\n\tdefer b(&n)()\n\tn++\n\tdefer done()\n\tn++\n\tf := done\n\t_ = f\n", "round 2"},
		{"Tests of nil.", "if done := d(&n); done != nil {\n\t\tdefer done()\n\t}\n\tif done := e(&n); done != nil {\n\t\tdefer done()\n\t}\n", "round 1"},
		{"Both in one condition.", "x := d(&n)\n\tn++\n\tz := e(&n)\n\tif x != nil && z != nil {\n\t\tn++\n\t\tdefer x()\n\t\tn++\n\t\tdefer z()\n\t}\n", "round 2"},
		{"With a comment.", "defer a(&n)() // one\n\tn++\n\tdefer b(&n)() // two\n", "round 2"},
		{"In a statement that holds the other.", "done := a(func() *int {\n\t\tn++\n\t\tdefer b(&n)()\n\t\tn++\n\t\treturn &n\n\t}())\n\tn++\n\tdefer done()\n", "round 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var steps []string
			dir, res, err := doWith(t, functions+"func use(n int) {\n\t"+test.body+"}\n",
				Options{All: true, Progress: func(s string) { steps = append(steps, s) }}, candidate.Find)
			if err != nil {
				t.Fatal(err)
			}
			text := changed(t, dir, res)["a.go"]
			for _, f := range []string{"a", "b", "c", "d", "e"} {
				if strings.Contains(test.body, " "+f+"(") == strings.Contains(text, "func "+f+"(n *int) func()") {
					t.Errorf("%s is not rewritten, or without a caller:\n%s", f, text)
				}
			}
			last := ""
			for _, s := range steps {
				if strings.HasPrefix(s, "round ") {
					last = s
				}
			}
			if !strings.HasPrefix(last, test.rounds) {
				t.Errorf("the last round is %q, want %s:\n%s", last, test.rounds, text)
			}
		})
	}
}
