package plan

import (
	"go/ast"
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/prose"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// A Form is the shape of a rewrite.
type Form int

const (
	// Direct: prepare returns nothing in the closure's place. Callers pass finish
	// the receiver and arguments of prepare again, or results of prepare.
	Direct Form = iota
	// Value: prepare returns one local variable in the closure's place, or a bool
	// that says whether there is something to do. Finish takes it as an argument.
	Value
	// Handed: prepare returns a struct with the captured variables in the closure's
	// place. Finish is a method of the struct.
	Handed
)

func (f Form) String() string { return [...]string{"direct", "value", "handed"}[f] }

// A Plan is the decision to rewrite a prepare function and all its sites.
type Plan struct {
	Prepare  *pattern.Prepare
	Form     Form
	Literals []*pattern.Literal // the cleanups, without those of equal text

	// WhyNotDirect is the reason against the form Direct, nil if that is the form.
	// WhyNotValue is the reason against Value, if the form is Handed.
	WhyNotDirect, WhyNotValue *refusal.Refusal

	// Number maps each literal of prepare to its number in Literals, from 1.
	Number map[*pattern.Literal]int

	Passages []Passage // one for each capture, in the order of finish's parameters
	Value    *Handover // nil if the form is not Value
	State    *State    // nil if the form is not Handed
	Finish   Finish

	// Drop holds the indices of the parameters that prepare loses.
	Drop map[int]bool

	// Fresh holds the indices of dropped result pointers for which calls of finish
	// within prepare pass new(T). At every site the result is zero when prepare is
	// called and is assigned when prepare returns, so nobody sees what the cleanup
	// stores there.
	Fresh map[int]bool

	// Types maps variables that callers declare without a value to the type of the
	// state, as it is written there.
	Types map[*types.Var]string

	// Idle maps uses of a cleanup as a value to their new text, where the cleanup
	// certainly is nil or does nothing.
	Idle map[*pattern.Use]string

	// Convert maps uses of a cleanup as a value to the named func type that the use
	// must be converted to, as it is written there.
	Convert map[*pattern.Use]string

	Inner []InnerPlan
	Sites []*SitePlan

	// Imports are the packages that prepare's file must import to name the types of
	// the state, sorted by path.
	Imports []spell.Import
}

// Signature returns the literal whose parameters and results finish has.
func (pl *Plan) Signature() *pattern.Literal { return mostNamed(pl.Literals) }

// A Route is the way in which a capture reaches finish.
type Route int

const (
	ByReceiver Route = iota // finish's receiver
	ByArgument              // the same argument again
	ByResult                // the variable in which the caller keeps a result of prepare
	ByValue                 // the value that prepare returns in the closure's place
	ByState                 // a field of the state
	Anew                    // not at all: finish declares a variable of its own
)

// A Passage says how one capture reaches finish.
type Passage struct {
	Capture *pattern.Capture
	Route   Route
	Result  int    // the index of the result, if ByResult
	Pointer bool   // the field of the state is the address of the variable
	Type    string // of finish's parameter or variable, or of the field, as written in prepare's file
	Resets  []Reset
}

// A Reset is the assignment by which a cleanup sets a captured variable before it
// reads it. Finish declares a variable of its own there.
type Reset struct {
	Stmt   ast.Stmt // in a list: the assignment, or the statement whose init it is
	Assign *ast.AssignStmt
	Define bool // := declares the variable; otherwise a var statement before Stmt does
}

// A Handover is what prepare returns in the cleanup's place if the form is Value.
type Handover struct {
	Capture *pattern.Capture // the variable; nil for a bool that says whether there is something to do
	Guard   bool             // finish takes it, and returns at once if it is false, or nil
	Nil     bool             // callers or finish compare the variable with nil: then there is nothing to do
	Name    string           // of finish's parameter and of the callers' variables
	Result  string           // the name of prepare's result; "" if the results have no names
	Type    string           // as written in prepare's file
	Zero    string           // the text of an idle return
}

// A State is the struct that prepare returns in the cleanup's place if the form is
// Handed.
type State struct {
	Fields []Passage // the captures that are its fields
	Mark   Mark      // what its further field says
	Flag   string    // the name of that field; "" if there is none
	Nil    bool      // that field is a captured variable, which is nil if there is nothing to do
	Type   string    // its type, with type arguments
	Decl   string    // its name and type parameters, for its declaration
	Name   string    // of finish's receiver
}

// A Mark is the meaning of the field of a state that says what there is to do.
type Mark int

const (
	Unmarked Mark = iota // there is no such field
	Live                 // whether there is something to do; callers read it
	Guarded              // whether there is something to do; finish reads it, and callers may
	Numbered             // the number of the cleanup among several, from 1; 0 for none
)

// Zero returns the text of the state of an idle return.
func (s *State) Zero() string { return s.Type + "{}" }

// Distinct returns the fields of the state, each name once. Captures of the same name
// in different literals share a field.
func (s *State) Distinct() []Passage {
	var distinct []Passage
	seen := make(map[string]bool)
	for _, f := range s.Fields {
		if name := f.Capture.Var.Name(); !seen[name] {
			seen[name] = true
			distinct = append(distinct, f)
		}
	}
	return distinct
}

// A Finish describes the function or method that the cleanup becomes. If the form is
// Handed it is a method of the state.
type Finish struct {
	Name    string
	OnRecv  bool    // a method on prepare's receiver, if the form is not Handed
	Params  []Param // the parameters before those of the cleanup
	Nothing string  // its results where there is nothing to do; "" if it has none
}

// A Param is a parameter of finish, and where a call takes its argument from.
type Param struct {
	Name, Type string
	Passage    *Passage
}

// An InnerPlan is the rewrite of a use of the cleanup within prepare.
type InnerPlan struct {
	Use  *pattern.Use
	Wrap bool // call finish in a literal, so that its arguments are read when it runs
	Held bool // the variable holds the state: end.finish()
}

// A SitePlan is the rewrite of one call of prepare and of what becomes of its
// result.
type SitePlan struct {
	Site   *pattern.Site
	Shares bool // another site of the plan edits the uses of the variable
	Unused bool // no use is left of the variable
	Define bool // the statement still declares a variable

	// Variable is what the variable of the cleanup is called if it holds what prepare hands over, ""
	// otherwise.
	Variable string

	// Names gives the variables that take results which the statement blanks, by the
	// index of the result.
	Names map[int]string
}

// Prose returns what comments about prepare have to do with.
func (pl *Plan) Prose() prose.Change {
	p := pl.Prepare
	c := prose.Change{Prepare: p.Key.Name, Finish: pl.Finish.Name}
	if pl.State != nil {
		c.State, _, _ = strings.Cut(pl.State.Type, "[")
	}
	if pl.Value != nil {
		c.Value = pl.Value.Name
	}
	for _, l := range p.Literals {
		if l.Var != nil {
			c.Cleanup = append(c.Cleanup, l.Var.Name())
		}
	}
	if name := p.Func.Signature().Results().At(p.Result).Name(); name != "" && name != "_" {
		c.Cleanup = append(c.Cleanup, name)
	}
	for i := range pl.Drop {
		c.Gone = append(c.Gone, p.Func.Signature().Params().At(i).Name())
	}
	slices.Sort(c.Gone)
	return c
}

// Brings returns the names of the variables that the site's function does not have now.
func (sp *SitePlan) Brings() []string {
	names := slices.Sorted(maps.Values(sp.Names))
	if sp.Variable != "" && sp.Variable != sp.Site.Var.Name() {
		names = append(names, sp.Variable)
	}
	return names
}
