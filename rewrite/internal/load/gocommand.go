package load

import (
	"bytes"
	"context"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/closurefix/closurefix/rewrite/internal/process"
	"golang.org/x/tools/go/packages"
)

// list lists the packages that patterns match in one configuration. It leaves out the
// generated main packages of tests, and dependencies that are recompiled for a test.
func (t *Tree) list(ctx context.Context, config Config, patterns []string) ([]*packages.Package, error) {
	cfg := &packages.Config{
		Context:    ctx,
		Mode:       listMode,
		Dir:        t.Dir,
		Env:        config.Env(t.Env),
		BuildFlags: config.Flags(),
		Tests:      true,
	}
	return loadPackages(cfg, patterns)
}

// listMode does not include NeedTypesSizes: for that packages.Load would have the go
// command prepare to compile everything.
const listMode = packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps |
	packages.NeedModule | packages.NeedForTest

// mainModules returns the directories of the main modules: one directory, or those that
// go.work lists.
func (t *Tree) mainModules(ctx context.Context) ([]string, error) {
	out, err := goCommand(ctx, t.Dir, t.Env, "list", "-m", "-f", `{{if .Main}}{{printf "%q" .Dir}}{{end}}`)
	if err != nil {
		return nil, err
	}
	var dirs []string
	for line := range bytes.Lines(out) {
		dir, err := strconv.Unquote(string(bytes.TrimSpace(line)))
		if err != nil || dir == "" {
			continue // not a main module
		}
		if _, err := os.Stat(dir); err != nil {
			return nil, err
		}
		dirs = append(dirs, dir)
	}
	return dirs, nil
}

// loadPackages calls packages.Load. It leaves out test main packages, and variants of
// packages that are compiled for the tests of other packages. When the context is done, it
// kills the compilers that the go command runs.
func loadPackages(cfg *packages.Config, patterns []string) ([]*packages.Package, error) {
	_, env, remove, err := process.Scratch(cfg.Env)
	if err != nil {
		return nil, err
	}
	defer remove()
	// When the context is done, packages.Load interrupts the go command only, and
	// waits for the compilers that it started.
	mark := process.NewMark()
	cfg.Env = append(env, string(mark))
	if cfg.Mode&packages.NeedExportFile == 0 && !slices.ContainsFunc(env, func(v string) bool { return strings.HasPrefix(v, "GOGC=") }) {
		// The go command needs a heap of about 50 MB and spends a fifth of its time
		// collecting garbage. A command that compiles keeps the default.
		cfg.Env = append(cfg.Env, "GOGC=400")
	}
	ended := make(chan struct{})
	idle := context.AfterFunc(cfg.Context, func() {
		defer close(ended)
		mark.End(cfg.Context)
	})
	pkgs, err := packages.Load(cfg, patterns...)
	if !idle() {
		<-ended
	}
	if err != nil {
		if cause := cfg.Context.Err(); cause != nil {
			return nil, cause
		}
		return nil, plainError(err)
	}
	return slices.DeleteFunc(pkgs, func(p *packages.Package) bool {
		return isTestMain(p) || p.ForTest != "" && p.PkgPath != p.ForTest && p.PkgPath != p.ForTest+"_test"
	}), nil
}

// plainError returns an error of packages.Load without the command line of the go command.
func plainError(err error) error {
	text := strings.TrimPrefix(err.Error(), "err: ")
	if i := strings.Index(text, "stderr: "); i >= 0 {
		text = text[i+len("stderr: "):]
	}
	return errors.New(strings.TrimSpace(text))
}

// goCommand runs the go command and returns its output.
func goCommand(ctx context.Context, dir string, env []string, args ...string) ([]byte, error) {
	out, _, err := process.Go(ctx, dir, env, args...)
	if err != nil {
		return nil, err
	}
	return []byte(out), nil
}
