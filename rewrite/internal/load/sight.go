package load

import (
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/closurefix/closurefix/rewrite/internal/replace"
)

// A Sight has the Go files that a run knew and the directories that it searched.
type Sight struct {
	files map[string]bool
	dirs  []string // directories of packages; all their files are known
	mains []string // directories of modules; all their files are known; nil if not searched
}

// Sight returns the Go files that the scope knows, and those in the directories of the
// packages of a view, which may be nil.
func (sc *Scope) Sight(v *View) *Sight {
	s := &Sight{files: make(map[string]bool)}
	if v == nil {
		s.mains = sc.mains
		if sc.near != nil {
			for _, name := range sc.near.files {
				s.files[name] = true
			}
		}
		return s
	}
	for _, p := range v.pkgs {
		for _, name := range filesOf(p) {
			s.files[name] = true
			s.dirs = append(s.dirs, filepath.Dir(name))
		}
	}
	slices.Sort(s.dirs)
	s.dirs = slices.Compact(s.dirs)
	return s
}

// Join adds what another part of the same scope knows.
func (s *Sight) Join(o *Sight) {
	maps.Copy(s.files, o.files)
	s.dirs = append(s.dirs, o.dirs...)
	if s.mains == nil {
		s.mains = o.mains
	}
}

// Unchanged returns an error if a Go file was added: it may call a function that was
// rewritten.
func (s *Sight) Unchanged() error {
	var now []string
	for _, dir := range s.dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return &replace.FileError{Name: dir, Reason: "cannot be read any more", Err: err}
		}
		for _, e := range entries {
			if goFile(e.Name()) && !e.IsDir() {
				now = append(now, filepath.Join(dir, e.Name()))
			}
		}
	}
	for _, name := range append(now, around(s.mains).files...) {
		if !s.files[name] {
			return &replace.FileError{Name: name, Reason: "appeared since the packages were listed"}
		}
	}
	return nil
}
