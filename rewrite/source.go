package rewrite

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"

	"github.com/closurefix/closurefix/rewrite/internal/process"
)

// sources holds files as they were when first read, so that all that a run
// decides rests on the same text, and so that the end of a run can tell
// whether somebody changed a file meanwhile.
type sources struct {
	mu      sync.Mutex
	text    map[string][]byte
	changed map[string]bool
}

func newSources() *sources {
	return &sources{text: make(map[string][]byte), changed: make(map[string]bool)}
}

// note records that name was read with this text, and returns the text that
// it was first read with.
func (s *sources) note(name string, text []byte) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	first, ok := s.text[name]
	if !ok {
		s.text[name] = text
		return text
	}
	if !bytes.Equal(first, text) {
		s.changed[name] = true
	}
	return first
}

// read returns the content of a file, from memory if it was read before.
func (s *sources) read(name string) ([]byte, error) {
	s.mu.Lock()
	text, ok := s.text[name]
	s.mu.Unlock()
	if ok {
		return text, nil
	}
	text, err := readSource(name)
	if err != nil {
		return nil, err
	}
	return s.note(name, text), nil
}

// peek is read for text that nobody will come back to.
func (s *sources) peek(name string) ([]byte, error) {
	s.mu.Lock()
	text, ok := s.text[name]
	s.mu.Unlock()
	if ok {
		return text, nil
	}
	return readSource(name)
}

// largest is how long a file may be: longer than any that people or generators
// write, and short enough to be held in memory.
const largest = 64 << 20

// readSource returns the content of a file, which must be a regular one: nobody
// writes into a pipe that a repository ships, and a device may have no end.
func readSource(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &FileError{Name: name, Reason: "is not a regular file"}
	}
	if info.Size() > largest {
		return nil, &FileError{Name: name, Reason: fmt.Sprintf("has more than %d MB", largest>>20)}
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, largest+1))
}

// unchanged fails if a file is not what it was when it was first read. Callers
// are looked for in all that was read, and a new one would be left behind.
func (s *sources) unchanged() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(s.text)) {
		text, err := readSource(name)
		if err != nil || !bytes.Equal(text, s.text[name]) {
			return &FileError{Name: name, Reason: "changed since it was read"}
		}
	}
	return nil
}

// check fails if a file was read twice with different content.
func (s *sources) check() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(s.changed)) {
		return &FileError{Name: name, Reason: "changed while it was being read"}
	}
	return nil
}

// An overlay holds new contents of files, by absolute name. It is never
// changed once made.
type overlay map[string][]byte

// flag writes o to a temporary directory in the form of the go command's
// -overlay flag, and returns that flag and a function that removes the
// directory.
//
// The Overlay field of packages.Config does the same and more: it gives up the
// export data of every dependency and type-checks them all from source, which
// costs ten times as much. Only files of loaded packages are ever replaced
// here, so that the go command's own export data is right.
func (o overlay) flag() (flags []string, remove func(), err error) {
	if len(o) == 0 {
		return nil, func() {}, nil
	}
	dir, remove, err := process.TempDir("")
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			remove()
		}
	}()
	replace := make(map[string]string)
	for _, name := range slices.Sorted(maps.Keys(o)) {
		file := filepath.Join(dir, name[len(filepath.VolumeName(name)):])
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return nil, nil, err
		}
		if err := os.WriteFile(file, o[name], 0o600); err != nil {
			return nil, nil, err
		}
		replace[name] = file
	}
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, nil, err
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return nil, nil, err
	}
	return []string{"-overlay=" + file}, remove, nil
}

// overlaid is the name of a file of the temporary directory that flag makes.
var overlaid = regexp.MustCompile(`(?:^|[/\\])closurefix-\d+([/\\].*\.go)$`)

// original returns the name of the file that the named one stood in for, relative
// to dir if it is below, or the name itself if it stood in for none.
func original(dir, name string) string {
	m := overlaid.FindStringSubmatch(name)
	if m == nil {
		return name
	}
	name = filepath.VolumeName(dir) + m[1]
	if rel, err := filepath.Rel(dir, name); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return name
}

// with returns o with the contents of p in addition.
func (o overlay) with(p overlay) overlay {
	q := maps.Clone(o)
	if q == nil {
		q = make(overlay)
	}
	maps.Copy(q, p)
	return q
}
