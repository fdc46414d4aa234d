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
// What is a cleanup goes by its type (see [Shaped]) and by its use: a func that
// no caller defers is an option, an iterator or a handler, and none of our
// business. [Find] applies the first test, its callers the second, for the sites
// may be in other units.
package pattern
