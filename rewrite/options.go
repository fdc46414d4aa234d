package rewrite

import (
	"time"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/internal/load"
)

// Options says what to look at, and how far to go.
type Options struct {
	// Dir is the directory that patterns are relative to. Empty means the
	// current one.
	Dir string

	// Patterns name packages as the go command does. Prepare functions of
	// these packages are wanted; callers are looked for in all packages of
	// the main modules. Empty means "./...".
	Patterns []string

	// Configs are the build configurations in which the code must make
	// sense, the first being the one that findings are described in. Empty
	// means that of the host alone.
	Configs []Config

	// All includes cleanups that capture no result.
	All bool

	// Exported allows to rewrite exported functions of importable packages.
	Exported bool

	// Rewrite asks for the new contents of files, verified. Without it, Run
	// stops at the decisions.
	Rewrite bool

	// Escape asks the compiler what is on the heap. Functions whose cleanups
	// cost no allocation are then no findings (see Result.Stack), and with
	// Rewrite those are refused that would cost as much as before.
	Escape bool

	// Test asks, with Rewrite, for go vet and the tests of the affected packages
	// over the new text. A change that makes one fail is refused. Nil runs none.
	Test *Test

	// Bench asks, with Rewrite, for benchmarks of the affected packages on the old
	// and the new text. Nil runs none.
	Bench *Bench

	// Profiles name files of pprof, CPU or heap. Findings are then ordered by what
	// they cost there, and those are left out (see Result.Cold) whose share of each
	// profile is less than Least, from 0 to 1.
	Profiles []string
	Least    float64

	// Env is the environment of the go command. Nil means that of the
	// process.
	Env []string

	// Progress, if set, is called with a short phrase at the end of each
	// step, such as "12 packages listed": for a log.
	Progress func(string)

	// Status, if set, is called with a short phrase at the beginning of each
	// step, such as "listing packages": for a line that says what goes on.
	// Neither is called by two goroutines at once.
	Status func(string)

	// Kill, once it is closed, ends the processes that Run started at once. When
	// only the context ends, they have half a second to remove their files. May be
	// nil.
	Kill <-chan struct{}
}

// A Config is a build configuration.
type Config = load.Config

// ParseConfig reads "GOOS/GOARCH".
func ParseConfig(s string) (Config, error) { return load.ParseConfig(s) }

// A ConfigError says that Go builds for no such system as a Config names.
type ConfigError = load.ConfigError

// A Test says how the tests of the affected packages are run: those whose files
// change, and those of the main modules that depend on one of them.
type Test struct {
	Timeout time.Duration // of one package; 0: the go command's default
	Race    bool          // with the race detector
}

// A Bench says which benchmarks of the affected packages to run, on the old and on
// the new text.
type Bench struct {
	Pattern string // as in go test -bench
	Count   int    // runs of each side, at least 1
	Time    string // as in go test -benchtime; "" for the default
}

// internals are what tests change about a run.
type internals struct {
	candidates func(*callers.World) []*candidate.Candidate // in place of candidate.Find
	load       load.Testing
}
