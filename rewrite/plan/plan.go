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
	// Direct hands nothing over: finish gets the receiver and the arguments
	// that prepare got, written once more, or results that the caller keeps.
	Direct Form = iota
	// Value hands over one thing: prepare returns a local variable of its own, or
	// whether there is something to do, in the closure's place, and finish takes it.
	Value
	// Handed puts the closure's environment in the closure's place: prepare
	// returns what the closure would have captured, and finish takes it.
	Handed
)

func (f Form) String() string { return [...]string{"direct", "value", "handed"}[f] }

// A Plan is the decision to rewrite a prepare function and all its sites.
type Plan struct {
	Prepare  *pattern.Prepare
	Form     Form
	Literals []*pattern.Literal // one of each text

	// WhyNotDirect says why the form is not Direct, and WhyNotValue why it is not
	// Value either; nil if it is.
	WhyNotDirect, WhyNotValue *refusal.Refusal

	// Number gives the place of each of prepare's literals in Literals,
	// from 1.
	Number map[*pattern.Literal]int

	Passages []Passage // one for each capture, in the order of finish's parameters
	Value    *Handover // nil if the form is not Value
	State    *State    // nil if the form is not Handed
	Finish   Finish

	// Drop tells the parameters that the prepare function loses, by index.
	Drop map[int]bool

	// Fresh is set when inner uses pass new(T) for a dropped result
	// pointer: at every site the result is zero on entry and overwritten
	// after, so what the cleanup does to it within prepare is unseen.
	Fresh map[int]bool

	// Types gives the type of the state for variables of callers that a statement
	// declares without a value, as it is written there.
	Types map[*types.Var]string

	// Idle gives the text for uses as a value of a cleanup that certainly is
	// nil, or does nothing.
	Idle map[*pattern.Use]string

	// Convert gives the named func type that a use as a value needs, as it is
	// written there.
	Convert map[*pattern.Use]string

	Inner []InnerPlan
	Sites []*SitePlan

	// Imports are the packages that the file of the prepare function must
	// import to name the types of state, by path.
	Imports []spell.Import
}

// Signature returns the literal whose parameters and results finish has.
func (pl *Plan) Signature() *pattern.Literal { return mostNamed(pl.Literals) }

// A Route is the way in which a capture reaches finish.
type Route int

const (
	ByReceiver Route = iota // finish's receiver
	ByArgument              // the same argument again
	ByResult                // the caller's variable for a result of prepare
	ByValue                 // what prepare returns in the closure's place
	ByState                 // part of the state
	Anew                    // not at all: finish has a variable of its own
)

// A Passage says how one capture reaches finish.
type Passage struct {
	Capture *pattern.Capture
	Route   Route
	Result  int    // the index of the result, if ByResult
	Pointer bool   // the state holds the address of the variable
	Type    string // of finish's parameter, variable or of the state, as written in prepare's file
	Resets  []Reset
}

// A Reset is the assignment by which a cleanup sets a captured variable before it
// reads it. Finish declares a variable of its own there.
type Reset struct {
	Stmt   ast.Stmt // in a list: the assignment, or a statement that has it for its init
	Assign *ast.AssignStmt
	Define bool // := declares it; else a var statement before Stmt
}

// A Handover is what prepare returns in the cleanup's place if the form is Value.
type Handover struct {
	Capture *pattern.Capture // the variable; nil for whether there is something to do
	Guard   bool             // finish takes a Handover without a Capture, and does nothing if it is false
	Name    string           // of finish's parameter and of the callers' variables
	Result  string           // what prepare calls the result; "" if no result has a name any more
	Type    string           // as written in prepare's file
	Zero    string           // the text of an idle return
}

// A State is the struct that prepare returns in the cleanup's place if the form is
// Handed.
type State struct {
	Fields []Passage // the captures that travel in it
	Mark   Mark      // what it says besides
	Flag   string    // the field that says so
	Type   string    // its type, with type arguments
	Decl   string    // its name and type parameters, for its declaration
	Name   string    // of finish's receiver
}

// A Mark is what a field of the state says beside the captures.
type Mark int

const (
	Unmarked Mark = iota // nothing, and there is no such field
	Live                 // whether there is something to do: a caller asks
	Guarded              // the same: finish asks, and maybe a caller
	Numbered             // which of several cleanups is meant, from 1; 0 for none
)

// Zero returns the text of the state of an idle return.
func (s *State) Zero() string { return s.Type + "{}" }

// Distinct returns the fields of the state, each name once: captures of one
// name in different literals share a field.
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
	Params  []Param // those before the cleanup's own
	Nothing string  // what it returns where there is nothing to do; "" if it returns nothing
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
