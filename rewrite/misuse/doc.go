// Package misuse finds two bugs that come with functions which return a cleanup
// for their callers to defer. Neither depends on a rewrite: package plan decides
// about the function, this package looks at its callers.
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
// A finding needs three facts: the error is nil at the defer statement on every
// path, something sets it later, and nothing else hands it to the cleanup. The
// error is nil if it is a result or a variable that nothing has set yet, or if an
// if statement before the defer has just found it nil and left otherwise.
//
// # Nil cleanups
//
// Where the error is not nil, the other results are mostly zero, the cleanup
// among them. A deferred call of a nil func panics when the caller returns:
//
//	done, err := open()                 // returns nil, err if it fails
//	defer done()                        // nil-cleanup: panics after the return
//	if err != nil {
//		return err
//	}
//
// The same holds for a function that returns nil without an error, and for a
// caller that calls what it got without a test. Only evident violations are
// findings: see nilCleanups.
//
// A caller that a helper of a test guards (require.NoError(t, err)) mentions the
// error before it uses the cleanup, and is no finding.
package misuse
