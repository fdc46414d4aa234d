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

// TestShapes checks that the variants of a slot have every capture and every form of
// parameters, function and caller, those of a use every form of results, too, and that
// one variant of each suffices for the latter.
func TestShapes(t *testing.T) {
	type pair struct {
		of     any // a slot's name, or a use
		choice string
	}
	pairs := func(variants int) map[pair]bool {
		have := make(map[pair]bool)
		for _, c := range Constructs(variants) {
			h := c.Shape
			for _, choice := range []string{
				fmt.Sprint("results ", h.Results), fmt.Sprint("capture ", h.Capture), fmt.Sprint("takes ", h.Takes), fmt.Sprint("named ", h.Named),
				fmt.Sprint("type ", h.Type), fmt.Sprint("gives ", h.gives(&c.Slot, c.Use)), fmt.Sprint("callee ", h.Callee), fmt.Sprint("around ", h.Around),
				fmt.Sprint("operand ", h.Operand), fmt.Sprint("binding ", h.Binding), fmt.Sprint("idle ", h.Idle), fmt.Sprint("parens ", h.Parens),
			} {
				have[pair{c.Slot.Name, choice}] = true
				have[pair{c.Use, choice}] = true
			}
		}
		return have
	}
	all, few := pairs(Variants), pairs(1)
	for _, s := range Slots() {
		inDecl := s.Decl != ""
		for choice, n := range map[string]int{"capture": int(numCaptures), "takes": 4, "callee": 3, "around": 5, "operand": 3, "type": 0, "named": 0, "parens": 0} {
			for i := range n {
				want := pair{s.Name, fmt.Sprint(choice, " ", i)}
				excluded := inDecl && (choice == "capture" && Capture(i) == PointerCapture || choice == "takes" && i%3 != 0 || choice == "callee" && i == 1 || choice == "operand" && i != 1) ||
					choice == "capture" && Capture(i) == ResultCapture || // needs results besides the cleanup
					choice == "around" && i == 4 && (inDecl || s.Ends || s.Results != nil)
				if !all[want] && !excluded {
					t.Errorf("no program of slot %q has %s", s.Name, want.choice)
				}
			}
			if n == 0 && (!all[pair{s.Name, choice + " true"}] || !all[pair{s.Name, choice + " false"}]) {
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
