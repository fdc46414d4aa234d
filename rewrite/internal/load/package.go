package load

import (
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// basePath returns the path of the package. For an external test package it is the path of
// the package under test.
func basePath(p *packages.Package) string {
	if p.ForTest != "" {
		return p.ForTest
	}
	return p.PkgPath
}

// isTestMain reports whether p is the main package that the go command generates for the
// tests of a package.
func isTestMain(p *packages.Package) bool {
	if p.Name != "main" || !strings.HasSuffix(p.PkgPath, ".test") || p.ForTest != "" {
		return false
	}
	for _, name := range p.GoFiles {
		if filepath.Base(name) != "_testmain.go" && filepath.Dir(name) == p.Dir {
			return false
		}
	}
	return true
}

// mainPackage reports whether p belongs to a main module.
func mainPackage(p *packages.Package) bool { return p.Module != nil && p.Module.Main }

// filesOf returns the names of all files that are in the directory of p.
func filesOf(p *packages.Package) []string {
	return slices.Concat(p.GoFiles, p.OtherFiles, p.IgnoredFiles)
}

// dirOf returns the directory that contains the files of p.
func dirOf(p *packages.Package) string {
	for _, name := range filesOf(p) {
		return filepath.Dir(name)
	}
	return p.Dir
}

// dependsOnExcluded reports whether the only problem of p and of its dependencies is that
// build constraints exclude all files of a package.
func dependsOnExcluded(p *packages.Package) bool {
	problems := problemsOf("", []*packages.Package{p})
	return len(problems) > 0 && !slices.ContainsFunc(problems, func(q Problem) bool { return !strings.Contains(q.Text, excludes) })
}

// excluded reports whether p has no files in its configuration.
func excluded(p *packages.Package) bool {
	return len(p.GoFiles) == 0 && slices.ContainsFunc(p.Errors, func(e packages.Error) bool {
		return strings.Contains(e.Msg, excludes) || strings.HasPrefix(e.Msg, "no Go files in ")
	})
}

// excludes is the error of the go command for a directory of which no file is built.
const excludes = "build constraints exclude all Go files"

// widest returns one variant of each package, sorted by path: the one with in-package
// tests, if there is one. It leaves out packages without files, which files counts.
func widest(pkgs []*packages.Package, files func(*packages.Package) int) []*packages.Package {
	tested := make(map[string]bool)
	for _, p := range pkgs {
		if p.ForTest == p.PkgPath {
			tested[p.PkgPath] = true
		}
	}
	var kept []*packages.Package
	for _, p := range pkgs {
		if p.ForTest == "" && tested[p.PkgPath] || files(p) == 0 {
			continue
		}
		kept = append(kept, p)
	}
	slices.SortFunc(kept, func(a, b *packages.Package) int { return strings.Compare(a.PkgPath, b.PkgPath) })
	return kept
}

// copies returns copies of packages, which import copies of their dependencies.
func copies(pkgs []*packages.Package) []*packages.Package {
	known := make(map[*packages.Package]*packages.Package)
	var copied func(p *packages.Package) *packages.Package
	copied = func(p *packages.Package) *packages.Package {
		q := known[p]
		if q == nil {
			q = new(packages.Package)
			*q = *p
			known[p] = q
			q.Errors = slices.Clip(p.Errors)
			q.Imports = make(map[string]*packages.Package, len(p.Imports))
			for path, dep := range p.Imports {
				q.Imports[path] = copied(dep)
			}
		}
		return q
	}
	all := make([]*packages.Package, len(pkgs))
	for i, p := range pkgs {
		all[i] = copied(p)
	}
	return all
}
