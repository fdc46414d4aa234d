package load

import (
	"fmt"
	"testing"
)

// TestMentions looks for one name, and for the same among many others.
func TestMentions(t *testing.T) {
	for _, test := range []struct {
		text string
		want bool
	}{
		{"", false},
		{"begin", true},
		{"a.begin()", true},
		{"beginner", false},
		{"rebegin", false},
		{"beginbegin begin", true},
		{"_begin begin1 äbegin beginé", false},
		{"x\nbegin", true},
	} {
		for _, more := range []int{0, 100} {
			names := map[string]bool{"begin": true}
			for i := range more {
				names[fmt.Sprint("other", i)] = true
			}
			if got := mentions([]byte(test.text), names); got != test.want {
				t.Errorf("%q, with %d other names: %v", test.text, more, got)
			}
		}
	}
}
