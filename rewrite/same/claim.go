package same

import (
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
	Text   []byte // of Before, in which bodies of functions that call nothing of interest may be blank
	After  []byte
}

// A Change is the rewrite of one prepare function, and what is claimed about it.
type Change struct {
	// Files holds every file that changes or calls prepare, first the one that
	// declares it.
	Files []File

	Prepare *ast.FuncDecl
	Result  int          // index of the cleanup among prepare's results
	Drop    map[int]bool // parameters that prepare loses, by index

	// Literals numbers the cleanups from 1. Cleanups of one text share a number.
	Literals map[*ast.FuncLit]int

	// Returns gives the number of the cleanup that each return statement of
	// prepare hands out, 0 for none, AnyNumber for what a variable of Chosen holds.
	Returns map[*ast.ReturnStmt]int

	// Held holds the variables of callers that nothing but calls of prepare set, and
	// that take the state where they took the cleanup. Where a cleanup goes elsewhere,
	// it is a value.
	Held map[*types.Var]bool

	// Chosen holds the variables of prepare that hold one cleanup or another, or none:
	// they become variables for the state.
	Chosen map[*types.Var]bool

	Captures []Capture // in the order of finish's parameters
	State    State
	Finish   string // the name of finish

	// Method is set if finish is a method of prepare's receiver. If there is a
	// state, finish is a method of that.
	Method bool
}

// AnyNumber stands for the number of the cleanup that a variable holds.
const AnyNumber = -1

// A Way is how the value of a captured variable reaches finish.
type Way int

// The ways of a capture.
const (
	Receiver Way = iota // as finish's receiver, which is prepare's as well
	Argument            // the argument of prepare at Index, once more
	Result              // the caller's variable for prepare's result at Index
	Field               // part of the state
	Own                 // not at all: finish sets a variable of its own
)

// A Capture is a variable of prepare that a cleanup uses. The parameter of finish, or
// the field of the state, has its name.
type Capture struct {
	Var     *types.Var
	Way     Way
	Index   int
	Address bool // the variable's address travels
}

// A State is the struct that prepare returns in the cleanup's place. The zero State is
// nothing.
type State struct {
	Type string // its name, with the type parameters of prepare if it is generic
	Kind string // the field that holds a cleanup's number, if there are several
	Live string // the field that is true unless there is nothing to do

	// Guard is set if finish must return at once where Live is not.
	Guard bool
}
