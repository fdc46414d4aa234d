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

// list lists the packages that patterns match, in one configuration. It leaves out the
// generated main packages of tests, and dependencies that are compiled once more for a
// test.
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

// listMode leaves out NeedTypesSizes, for which packages.Load would have the go
// command prepare to compile everything.
const listMode = packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps |
	packages.NeedModule | packages.NeedForTest

// mainModules returns the directories of the main modules: one, or those of a
// go.work file.
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

// loadPackages is packages.Load for patterns that are plain package patterns.
func loadPackages(cfg *packages.Config, patterns []string) ([]*packages.Package, error) {
	_, env, remove, err := process.Scratch(cfg.Env)
	if err != nil {
		return nil, err
	}
	defer remove()
	// If the context ends, the package interrupts the go command alone, and then
	// waits for the compilers that it runs.
	mark := process.NewMark()
	cfg.Env = append(env, string(mark))
	if cfg.Mode&packages.NeedExportFile == 0 && !slices.ContainsFunc(env, func(v string) bool { return strings.HasPrefix(v, "GOGC=") }) {
		// The go command answers from a heap of some 50 MB, and spends a fifth of its
		// time on sweeping it. What compiles keeps the default.
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

// plainError returns an error of packages.Load without its prefix, which says how the
// go command is called.
func plainError(err error) error {
	text := strings.TrimPrefix(err.Error(), "err: ")
	if i := strings.Index(text, "stderr: "); i >= 0 {
		text = text[i+len("stderr: "):]
	}
	return errors.New(strings.TrimSpace(text))
}

// goCommand runs the go command and returns what it prints.
func goCommand(ctx context.Context, dir string, env []string, args ...string) ([]byte, error) {
	out, _, err := process.Go(ctx, dir, env, args...)
	if err != nil {
		return nil, err
	}
	return []byte(out), nil
}
