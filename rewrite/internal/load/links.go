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

// links holds the other names of files and directories of the main modules. A file with
// two names is not edited: the package that knows it by the other name, and has callers
// of its own, would change with it.
type links struct {
	root  string              // below which files may change, without links
	mains []string            // directories of the main modules, without links
	files map[string][]string // symbolic links to Go files, by the file
	dirs  map[string][]string // names of the directories that packages are in, by the directory
}

// findLinks looks through the main modules for links.
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
				return nil // nobody can read it
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

// obstacle returns the reason why a file must not be edited, as a clause; "" if there
// is none.
func (l *links) obstacle(name string, short func(string) string) string {
	real := resolved(name)
	ours := func(dir string) bool { return below(dir, real) }
	switch {
	case !slices.ContainsFunc(l.mains, ours):
		return fmt.Sprintf("%s is a link to %s, which is not in a main module", short(name), real)
	case !ours(l.root):
		return fmt.Sprintf("%s is outside of %s, below which a run there may write", short(name), l.root)
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

// Obstacle returns the reason why a file must not be edited, as a clause; "" if there is
// none. A file with several names has one, and so has a link to another place.
func (s *Scope) Obstacle(ctx context.Context, name string) (string, error) {
	if s.links == nil {
		var err error
		if s.links, err = s.findLinks(ctx); err != nil {
			return "", err
		}
	}
	return s.links.obstacle(name, s.tree.Short), nil
}
