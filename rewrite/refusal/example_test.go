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
	// The function is used as a value (stored, passed, as a method value or method expression), which fixes its signature.
	// Use a function literal that calls it there, or rewrite by hand.
}
