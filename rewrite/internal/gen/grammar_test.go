package gen

import (
	"fmt"
	"testing"
)

// TestConstructs checks that every use that is said to fit into a slot makes a program
// that type-checks.
func TestConstructs(t *testing.T) {
	c := newChecker()
	var all []*Program
	for i, k := range Constructs(3) {
		text, err := k.Text(Form{Package: "program", Main: fmt.Sprint("Main", i), Suffix: fmt.Sprint(i)})
		if err != nil {
			t.Error(err)
			continue
		}
		all = append(all, &Program{Text: text})
	}
	t.Logf("%d programs", len(all))
	c.check(t, "construct", all...)
}
