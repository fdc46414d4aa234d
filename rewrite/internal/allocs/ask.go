package allocs

import (
	"context"
	"strings"

	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/internal/escape"
)

// Ask compiles the packages of candidates and of their callers and returns the facts about
// them, or nil without candidates. It adds to b which packages to compile and whether to
// include their tests.
//
// The error is a *process.GoError if the packages do not build.
func Ask(ctx context.Context, b escape.Build, candidates []*candidate.Candidate) (*escape.Facts, error) {
	for _, c := range candidates {
		for _, f := range Functions(c) {
			path := f.Unit.Pkg.Path()
			if strings.HasSuffix(f.File(), "_test.go") {
				b.Tests = true
				path = strings.TrimSuffix(path, "_test")
			}
			b.Packages = append(b.Packages, path)
		}
	}
	if len(b.Packages) == 0 {
		return nil, nil
	}
	return escape.Compile(ctx, b)
}
