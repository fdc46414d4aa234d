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

// Sources caches the content of files as first read. All decisions of a run use the same
// content, and the run can detect at its end that a file was changed.
type Sources struct {
	mu      sync.Mutex
	text    map[string][]byte
	changed map[string]bool

	buffers sync.Pool // of *bytes.Buffer
}

// NewSources returns empty Sources.
func NewSources() *Sources {
	return &Sources{text: make(map[string][]byte), changed: make(map[string]bool), buffers: sync.Pool{New: func() any { return new(bytes.Buffer) }}}
}

// note records that the file was read with this content, and returns the content that was
// recorded first.
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

// Read returns the content of a file. It reads each file once and keeps the content.
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

// Peek is like Read, but does not keep the content.
func (s *Sources) Peek(name string) ([]byte, error) {
	s.mu.Lock()
	text, ok := s.text[name]
	s.mu.Unlock()
	if ok {
		return text, nil
	}
	return readSource(name)
}

// largest is the size limit of files. No Go file is that large, and one of this size can be
// held in memory.
const largest = 64 << 20

// largeBuffer is the size in bytes from which on a buffer is not used again. Few files are
// as large, and the buffer would be in memory until the second garbage collection from then.
const largeBuffer = 256 << 10

// With calls do with the content of a file, as Peek returns it. do may change it, but not
// keep it: the memory is used again.
func (s *Sources) With(name string, do func(text []byte)) error {
	buf := s.buffers.Get().(*bytes.Buffer)
	defer func() {
		if buf.Cap() <= largeBuffer {
			s.buffers.Put(buf)
		}
	}()
	buf.Reset()
	if err := s.copy(buf, name); err != nil {
		return err
	}
	do(buf.Bytes())
	return nil
}

// copy writes the content of a file to a buffer, as Peek returns it.
func (s *Sources) copy(buf *bytes.Buffer, name string) error {
	s.mu.Lock()
	text, ok := s.text[name]
	s.mu.Unlock()
	if ok {
		buf.Write(text)
		return nil
	}
	return copySource(buf, name)
}

// readSource returns the content of a regular file.
func readSource(name string) ([]byte, error) {
	var buf bytes.Buffer
	err := copySource(&buf, name)
	return buf.Bytes(), err
}

// copySource writes the content of a regular file to a buffer. Reading any other file might
// block forever, as with a pipe, or never end, as with a device.
func copySource(buf *bytes.Buffer, name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return &replace.FileError{Name: name, Reason: "is not a regular file"}
	}
	if info.Size() > largest {
		return &replace.FileError{Name: name, Reason: fmt.Sprintf("has more than %d MB", largest>>20)}
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	buf.Grow(int(info.Size()) + bytes.MinRead)
	_, err = buf.ReadFrom(io.LimitReader(f, largest+1))
	return err
}

// Unchanged returns an error if a file has changed since it was first read. The changed
// file may contain a new caller, which would not be rewritten.
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

// check returns an error if a file had different contents when it was read twice.
func (s *Sources) check() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(s.changed)) {
		return &replace.FileError{Name: name, Reason: "changed while it was being read"}
	}
	return nil
}
