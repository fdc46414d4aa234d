package same

import (
	"fmt"
	"strings"
	"testing"
)

// TestElsewhere makes the right rewrite of formOne in one edit, and another edit in the
// declarations after it.
func TestElsewhere(t *testing.T) {
	const rest = `
func one() int { return 1 }; func two() int { return 2 }

// three is documented.
func three() int { return 3 }
`
	for _, test := range []struct{ old, new, want string }{
		{"", "", ""},
		{"return 1 }", "return  1 }", ""},
		{"is documented", "has a comment", ""},
		{"return 3", "return 4", "func three() int { has changed"},
		{"func one() int { return 1 };", "//func one() int { return 1 };", "a declaration is missing"},
		{"return 1 };", "return 1 }; //", "a declaration is missing"},
		{"return 2 }", "return 2 } /*", "comment not terminated"},
		{"func three", "func four() {}\n\nfunc three", "has changed"},
		{"return 3 }\n", "return 3 }\n\nfunc four() {}\n", ":35:1 of the rewritten file: a declaration is added"},
		{"return 3 }", "return 3 } }", "expected declaration"},
		{"return 2 }\n", "return 2 }; func four() {}\n", "has changed"},
	} {
		c := changeOf(t, formOne+rest, afterOne+rest, claimOne)
		edits := []Edit{{End: len(formOne), New: afterOne}}
		if i := strings.Index(rest, test.old); test.old != "" {
			edits = append(edits, Edit{Start: len(formOne) + i, End: len(formOne) + i + len(test.old), New: test.new})
		}
		c.Files[0].Edits = edits
		if i := strings.Index(test.want, ":"); i == 0 { // the line is that in the whole file
			whole := afterOne + strings.Replace(rest, test.old, test.new, 1)
			if line := 1 + strings.Count(whole[:strings.Index(whole, "func four")], "\n"); !strings.HasPrefix(test.want, fmt.Sprintf(":%d:", line)) {
				t.Errorf("the line is %d", line)
			}
		}
		err := c.Check()
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%q becomes %q: error %v, want %q", test.old, test.new, err, test.want)
		}
	}
}

// TestUntouched has no edit where one is needed.
func TestUntouched(t *testing.T) {
	at := strings.Index(formOne, "func run")
	after := strings.Index(afterOne, "func run")
	for _, test := range []struct {
		name  string
		edits []Edit
	}{
		{"nothing", nil},
		{"prepare alone", []Edit{{End: at, New: afterOne[:after]}}},
		{"the caller alone", []Edit{{Start: at, End: len(formOne), New: afterOne[after:]}}},
		{"an overlap", []Edit{{End: at + 1, New: afterOne[:after]}, {Start: at, End: len(formOne), New: afterOne[after:]}}},
		{"another package", []Edit{{Start: 8, End: 9, New: "b"}, {Start: 10, End: len(formOne), New: afterOne[10:]}}},
	} {
		c := changeOf(t, formOne, afterOne, claimOne)
		if c.Files[0].Edits = test.edits; c.Check() == nil {
			t.Errorf("%s: no error", test.name)
		}
	}
}
