package load

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"sync"

	"github.com/closurefix/closurefix/rewrite/internal/replace"
)

// Sources holds the content of files as it was when they were first read. All
// decisions of a run rest on the same text, and its end can tell whether somebody
// changed a file meanwhile.
type Sources struct {
	mu      sync.Mutex
	text    map[string][]byte
	changed map[string]bool
}

// NewSources returns sources of which nothing was read.
func NewSources() *Sources {
	return &Sources{text: make(map[string][]byte), changed: make(map[string]bool)}
}

// note records that name was read with this text, and returns the text that
// it was first read with.
func (s *Sources) note(name string, text []byte) []byte {
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

// Read returns the content of a file, from memory if it was read before.
func (s *Sources) Read(name string) ([]byte, error) {
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

// Peek is Read for text that nobody will come back to.
func (s *Sources) Peek(name string) ([]byte, error) {
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
		return nil, &replace.FileError{Name: name, Reason: "is not a regular file"}
	}
	if info.Size() > largest {
		return nil, &replace.FileError{Name: name, Reason: fmt.Sprintf("has more than %d MB", largest>>20)}
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, largest+1))
}

// Unchanged returns an error if a file differs from what was first read. A caller that
// was added since would not be rewritten.
func (s *Sources) Unchanged() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(s.text)) {
		text, err := readSource(name)
		if err != nil || !bytes.Equal(text, s.text[name]) {
			return &replace.FileError{Name: name, Reason: "changed since it was read"}
		}
	}
	return nil
}

// check returns an error if a file was read twice with different content.
func (s *Sources) check() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(s.changed)) {
		return &replace.FileError{Name: name, Reason: "changed while it was being read"}
	}
	return nil
}
