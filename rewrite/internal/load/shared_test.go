package load

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/txtar"
)

// boundModule is a module whose directories depend on the system in different ways.
const boundModule = `
-- go.mod --
module example.com/m

go 1.26
-- plain/plain.go --
package plain

import "example.com/m/named"

var X = named.X
-- plain/ignored.go --
//go:build ignore

package main
-- plain/plain_test.go --
package plain_test
-- named/named_linux.go --
package named

import "os"

var X = os.Args
-- named/named_windows.go --
package named

import "strings"

var X = strings.ToUpper
-- named/named_windows_test.go --
package named_test

import _ "testing"
-- tagged/tagged.go --
package tagged
-- tagged/unix.go --
//go:build unix

package tagged

import _ "os/user"
-- tagged/old.go --
// +build windows

package tagged

import _ "os/exec"
-- only/only.go --
//go:build windows

// Package only is listed on one system.
package only

import _ "example.com/m/plain"
-- about/about.go --
package about

func F() {}
-- about/about_test.go --
package about_test

import (
	"example.com/m/about"
	"example.com/m/user" // compiled once more, for this test
)

var _, _ = about.F, user.F
-- about/in_test.go --
package about

var G = F
-- user/user.go --
package user

import "example.com/m/about"

var F = about.F
-- user/user_windows.go --
package user

import _ "sync"
-- extra/extra.go --
//go:build extra

package extra
-- hidden/_hidden_windows.go --
package hidden
-- node_modules/mod/mod_windows.go --
package mod
-- assembly/a.go --
package assembly
-- assembly/a_windows.s --
-- testdata/left_windows.go --
package left
-- _left/left_windows.go --
package left
-- nested/go.mod --
module example.com/m/nested
-- nested/nested_windows.go --
package nested
`

var moduleDir = flag.String("module", "", "a module that TestListings looks at, besides its own")

// The result of listings is the same as if the go command listed each configuration
// completely.
func TestListings(t *testing.T) {
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(boundModule)).Files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	sameListings(t, dir, true)
	if *moduleDir != "" {
		sameListings(t, *moduleDir, false)
	}
}

func sameListings(t *testing.T, dir string, strict bool) {
	tree, err := Open(t.Context(), Settings{Dir: dir, Configs: []Config{
		{GOOS: "linux", GOARCH: "amd64"}, {GOOS: "windows", GOARCH: "amd64"}, {GOOS: "js", GOARCH: "wasm"}, {GOOS: "linux", GOARCH: "amd64", Tags: []string{"extra"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := tree.listings(t.Context(), tree.Patterns)
	if err != nil {
		t.Fatal(err)
	}
	base := got[tree.Configs[0].String()]
	s, err := newShared(t.Context(), tree, tree.Patterns, base)
	if err != nil {
		t.Fatal(err)
	}
	if s == nil {
		t.Fatalf("%s: nothing is shared", dir)
	}
	t.Logf("%s: of %d packages, %d directories are constrained to systems", dir, len(base), len(s.constrained))
	for _, config := range tree.Configs[1:] {
		shared, err := s.list(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		if shared == nil {
			t.Logf("%v is listed by itself", config)
		}
		// For js, plain has no package to import.
		if alone := config.GOOS == "js" || len(config.Tags) > 0; strict && alone != (shared == nil) {
			t.Errorf("%v is listed by itself: %v, want %v", config, shared == nil, alone)
		}
		want, err := tree.list(t.Context(), config, tree.Patterns)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := listing(got[config.String()]), listing(want); got != want {
			t.Errorf("%v: listed as\n%s\nwant\n%s", config, got, want)
		}
	}
}

// listing returns a summary of packages with everything that a run needs.
func listing(pkgs []*packages.Package) string {
	var all []*packages.Package
	packages.Visit(pkgs, nil, func(p *packages.Package) { all = append(all, p) })
	slices.SortFunc(all, func(p, q *packages.Package) int { return cmp.Compare(p.ID, q.ID) })
	var b strings.Builder
	for _, p := range all {
		if !mainPackage(p) {
			continue
		}
		fmt.Fprintf(&b, "%s %s %s root=%v for=%s dir=%s %v %v %v %v\n", p.ID, p.PkgPath, p.Name, slices.Contains(pkgs, p), p.ForTest, p.Dir, p.GoFiles, p.IgnoredFiles, p.OtherFiles, p.Errors)
		for _, path := range slices.Sorted(maps.Keys(p.Imports)) {
			fmt.Fprintf(&b, "\t%s %s\n", path, p.Imports[path].ID)
		}
	}
	return b.String()
}
