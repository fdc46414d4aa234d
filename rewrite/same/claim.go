package same

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
)

// A Unit is one type-checked package of the program before the change.
type Unit struct {
	Fset *token.FileSet
	Pkg  *types.Package
	Info *types.Info
}

// A File is one file before and after the change.
type File struct {
	Unit   *Unit
	Before *ast.File
	Text   []byte // of Before, in which bodies of functions may be left out that call nothing of interest
	After  []byte
}

// A Change is the rewrite of one prepare function, and what is claimed about it.
type Change struct {
	// Files holds every file that changes or calls prepare. Home is the one that
	// declares it.
	Files []File
	Home  int

	Prepare *ast.FuncDecl
	Result  int          // index of the cleanup among prepare's results
	Drop    map[int]bool // parameters that prepare loses, by index

	// Literals numbers the cleanups from 1. Cleanups of one text share a number.
	Literals map[*ast.FuncLit]int

	// Returns gives the number of the cleanup that each return statement of
	// prepare hands out, 0 for none.
	Returns map[*ast.ReturnStmt]int

	// Held holds the variables of callers that nothing but calls of prepare set, and
	// that take the state where they took the cleanup. Where a cleanup goes elsewhere,
	// it is a value.
	Held map[*types.Var]bool

	Captures []Capture
	State    State
	Finish   Finish
}

// A Way is how the value of a captured variable reaches finish.
type Way int

// The ways of a capture.
const (
	Receiver Way = iota // as finish's receiver, which is prepare's as well
	Argument            // the argument of prepare at Index, once more
	Result              // the caller's variable for prepare's result at Index
	Field               // part of the state, or the state itself
	Own                 // not at all: finish sets a variable of its own
)

// A Capture is a variable of prepare that a cleanup uses.
type Capture struct {
	Var     *types.Var
	Way     Way
	Index   int
	Address bool   // the variable's address travels
	Name    string // of finish's parameter, or of the field
}

// A State is what prepare returns in the cleanup's place. The zero State is
// nothing.
type State struct {
	Type string // the struct type; "" for a single value
	Name string // of a single value that is a capture
	Kind string // the field, or single value, that holds a cleanup's number
	Live string // the field, or single value, that is true unless there is nothing to do

	// Guard is set if finish must return at once where there is nothing to do.
	Guard bool
}

func (s State) none() bool { return s == State{} }

// A Finish is the function that the cleanup becomes.
type Finish struct {
	Name   string
	On     On
	Params []string // before the cleanup's own; the state's is called StateParam
}

// StateParam stands for the state among the parameters of finish.
const StateParam = ""

// On is what finish is a method of.
type On int

// The receivers of finish.
const (
	Nothing   On = iota // finish is a function
	OfPrepare           // prepare's receiver
	OfState             // the state
)

// A Difference is an error: the change does more than it claims.
type Difference struct {
	Before, After token.Position // either may be invalid
	What          string
}

// Error returns what differs, and where.
func (d *Difference) Error() string {
	switch {
	case d.Before.IsValid() && d.After.IsValid():
		return fmt.Sprintf("%v: %s (line %d of the rewritten file)", d.Before, d.What, d.After.Line)
	case d.After.IsValid():
		return fmt.Sprintf("%v of the rewritten file: %s", d.After, d.What)
	}
	return fmt.Sprintf("%v: %s", d.Before, d.What)
}
