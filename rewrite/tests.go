package rewrite

import (
	"context"
	"fmt"
	"strings"

	"github.com/closurefix/closurefix/rewrite/internal/load"
	"github.com/closurefix/closurefix/rewrite/internal/trial"
)

// A testError says that tests fail with the rewrite and pass without it.
type testError struct{ failures []trial.Failure }

func (e *testError) Error() string { return e.failures[0].String() }

// A tester runs tests and remembers which of them fail without a rewrite.
type tester struct {
	tree   *load.Tree
	how    Test
	before map[string][]trial.Failure // by configuration and packages
	broken []trial.Failure            // that also occur without the rewrite
	flaky  []trial.Failure            // that did not occur again with the rewrite, or occurred without it too
	tried  map[string]bool            // paths of packages

	warnings []string // about tests that read old versions of files
}

func newTester(t *load.Tree, how Test) *tester {
	return &tester{tree: t, how: how, before: make(map[string][]trial.Failure), tried: make(map[string]bool)}
}

// run runs go vet and the tests of the packages that the changed files affect, with the
// overlay in place, in every configuration. It runs only go vet in configurations for
// other systems. The error is a *testError if a test fails repeatedly and passes without
// the overlay.
func (t *tester) run(ctx context.Context, over load.Overlay, changed map[string]bool) error {
	flags, remove, err := over.Flag()
	if err != nil {
		return err
	}
	defer remove()
	for _, config := range t.tree.Configs {
		affected, files, err := t.tree.Affected(ctx, config, changed)
		if err != nil {
			return err
		}
		t.warnings = warnOwnSource(t.tree, files, t.warnings)
		foreign, err := t.tree.Foreign(ctx, config)
		if err != nil {
			return err
		}
		suite := trial.Suite{
			Dir:      t.tree.Dir,
			Env:      config.Env(t.tree.Env),
			Flags:    append(config.Flags(), flags...),
			Name:     func(name string) string { return load.Original(t.tree.Dir, name) },
			Packages: affected,
			Timeout:  t.how.Timeout,
			Race:     t.how.Race,
			VetOnly:  foreign,
			Status:   t.tree.Status,
		}
		after, err := suite.Run(ctx)
		if err != nil {
			return err
		}
		for _, path := range affected {
			t.tried[path] = true
		}
		t.tree.Progress(fmt.Sprintf("%s tested over the rewrite, %s", load.Count(len(affected), "package"), load.Count(len(after), "failure")))
		if len(after) == 0 {
			continue
		}
		before, err := t.failing(ctx, config, suite)
		if err != nil {
			return err
		}
		blamed := trial.Except(after, before)
		for _, f := range trial.Except(after, blamed) {
			t.broken = append(t.broken, trial.Except([]trial.Failure{f}, t.broken)...)
		}
		old := suite
		old.Flags = config.Flags()
		for i, f := range blamed {
			sure, err := t.confirm(ctx, old, suite, f)
			if err != nil {
				return err
			}
			if sure {
				return &testError{blamed[i:]}
			}
			t.flaky = append(t.flaky, trial.Except([]trial.Failure{f}, t.flaky)...)
		}
	}
	return nil
}

// confirm reports whether the rewrite causes the failure f, which occurred in the new and
// not in the old version. The test may fail intermittently, so it is run again: by itself,
// then together with the others. The rewrite is at fault if the test fails again and still
// passes in the old version.
func (t *tester) confirm(ctx context.Context, old, new trial.Suite, f trial.Failure) (bool, error) {
	if f.Vet {
		return true, nil
	}
	// once reports whether at least one of two runs fails.
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

// failing returns the failures of the suite without the rewrite. It runs the suite once
// and remembers the result.
func (t *tester) failing(ctx context.Context, config Config, suite trial.Suite) ([]trial.Failure, error) {
	key := config.String() + " " + strings.Join(suite.Packages, " ")
	if before, ok := t.before[key]; ok {
		return before, nil
	}
	suite.Flags = config.Flags()
	before, err := suite.Run(ctx)
	if err != nil {
		return nil, err
	}
	t.tree.Progress(fmt.Sprintf("%s tested as on disk, %s", load.Count(len(suite.Packages), "package"), load.Count(len(before), "failure")))
	t.before[key] = before
	return before, nil
}
