package callers

import "github.com/closurefix/closurefix/rewrite/pattern"

// A World is the code in which a decision is made: the units that hold
// prepare functions, and all that may hold callers of them, in one build
// configuration.
type World struct {
	// Units holds each package once, in its widest variant (with the
	// in-package tests), and external test packages beside it, so that no
	// file is in two units.
	Units []*pattern.Unit

	// Target reports whether prepare functions of a unit are wanted; other
	// units are there for their callers. Nil means all.
	Target func(*pattern.Unit) bool

	// Module is set when Units holds every package of the main modules
	// that can reach the targets. When unset, the world is a package: a
	// caller elsewhere cannot be seen.
	Module bool

	// Exported allows to rewrite exported functions of importable packages,
	// whose callers outside the main modules nobody can see.
	Exported bool

	// Linked holds the linker symbols that linkname directives name, in
	// packages that need not be among Units, each with the file of the
	// directive. May be nil.
	Linked map[string]string

	// Neighbours are modules that are not looked into, and stand beside the main
	// ones: an internal package is open to those with a path below its parent.
	Neighbours []Neighbour

	// Asked holds the exported methods of the interfaces in the main modules, as far as
	// syntax tells: their packages need not be among Units.
	Asked []Method

	// Unbuilt names the Go files of the main modules that no configuration builds, as
	// far as they may mention an exported prepare function: of some packages nothing
	// is built, and those are not among Units.
	Unbuilt []string

	// Unsound names the Go files of packages that do not type-check, or depend on one that
	// does not, and are not among Units for that reason.
	Unsound []string

	// Outside names the Go files of other modules that import a main one, as far as they
	// may mention an exported prepare function.
	Outside []string

	// All includes prepare functions of kind capture.
	All bool

	// Tests includes prepare functions that test files declare, whose speed nobody
	// waits for. Callers in test files follow in any case.
	Tests bool

	// Omit, unless nil, is called for each prepare function that is no candidate because
	// of All, Tests or Exported.
	Omit func(*pattern.Prepare, Omission)

	// Stop, unless nil, is asked before each prepare function is decided. Once it
	// returns true the rest is left undecided, and the decisions are worth nothing.
	Stop func() bool
}

// A Neighbour is a module that is no main module, by its path and go.mod file.
type Neighbour struct{ Path, File string }

// A Method is a method of an interface in package Pkg, with the number of its
// parameters and results.
type Method struct {
	Pkg, Name       string
	Params, Results int
}

// An Omission says why a prepare function that is there is no candidate.
type Omission string

// The omissions.
const (
	OmitKind     Omission = "kind"     // its closure captures no result, and World.All is not set
	OmitTest     Omission = "test"     // a test file declares it, and World.Tests is not set
	OmitExported Omission = "exported" // other modules may call it, no caller that is seen defers its cleanup, and World.Exported is not set
)

// Omitted tells whoever asks, by World.Omit, of a function that is no candidate.
func (w *World) Omitted(p *pattern.Prepare, why Omission) {
	if w.Omit != nil {
		w.Omit(p, why)
	}
}
