// Package pattern finds prepare functions: what is there, before anybody decides
// what to do about it.
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
// [Find] returns the prepare functions of a [Unit], with their returns, cleanups
// and captures. [References] returns the sites of given functions in any unit:
// functions are named by a [Key], since the same function is a different object
// in each package that is checked on its own.
//
// The package imports go/ast, go/types and nothing that loads or prints. It does
// not change the syntax that it is given.
//
// A func is a cleanup by its use. One that some caller defers is a cleanup, whatever it
// takes and returns. One that callers call, and none defers, is a cleanup if its type is
// [Plain]: options, iterators and handlers are called as well. [Find] applies the test of
// types that all funcs have to pass (see [Shaped]). Its callers look at the uses, for the
// sites may be in other units.
//
// A return may hand out what a variable holds. A [Choice] is such a variable that
// statements set to one cleanup or another, or to none. What else makes a func (a method
// value, a call that gets a literal) is in [Prepare.Made]: such a function is found, and
// never rewritten. [Functions] finds prepare functions that are literals in variables.
package pattern
