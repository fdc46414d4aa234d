// Package spell writes names and types as source.
//
// [FinishNames] and [StateNames] propose names for the declarations that the rewrite of
// a prepare function adds. A [File] writes types for one file, and collects the imports
// that they need. [Unnameable], [File.Hidden] and [Plain] report names that have
// another meaning at some position, or none.
package spell
