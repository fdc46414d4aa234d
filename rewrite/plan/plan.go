package plan

import (
	"cmp"
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
	// Direct: prepare returns nothing in place of the closure. Callers pass finish
	// the receiver and arguments of prepare again, or results of prepare.
	Direct Form = iota
	// Value: prepare returns one local variable in place of the closure, or a bool
	// that says whether there is something to do. Finish takes it as an argument.
	Value
	// Handed: prepare returns a struct with the captured variables in place of the
	// closure. Finish is a method of the struct.
	Handed
	// Bound: the cleanup is a method value with a pointer as its receiver, which prepare
	// returns in place of it. Finish is that method.
	Bound
)

func (f Form) String() string { return [...]string{"direct", "value", "handed", "bound"}[f] }

// A Plan is the decision to rewrite a prepare function and all its sites.
type Plan struct {
	Prepare  *pattern.Prepare
	Form     Form
	Literals []*pattern.Literal // the cleanups, one for each text

	// Local is set if prepare is a literal in a local variable. Finish is one, too.
	Local *pattern.LocalLiteral

	// WhyNotDirect says why the form is not Direct. It is nil if it is. WhyNotValue says
	// why the form is not Value. It is nil unless the form is Handed.
	WhyNotDirect, WhyNotValue *refusal.Refusal

	// Number maps each literal of prepare to its number in Literals, from 1.
	Number map[*pattern.Literal]int

	// Merged is set if prepare does nothing but return its cleanup, and the form is
	// Direct: finish takes its place, mostly with its name, and its calls go.
	Merged bool

	// Later is set if all callers of prepare are forwarders that make a literal of finish. What
	// is gained is gained when they, as prepare functions, are rewritten.
	Later bool

	Passages []Passage     // one for each capture, in the order of finish's parameters
	Teller   *Teller       // nil unless the form is Direct or Value
	Value    *Handover     // nil if the form is not Value
	State    *State        // nil if the form is not Handed or Bound
	Bound    []BoundReturn // the live returns, if the form is Bound
	Finish   Finish

	// Drop holds the indices of the parameters that prepare loses.
	Drop map[int]bool

	// Fresh holds the indices of dropped result pointers for which calls of finish
	// within prepare pass new(T). At every site the result is zero when prepare is
	// called and is assigned when prepare returns, so nothing reads what the cleanup
	// stores there.
	Fresh map[int]bool

	// Held are the variables of prepare that hold the state, if the form is Handed.
	Held []*pattern.Choice

	// Nouns maps variables of callers, and of prepare, that hold the state to new names.
	Nouns map[*types.Var]string

	// Zeroed holds the statements that set a variable of prepare to the zero state, which it
	// holds already. They go.
	Zeroed map[*ast.AssignStmt]bool

	// Types maps variables that callers declare without a value to the type of the
	// state, as it is written there.
	Types map[*types.Var]string

	// Idle maps uses as a value of a cleanup that is certainly nil or empty to their
	// new source.
	Idle map[*pattern.Use]string

	// Convert maps uses of a cleanup as a value to the named func type that the use
	// must be converted to, as it is written there.
	Convert map[*pattern.Use]string

	Inner      []InnerPlan
	Sites      []*SitePlan  // calls of prepare, and of Forwarders
	Forwarders []*Forwarder // functions that return the state to their own callers

	// Unused are the declarations in prepare's package that nothing needs any more: the func
	// type of the cleanup, and what stood for a cleanup that does nothing.
	Unused []ast.Decl

	// Frees are the names of these, and of declarations of the kind that others need as well: the last of
	// several changes that free one removes it.
	Frees []string

	// Imports are the packages that prepare's file must import to name the types of
	// the state, sorted by path.
	Imports []spell.Import
}

// A BoundReturn is a return statement that returns a method value. After the rewrite it
// returns the receiver to which the method is bound.
type BoundReturn struct {
	Return  *pattern.Return
	Operand ast.Expr // before the dots
	Path    []string // the embedded fields from there to the receiver
	Address bool     // the receiver is the address of that
}

