package refusal_test

import (
	"fmt"

	"github.com/closurefix/closurefix/rewrite/refusal"
)

// What a code means, for people who read reports.
func ExampleExplanations() {
	for _, e := range refusal.Explanations() {
		if e.Code == refusal.FuncValue {
			fmt.Println(e.Meaning)
			fmt.Println(e.Advice)
		}
	}
	// Output:
	// The function is used as a value (stored, passed, as a method value or expression), which fixes its signature.
	// Call it in a literal there, or rewrite by hand.
}
