// Package allocs computes what a rewrite saves from what the compiler reports about the
// heap. Package escape parses the output of the compiler. This package attributes the
// facts to a prepare function, its cleanup and their callers.
//
// Count returns what the cleanup costs in the code as it is. Compare takes the facts
// before and after a rewrite. For each function it returns which allocations are gone,
// which remain, and which are new.
//
// # Terms
//
// A fact is one verdict of the compiler at one position. An alloc is a fact with the
// verdict heap, within a known function. A version is the code before or after a rewrite,
// seen from one prepare function: its own allocs and those of its cleanup, which is a
// function literal before and a finish function after. A copy is a second report of an
// alloc, at the position of an inlined call.
//
// # Inlining
//
// A comparison of two lists would not suffice, because of inlining. The compiler may
// inline the prepare function in one version and not in the other. Its allocs are then
// reported at the call in one version only. They moved, and did not change:
//
//	func Log(s string) {
//		defer log(s)()    // before: log allocates the closure and an error
//		…                 // after: log is inlined, and the error is reported here
//	}
//
// So an alloc reported in a caller is either the caller's own or a copy from a function
// that it calls (see version.split). The cost of a caller is that of its own allocs and of
// those of its calls.
package allocs