// A Forwarder returns the cleanup to its own callers, and the state after the rewrite. Its
// Prepare has no literals.
type Forwarder struct {
	*pattern.Prepare
	Type string // of the state, as written in its file
}

// Signature returns the literal whose parameters and results finish has.
func (pl *Plan) Signature() *pattern.Literal { return mostNamed(pl.Literals) }

// A Route is the way in which a capture reaches finish.
type Route int

const (
	ByReceiver Route = iota // finish's receiver
	ByArgument              // the same argument again
	ByResult                // the variable in which the caller keeps a result of prepare
	ByValue                 // the value that prepare returns in place of the closure
	ByState                 // a field of the state
	Anew                    // it does not: finish declares a variable of its own
	ByClock                 // an argument that reads the clock, where prepare did
)

// A Teller is a parameter or the receiver of prepare that tells whether there is something to do, so that a bool besides would
// only repeat what callers have. They pass it to finish, which returns at once if there is nothing to do.
//
//	func getBuffer(pooled bool) (*bytes.Buffer, func()) {
//		if pooled {
//			buf := pool.Get().(*bytes.Buffer)
//			return buf, func() { pool.Put(buf) }
//		}
//		return new(bytes.Buffer), func() {}
//	}
//
//	defer releaseBuffer(buf, pooled)
type Teller struct {
	Capture *pattern.Capture
	None    string // the condition that there is nothing to do: "!pooled", "off", "c == nil"
}

// A Passage says how one capture reaches finish.
type Passage struct {
	Capture *pattern.Capture
	Route   Route
	Result  int        // the index of the result, if ByResult
	As      types.Type // of that result, if it is an interface that holds the variable
	Pointer bool       // the field of the state is the address of the variable
	Type    string     // of finish's parameter or variable, or of the field, as written in prepare's file
	Resets  []Reset
	Runs    bool // the field is the variable itself, which runs of the cleanup change
}

// A Reset is an assignment that sets a captured variable before its cleanup reads it.
// Finish declares a variable of its own there.
type Reset struct {
	Stmt   ast.Stmt // the assignment, or the statement with it as init; in a list
	Assign *ast.AssignStmt
	Define bool // := declares the variable; otherwise a var statement before Stmt does
}

// A Handover is the value that prepare returns in place of the cleanup if the form is
// Value.
type Handover struct {
	Capture *pattern.Capture // the variable; nil for a bool that says whether there is something to do
	Guard   bool             // finish takes it, and returns at once if it is false, or nil
	Told    bool             // callers or finish compare the variable with its zero value: then there is nothing to do
	Name    string           // of finish's parameter, and of the callers' variables if they can have it
	Result  string           // the name of prepare's result; "" if the results have no names
	Type    string           // as written in prepare's file
	Zero    string           // the source that idle returns return

	prepare string // the name of prepare
}

// None returns the source of the value with which callers or finish compare the value, or "" if it is
// a bool of its own.
func (v *Handover) None() string {
	if v.Told {
		return v.Zero
	}
	return ""
}

// A State is the struct that prepare returns in place of the cleanup if the form is
// Handed.
type State struct {
	Fields []Passage // the captures that are its fields
	Mark   Mark      // the meaning of the field Flag
	Flag   string    // the name of the field that says whether there is something to do; "" if there is none
	None   string    // its value if there is nothing to do, as source, if it is a captured variable; "" if it is a bool of its own
	Which  Which     // how it tells two cleanups apart
	Shared bool      // prepare returns its address, since runs of the cleanup change fields, and nil where there is nothing to do
	Type   string    // its type, with type arguments
	Decl   string    // its name and type parameters, for its declaration
	Name   string    // of finish's receiver
	Result string    // the name of prepare's result; "" if it has none
}

// A Which says how the state tells two cleanups apart, and which statements they share.
//
//	if c.traced {                                       c.unlock()
//		return func() { c.unlock(); c.flush(n) }        if s.flushConn {
//	}                                                       c.flush(n)
//	return func() { c.unlock() }                        }
type Which struct {
	Name string // of a field; "" if there is one cleanup
	Nil  bool   // the field is a captured variable, which is nil for one of them; otherwise it is a bool
	True int    // the number of the cleanup for which the field is true, or not nil

	Head, Tail int // how many statements both have at the start, and at the end
}

