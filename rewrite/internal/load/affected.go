package load

import (
	"context"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// Affected returns the paths of packages of the main modules that a change of files
// affects, and the names of their test files. A package is affected if one of its files
// changes, or if it or its test depends on such a package.
func (t *Tree) Affected(ctx context.Context, config Config, changed map[string]bool) (paths, tests []string, err error) {
	dirs, err := t.mainModules(ctx)
	if err != nil {
		return nil, nil, err
	}
	var patterns []string
	for _, dir := range dirs {
		patterns = append(patterns, filepath.Join(dir, "..."))
	}
	pkgs, err := t.list(ctx, config, patterns)
	if err != nil {
		return nil, nil, err
	}
	known := make(map[*packages.Package]bool)
	var concerns func(*packages.Package) bool
	concerns = func(p *packages.Package) bool {
		yes, ok := known[p]
		if ok {
			return yes
		}
		known[p] = false // ends a cycle, which is an error elsewhere
		yes = slices.ContainsFunc(p.GoFiles, func(name string) bool { return changed[name] })
		for _, q := range p.Imports {
			yes = concerns(q) || yes
		}
		known[p] = yes
		return yes
	}
	foreign := make(map[string]bool) // packages that are not for the configuration, or whose tests are not
	for _, p := range pkgs {
		if len(p.GoFiles) == 0 || !concerns(p) {
			continue
		}
		paths = append(paths, basePath(p))
		for _, name := range p.GoFiles {
			if strings.HasSuffix(name, "_test.go") {
				tests = append(tests, name)
			}
		}
		if len(t.Configs) > 1 && dependsOnExcluded(p) {
			foreign[basePath(p)] = true
		}
	}
	paths = slices.DeleteFunc(paths, func(path string) bool { return foreign[path] })
	slices.Sort(paths)
	return slices.Compact(paths), tests, nil
}

// Foreign reports whether programs built in the configuration cannot run on this machine.
func (t *Tree) Foreign(ctx context.Context, config Config) (bool, error) {
	out, err := goCommand(ctx, t.Dir, config.Env(t.Env), "env", "GOOS", "GOARCH")
	if err != nil {
		return false, err
	}
	return strings.Join(strings.Fields(string(out)), "/") != runtime.GOOS+"/"+runtime.GOARCH, nil
}
