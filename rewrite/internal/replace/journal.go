package replace

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	begunName  = ".closurefix-begun"
	commitName = ".closurefix-commit"
	tempPrefix = ".closurefix-"
)

// A journal says what a writer is doing.
type journal struct {
	root    string
	step    func()  // called before each change of what is on disk; for tests
	Entries []entry `json:"files"`
}

// An entry is one file that is replaced. Was and Is are the SHA-256 sums of its
// old and new content, in hexadecimal.
type entry struct {
	Name   string `json:"name"`   // as the caller knows it
	Target string `json:"target"` // the file itself, links resolved
	Fresh  string `json:"fresh"`  // the new content, in the target's directory
	Old    string `json:"old"`    // a copy of the old content, to go back to
	Was    string `json:"was"`
	Is     string `json:"is"`
}

// pause lets a test in, before something changes on disk.
func (j *journal) pause() {
	if j.step != nil {
		j.step()
	}
}

func (j *journal) path(name string) string { return filepath.Join(j.root, name) }

// begin writes the journal under its first name.
func (j *journal) begin() error {
	j.pause()
	name := j.path(begunName)
	text, err := json.MarshalIndent(j, "", "\t")
	if err == nil {
		err = writeNew(name, append(text, '\n'), 0o600, nil)
	}
	if err != nil {
		os.Remove(name)
		return &FileError{Name: name, Reason: "cannot be written", Err: cause(err)}
	}
	syncDir(j.root)
	return nil
}

// commit gives the journal its second name.
func (j *journal) commit() error {
	j.pause()
	if err := os.Rename(j.path(begunName), j.path(commitName)); err != nil {
		return &FileError{Name: j.path(begunName), Reason: "cannot be renamed", Err: cause(err)}
	}
	syncDir(j.root)
	return nil
}

// sync makes what happened in the directories of the targets last.
func (j *journal) sync() {
	seen := make(map[string]bool)
	for _, e := range j.Entries {
		if dir := filepath.Dir(e.Target); !seen[dir] {
			seen[dir] = true
			syncDir(dir)
		}
	}
}

// sweep removes what is left of the temporary files, and then the journal that
// names them. What was renamed is gone, and that is no error.
func (j *journal) sweep() {
	for _, e := range j.Entries {
		j.pause()
		os.Remove(e.Fresh)
		j.pause()
		os.Remove(e.Old)
	}
	j.pause()
	os.Remove(j.path(begunName))
	os.Remove(j.path(commitName))
}

// read returns the journal of root under one of its names, or nil if there is
// none.
func read(root, name string) (*journal, error) {
	j := &journal{root: root}
	text, err := os.ReadFile(j.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &FileError{Name: j.path(name), Reason: "cannot be read", Err: cause(err)}
	}
	if err := json.Unmarshal(text, j); err != nil {
		if name == begunName {
			// It was being written, and nothing else was.
			return &journal{root: root}, nil
		}
		return nil, &FileError{Name: j.path(name), Reason: "is damaged", Err: err}
	}
	for _, e := range j.Entries {
		if !e.sound() {
			return nil, &FileError{Name: j.path(name), Reason: "was not written by closurefix: it names " + e.Target}
		}
	}
	return j, nil
}

// sound reports whether a writer can have made the entry. A journal may come
// with somebody's source code, and must not lead to any file but those beside
// which it has others: those are files of that source code.
func (e entry) sound() bool {
	dir := filepath.Dir(e.Target)
	for _, temp := range []string{e.Fresh, e.Old} {
		if filepath.Dir(temp) != dir || !strings.HasPrefix(filepath.Base(temp), tempPrefix) {
			return false
		}
	}
	return filepath.IsAbs(e.Target)
}

// tidy removes what a writer of root left that died before it changed
// anything, and fails with an *UnfinishedError if one died later. The caller
// holds the lock of root.
func tidy(root string) error {
	j, err := read(root, commitName)
	if err != nil {
		return err
	}
	if j != nil {
		return j.unfinished()
	}
	if j, err = read(root, begunName); j != nil {
		j.sweep()
	}
	return err
}
