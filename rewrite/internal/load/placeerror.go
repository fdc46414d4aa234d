package load

import (
	"cmp"
	"context"
	"fmt"
	"go/version"
	"path/filepath"
	"runtime"
	"slices"
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
	built := t.built()
	if !version.IsValid(built) {
		return nil // a development version of Go
	}
	for _, p := range pkgs {
		if p.Module == nil || p.Module.GoVersion == "" {
			continue
		}
		if wants := "go" + p.Module.GoVersion; version.Compare(version.Lang(wants), version.Lang(built)) > 0 {
			return &PlaceError{fmt.Sprintf("%s is for %s, and this closurefix was built with %s: %s", p.Module.Path, wants, built, again)}
		}
	}
	return nil
}

// again says what to do with a program that was built with an older Go.
const again = "install it again with that Go, as in go install github.com/closurefix/closurefix/cmd/closurefix@latest"

// built returns the Go version with which this program was built.
func (t *Tree) built() string { return cmp.Or(t.Testing.Built, runtime.Version()) }

// explain adds a reason to errors that have to do with a go command newer than the Go with
// which this program was built: errors in the standard library, in files for a newer Go, or
// about the compiler's export data, which packages with cgo need.
func (t *Tree) explain(bad *SourceError) {
	if !version.IsValid(t.built()) || version.Compare(version.Lang(t.Release), version.Lang(t.built())) <= 0 {
		return
	}
	std := filepath.Join(t.goroot, "src") + string(filepath.Separator)
	if slices.ContainsFunc(bad.Problems, func(p Problem) bool {
		return strings.HasPrefix(p.File, std) || strings.Contains(p.Text, "newer Go version") || strings.Contains(p.Text, "export data version ")
	}) {
		reason := fmt.Sprintf("the go command is %s, and this closurefix was built with %s: %s", t.Release, t.built(), again)
		bad.Problems = slices.Insert(bad.Problems, 0, Problem{Text: reason})
	}
}
