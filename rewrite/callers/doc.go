// Package callers decides whether the signature of a prepare function may change.
//
// A rewrite changes the signature. That is possible only if every place that depends on
// it is known and changes in the same step. A [World] holds the packages that are
// searched for callers. An [Index] of it checks one prepare function with its sites, and
// returns a refusal or nil.
//
// The checks concern three kinds of places:
//
//   - Go code that is loaded: uses of the function as a value, calls in generated or cgo
//     files, and interfaces that require the method.
//   - Go code that is not loaded: files that build constraints exclude, files of packages
//     that no build configuration includes, and files of other modules. Files that may
//     name the function are parsed, and one that does leads to a refusal.
//   - Everything else: linkname and export directives, assembly, and interfaces that
//     functions of the standard library assert at run time.
//
// A file that declares the same function for another build is no obstacle as long as
// build constraints keep it apart from all files that change.
package callers
