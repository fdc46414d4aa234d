package trial

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/internal/process"
)

// Alone runs the test of a failure again by itself and reports whether it fails again. If
// the failure belongs to no single test, for example because the test binary exited, it
// runs all tests of the package.
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

// Together runs all tests of a failure's package again and reports whether the same
// failure occurs.
func (s Suite) Together(ctx context.Context, f Failure) (bool, error) {
	failures, err := s.again(ctx, f, nil)
	return slices.ContainsFunc(failures, f.same), err
}

// again runs tests of the package of a failure without using cached results.
func (s Suite) again(ctx context.Context, f Failure, own []string) ([]Failure, error) {
	_, env, remove, err := process.Scratch(s.Env)
	if err != nil {
		return nil, err
	}
	defer remove()
	s.Env, s.Packages = env, []string{f.Package}
	return s.test(ctx, append(own, "-count=1")...)
}
