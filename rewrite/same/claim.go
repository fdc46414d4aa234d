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

	Files []*ast.File // all files of the package

	calls  map[*ast.File]map[string]*calls // by the full name of what is called
	scopes []*types.Scope                  // of declarations, by position
	bodies map[*ast.FuncDecl]*body         // of callers

	assigned map[ast.Node]map[*types.Var][]*ast.Ident // by declaration
	named    map[ast.Node]map[string][]*ast.Ident     // by declaration
}

// A File is one file before and after the change.
type File struct {
	Unit   *Unit
	Before *ast.File
	Text   []byte // the source of Before, with the bodies of functions that do not call prepare perhaps blanked
	Edits  []Edit // ordered by offset, without overlap
}

// An Edit replaces the bytes [Start, End) of a text.
type Edit struct {
	Start, End int
	New        string
}

// A Change describes the rewrite of one prepare function: the files before and after, and
// the claims about the difference.
type Change struct {
	// Files holds every file that changes or calls prepare. The first one declares
	// prepare.
	Files []File

	Prepare *ast.FuncDecl
	Local   *Local       // set if prepare is a literal in a local variable
	Result  int          // index of the cleanup among prepare's results
	Drop    map[int]bool // parameters that prepare loses, by index

	// Literals numbers the cleanups from 1. Cleanups with the same source share a number.
	Literals map[*ast.FuncLit]int

	// Methods numbers the cleanups that are method values, like Literals.
	Methods map[*ast.SelectorExpr]int

	// Returns holds, for each return statement of prepare, the number of the cleanup that
	// it returns, 0 for none, or AnyNumber for the one that a variable of Chosen holds.
	Returns map[*ast.ReturnStmt]int

	// Held holds the variables of callers that only calls of prepare set. They hold
	// the cleanup before the change and the state after it. A cleanup that is stored
	// elsewhere is used as a value.
	Held map[*types.Var]bool

	// Split holds the variables of callers that calls of prepare set, and other statements as well. What
	// such a call assigns is held by another variable after the change.
	Split map[*types.Var]bool

	// Chosen holds the variables of prepare that hold a cleanup, one of several, or
	// none, and hold the state after the change.
	Chosen map[*types.Var]bool

	// Zeroed holds the statements that set such a variable to none before anything else
	// touches it. They go.
	Zeroed map[*ast.AssignStmt]bool

	// Bound is set if prepare returns a method value, in place of which it returns the
	// receiver. State.Type is the type of that, and Finish the method.
	Bound bool

	// Forwarders holds the functions that return the cleanup to their own callers.
	Forwarders []Forwarder

	Teller   Teller
	Value    Value     // what prepare returns in place of the cleanup, if that is not a state
	Captures []Capture // in the order of finish's parameters
	State    State
	Finish   string // the name of finish

	// Context is set if the parameters of finish for captures follow the first one of the cleanup, which is a
	// context. Otherwise they precede all of them.
	Context bool

	// Method is set if finish is a method of prepare's receiver type. With a state,
	// finish is a method of the state's type instead.
	Method bool

	// Unused holds declarations of prepare's package that go, because nothing names what they
	// declare after the change.
	Unused []ast.Decl

	// Existing is set if Finish is what the cleanup calls already, and that is all that it
	// does: a method of prepare's receiver, if Method is set, a method of the only captured
	// variable, if OnVariable is, or else a function of prepare's package.
	Existing, OnVariable bool

	// Merged is set if prepare does nothing but return its cleanup, so that finish takes
	// its place. The calls of prepare go.
	Merged bool
}

// A Local is a prepare function that is a function literal in a local variable. Finish is a literal
// in another variable, which is declared before, as is the type of the state. A state is the first argument of finish.
// Prepare of the Change has the type and the body of the literal.
type Local struct {
	Var  *types.Var
	Lit  *ast.FuncLit
	Stmt ast.Stmt      // declares Var with Lit, and does nothing else
	Decl *ast.FuncDecl // around Stmt
}

// A Forwarder returns the cleanup of prepare to its own callers, and the state after the
// change.
type Forwarder struct {
	Decl   *ast.FuncDecl
	Result int    // index of the cleanup among its results
	Type   string // of the state, as written in its file
}

// AnyNumber stands for the number of the cleanup that a variable holds.
const AnyNumber = -1

// A Way is how the value of a captured variable reaches finish.
type Way int

// The ways in which a captured variable reaches finish.
const (
	Receiver Way = iota // as the receiver of finish, the same operand as that of prepare
	Argument            // as an argument: the one that the caller passes to prepare at Index
	Result              // as an argument: the caller's variable for prepare's result at Index
	Field               // as a field of the state
	Returned            // as an argument: what prepare returns in place of the cleanup
	Own                 // it does not: finish declares a variable and sets it before reading it
	Clock               // as an argument: the time, with which prepare sets the variable before it returns
)

// A Capture is a variable of prepare that a cleanup uses. The parameter of finish, or
// the field of the state, has its name.
type Capture struct {
	Var     *types.Var
	Way     Way
	Index   int
	Address bool       // finish gets the address of the variable
	As      types.Type // the type of the result if it is an interface that holds the variable, or nil
}

// A Teller is a parameter or the receiver of prepare that tells whether there is something to do. Finish has it, too, and must
// return at once under the condition None: it is false, true, or zero. The zero Teller means that there is none.
type Teller struct {
	Var  *types.Var
	None string
}

// A Value describes the single value that prepare returns in place of the cleanup.
// Callers hold it in the variable of the cleanup, under another name. The zero Value
// means that there is none.
type Value struct {
	Name string     // the name of finish's parameter, and of callers' variables if it is free
	Var  *types.Var // the captured variable; nil for a bool: whether there is something to do

	// Guard is set if finish takes it, and must return at once if it is false, or zero.
	Guard bool

	// Told is set if the variable is zero where there is nothing to do, and only there.
	Told bool
}

// A State describes the struct that prepare returns in place of the cleanup. The zero
// State means that there is none.
type State struct {
	Type  string // its name, with the type parameters of prepare if it is generic
	Which string // the field that tells two cleanups apart, if there are two
	True  int    // the number of the cleanup for which that is true, or not nil

	// WhichNil is set if Which is the field of a captured variable, which only cleanup True has.
	// Otherwise it is a bool.
	WhichNil bool

	Live string // the field that is false, or zero, if the cleanup does nothing
	Told bool   // the field Live is that of a captured variable, which is zero then

	// Guard is set if finish must return at once where the field Live is false, or zero.
	Guard bool

	// Shared is set if prepare returns the address of the state, and nil if there is nothing to do. That takes the place of
	// Live. All runs of a cleanup share the fields, and nothing else does.
	Shared bool
}
