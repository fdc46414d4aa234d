package load

import (
	"slices"

	"golang.org/x/tools/go/packages"
)

// A graph has the packages of each configuration, by the name of the configuration.
type graph map[string][]*packages.Package

// reach returns the packages with the paths, and all that depend on them, directly or
// through others. A package may call a method of a value whose package it does not import.
func (g graph) reach(paths map[string]bool) []*packages.Package {
	var found []*packages.Package
	for _, pkgs := range g {
		known := make(map[*packages.Package]bool)
		var reaches func(*packages.Package) bool
		reaches = func(p *packages.Package) bool {
			yes, ok := known[p]
			if ok {
				return yes
			}
			known[p] = paths[basePath(p)] // also ends a cycle, which is an error elsewhere
			for _, q := range p.Imports {
				if reaches(q) {
					known[p] = true
				}
			}
			return known[p]
		}
		listed := make(map[string]bool)
		for _, p := range pkgs {
			listed[p.PkgPath] = true
			if len(p.GoFiles) > 0 && reaches(p) {
				found = append(found, p)
			}
		}
		// Patterns with "..." do not match packages below testdata, but others may import them.
		packages.Visit(pkgs, nil, func(p *packages.Package) {
			if mainPackage(p) && !listed[p.PkgPath] && !isTestMain(p) && len(p.GoFiles) > 0 && reaches(p) {
				q := *p
				q.ForTest = "" // compiled once more for a test, if that is another
				found = append(found, &q)
			}
		})
	}
	return found
}

// importers returns the files of packages in other modules that depend on a main module.
// There are some if a required module requires a main module in turn. Their functions are
// not loaded.
func (g graph) importers() []string {
	var names []string
	for _, pkgs := range g {
		known := make(map[*packages.Package]bool)
		packages.Visit(pkgs, nil, func(p *packages.Package) { // after its imports
			for _, q := range p.Imports {
				known[p] = known[p] || mainPackage(q) || known[q]
			}
			if known[p] && !mainPackage(p) && p.Module != nil {
				names = append(names, p.GoFiles...)
			}
		})
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// mainPaths returns the paths of the main modules.
func (g graph) mainPaths() []string {
	var paths []string
	for _, pkgs := range g {
		for _, p := range pkgs {
			if mainPackage(p) {
				paths = append(paths, p.Module.Path)
			}
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}
