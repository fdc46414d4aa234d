package gen

import (
	"fmt"
	"strings"
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

// TestSlots checks that names are unique, that each slot is of use, and that its text
// says where the expression stands.
func TestSlots(t *testing.T) {
	seen := make(map[string]bool)
	for _, s := range Slots() {
		if seen[s.Name] {
			t.Errorf("two slots are called %q", s.Name)
		}
		seen[s.Name] = true
		if len(s.Uses()) == 0 {
			t.Errorf("nothing fits into the slot %q", s.Name)
		}
		if holes := strings.Count(s.Decl+s.Text, "$E") + strings.Count(s.Decl+s.Text, "$P"); holes == 0 {
			t.Errorf("slot %q holds no expression", s.Name)
		}
	}
}

// A choiceOf is a choice that some program makes, in a slot or for a use.
type choiceOf struct {
	of     any // a slot's name, or a use
	choice string
}

// choices returns what programs with so many variants have.
func choices(variants int) map[choiceOf]bool {
	have := make(map[choiceOf]bool)
	for _, c := range Constructs(variants) {
		h := c.Shape
		for _, choice := range []string{
			fmt.Sprint("results ", h.Results), fmt.Sprint("capture ", h.Capture), fmt.Sprint("takes ", h.Takes), fmt.Sprint("named ", h.Named),
			fmt.Sprint("type ", h.Type), fmt.Sprint("gives ", h.gives(&c.Slot, c.Use)), fmt.Sprint("callee ", h.Callee), fmt.Sprint("around ", h.Around),
			fmt.Sprint("operand ", h.Operand), fmt.Sprint("binding ", h.Binding), fmt.Sprint("idle ", h.Idle), fmt.Sprint("parens ", h.Parens),
		} {
			have[choiceOf{c.Slot.Name, choice}] = true
			have[choiceOf{c.Use, choice}] = true
		}
	}
	return have
}

// excluded reports whether no program of a slot can have the i-th form of a choice.
func excluded(s *Slot, choice string, i int) bool {
	switch inDecl := s.Decl != ""; choice {
	case "capture":
		return Capture(i) == ResultCapture || // needs results besides the cleanup
			inDecl && Capture(i) == PointerCapture
	case "takes":
		return inDecl && i%3 != 0
	case "callee":
		return inDecl && i == 1
	case "operand":
		return inDecl && i != 1
	case "around":
		return i == 4 && (inDecl || s.Ends || s.Results != nil)
	}
	return false
}

// TestShapes checks that the variants of a slot have every capture and every form of
// parameters, function and caller, those of a use every form of results, too, and that
// one variant of each suffices for the latter.
func TestShapes(t *testing.T) {
	all, few := choices(Variants), choices(1)
	for _, s := range Slots() {
		for choice, n := range map[string]int{"capture": int(numCaptures), "takes": 4, "callee": 3, "around": 5, "operand": 3} {
			for i := range n {
				want := choiceOf{s.Name, fmt.Sprint(choice, " ", i)}
				if !all[want] && !excluded(&s, choice, i) {
					t.Errorf("no program of slot %q has %s", s.Name, want.choice)
				}
			}
		}
		for _, choice := range []string{"type", "named", "parens"} {
			if !all[choiceOf{s.Name, choice + " true"}] || !all[choiceOf{s.Name, choice + " false"}] {
				t.Errorf("all programs of slot %q have the same choice of %s", s.Name, choice)
			}
		}
	}
	for p := range all {
		if _, ok := p.of.(Use); ok && !few[p] {
			t.Errorf("no program with the use %v has %s unless there are more variants", p.of, p.choice)
		}
	}
}
