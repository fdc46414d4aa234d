package replace

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	begun      = ".begun"
	commit     = ".commit"
	tempPrefix = ".closurefix-"
)

// most is how long a journal may be. One of a million files is shorter.
const most = 1 << 30

// A journal says what a writer is doing.
type journal struct {
	tree  *tree  // whose files are replaced
	home  *tree  // that holds the journal
	name  string // of the journal there, without begun or commit
	step  func() // called before each change of what is on disk; for tests
	saved        // what the file holds
}

// saved is the content of a journal.
type saved struct {
	Root    string  `json:"root"` // the directory whose files are replaced, without links
	ID      string  `json:"id"`   // what the system knows it by
	Entries []entry `json:"files"`
}

// An entry is one file that is replaced. Names are relative to the root. Was and
// Is are the SHA-256 sums of its old and new content, in hexadecimal.
type entry struct {
	Name   string `json:"name"`   // as the caller knows it
	Target string `json:"target"` // the file itself, links resolved
	Fresh  string `json:"fresh"`  // the new content, in the target's directory
	Old    string `json:"old"`    // a copy of the old content, to go back to
	Was    string `json:"was"`
	Is     string `json:"is"`
}

// homeDir returns the directory that holds the user's journals.
func homeDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("there is no place for the journal of the rewrite: %w", err)
	}
	return filepath.Join(dir, "closurefix"), nil
}

// openHome opens the directory of the journals, where one for files of t may be
// written.
func openHome(t *tree) (*tree, error) {
	dir, err := homeDir()
	if err != nil {
		return nil, err
	}
	fail := func(reason string, err error) (*tree, error) {
		return nil, &FileError{Name: dir, Reason: reason, Err: cause(err)}
	}
	if within(t.name, resolved(dir)) {
		return fail("is inside "+t.name+", and the journal of the rewrite must be outside", nil)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fail("cannot be made, to hold the journal of the rewrite", err)
	}
	home, err := openTree(dir)
	if err != nil {
		return fail("cannot hold the journal of the rewrite", err)
	}
	info, err := home.Stat(".")
	if err == nil {
		err = private(info)
	}
	if err != nil {
		home.Close()
		return fail("cannot hold the journal of the rewrite", err)
	}
	return home, nil
}

// resolved returns a name without links, as far as it exists.
func resolved(name string) string {
	real, err := filepath.EvalSymlinks(name)
	if dir := filepath.Dir(name); err != nil && dir != name {
		return filepath.Join(resolved(dir), filepath.Base(name))
	}
	if err != nil {
		return name
	}
	return real
}

// within reports whether name is dir or below it. Both are without links.
func within(dir, name string) bool {
	rel, err := filepath.Rel(dir, name)
	return err == nil && filepath.IsLocal(rel)
}

// key returns the name of the journal of t.
func (t *tree) key() string {
	s := sha256.Sum256([]byte(t.name + "\x00" + t.id))
	return hex.EncodeToString(s[:16])
}

// newJournal returns the journal of t, which is not written yet.
func newJournal(t, home *tree) *journal {
	return &journal{tree: t, home: home, name: t.key(), saved: saved{Root: t.name, ID: t.id}}
}

// pause lets a test in, before something changes on disk.
func (j *journal) pause() {
	if j.step != nil {
		j.step()
	}
}

// begin writes the journal under its first name.
func (j *journal) begin() error {
	j.pause()
	text, err := json.MarshalIndent(j.saved, "", "\t")
	if err == nil {
		err = j.home.writeNew(j.name+begun, append(text, '\n'), 0o600, nil)
	}
	if err != nil {
		j.home.Remove(j.name + begun)
		return &FileError{Name: j.home.abs(j.name + begun), Reason: "the journal of the rewrite cannot be written", Err: cause(err)}
	}
	j.home.sync(".")
	return nil
}

// commit gives the journal its second name.
func (j *journal) commit() error {
	j.pause()
	if err := j.home.Rename(j.name+begun, j.name+commit); err != nil {
		return &FileError{Name: j.home.abs(j.name + begun), Reason: "cannot be renamed", Err: cause(err)}
	}
	j.home.sync(".")
	return nil
}

// sync makes what happened in the directories of the targets last.
func (j *journal) sync() {
	seen := make(map[string]bool)
	for _, e := range j.Entries {
		if dir := filepath.Dir(e.Target); !seen[dir] {
			seen[dir] = true
			j.tree.sync(dir)
		}
	}
}

