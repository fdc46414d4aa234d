package rewrite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/edit"
	"github.com/closurefix/closurefix/rewrite/internal/process"
	"github.com/closurefix/closurefix/rewrite/plan"
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

	whole    bool   // leaves loading to go/packages, which tests compare
	anew     bool   // asks the go command about each text, which tests compare
	modcache string // whose files are never edited
	standard bool   // the main module is the standard library, of whose packages the go command names no module
	goarch   string // of the host
	root     string // the directory below which files may change

	workspace bool            // a go.work file is in use
	systems   map[string]bool // the words for operating systems and processors that Go knows, if there are several configurations

	// candidates stands in for edit.Candidates in tests. With undeferred, the
	// functions that it finds need no caller that defers what they hand out.
	candidates func(*plan.World) []*edit.Candidate
	undeferred bool
}

// A Config is a build configuration. Empty fields have the go command's
// defaults.
type Config struct {
	GOOS, GOARCH string
	Tags         []string
}

// String returns the configuration as in "linux/amd64" or "linux/amd64 -tags=a,b";
// "host" stands for the go command's defaults.
func (c Config) String() string {
	s := "host"
	if c.GOOS != "" || c.GOARCH != "" {
		s = c.GOOS + "/" + c.GOARCH
	}
	if len(c.Tags) > 0 {
		s += " -tags=" + strings.Join(c.Tags, ",")
	}
	return s
}

// ParseConfig reads "GOOS/GOARCH".
func ParseConfig(s string) (Config, error) {
	goos, goarch, ok := strings.Cut(s, "/")
	if !ok || goos == "" || goarch == "" || strings.Contains(goarch, "/") {
		return Config{}, fmt.Errorf("%q is not a build configuration such as linux/amd64", s)
	}
	return Config{GOOS: goos, GOARCH: goarch}, nil
}

// env returns the environment of the go command under c.
func (c Config) env(base []string) []string {
	env := slices.Clone(base)
	if c.GOOS != "" {
		env = append(env, "GOOS="+c.GOOS)
	}
	if c.GOARCH != "" {
		env = append(env, "GOARCH="+c.GOARCH)
	}
	return env
}

// flags returns the build flags of c. The go command is kept from asking git about the
// commit that a main package is built from: git runs programs that the configuration of
// the repository names, such as core.fsmonitor.
func (c Config) flags() []string {
	flags := []string{"-buildvcs=false"}
	if len(c.Tags) > 0 {
		flags = append(flags, "-tags="+strings.Join(c.Tags, ","))
	}
	return flags
}

// complete fills in the defaults of o.
func (o Options) complete(ctx context.Context) (Options, error) {
	dir, err := filepath.Abs(o.Dir) // of nothing it is the current one
	if err != nil {
		return o, err
	}
	o.Dir = dir
	if len(o.Patterns) == 0 {
		o.Patterns = []string{"./..."}
	}
	for _, p := range o.Patterns {
		if strings.HasSuffix(p, ".go") || strings.Contains(p, "=") {
			return o, fmt.Errorf("%s: name packages, not files: callers in the rest of a package would not be seen", p)
		}
	}
	if o.Env == nil {
		o.Env = os.Environ()
	}
	if o.candidates == nil {
		o.candidates = edit.Candidates
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	if o.Status == nil {
		o.Status = func(string) {}
	}
	// A driver of another build system does not know the overlays that verify a
	// rewrite, and would verify nothing.
	o.Env = append(slices.Clone(o.Env), "GOPACKAGESDRIVER=off")
	out, err := goCommand(ctx, o.Dir, o.Env, "env", "-json", "GOOS", "GOARCH", "GOFLAGS", "GOMODCACHE", "GOROOT", "GOWORK")
	if err != nil {
		return o, err
	}
	var host struct{ GOOS, GOARCH, GOFLAGS, GOMODCACHE, GOROOT, GOWORK string }
	if err := json.Unmarshal(out, &host); err != nil {
		return o, fmt.Errorf("go env: %w", err)
	}
	if strings.Contains(host.GOFLAGS, "-overlay") {
		return o, errors.New("GOFLAGS sets -overlay: what is on disk, and would be rewritten, is not what is built")
	}
	o.modcache, o.goarch, o.root = host.GOMODCACHE, host.GOARCH, rootOf(o.Dir, host.GOWORK)
	o.workspace = host.GOWORK != "" && host.GOWORK != "off"
	o.standard = below(filepath.Join(host.GOROOT, "src"), o.Dir)
	err = o.distinct(ctx, host.GOROOT, host.GOOS, host.GOARCH)
	return o, err
}

// distinct reduces the configurations of o to each one once, with the host's spelled
// out if there are others beside it.
func (o *Options) distinct(ctx context.Context, goroot, goos, goarch string) error {
	if len(o.Configs) == 0 {
		o.Configs = []Config{{}}
		return nil
	}
	if len(o.Configs) == 1 && o.Configs[0].GOOS == "" && o.Configs[0].GOARCH == "" {
		return nil
	}
	// Not in the module: its go.mod may have a tool of that name, which the go command
	// runs if it has none itself.
	out, err := goCommand(ctx, goroot, append(slices.Clone(o.Env), "GO111MODULE=off", "GOWORK=off"), "tool", "dist", "list")
	if err != nil && ctx.Err() != nil {
		return err
	}
	// Without the list, which not every distribution of Go can print, an unknown system
	// is one that no file is built for.
	known := strings.Fields(string(out))
	o.systems = make(map[string]bool)
	for _, pair := range known {
		goos, goarch, _ := strings.Cut(pair, "/")
		o.systems[goos], o.systems[goarch] = true, true
	}
	var configs []Config
	seen := make(map[string]bool)
	for _, c := range o.Configs {
		if c.GOOS == "" {
			c.GOOS = goos
		}
		if c.GOARCH == "" {
			c.GOARCH = goarch
		}
		if pair := c.GOOS + "/" + c.GOARCH; err == nil && !slices.Contains(known, pair) {
			return fmt.Errorf("%s is not a system that Go builds for", pair)
		}
		if !seen[c.String()] {
			seen[c.String()] = true
			configs = append(configs, c)
		}
	}
	o.Configs = configs
	return nil
}

// goCommand runs the go command and returns what it prints.
func goCommand(ctx context.Context, dir string, env []string, args ...string) ([]byte, error) {
	out, _, err := process.Go(ctx, dir, env, args...)
	if err != nil {
		return nil, err
	}
	return []byte(out), nil
}
