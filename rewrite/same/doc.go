// Package same gives a second opinion on the rewrite of a prepare function. It compares
// every declaration of the files that change, before and after, statement by statement.
//
//	before                                   after
//	done, err := c.prepareRead(ctx, &err)    err = c.prepareRead(ctx)
//	if err != nil {                          if err != nil {
//		return err                               return err
//	}                                        }
//	defer done()                             defer c.finishRead(ctx, &err)
//
// The package does not know how a rewrite is decided or made, and shares no code with
// the packages that do. Its input is the type-checked program before the change, the
// source after it, and a [Change], which holds the claims about the difference.
// [Change.Check] returns nil if the source after the change is the program before it
// with the claimed differences. Otherwise it returns an error that names the first
// other difference. A statement, operand or name that is missing, added, doubled or
// moved is a difference, even if the source still type-checks.
//
// # How it compares
//
// A declaration that does not call prepare must keep its tokens. In all other
// declarations a matcher walks the two syntax trees side by side. Both must have the
// same nodes in the same order, except for positions, comments and parentheses. The
// types of the program before the change tell which expressions are a cleanup: calls of
// prepare, the variables of callers that are set to its result, and the variables of
// prepare that are set to a literal. Only there may the trees differ. A rule compares
// the two nodes, and returns the parts of them that are still to be compared. Only the
// walk calls rules.
//
// If prepare does nothing but return a cleanup, finish may take its place. The calls of
// prepare go then, with arguments that are constants and variables.
//
// A call of prepare loses the arguments for removed parameters. These are constants and
// variables, so it does not matter that they are no longer evaluated.
//
// If there is a state, the variable of the cleanup holds it under the same name, or, if it
// is a local variable, everywhere under another name, which is new in its block, or
// becomes blank if it has no uses. Without a state, the variable is removed. := becomes
// = if the statement declares no other variable, and an assignment without variables
// becomes a call statement. A result that the caller assigns to _ and finish needs is
// assigned to a variable with the name of the capture, if nothing else in its block
// has that name.
//
// If prepare returns a single value, the variable of the cleanup holds it under another
// name, which is new in its block, or becomes blank if it has no uses. A direct call of the cleanup becomes a call of finish with
// the call of prepare as its argument.
//
// Other statements may set the variable, too. Then each use must see one assignment, however the function runs. The uses that see
// that of a call of prepare are those of a variable with another name, which the statement of the call declares with
// := or a var statement before it does. If the old variable was declared there, so is what is left of it, by the statement that has its
// first identifier or a var statement before that, and its type stays the same, unless it is only set to one type and
// called.
//
// If finish does nothing with the zero state, a statement that sets the variable to a literal that does nothing sets it to that, or
// declares it without a value.
//
// A call of the cleanup becomes a call of finish at the same position, as a method of
// the state or through the operand that prepare was called through. Its first operands
// are addresses of variables, constants or variables that prepare was called with, and
// variables that hold one of its results. Each must have the meaning and the value that
// it had at the call of prepare. The arguments of the cleanup follow, unchanged, or its context precedes them.
//
// A comparison of the cleanup with nil becomes a test of a field of the state, or of
// the value. A cleanup that is used as a value becomes a method value, or a literal
// that only passes its arguments to finish, perhaps converted to the type of the
// cleanup.
//
// A return statement of prepare loses the operand for the cleanup, or has the state in
// its place: a bool if there are two cleanups and no variable of one tells, each variable that
// the literal captures, by value or address as claimed, and the flag. The state is empty if there is nothing to
// do. If prepare returns a single value, the operand is the captured variable, or true,
// or the zero value if there is nothing to do. Statements that set a variable to a
// literal are removed, and so are those that set a variable for the state to none before
// anything else touches it. A variable that is defined and then returned as the only operand may go, if it has the type of the
// result: the statement returns its value.
//
// A function that returns the cleanup to its own callers has the state in its signature.
// Its return statements keep the call or variable that was the cleanup, and have the zero
// state in place of nil or a literal that does nothing. Calls of it are calls of prepare.
//
// A function that returns all results of a call, and is not one of these, may still return a func. A
// variable for each result is declared instead, and returned, with a method value of the state for
// the cleanup. An if statement before that returns nil for it where the state says that there is none.
//
// A cleanup that is a method value is compared like a literal that calls the method, with
// parameters named as in finish. Its operand must lead to the same variable or value when
// finish evaluates it.
//
// If prepare returned a method value, it may return the receiver to which that is bound, and
// a call of the cleanup becomes a call of the method.
//
// A cleanup that only calls a method of the one pointer that it captures, or a function with
// the variables that it captures, may have no finish: calls of the cleanup become calls of the
// method or function.
//
// A func type, and a function or variable that does nothing, may be removed if no identifier
// of the package has its name afterwards.
//
// Prepare is followed by the declarations of the state's type and of finish. Finish is
// compared with each literal that it replaces. A captured variable is a parameter, or a
// field of the state. A variable that finish declares itself must be declared where the
// literal sets it, and used only in that scope. Every other name must keep its meaning.
//
// # What it does not do
//
// It does not prove claims that need a proof over all paths: that a captured variable
// cannot change after prepare has returned, and that no caller calls a nil cleanup. It
// checks what syntax and the types before the change can tell, and that the change is
// what the claims say.
package same
