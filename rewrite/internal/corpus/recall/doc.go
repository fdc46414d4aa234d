// Package recall lists the functions of a module that return cleanups, by syntax
// alone, to hold against what the rewriter finds. It shares no code with package
// pattern: what both miss, nobody asked for.
//
// A candidate is a function, method or function literal with a result of func type
// that returns at most one value and takes at most three, which some file of the
// module defers or calls as a statement:
//
//	func open(name string) (*os.File, func(), error)     // a candidate, if somewhere
//
//	f, done, err := open("x")                            // there is this
//	…
//	defer done()
//
// Without types, callers are matched by name, package and number of arguments. Two
// methods of one name that return such funcs are taken for each other.
package recall
