package plan

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// A Plan is the decision to rewrite a prepare function and all its sites.
type Plan struct {
	Prepare  *pattern.Prepare
	Literals []*pattern.Literal // one of each text

	// Number gives the place of each of prepare's literals in Literals,
	// from 1.
	Number map[*pattern.Literal]int

	Passages []Passage // one for each capture, in the order of finish's parameters
	State    State
	Finish   Finish

	// Drop tells the parameters that the prepare function loses, by index.
	Drop map[int]bool

	// Fresh is set when inner uses pass new(T) for a dropped result
	// pointer: at every site the result is zero on entry and overwritten
	// after, so what the cleanup does to it within prepare is unseen.
	Fresh map[int]bool

	// Outer holds the variables of callers that other statements than the
	// call declare or set.
	Outer map[*types.Var]*Outer

	// Idle gives the text for uses as a value where the error is known, and
	// with it that there is nothing to do.
	Idle map[*pattern.Use]string

	Inner []InnerPlan
	Sites []*SitePlan

	// Imports are the packages that the file of the prepare function must
	// import to name the types of state, by path.
	Imports []Import
}

// An Import is a package that a file must import, by the name under which its
// types are written.
type Import struct{ Name, Path string }

// An Outer is a variable for the cleanup that more than one statement declares
// and sets.
type Outer struct {
	At    token.Pos     // where it is declared
	Stmt  *ast.DeclStmt // the var statement that declares it, nil if a site does
	Spec  *ast.ValueSpec
	Sites int    // that set it, counting one in a loop for two
	State string // its name as a variable for the state
}

// A Route is the way in which a capture reaches finish.
type Route int

const (
	ByReceiver Route = iota // finish's receiver
	ByArgument              // the same argument again
	ByResult                // the caller's variable for a result of prepare
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

// A State is what prepare returns in the cleanup's place. The zero State is
// nothing at all.
type State struct {
	Fields []Passage // the captures that travel in it
	Kind   string    // name of the number that tells which of several cleanups, from 1; "" if there is one
	Live   string    // name of the flag that tells whether there is something to do; "" if it need not
	Guard  bool      // finish looks at the flag
	Type   string    // the struct type, with its type arguments, "" when a single value is enough
	Decl   string    // its name and type parameters, for its declaration
	Name   string    // of the struct value in finish
	Zero   string    // the value of an idle return
	Result string    // name of the result that takes it, where results have names
}

// Empty reports whether prepare returns nothing in the cleanup's place.
func (s State) Empty() bool { return len(s.Fields) == 0 && s.Live == "" && s.Kind == "" }

// Value returns the name and type of the value that prepare returns.
func (s State) Value() (name, typ string) {
	switch {
	case s.Type != "":
		return s.Name, s.Type
	case s.Kind != "":
		return s.Kind, "int"
	case s.Live != "":
		return s.Live, "bool"
	case len(s.Fields) > 0:
		return s.Fields[0].Capture.Var.Name(), s.Fields[0].Type
	}
	return "", ""
}

// Distinct returns the fields of the state, each name once: captures of one
// name in different literals share a field.
func (s State) Distinct() []Passage {
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

// A Finish describes the function or method that the cleanup becomes.
type Finish struct {
	Name    string
	OnRecv  bool    // a method on prepare's receiver
	OnState bool    // a method on the state struct
	Params  []Param // those before the cleanup's own

	TypeParams string // of a generic function, in brackets
	TypeArgs   string // what prepare must write to call it; "" if the operands tell
}

// A Param is a parameter of finish, and where a call takes its argument from.
type Param struct {
	Name, Type string
	Passage    *Passage // nil for the state
}

// An InnerPlan is the rewrite of a use of the cleanup within prepare.
type InnerPlan struct {
	Use  *pattern.Use
	Wrap bool // call finish in a literal, so that its arguments are read when it runs
}

// A SitePlan is the rewrite of one call of prepare and of what becomes of its
// result.
type SitePlan struct {
	Site   *pattern.Site
	Hoists []Hoist // in the order of evaluation
	State  string  // the variable that holds the state; "" if the site ignores it
	Shares bool    // another site of the plan edits the uses of the variable
	Keep   bool    // := stays, since it still declares a variable
}

// A Hoist puts an operand of the call in a fresh variable before it.
type Hoist struct {
	Arg     int // index of the argument, -1 for the receiver
	Expr    ast.Expr
	Name    string
	Address bool // take the operand's address
}