// sweep removes what is left of the temporary files, and then the journal that
// names them. What was renamed is gone, and that is no error. A copy of an old
// content goes first: one that is left alone tells of a file that was replaced.
func (j *journal) sweep() {
	for _, e := range j.Entries {
		j.pause()
		j.tree.Remove(e.Old)
		j.pause()
		j.tree.Remove(e.Fresh)
	}
	j.pause()
	j.home.Remove(j.name + begun)
	j.home.Remove(j.name + commit)
}

// close closes the directories of j.
func (j *journal) close() {
	j.tree.Close()
	j.home.Close()
}

// journals returns the journals with the ending, begun or commit, whose root is
// t, above it or below it, and still what it was. Each must be closed.
func journals(t *tree, ending string) (found []*journal, err error) {
	dir, err := homeDir()
	if err != nil {
		return nil, nil // then nobody wrote one
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &FileError{Name: dir, Reason: "cannot be read", Err: cause(err)}
	}
	defer func() {
		if err != nil {
			for _, j := range found {
				j.close()
			}
			found = nil
		}
	}()
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ending)
		if !ok {
			continue
		}
		home, err := openTree(dir)
		if err != nil {
			return found, err
		}
		j, err := home.load(name, ending, t)
		if j == nil {
			home.Close()
		} else {
			found = append(found, j)
		}
		if err != nil {
			return found, err
		}
	}
	return found, nil
}

// load reads a journal. It returns nil if that is not about files of t.
func (home *tree) load(name, ending string, t *tree) (*journal, error) {
	fail := func(reason string, err error) (*journal, error) {
		if name != t.key() {
			return nil, nil // of some other directory, as far as can be told
		}
		return nil, &FileError{Name: home.abs(name + ending), Reason: reason, Err: cause(err)}
	}
	if within(t.name, home.name) {
		return nil, nil // it came with the files
	}
	if err := home.trusted(name + ending); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		return fail("is not a journal of this user", err)
	}
	f, err := home.open(name + ending)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // its writer has finished
	}
	if err != nil {
		return fail("cannot be read", err)
	}
	defer f.Close()
	j := &journal{home: home, name: name}
	text, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return fail("cannot be read", err)
	}
	if err := json.Unmarshal(text, &j.saved); err != nil {
		if ending == begun && name == t.key() {
			// It was being written, and nothing else was.
			own, err := openTree(t.name)
			return &journal{tree: own, home: home, name: name}, err
		}
		return fail("is damaged", err)
	}
	if !within(j.Root, t.name) && !within(t.name, j.Root) {
		return nil, nil
	}
	for _, e := range j.Entries {
		if !e.sound() {
			return fail("is damaged: it names "+e.Target, nil)
		}
	}
	if j.tree, err = openTree(j.Root); err != nil || j.tree.name != j.Root || j.tree.id != j.ID {
		if err == nil {
			j.tree.Close()
		}
		return nil, nil // the directory is gone, or another one has its name
	}
	return j, nil
}

// trusted fails unless the journal, and the directory that it is in, are the
// user's alone.
func (home *tree) trusted(name string) error {
	for _, n := range []string{".", name} {
		info, err := home.Lstat(n)
		if err == nil {
			err = private(info)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sound reports whether a writer can have made the entry.
func (e entry) sound() bool {
	dir := filepath.Dir(e.Target)
	for _, temp := range []string{e.Fresh, e.Old} {
		if filepath.Dir(temp) != dir || !strings.HasPrefix(filepath.Base(temp), tempPrefix) {
			return false
		}
	}
	for _, name := range []string{e.Name, e.Target, e.Fresh, e.Old} {
		if !filepath.IsLocal(name) || name != filepath.Clean(name) {
			return false
		}
	}
	return len(e.Was) == 2*sha256.Size && len(e.Is) == 2*sha256.Size // else a missing file would be one of them
}

// tidy removes what a writer of t left that died before it changed anything,
// and fails with an *UnfinishedError if one died later. The caller holds the
// lock of t.
func tidy(t *tree) error {
	committed, err := journals(t, commit)
	if err != nil {
		return err
	}
	defer func() {
		for _, j := range committed {
			j.close()
		}
	}()
	if len(committed) > 0 {
		return committed[0].unfinished()
	}
	started, err := journals(t, begun)
	if err != nil {
		return err
	}
	for _, j := range started {
		if j.name == t.key() { // the others may be at work
			j.sweep()
		}
		j.close()
	}
	return nil
}
