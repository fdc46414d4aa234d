// Package same gives a second opinion on the rewrite of a prepare function: it compares
// every declaration of the files that change, before against after, statement by
// statement.
//
//	before                                   after
//	done, err := c.prepareRead(ctx, &err)    err = c.prepareRead(ctx)
//	if err != nil {                          if err != nil {
//		return err                               return err
//	}                                        }
//	defer done()                             defer c.finishRead(ctx, &err)
//
// The package knows nothing about how a rewrite is decided or made, and shares no code
// with the packages that do it. Its input is the type-checked program before the change,
// the text after it, and a [Change]: what is claimed about the rewrite. [Change.Check]
// returns nil if the text after is what those claims make of the program before. If it is
// anything else, Check returns an error that names the first difference. A statement, an
// operand or a name that is missing, added, doubled or moved is a difference, whether or
// not the text after type-checks.
//
// # How it compares
//
// A declaration that does not call prepare must have the same tokens. In all other
// declarations a matcher walks the two syntax trees side by side. Both must have the same
// nodes in the same order; positions, comments and parentheses do not count. The types of
// the program before the change tell which expressions hold a cleanup: the calls of
// prepare, the variables of callers that take its result, and the variables of prepare
// that a literal is assigned to. Only at those may the trees differ. A rule compares the
// two nodes there, and returns the parts that are left to compare. Only the walk calls
// rules.
//
// A call of prepare loses the arguments of the parameters that go. They are constants and
// variables, so that nothing is lost if they are not evaluated.
//
// If there is a state, the variable of the cleanup holds it, under the same name, or is
// blank if nothing uses it. If there is none, the variable goes. := becomes = where no
// variable is left to declare, and an assignment of nothing becomes a statement. A result
// that the caller blanks and finish needs gets the name of the capture, if nothing in the
// function has that name.
//
// If prepare hands over one value, the variable of the cleanup holds that under the name
// that is claimed, the same at all sites and new in the function, or is blank if nothing
// uses it. A call of the cleanup on the spot becomes a call of finish with the call of
// prepare for the value.
//
// A call of the cleanup becomes a call of finish at the same place: a method of the
// state, or what prepare was called through. The operands come first: the address of a
// variable, a constant or variable that prepare was called with, or the variable that
// takes one of its results. Each must mean and hold at the use what it did at the call.
// The arguments of the cleanup follow, unchanged.
//
// A comparison of the cleanup with nil becomes a test of a field of the state, or of the
// value. A cleanup
// used as a value becomes a method value, or a literal that does nothing but forward its
// arguments to finish, perhaps converted to the type of the cleanup.
//
// A return of prepare loses the operand of the cleanup, or has the state there: the
// number, each variable that the literal captures, by value or address as claimed, and
// the flag; or nothing, if there is nothing to do. If it hands over one value, the captured
// variable is there, or true, and the zero value if there is nothing to do. Statements that bind a literal to a
// variable go.
//
// Prepare is followed by the type of the state and by finish. Finish is compared with
// each literal that it replaces. A captured variable is the parameter, or the field of the
// state, that carries it. One that is finish's own must be declared where the literal sets
// it, and may be used only inside that scope. Any other name must mean what it meant.
//
// # What it does not do
//
// It does not prove the claims that need a proof over all paths: that a captured variable
// cannot change any more once prepare has returned, or that nobody calls a cleanup that
// is nil. It checks what syntax and the types before the change can tell, and that what
// was claimed is what was done.
package same
