package rewrite

import (
	"os"
	"path/filepath"
	"slices"
)

// A sight is the Go files that a run saw, and where it looked.
type sight struct {
	files map[string]bool
	dirs  []string // of packages: all their files were seen
	mains []string // of modules: all their files were seen; nil if nobody looked
}

// sightOf returns what r saw.
func (r *run) sightOf() *sight {
	s := &sight{files: make(map[string]bool), mains: r.scope.mains}
	for _, name := range r.scope.present {
		s.files[name] = true
	}
	for _, v := range r.views {
		for _, p := range v.pkgs {
			for _, name := range filesOf(p) {
				s.files[name] = true
				s.dirs = append(s.dirs, filepath.Dir(name))
			}
		}
	}
	slices.Sort(s.dirs)
	s.dirs = slices.Compact(s.dirs)
	return s
}

// unchanged fails if there is a Go file where none was: it may call what was
// rewritten.
func (s *sight) unchanged() error {
	var now []string
	for _, dir := range s.dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return &FileError{Name: dir, Reason: "cannot be read any more", Err: err}
		}
		for _, e := range entries {
			if goFile(e.Name()) && !e.IsDir() {
				now = append(now, filepath.Join(dir, e.Name()))
			}
		}
	}
	_, present := around(s.mains)
	for _, name := range append(now, present...) {
		if !s.files[name] {
			return &FileError{Name: name, Reason: "appeared since the packages were listed"}
		}
	}
	return nil
}