// A Mark is the meaning of the state's field that says whether there is something to do.
type Mark int

const (
	Unmarked Mark = iota // there is no such field
	Live                 // whether there is something to do; callers read it
	Guarded              // whether there is something to do; finish reads it, and callers may
)

// Zero returns the source of the state that idle returns return.
func (s *State) Zero() string {
	if s.Shared {
		return "nil"
	}
	return s.Type + "{}"
}

// Returned returns the type of what prepare returns: the state, or its address.
func (s *State) Returned() string {
	if s.Shared {
		return "*" + s.Type
	}
	return s.Type
}

// fieldTaken reports whether a field of the state has a name.
func (s *State) fieldTaken(name string) bool {
	return name == s.Flag || name == s.Which.Name || slices.ContainsFunc(s.Fields, func(f Passage) bool { return f.Capture.Var.Name() == name })
}

// Distinct returns the fields of the state, one for each name. Captures with the same
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

// A Finish describes the function or method that the cleanup becomes. It is a method of
// the state if the form is Handed.
type Finish struct {
	Name     string
	Existing bool    // it is what the cleanup calls already
	OnRecv   bool    // a method on prepare's receiver, if the form is not Handed
	OnParam  bool    // a method of the only parameter, if Existing
	Params   []Param // the parameters for captures
	Context  bool    // Params follow the first parameter of the cleanup, which is a context; otherwise they precede all
	Nothing  string  // what it returns if there is nothing to clean up; "" if it has no results
}

// A Param is a parameter of finish, and the source of its argument.
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

// A SitePlan is the rewrite of one call of prepare and of the uses of its cleanup.
type SitePlan struct {
	Site   *pattern.Site
	Shares bool // the uses of the variable are edited with another site
	Unused bool // the rewrite removes all uses of the variable
	Define bool // the statement still declares a variable
	First  bool // the site has a Part of a variable, and must declare a variable for it

	// Variable is the name of the cleanup's variable if it holds the Handover, and its new name if
	// it holds the State under one. It is the name of a new variable for the Handover if the site is Immediate, and a
	// statement of its own. Otherwise it is "".
	Variable string

	// Rest is the type with which what is left of the variable must be declared before Site.Part.Rest, if that
	// cannot declare it.
	Rest string

	// Kept is set if the site is Returned: its function keeps its func result.
	Kept *Kept

	// Now is how the caller writes time.Now, if a capture reaches finish ByClock.
	Now string

	// Names holds new variables for results that the statement assigns to _, by the index
	// of the result.
	Names map[int]string
}

// Prose returns what package prose needs to know to adapt comments about prepare.
func (pl *Plan) Prose() prose.Change {
	p := pl.Prepare
	c := prose.Change{Prepare: p.Key.Name, Finish: pl.Finish.Name, Merged: pl.Merged}
	for v := range p.Func.Signature().Results().Variables() {
		_, isFunc := v.Type().Underlying().(*types.Signature)
		if v != p.Func.Signature().Results().At(p.Result) {
			method, _, _ := types.LookupFieldOrMethod(v.Type(), true, p.Unit.Pkg, "Close")
			c.Others, c.Closers = c.Others || isFunc, c.Closers || method != nil
		}
	}
	c.Alone = p.Func.Signature().Results().Len() == 1 && (pl.Form == Direct || pl.Form == Handed)
	if pl.Form == Handed {
		c.State, _, _ = strings.Cut(pl.State.Type, "[")
		c.More = len(pl.Finish.Params) > 0
		c.Nouns = pl.renamed()
	}
	switch {
	case pl.Form == Bound || pl.Finish.OnParam && pl.Value != nil:
		c.State = strings.TrimPrefix(pl.boundType(), "*")
	case pl.Value != nil:
		c.Value, c.Zero = pl.Value.Name, pl.Value.Zero
		c.Wraps = !pl.Finish.OnRecv && len(pl.Finish.Params) == 1 && p.Func.Signature().Results().Len() == 1
	}
	if c.Alone && pl.Form == Direct && p.Sig.Params().Len() == 0 {
		c.Again, c.Method = pl.again(), pl.Finish.OnRecv || p.Key.Recv == ""
	}
	for _, l := range p.Literals {
		if l.Var != nil {
			c.Cleanup = append(c.Cleanup, l.Var.Name())
		}
	}
	c.Cleanup = append(c.Cleanup, cleanupName(p)...)
	if name := variableOfAll(pl.Sites); name != "" {
		c.Cleanup = append(c.Cleanup, name)
	}
	for i := range pl.Drop {
		c.Gone = append(c.Gone, p.Func.Signature().Params().At(i).Name())
	}
	slices.Sort(c.Gone)
	return c
}

