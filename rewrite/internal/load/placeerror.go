package load

import (
	"context"
	"fmt"
	"go/version"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/tools/go/packages"
)

// A PlaceError says why the directory of a run has no packages, or why this program cannot
// read them.
type PlaceError struct{ Reason string }

func (e *PlaceError) Error() string { return e.Reason }

// placeError returns a *PlaceError if packages cannot be listed because the directory is
// not in a module, or is the root of a workspace but not of a module. Otherwise it returns
// err.
func (t *Tree) placeError(ctx context.Context, err error) error {
	if err == nil || !t.outside || ctx.Err() != nil {
		return err
	}
	if !t.workspace {
		return &PlaceError{"there is no go.mod in this directory or above it: run closurefix in a module, or make one with go mod init"}
	}
	mains, listed := t.mainModules(ctx)
	if listed != nil {
		return err
	}
	var patterns []string
	for _, dir := range mains {
		name := t.Short(dir)
		if !filepath.IsAbs(name) {
			name = "./" + name
		}
		patterns = append(patterns, name+"/...")
	}
	return &PlaceError{"this directory is in no module of the workspace: name packages of its modules, as in closurefix " + strings.Join(patterns, " ")}
}

// newer returns a *PlaceError if a package belongs to a module that requires a newer Go than
// this program was built with. The parser and the type checker of this program do not know
// that version of the language.
func (t *Tree) newer(pkgs []*packages.Package) error {
	built := runtime.Version()
	if t.Testing.Built != "" {
		built = t.Testing.Built
	}
	if !version.IsValid(built) {
		return nil // a development version of Go
	}
	for _, p := range pkgs {
		if p.Module == nil || p.Module.GoVersion == "" {
			continue
		}
		if wants := "go" + p.Module.GoVersion; version.Compare(version.Lang(wants), version.Lang(built)) > 0 {
			return &PlaceError{fmt.Sprintf("%s is for %s, and this closurefix was built with %s: install it again with that Go, as in go install github.com/closurefix/closurefix/cmd/closurefix@latest", p.Module.Path, wants, built)}
		}
	}
	return nil
}
