package load

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// links has the other names of files and directories in the main modules. A file with two
// names is not edited: another package may contain it under its other name and have
// callers of its own.
type links struct {
	root  string              // the directory below which files may change, without links
	mains []string            // directories of the main modules, without links
	files map[string][]string // symbolic links to a Go file, by its real name
	dirs  map[string][]string // names under which the go command lists a directory, by its real name
}

// findLinks finds the symbolic links in the main modules.
func (s *Scope) findLinks(ctx context.Context) (*links, error) {
	mains := []string{s.tree.Root}
	if s.tree.workspace {
		var err error
		if mains, err = s.tree.mainModules(ctx); err != nil {
			return nil, err
		}
	}
	l := &links{root: resolved(s.tree.Root), files: make(map[string][]string), dirs: make(map[string][]string)}
	for _, dir := range mains {
		l.mains = append(l.mains, resolved(dir))
		err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				return nil // unreadable
			case d.IsDir() && name != dir && strings.HasPrefix(d.Name(), "."):
				return filepath.SkipDir
			case d.Type()&fs.ModeSymlink != 0 && goFile(d.Name()):
				if to := resolved(name); to != name {
					l.files[to] = append(l.files[to], name)
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	seen := make(map[string]bool)
	for _, g := range s.lists {
		for _, pkgs := range g {
			packages.Visit(pkgs, nil, func(p *packages.Package) {
				if dir := dirOf(p); mainPackage(p) && dir != "" && !seen[dir] {
					seen[dir] = true
					l.dirs[resolved(dir)] = append(l.dirs[resolved(dir)], dir)
				}
			})
		}
	}
	return l, nil
}

// obstacle returns a clause that says why a file must not be edited, or "" if it may be.
func (l *links) obstacle(name string, short func(string) string) string {
	real := resolved(name)
	ours := func(dir string) bool { return below(dir, real) }
	switch {
	case !slices.ContainsFunc(l.mains, ours):
		return fmt.Sprintf("%s is a link to %s, which is not in a main module", short(name), real)
	case !ours(l.root):
		return fmt.Sprintf("%s is outside of %s, and only files below that may change", short(name), l.root)
	}
	dir := filepath.Dir(name)
	if plain := filepath.Join(resolved(dir), filepath.Base(name)); plain != real && goFile(filepath.Base(real)) {
		return fmt.Sprintf("%s is a link to another Go file, %s", short(name), short(real))
	}
	for _, other := range l.files[real] {
		if filepath.Base(other) != filepath.Base(name) || resolved(filepath.Dir(other)) != resolved(dir) {
			return fmt.Sprintf("%s is a link to the same file as %s", short(other), short(name))
		}
	}
	for _, other := range l.dirs[resolved(dir)] {
		if other != dir {
			return fmt.Sprintf("%s and %s are the same directory", short(other), short(dir))
		}
	}
	return ""
}

// Obstacle returns a clause that says why a file must not be edited, or "" if it may be. A
// file must not be edited if it has several names or is reached through a link to another
// place.
func (s *Scope) Obstacle(ctx context.Context, name string) (string, error) {
	if s.whole != nil {
		return s.whole.Obstacle(ctx, name)
	}
	if s.links == nil {
		var err error
		if s.links, err = s.findLinks(ctx); err != nil {
			return "", err
		}
	}
	return s.links.obstacle(name, s.tree.Short), nil
}
