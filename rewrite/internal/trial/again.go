package trial

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/internal/process"
)

// Alone runs the test of a failure again, without the others of its package, and
// reports whether it fails once more. For a failure of no single test, as when a
// package's tests exit, those are all run.
func (s Suite) Alone(ctx context.Context, f Failure) (bool, error) {
	var only []string
	if f.Test != "" {
		var parts []string
		for part := range strings.SplitSeq(f.Test, "/") {
			parts = append(parts, "^"+regexp.QuoteMeta(part)+"$")
		}
		only = []string{"-run=" + strings.Join(parts, "/")}
	}
	failures, err := s.again(ctx, f, only)
	return len(failures) > 0, err
}

// Together runs all tests of a failure's package again, and reports whether there
// is the same failure once more.
func (s Suite) Together(ctx context.Context, f Failure) (bool, error) {
	failures, err := s.again(ctx, f, nil)
	return slices.ContainsFunc(failures, f.same), err
}

// again runs tests of the package of a failure, whatever the go command remembers
// of them.
func (s Suite) again(ctx context.Context, f Failure, own []string) ([]Failure, error) {
	_, env, remove, err := process.Scratch(s.Env)
	if err != nil {
		return nil, err
	}
	defer remove()
	s.Env, s.Packages = env, []string{f.Package}
	return s.test(ctx, append(own, "-count=1")...)
}