// again returns the indices of the operands of prepare that finish takes, or nil if it takes others.
func (pl *Plan) again() []int {
	all := []int{}
	for _, param := range pl.Finish.Params {
		switch param.Passage.Route {
		case ByArgument:
			all = append(all, param.Passage.Capture.Index)
		case ByClock:
			all = append(all, prose.Clock)
		default:
			return nil
		}
	}
	return all
}

// renamed returns the new names of variables of callers that hold the state, by their old names, if all of an old name have the
// same new one.
func (pl *Plan) renamed() map[string]string {
	names := make(map[string]string)
	for _, sp := range pl.Sites {
		if v := sp.Site.Var; v != nil {
			noun := cmp.Or(pl.Nouns[v], v.Name())
			if old, ok := names[v.Name()]; ok && old != noun {
				noun = ""
			}
			names[v.Name()] = noun
		}
	}
	return names
}

// variableOfAll returns the name that all callers have for their variable of the cleanup, or "".
func variableOfAll(sites []*SitePlan) string {
	name := ""
	for _, sp := range sites {
		if v := sp.Site.Var; v != nil {
			if name != "" && v.Name() != name {
				return ""
			}
			name = v.Name()
		}
	}
	return name
}

// cleanupName returns the name of the result that is the cleanup, if it has one.
func cleanupName(p *pattern.Prepare) []string {
	if name := p.Func.Signature().Results().At(p.Result).Name(); name != "" && name != "_" {
		return []string{name}
	}
	return nil
}

// ForwarderProse returns what package prose needs to know to adapt comments about a forwarder.
func (pl *Plan) ForwarderProse(fw *Forwarder) prose.Change {
	state, _, _ := strings.Cut(strings.TrimPrefix(fw.Type, "*"), "[")
	return prose.Change{
		Prepare: fw.Key.Name, Finish: pl.Finish.Name, State: state, More: len(pl.Finish.Params) > 0, Cleanup: cleanupName(fw.Prepare),
		Nouns: pl.renamed(), Alone: fw.Func.Signature().Results().Len() == 1,
	}
}

// boundType returns the type of the value whose method callers call.
func (pl *Plan) boundType() string {
	if pl.Value != nil {
		return pl.Value.Type
	}
	return pl.State.Type
}

// A Kept is the rewrite of a statement that returns all results of the call from a function whose
// signature must stay, as an interface may require it. The function returns a method value in
// place of the closure, so it gains nothing, but other callers do:
//
//	func (s *switcher) lock(n int) (func(), error) {
//		return s.server.lock(n)                            lock, err := s.server.lock(n)
//	}                                                          if !lock.locked {
//	                                                               return nil, err
//	                                                           }
//	                                                           return lock.unlock, err
type Kept struct {
	Names []string // of variables for the results
	Test  bool     // whether there may be no cleanup, and the function then returns nil
}

// Brings returns the names of variables that the rewrite adds to the site's function.
func (sp *SitePlan) Brings() []string {
	names := slices.Sorted(maps.Values(sp.Names))
	if sp.Variable != "" && (sp.Site.Var == nil || sp.Variable != sp.Site.Var.Name()) {
		names = append(names, sp.Variable)
	}
	return names
}
