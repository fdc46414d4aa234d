// Package pattern finds prepare functions and describes them. It makes no decisions about
// a rewrite.
//
// A prepare function does some set-up and returns a cleanup, a function literal
// that its caller defers:
//
//	func (c *Conn) prepareRead(ctx context.Context, err *error) (func(), error) {
//		if c.isClosed() {
//			return nil, net.ErrClosed             // an idle return
//		}
//		c.setTimeout(ctx)
//		return func() {                           // a live return: the cleanup
//			c.clearTimeout()                      // captures c,
//			if *err != nil && ctx.Err() != nil {  // err and ctx
//				*err = ctx.Err()
//			}
//		}, nil
//	}
//
//	done, err := c.prepareRead(ctx, &err)         // a site
//	if err != nil {
//		return err
//	}
//	defer done()                                  // a use
//
// [Find] returns the prepare functions of a [Unit], with their returns, cleanups and
// captures. [References] returns the sites of given functions in any unit. A [Key]
// identifies a function, since packages that are checked separately have different
// objects for it.
//
// The package loads and prints nothing, and does not change the syntax that it is given.
//
// The uses of a func decide whether it is a cleanup. A func that some caller defers is a
// cleanup, whatever its parameters and results. A func that callers call, and none
// defers, is a cleanup if its type is [Plain], since options, iterators and handlers are called
// as well, and if some name, a comment or what it does says that it ends something, since checks
// are called as well. [Find] tests only the types (see [Shaped]). Its callers examine the uses,
// because sites may be in other units.
//
// A return statement may return a variable. A [Choice] is a variable that is set to one of
// several cleanups, or to none. [Return.Bound] is a method value, and [Literal.Method] one
// for which a literal stands that calls the method. Other expressions that
// create a func, such as a call with a literal as argument, are in [Prepare.Made]. A
// function with such a return statement is reported but never rewritten.
//
// A forwarder returns the cleanup of another function to its own callers (see [NewForwarder]).
// [Functions] finds prepare functions that are literals in variables. A [LocalLiteral] is one that can
// be rewritten.
package pattern
