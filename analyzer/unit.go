package analyzer

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"golang.org/x/tools/go/analysis"
)

// unitOf describes the package of a pass.
func unitOf(p *analysis.Pass) *pattern.Unit {
	return &pattern.Unit{
		Fset:    p.Fset,
		Files:   p.Files,
		Pkg:     p.Pkg,
		Info:    p.TypesInfo,
		Ignored: append([]string(nil), p.IgnoredFiles...),
		Other:   append([]string(nil), p.OtherFiles...),
		Read: func(name string) ([]byte, error) {
			// Drivers let a pass read the files of its package, from an
			// editor's buffer where there is one. filesOutside finds more.
			if p.ReadFile != nil {
				if data, err := p.ReadFile(name); err == nil {
					return data, nil
				}
			}
			return os.ReadFile(name)
		},
	}
}

// filesOutside looks in the directories of the unit for Go files that belong to
// the package, and are neither in the unit nor among those that it knows to be
// left out. It returns the files that must be excluded by build constraints,
// since a driver such as gopls does not name them, and the name of an
// in-package test, as there is when a driver looks at the package without its
// tests; "" if there is none.
func filesOutside(u *pattern.Unit) (excluded []string, test string) {
	known := make(map[string]bool)
	dirs := make(map[string]bool)
	for _, f := range u.Files {
		name := u.Filename(f.FileStart)
		known[name] = true
		dirs[filepath.Dir(name)] = true
	}
	for _, name := range u.Ignored {
		known[name] = true
	}
	for dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue // an overlay, or a build system's virtual directory
		}
		for _, e := range entries {
			name := filepath.Join(dir, e.Name())
			switch {
			case !strings.HasSuffix(name, ".go") || e.IsDir() || known[name] || !samePackage(u, name):
			case strings.HasSuffix(name, "_test.go"):
				test = e.Name()
			default:
				excluded = append(excluded, name)
			}
		}
	}
	return excluded, test
}

// samePackage reports whether a file says that it is of the unit's package, or
// cannot be asked.
func samePackage(u *pattern.Unit, name string) bool {
	data, err := u.ReadFile(name)
	if err != nil {
		return true
	}
	f, err := parser.ParseFile(token.NewFileSet(), name, data, parser.PackageClauseOnly)
	return err != nil || f.Name.Name == u.Pkg.Name()
}
