package gen

import (
	"strings"
)

// A Use is a form in which a program uses a cleanup, or the call that returns it, as
// an expression.
type Use int

// The uses of a prepare function p.
const (
	CallOfCall     Use = iota // p(x)()
	CallOfVariable            // done()
	TestOfVariable            // done != nil
	TestOfCall                // p(x) != nil
	Variable                  // done
	Call                      // p(x)
	Pair                      // p(x), which has two results
	numUses
)

func (u Use) String() string {
	return [...]string{"p(x)()", "done()", "done != nil", "p(x) != nil", "done", "p(x)", "p(x) of two results"}[u]
}

// test reports whether the use compares the cleanup with nil.
func (u Use) test() bool { return u == TestOfVariable || u == TestOfCall }

// direct reports whether the use is made of the call, without a variable.
func (u Use) direct() bool {
	return u == CallOfCall || u == TestOfCall || u == Call || u == Pair
}

// Uses returns the uses that fit into a slot.
func (s *Slot) Uses() []Use {
	var uses []Use
	for u := range numUses {
		if s.Decl != "" && !u.direct() && !strings.Contains(s.Decl, "$D") {
			continue // nothing can stand before a declaration
		}
		fits := false
		switch u {
		case CallOfCall, CallOfVariable:
			fits = s.Type != funcSlot && s.Type != pairSlot
		case TestOfVariable, TestOfCall:
			fits = s.Type == valueSlot || s.Type == "bool"
		case Variable, Call:
			fits = s.Type == valueSlot || s.Type == funcSlot
		case Pair:
			fits = s.Type == pairSlot
		}
		if fits {
			uses = append(uses, u)
		}
	}
	return uses
}

// A Shape says how a prepare function and its callers are made otherwise.
type Shape struct {
	Results results
	Named   bool // the results have names
	Takes   int  // what the cleanup takes: nothing, an error, a pointer to one, numbers
	Gives   bool // it returns an error, also where nobody asks for it
	Type    bool // the cleanup has a named type
	Capture Capture
	Idle    idleness
	Parens  bool // the function of a call stands in parentheses
	Callee  int  // a function, a method, a generic function
	Operand int  // a parameter, a constant, a call with an effect
	Binding int  // how the variable gets the cleanup: :=, var, var with a type, =, in an if
	Around  int  // the caller: a function, a method, a generic one, a literal in a variable, a cleanup
}

// results are the results of a prepare function.
type results int

const (
	alone      results = iota // cleanup
	withValue                 // int, cleanup
	withError                 // cleanup, error
	withBoth                  // int, cleanup, error
	withOK                    // cleanup, bool
	numResults                // how many there are
)

// tells reports whether a result tells failure.
func (r results) tells() bool { return r == withError || r == withBoth || r == withOK }

// A Capture is what a cleanup captures.
type Capture int

const (
	ParameterCapture Capture = iota // nothing but a parameter, and the receiver if there is one
	LocalCapture                    // a local variable
	LocalsCapture                   // and another one
	CounterCapture                  // a local variable that it changes
	PointerCapture                  // a pointer to the caller's error
	ResultCapture                   // a named result
	numCaptures                     // how many there are
)

// Variants is the number of shapes after which each choice was there, whatever the
// slot and the use.
const Variants = int(numResults) * int(numCaptures)

// shape returns a shape for a program. Each choice has a stride of its own, so that
// the variants have nearly all pairs of choices. What the slot and the use exclude is
// replaced.
func shape(s *Slot, u Use, n int) Shape {
	h := Shape{
		Results: results((n + n/int(numCaptures)) % int(numResults)),
		Capture: Capture(n % int(numCaptures)),
		Named:   (n+n/2)%2 == 1,
		Takes:   (n + n/6) % 4,
		Gives:   (n/2+n/3)%2 == 1,
		Type:    (n/4+n/6)%2 == 1,
		Idle:    idleness((n + n/3) % 3),
		Parens:  (n/4+n/9)%2 == 1,
		Callee:  (n + n/6) % 3,
		Operand: (n + n/9) % 3,
		Binding: n / 3 % 5,
		Around:  (n + n/5) % 5,
	}
	switch {
	case u == Pair:
		h.Results = []results{withValue, withError, withOK}[n%3]
	case u.direct():
		h.Results = alone
	}
	if s.Decl != "" {
		h.Idle, h.Takes, h.Operand, h.Callee = never, h.Takes/2*3, 1, h.Callee/2*2
		if h.Capture == PointerCapture {
			h.Capture = LocalCapture
		}
		h.Binding = min(h.Binding, 3)
	}
	if h.Capture == ResultCapture {
		h.Named = true
		if h.Results == alone || h.Results == withOK {
			h.Capture = LocalsCapture
		}
	}
	switch {
	case s.Waits, u == Pair || u == Call:
		h.Idle = never // a cleanup that is nil, or says nothing, would be missed
	case u.test():
		h.Idle = absent // whoever asks knows of nil
	case u == Variable && h.Idle == harmless:
		h.Idle = never
	case h.Idle == failing && !h.Results.tells():
		h.Idle = never
	}
	if h.Binding == 2 && h.Results != alone {
		h.Binding = 1 // the variables differ in their types
	}
	if h.Around == 4 && (s.Results != nil || s.Ends || s.Decl != "") {
		h.Around = n % 4
	}
	if h.Binding == 4 && (s.Ends || h.Around == 4) {
		h.Binding = 0
	}
	return h
}

// gives reports whether the cleanup returns an error.
func (h *Shape) gives(s *Slot, u Use) bool {
	called := u == CallOfCall || u == CallOfVariable
	return h.Gives || called && s.Type != callSlot
}

// made returns an expression of the type that a slot asks for, made from the error that
// a call returns.
func made(slot, call string) string {
	switch slot {
	case callSlot, valueSlot, "error":
		return call
	case "bool":
		return call + " != nil"
	case "any":
		return "any(" + call + ")"
	case "*[2]int": // Go 1.26 fails to compile a slice of Made[*[2]int] in a generic function
		return "Array(" + call + ")"
	default:
		return "Made[" + slot + "](" + call + ")"
	}
}
