package load

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// Settings select the packages to load.
type Settings struct {
	Dir      string   // to which patterns are relative; "" is the current directory
	Patterns []string // packages in which prepare functions are looked for; none: "./..."
	Configs  []Config // none: the configuration of the host
	All      bool     // include prepare functions of all kinds
	Hot      bool     // leave out prepare functions that do slow things
	Tests    bool     // include prepare functions of test files
	Exported bool     // include exported functions of importable packages
	Env      []string // of the go command; nil: that of the process

	// Progress and Status are called at the end and the start of each step with a
	// short phrase. Nil does nothing.
	Progress, Status func(string)

	Testing Testing
}

// Testing changes how packages are loaded, for tests that compare ways to load.
type Testing struct {
	Compiled   bool // load everything with go/packages
	Anew       bool // load everything again after each change
	Undeferred bool // keep functions that no caller defers
	Apart      bool // examine packages that do not depend on each other apart, however small they are

	Built string // the Go release that built the program, if not that of runtime.Version
}

// A Tree describes the main modules and their environment.
type Tree struct {
	Settings // with defaults filled in and Dir absolute
	Source   *Sources
	Root     string // the directory below which files may change
	Module   string // the path of the main module that contains Dir; "" if there is none
	Release  string // of Go, as in "go1.26.0"
	goroot   string

	modcache  string // the module cache; its files are never edited
	standard  bool   // the main module is the standard library, for whose packages the go command prints no module
	goarch    string // of the host
	workspace bool   // a go.work file is in use
	outside   bool   // Dir is in no module

	// systems has the names of operating systems and architectures that Go supports, if
	// there are several configurations.
	systems map[string]bool
}

// Open runs go env in the directory of the settings and returns its tree.
func Open(ctx context.Context, s Settings) (*Tree, error) {
	t := &Tree{Settings: s, Source: NewSources()}
	dir, err := filepath.Abs(s.Dir) // Abs("") is the current directory
	if err != nil {
		return nil, err
	}
	t.Dir = dir
	if len(t.Patterns) == 0 {
		t.Patterns = []string{"./..."}
	}
	for _, p := range t.Patterns {
		if strings.HasSuffix(p, ".go") || strings.Contains(p, "=") {
			return nil, fmt.Errorf("%s: name packages, not files: callers in the rest of a package would not be seen", p)
		}
	}
	if t.Env == nil {
		t.Env = os.Environ()
	}
	if t.Progress == nil {
		t.Progress = func(string) {}
	}
	if t.Status == nil {
		t.Status = func(string) {}
	}
	// A driver of another build system does not know the overlays that verify a
	// rewrite, and would verify nothing.
	t.Env = append(slices.Clone(t.Env), "GOPACKAGESDRIVER=off")
	out, err := goCommand(ctx, t.Dir, t.Env, "env", "-json", "GOOS", "GOARCH", "GOFLAGS", "GOMOD", "GOMODCACHE", "GOROOT", "GOVERSION", "GOWORK")
	if err != nil {
		return nil, err
	}
	var host struct{ GOOS, GOARCH, GOFLAGS, GOMOD, GOMODCACHE, GOROOT, GOVERSION, GOWORK string }
	if err := json.Unmarshal(out, &host); err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	if strings.Contains(host.GOFLAGS, "-overlay") {
		return nil, errors.New("GOFLAGS sets -overlay: the build does not use the files on disk, which would be rewritten")
	}
	t.modcache, t.goarch, t.Root = host.GOMODCACHE, host.GOARCH, rootOf(t.Dir, host.GOWORK)
	t.Release, t.goroot = host.GOVERSION, host.GOROOT
	if text, err := readSource(host.GOMOD); err == nil { // not the null device
		t.Module = modfile.ModulePath(text)
	}
	t.workspace = host.GOWORK != "" && host.GOWORK != "off"
	t.outside = host.GOMOD == os.DevNull // it is empty where modules are off
	t.standard = below(filepath.Join(host.GOROOT, "src"), t.Dir)
	if err := t.distinct(ctx, host.GOROOT, host.GOOS, host.GOARCH); err != nil {
		return nil, err
	}
	return t, nil
}

// distinct removes duplicate configurations. If there are several, it sets the system of the
// host where none is set. It returns a *ConfigError if Go does not support a system.
func (t *Tree) distinct(ctx context.Context, goroot, goos, goarch string) error {
	if len(t.Configs) == 0 {
		t.Configs = []Config{{}}
		return nil
	}
	if len(t.Configs) == 1 && t.Configs[0].GOOS == "" && t.Configs[0].GOARCH == "" {
		return nil
	}
	// Not in the module: its go.mod may have a tool of that name, which the go command
	// runs if it has none itself.
	out, err := goCommand(ctx, goroot, append(slices.Clone(t.Env), "GO111MODULE=off", "GOWORK=off"), "tool", "dist", "list")
	if err != nil && ctx.Err() != nil {
		return err
	}
	// Without the list, which not every distribution of Go can print, an unknown system
	// is one that no file is built for.
	known := strings.Fields(string(out))
	t.systems = make(map[string]bool)
	for _, pair := range known {
		goos, goarch, _ := strings.Cut(pair, "/")
		t.systems[goos], t.systems[goarch] = true, true
	}
	var configs []Config
	seen := make(map[string]bool)
	for _, c := range t.Configs {
		if c.GOOS == "" {
			c.GOOS = goos
		}
		if c.GOARCH == "" {
			c.GOARCH = goarch
		}
		if pair := c.GOOS + "/" + c.GOARCH; err == nil && !slices.Contains(known, pair) {
			return &ConfigError{pair}
		}
		if !seen[c.String()] {
			seen[c.String()] = true
			configs = append(configs, c)
		}
	}
	t.Configs = configs
	return nil
}

// Short returns the name of a file relative to the directory of the tree, unless that is
// longer.
func (t *Tree) Short(name string) string {
	for _, dir := range []string{t.Dir, resolved(t.Dir)} {
		if rel, err := filepath.Rel(dir, name); err == nil && len(rel) < len(name) {
			return filepath.ToSlash(rel)
		}
	}
	return name
}
