package escape

import (
	"context"
	"slices"

	"github.com/closurefix/closurefix/rewrite/internal/process"
)

// A Build says which packages to compile.
type Build struct {
	Dir      string
	Env      []string // complete environment of the go command
	Flags    []string // build flags, such as -tags and -overlay
	Packages []string // paths of the packages to report on, without their imports
	Tests    bool     // include their tests
}

// Compile compiles packages and returns what the compiler reports. Positions in a file
// that an overlay replaces have the name of the replacement. Compile does not link, and
// adds only to the build cache.
//
// The error is a *process.GoError if the packages do not build.
func Compile(ctx context.Context, b Build) (*Facts, error) {
	// go list -export compiles what go build does, and the tests as go test -c
	// does, but stops before the linker.
	args := []string{"list", "-export", "-f", "{{/**/}}"}
	if b.Tests {
		args = append(args, "-test")
	}
	args = append(args, b.Flags...)
	// With -trimpath, which GOFLAGS may contain, the positions would not name files.
	args = append(args, "-trimpath=false", "-gcflags=-m=2", "--")
	args = append(args, slices.Compact(slices.Sorted(slices.Values(b.Packages)))...)
	_, env, remove, err := process.Scratch(b.Env)
	if err != nil {
		return nil, err
	}
	defer remove()
	_, text, err := process.Go(ctx, b.Dir, env, args...)
	if err != nil {
		return nil, err
	}
	return Parse(text, b.Dir), nil
}
