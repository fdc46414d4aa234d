// Package callers finds out who may call a prepare function, and from where.
//
// A rewrite changes the signature of the function. That is possible only if every
// place that depends on the signature is known and changes in the same step. A
// [World] holds the packages in which callers are looked for. An [Index] of it checks
// one prepare function with its sites, and returns a refusal or nothing.
//
// The checks concern three kinds of places:
//
//   - Go code that is loaded: uses of the function as a value, calls in generated or
//     cgo files, and interfaces that ask for the method.
//   - Go code that is not loaded: files that build constraints leave out, files of
//     packages that no build configuration has, and files of other modules. They are
//     parsed where they may mention the function, and a mention refuses.
//   - Everything else: linkname and export directives, assembly, and interfaces for
//     which functions of the standard library look at run time.
//
// A file that declares the same function for another build is no obstacle as long as
// build constraints keep it apart from all files that change.
package callers
