// Package gen generates programs with prepare functions, for a rewrite to be
// tried on.
//
// A program is one Go file, or two in different packages. It prints what it does at
// every step: where a function begins, when an argument or receiver is evaluated, what
// a cleanup sees of each variable that it captures, what comes back, who recovered
// from what. So whatever a rewrite changes in order, value or path changes the output.
// Nobody calls a nil cleanup: where one may be, callers test the cleanup, or the error
// right after the call.
//
// It compiles, ends, has no data race (a goroutine is waited for on the spot, or by the
// cleanup that ends it), and prints the same each time: where Go leaves an order of
// evaluation open, no operand has an effect that another one reads.
//
// Programs are made from a [Tape] of choices, drawn from a seed or replayed. Any
// tape makes a program, and 0 is the plainest choice, so that a program is
// reduced by cutting its tape (see [Tape.Cuts]), without knowledge of Go.
//
// # The grammar
//
// In the following, x* and x? are as usual, and / separates alternatives, not
// equally likely. Choices that lead to a refusal are rare on purpose.
//
//	program  = types helpers prepare* caller* main; exported prepare functions may
//	           have callers in another package, which imports theirs twice: with a dot,
//	           and by a name
//	main     = three rounds, with k = 0, 1, 2 to steer conditions, in which each caller
//	           runs in a goroutine that may panic or exit; then the hooks that are
//	           left, and all that the conns hold; and whether a conn has a method that
//	           a rewrite might give it
//
// There are a struct Conn, which embeds a struct Part and is embedded by a struct
// Wrap, whose address a struct Deep embeds, and by a struct Held; a struct Cell with a type parameter; an interface
// Namer; functions whose results have types that a program need not import, or that have no name; two
// conns that point to each other; and helpers that trace, run things in goroutines,
// and pass things through.
//
//	prepare  = ["func" / method of *Conn / Part / *Part / *Cell[T]] type-parameter?
//	           parameter* "errp *error"? variadic? results
//	           trace stmt* idle? local* chain? goroutine? attempt? once? making
//	           with parameters that are named, blank or grouped
//	results  = func / func, error / T, func, error / T, func / func, T, error / func, T /
//	           func, bool / T, func, bool; with names or without
//	func     = func() / func() error / func(error) / func(*error) / func(int) /
//	           func(...int) / func(int, *error) / func(error, bool) error / a named type
//	idle     = if cond { return nothing, mostly with an error }
//	nothing  = nil / an empty literal / a function that does nothing / now this, now that
//	attempt  = ref, err := Attempt(…); if err != nil { return nothing, err }
//	chain    = a site of an earlier prepare function, whose cleanup this one calls
//	making   = return …, cleanup
//	         / done := cleanup; stmt*; inner?; stmt*; return …, done
//	         / var done func…; stmt?; done = cleanup; …; or a named result; bare return
//	         / if cond { return cleanup }; return another
//	         / a return within if, switch or for
//	         / end := nothing / cleanup; if cond { end = cleanup }; …; return …, end
//	         / what is made of a cleanup / what an earlier prepare function returns / a method value
//	         / in a forwarder, the cleanup of an earlier prepare function: return p(…); a variable;
//	           a named result and a bare return
//	inner    = defer func() { if err != nil { done() } }() / if cond { done() / defer done() / defer func() { done() }(); return idle }
//	cleanup  = func(…) { (n = …)?; trace; (if *errp == nil { *errp = … })?; end of the goroutine?;
//	           once.Do?; chained call?; recover?; stmt*; fire?; return error? }
//
// What a cleanup captures is what it can see: receiver, parameters, locals of any
// block, loop variables, constants, named results, the error pointer, variables
// that are returned along, functions, channels, a sync.Once.
//
//	caller   = (function / method / literal in a variable) with k, one more parameter?
//	           and results, named or not; recovery? wrap? stmt* site+ stmt* return
//	site     = form stmt* (test of the error or bool / of the cleanup / none / afterwards) use+
//	form     = := / var / = to variables, fields and blanks / in a block of its own /
//	           init of if, switch or for / defer p()() / p()() / twice, by goto /
//	           once more, on a condition / without a use of the cleanup; the variable may have
//	           another func before and afterwards
//	use      = defer done() / done() / defer func() { done() }() / in a literal, a
//	           goroutine or a loop / on a condition / as argument, copy, hook, element
//	           of a slice, field / in a slot; followed by an assignment, to see what was
//	           read when
//	slot     = any place of the table that Slots returns: a call, a value or a comparison
//	           with nil, of the cleanup's variable or of the prepare function's call
//	operand  = a variable / a field / .Next / .Peer / Pool[n&1] / Pick(…) / a promoted method /
//	           a method expression
//
//	stmt     = trace / assignment to a variable, field, element or pointee / local /
//	           if / for, of integers, slices and functions / switch / select / block /
//	           defer / literal / goroutine / hook / alias / recovery / leave / site
//	leave    = if cond { return / panic / runtime.Goexit }
//	alias    = p := &x / s := arr[:]
//	hook     = c.Hook = func() { assignment; trace }, which c.Fire() runs later
//
// Names shadow each other, and some programs use the names that a rewrite would
// like to give. Comments stand before and after statements.
//
// # Constructs
//
// A [Construct] is a program that is made from no tape. It has one use of a cleanup in
// one slot, which is a place where Go's grammar lets an expression stand, and another
// caller, which defers the cleanup. [Slots] is the table of all slots, from which random
// programs draw, too. [Constructs] combines each slot with each use that fits, and goes
// through the forms of the prepare function, the cleanup and the caller on the way.
//
// # Files
//
// Each file uses those before it: tape and shrink; kind, scope, protocol and slot, which
// know no choice; gen, what all parts of the grammar need; expr and simple, which use
// each other, for expressions and statements without blocks; call; stmt, control, site and
// use, which use each other, for statements that hold others; signature, cleanup and
// prepare; caller; program. The other branch is usage and grammar, for constructs. Both
// have form, which says how a file is laid out, and the helpers that programs call.
package gen
