package rewrite

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/closurefix/closurefix/rewrite/internal/trial"
	"golang.org/x/tools/go/packages"
)

// A Test says how the tests of the affected packages are run: those whose files
// change, and those of the main modules that depend on one of them.
type Test struct {
	Timeout time.Duration // of one package; 0: the go command's default
	Race    bool          // with the race detector
}

// A testError says that tests fail over rewritten files that pass over the old
// ones.
type testError struct{ failures []trial.Failure }

func (e *testError) Error() string { return e.failures[0].String() }

func (e *testError) words() string {
	s := "over the result, " + e.failures[0].String()
	if n := len(e.failures) - 1; n > 0 {
		s += fmt.Sprintf(" (and %d more)", n)
	}
	return s
}

// tester runs tests, and remembers what failed before anything changed.
type tester struct {
	before map[string][]trial.Failure // by configuration and packages
	broken []trial.Failure            // that failed before, and after too
	flaky  []trial.Failure            // that failed over the new text, and not for the rewrite
	tried  map[string]bool            // paths of packages
}

// test runs the tests of the packages that group affects over the text, in every
// configuration that can run here; in others it runs go vet alone. The error is a
// *testError if something fails, and again when it is run once more, that does not
// fail over the text on disk.
func (r *run) test(ctx context.Context, over overlay, group []*change) error {
	flags, remove, err := over.flag()
	if err != nil {
		return err
	}
	defer remove()
	changed := make(map[string]bool)
	for _, c := range group {
		for _, name := range c.files() {
			changed[name] = true
		}
	}
	for _, config := range r.Configs {
		affected, pkgs, err := r.affected(ctx, config, changed)
		if err != nil {
			return err
		}
		r.warnOwnSource(pkgs)
		foreign, err := r.foreign(ctx, config)
		if err != nil {
			return err
		}
		suite := trial.Suite{
			Dir:      r.Dir,
			Env:      config.env(r.Env),
			Flags:    append(config.flags(), flags...),
			Name:     func(name string) string { return original(r.Dir, name) },
			Packages: affected,
			Timeout:  r.Test.Timeout,
			Race:     r.Test.Race,
			VetOnly:  foreign,
			Status:   r.Status,
		}
		after, err := suite.Run(ctx)
		if err != nil {
			return err
		}
		for _, path := range affected {
			r.tester.tried[path] = true
		}
		r.Progress(fmt.Sprintf("%s tested over the rewrite, %s", count(len(affected), "package"), count(len(after), "failure")))
		if len(after) == 0 {
			continue
		}
		before, err := r.failing(ctx, config, suite)
		if err != nil {
			return err
		}
		blamed := trial.Except(after, before)
		for _, f := range trial.Except(after, blamed) {
			r.tester.broken = append(r.tester.broken, trial.Except([]trial.Failure{f}, r.tester.broken)...)
		}
		old := suite
		old.Flags = config.flags()
		for i, f := range blamed {
			sure, err := r.confirm(ctx, old, suite, f)
			if err != nil {
				return err
			}
			if sure {
				return &testError{blamed[i:]}
			}
			r.tester.flaky = append(r.tester.flaky, trial.Except([]trial.Failure{f}, r.tester.flaky)...)
		}
	}
	return nil
}

// confirm runs a test again that failed over the new text, and not over the old
// one: it may be one that fails now and then. The rewrite is to blame if the test
// fails again, alone or else among the others, and keeps passing over the old text.
func (r *run) confirm(ctx context.Context, old, new trial.Suite, f trial.Failure) (bool, error) {
	if f.Vet {
		return true, nil
	}
	// once reports whether one run of two fails.
	once := func(s trial.Suite, run func(trial.Suite, context.Context, trial.Failure) (bool, error)) (bool, error) {
		for range 2 {
			if fails, err := run(s, ctx, f); fails || err != nil {
				return fails, err
			}
		}
		return false, nil
	}
	for _, run := range []func(trial.Suite, context.Context, trial.Failure) (bool, error){trial.Suite.Alone, trial.Suite.Together} {
		fails, err := once(new, run)
		if err != nil {
			return false, err
		}
		if fails {
			fails, err = once(old, run)
			return !fails, err
		}
	}
	return false, nil
}

// failing runs the suite over the text on disk, once.
func (r *run) failing(ctx context.Context, config Config, suite trial.Suite) ([]trial.Failure, error) {
	key := config.String() + " " + strings.Join(suite.Packages, " ")
	if before, ok := r.tester.before[key]; ok {
		return before, nil
	}
	suite.Flags = config.flags()
	before, err := suite.Run(ctx)
	if err != nil {
		return nil, err
	}
	r.Progress(fmt.Sprintf("%s tested as on disk, %s", count(len(suite.Packages), "package"), count(len(before), "failure")))
	r.tester.before[key] = before
	return before, nil
}

// affected returns the paths of the packages whose files change, and of those that
// depend on them, or whose tests do, and these packages in all variants.
func (r *run) affected(ctx context.Context, config Config, changed map[string]bool) ([]string, []*packages.Package, error) {
	dirs, err := mainModules(ctx, r.Options)
	if err != nil {
		return nil, nil, err
	}
	var patterns []string
	for _, dir := range dirs {
		patterns = append(patterns, filepath.Join(dir, "..."))
	}
	pkgs, err := list(ctx, r.Options, config, patterns)
	if err != nil {
		return nil, nil, err
	}
	known := make(map[*packages.Package]bool)
	var concerns func(*packages.Package) bool
	concerns = func(p *packages.Package) bool {
		yes, ok := known[p]
		if ok {
			return yes
		}
		known[p] = false // ends a cycle, which is an error elsewhere
		yes = slices.ContainsFunc(p.GoFiles, func(name string) bool { return changed[name] })
		for _, q := range p.Imports {
			yes = concerns(q) || yes
		}
		known[p] = yes
		return yes
	}
	var paths []string
	var affected []*packages.Package
	foreign := make(map[string]bool) // those that are not for the configuration, or whose tests are not
	for _, p := range pkgs {
		if len(p.GoFiles) > 0 && concerns(p) {
			paths = append(paths, basePath(p))
			affected = append(affected, p)
			if len(r.Configs) > 1 && elsewhere(p) {
				foreign[basePath(p)] = true
			}
		}
	}
	paths = slices.DeleteFunc(paths, func(path string) bool { return foreign[path] })
	slices.Sort(paths)
	return slices.Compact(paths), affected, nil
}

// foreign reports whether programs that are built in a configuration cannot run
// here.
func (r *run) foreign(ctx context.Context, config Config) (bool, error) {
	out, err := goCommand(ctx, r.Dir, config.env(r.Env), "env", "GOOS", "GOARCH")
	if err != nil {
		return false, err
	}
	return strings.Join(strings.Fields(string(out)), "/") != runtime.GOOS+"/"+runtime.GOARCH, nil
}
