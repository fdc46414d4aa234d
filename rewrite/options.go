package rewrite

import (
	"time"

	"github.com/closurefix/closurefix/rewrite/internal/load"
)

// Options selects the packages and the checks of a run.
type Options struct {
	// Dir is the directory that patterns are relative to. Empty means the
	// current directory.
	Dir string

	// Patterns name packages as for the go command. Run finds the prepare
	// functions of these packages. It looks for callers in all packages of
	// the main modules. Empty means "./...".
	Patterns []string

	// Configs are the build configurations in which the packages are loaded
	// and verified. Findings describe the first one. Empty means the
	// configuration of the host.
	Configs []Config

	// All includes cleanups that capture no result.
	All bool

	// Tests includes prepare functions that only serve tests: test files declare them or
	// alone call them, or their file imports package testing. Callers in test files follow
	// in any case.
	Tests bool

	// Hot leaves out functions beside whose own work, or that of their cleanup, an allocation does not count: they start
	// a goroutine or a process, open or change files, connections or listeners, or set up signals, profiles or servers.
	Hot bool

	// Exported permits changes of exported functions of importable packages.
	Exported bool

	// Select, if set, says whether a finding is wanted, by its Pos, Last, Package, Name
	// and Kind. Other functions stay as they are, and are counted in LeftOut.Unselected.
	// It is asked about misuses too; Name is then that of the function around.
	Select func(Finding) bool

	// Rewrite requests the new contents of files, verified. Otherwise Run only
	// decides what it would do.
	Rewrite bool

	// Escape runs the compiler to learn what is allocated on the heap. A function
	// whose cleanup causes no allocation is then moved to Result.Stack. With
	// Rewrite, a change that saves no allocation is refused.
	Escape bool

	// Saves, with Escape, leaves out findings whose cleanup costs fewer allocations per
	// call than that, over all callers: see Heap.Most.
	Saves int

	// Test, with Rewrite, runs go vet and the tests of the affected packages
	// with the new versions of files. A change that makes one fail is refused.
	// Nil runs none.
	Test *Test

	// Bench, with Rewrite, runs benchmarks of the affected packages with the old
	// and the new versions of files. Nil runs none.
	Bench *Bench

	// Profiles name CPU or heap profiles in pprof format. Findings are then
	// ordered by their cost in the first profile. A finding whose share of every
	// profile is below Least, a fraction from 0 to 1, is moved to Result.Cold.
	Profiles []string
	Least    float64

	// Env is the environment of the go command. Nil means that of the
	// process.
	Env []string

	// Progress, if set, is called at the end of each step with a short phrase
	// such as "12 packages listed". It suits a log.
	Progress func(string)

	// Status, if set, is called at the start of each step with a short phrase
	// such as "listing packages". It suits a status line. Calls of Progress and
	// Status do not overlap.
	Status func(string)

	// Kill, when closed, kills the processes that Run started at once. If only
	// the context is done, they have half a second to remove their files. May be
	// nil.
	Kill <-chan struct{}
}

// A Config is a build configuration.
type Config = load.Config

// ParseConfig parses "GOOS/GOARCH".
func ParseConfig(s string) (Config, error) { return load.ParseConfig(s) }

// A ConfigError says that a Config names a system that Go does not support.
type ConfigError = load.ConfigError

// Test says how to run the tests of the affected packages: the changed packages, and
// the packages of the main modules that depend on them.
type Test struct {
	Timeout time.Duration // of one package; 0: the go command's default
	Race    bool          // with the race detector
}

// Bench says which benchmarks of the affected packages to run, with the old and the new
// versions of files.
type Bench struct {
	Pattern string // as in go test -bench
	Count   int    // runs of each version, at least 1
	Time    string // as in go test -benchtime; "" for the default
}
