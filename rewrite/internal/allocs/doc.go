// Package allocs turns what the compiler says about the heap into what a rewrite
// saves. Package escape reads the compiler's output; this package attributes its facts
// to a prepare function, its cleanup and their callers.
//
// Count returns what the cleanup costs in the code as it is. Compare takes the facts
// before and after a rewrite, and says function by function which allocations are gone,
// which stay, and which are new.
//
// # Words
//
// A fact is one verdict of the compiler at one position. An alloc is a fact that says
// heap, within a known function. A version is the code before or after a rewrite, seen
// from one prepare function: its own allocs, and those of its cleanup, which is a
// function literal before and a finish function after. A copy is what inlining made of
// an alloc: the compiler reports it again, at the position of the inlined call.
//
// # Inlining
//
// Inlining is what makes this more than a comparison of two lists. The compiler may
// inline the prepare function in the one version and not in the other. Its allocs are
// then reported at the call in one version only. They moved, and did not change:
//
//	func Log(s string) {
//		defer log(s)()    // before: log allocates the closure and an error
//		…                 // after: log is inlined, and the error is reported here
//	}
//
// So an alloc of a caller is its own, or a copy of one of the functions that it calls
// (see version.split), and what counts for a caller is its own allocs together with
// those of its calls.
package allocs
