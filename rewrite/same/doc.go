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
// returns nil if the text after is what those claims make of the program before, and an
// error that names the first difference if it is anything else. A statement, an operand
// or a name that is missing, added, doubled or moved is a difference, whether or not
// the text after type-checks.
//
// # How it compares
//
// A matcher walks the two syntax trees side by side. Both must have the same nodes in the
// same order; positions, comments, parentheses and the spelling of strings do not count.
// The types of the program before tell which expressions hold a cleanup: the calls of
// prepare, the variables that take its result, and the variables of prepare itself that a
// literal is bound to. Where the walk comes upon one of those, and nowhere else, another
// form is required after the change, as follows.
//
// A call of prepare loses the arguments of the parameters that go. They must be free
// of effects, since nothing evaluates them any more.
//
// The assignment of its results loses the variable of the cleanup, or gives it to the
// state, under the same name or a new one. A new name must be free in its block: no
// identifier in the block may have meant something else by it. := stays as long as a
// variable is declared, and becomes = where none is left.
//
// A call of the cleanup, in any statement and at any place in an expression, becomes a
// call of finish at that place. Its operands come first. Each must be the operand of
// prepare's call once more, the variable that takes the claimed result, or the state;
// every name in it must mean the same object at the use as at the call, nothing in it may
// have an effect, and no variable in it may be assigned between the two. The arguments of
// the cleanup follow, unchanged. A call of prepare that the cleanup's call contained,
// p(a)(x), must be there as well: it is the state operand, or a statement of its own
// before a statement in which nothing else came first.
//
// A comparison of the cleanup with nil becomes the question that the state answers: its
// flag, its number, or a value that may be nil. A cleanup used as a value becomes a
// method value, or a literal that does nothing but forward its arguments to finish.
//
// A return of prepare loses the operand of the cleanup, or has the state there: for a
// return that hands out a literal, the number of the literal, the flag, and each variable
// that the literal captures, by value or address as claimed and no other; for one that
// hands out nothing to do, the zero value. What a return is claimed to hand out is checked
// against its operand. Statements that bind a literal to a variable go.
//
// Finish is compared with each literal that it replaces. A captured variable is the
// parameter, or the field of the state, that carries it; one whose address travels is
// what that points to. One that is finish's own must be declared where the literal sets
// it, and may be used only inside that scope. Any other name must not be taken by
// a parameter of finish. A guard stands in front if it is claimed, and only then; several
// literals are the cases of one switch.
//
// New declarations are finish and the type of the state. Imports may come and go, as long
// as no name changes its package.
//
// # What it does not do
//
// It does not prove the claims that take a proof over paths: that a captured variable
// cannot change any more once prepare has returned, that an error tells whether there is
// something to do, that nobody calls a cleanup that is nil. It checks what syntax and the
// types before the change can tell, and that what was claimed is what was done.
package same
