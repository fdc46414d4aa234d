// Package misuse finds two kinds of bugs in callers of functions that return a cleanup.
// The findings do not depend on a rewrite: package plan decides about the function, and
// this package looks at its callers.
//
// # Eager arguments
//
// The arguments of a deferred call are evaluated at the defer statement, not when
// the call runs:
//
//	func (db *DB) Begin() (err error) {
//		done := db.observe("begin")     // func observe(op string) func(error)
//		defer done(err)                 // eager-argument: err is nil here, always
//		return db.begin()
//	}
//
// A finding needs three facts: the error is nil at the defer statement on every path,
// something sets it later, and the cleanup cannot get the error in another way. The error
// is nil if it is a result or variable that nothing has set yet, or if an if statement
// before the defer leaves the function when the error is not nil.
//
// # Nil cleanups
//
// A function that returns an error usually returns nil in place of its cleanup. A
// deferred call of a nil func panics when the caller returns:
//
//	done, err := open()                 // returns nil, err if it fails
//	defer done()                        // nil-cleanup: panics after the return
//	if err != nil {
//		return err
//	}
//
// The same holds for a function that returns nil without an error, and a caller that
// calls the result without a test. Only evident violations are findings; see nilCleanups.
//
// A test that checks the error with a helper, as in require.NoError(t, err), names the
// error before it uses the cleanup. It is not a finding.
package misuse
