package callers

import (
	"go/types"
	"path/filepath"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// A World holds the loaded packages in one build configuration, and facts about code that
// is not loaded. Decisions about prepare functions are made in it.
type World struct {
	// Units holds each package once, including its in-package tests. External test
	// packages are separate units, so that no file is in two units.
	Units []*pattern.Unit

	// Target reports whether the prepare functions of a unit are candidates. Other units
	// are searched for callers only. A nil Target means that all are.
	Target func(*pattern.Unit) bool

	// Systems and Tags hold the systems and build tags that the user requested. Systems is
	// empty if there is only the host.
	Systems, Tags []string

	// Module is set if Units holds every package of the main modules that may call the
	// targets. If it is not set, the world is one package, and callers in other packages
	// are unknown.
	Module bool

	// Exported permits rewrites of exported functions of importable packages, which may
	// have callers outside the main modules.
	Exported bool

	// Linked holds the linker symbols that linkname directives name, and the file of each
	// directive. The directives may be in packages that are not units. May be nil.
	Linked map[string]string

	// Neighbours holds modules that are not main modules but lie next to them, such that
	// they may import internal packages of the main modules. They are not loaded.
	Neighbours []Neighbour

	// InterfaceMethods holds the exported methods of interfaces in the main modules, as found by
	// parsing. Their packages need not be units.
	InterfaceMethods []Method

	// Embeds, if not nil, reports whether a struct of the main modules, or of a module that
	// imports one, may embed a type with a name.
	Embeds func(name string) bool

	// Unbuilt holds the names of Go files of the main modules that no configuration
	// builds and that may name an exported prepare function. Some belong to packages of
	// which nothing is built, and which are therefore not units.
	Unbuilt []string

	// Unsound holds the names of Go files in packages that do not type-check, or that
	// depend on one that does not. These packages are not units.
	Unsound []string

	// Skipped holds the names of Go files of the main modules in directories that patterns
	// with "..." skip, if they may name an exported prepare function and no pattern names
	// their package.
	Skipped []string

	// Outside holds the names of Go files in other modules that import a main module and
	// may name an exported prepare function.
	Outside []string

	// Depends, if not nil, reports whether the package of a file that is not type-checked may
	// depend on the package with a path. If it does not, it has no values of its types.
	Depends func(file, pkg string) bool

	// All includes prepare functions of kind capture.
	All bool

	// Tests includes prepare functions that only serve tests, where allocations rarely
	// matter: those that test files declare or alone call, and those in files that import
	// package testing. Callers in test files are rewritten in any case.
	Tests bool

	// Hot leaves out prepare functions beside whose own work an allocation does not count, such as those that start a
	// goroutine or open a file.
	Hot bool

	// Omit, if not nil, is called for each prepare function that is not a candidate
	// because of All, Tests, Hot or Exported.
	Omit func(*pattern.Prepare, Omission)

	exposed map[pattern.Key]types.Object // see exposes

	// Short, if not nil, returns the name of a file as messages show it.
	Short func(name string) string

	// Stop, if not nil, is called before each decision. Once it returns true, the
	// remaining decisions are skipped and the result is invalid.
	Stop func() bool
}

// A Neighbour is a module that is not a main module, with its path and go.mod file.
type Neighbour struct{ Path, File string }

// A Method is an interface method, with the path of its package and its numbers of
// parameters and results. All has the names of the exported methods of the interface.
type Method struct {
	Pkg, Name       string
	Params, Results int
	All             []string
}

// An Omission says why a prepare function is not a candidate.
type Omission string

// The reasons to omit a prepare function.
const (
	OmitKind     Omission = "kind"     // its closure captures no result, and World.All is not set
	OmitTest     Omission = "test"     // it only serves tests, and World.Tests is not set
	OmitBusy     Omission = "busy"     // it starts a goroutine or the like, and World.Hot is set
	OmitExported Omission = "exported" // other modules may call it, no known caller defers its cleanup, and World.Exported is not set
)

// Omitted reports to World.Omit that a prepare function is not a candidate.
func (w *World) Omitted(p *pattern.Prepare, why Omission) {
	if w.Omit != nil {
		w.Omit(p, why)
	}
}

// depends reports whether the package of a file may have values of p's receiver type.
func (w *World) depends(file string, p *pattern.Prepare) bool {
	return w.Depends == nil || w.Depends(file, p.Key.Pkg)
}

// ShortName returns the name of a file for a message.
func (w *World) ShortName(name string) string {
	if w.Short == nil {
		return filepath.Base(name)
	}
	return w.Short(name)
}
