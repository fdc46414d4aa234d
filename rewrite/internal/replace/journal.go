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

// most is the size limit of a journal. A journal of a million files is smaller.
const most = 1 << 30

// A journal describes the operation of a writer.
type journal struct {
	tree  *tree  // the root, whose files are replaced
	home  *tree  // the directory of the journal
	name  string // of the journal there, without begun or commit
	step  func() // called before each change on disk; for tests
	saved        // content of the file
}

// saved is the content of a journal.
type saved struct {
	Root    string  `json:"root"` // the directory whose files are replaced, without links
	ID      string  `json:"id"`   // identity of the directory in the system
	Entries []entry `json:"files"`
}

// An entry describes one file. Names are relative to the root. Was and Is are the SHA-256
// checksums of its old and new content in hexadecimal.
type entry struct {
	Name   string `json:"name"`   // as given by the caller
	Target string `json:"target"` // the file itself, links resolved
	Fresh  string `json:"fresh"`  // the new content, in the target's directory
	Old    string `json:"old"`    // a copy of the old content
	Was    string `json:"was"`
	Is     string `json:"is"`
}

// homeDir returns the directory of the user's journals.
func homeDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("there is no place for the journal of the rewrite: %w", err)
	}
	return filepath.Join(dir, "closurefix"), nil
}

// openHome opens the directory of the journals and checks that it can be used for files of
// t.
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

// resolved resolves the symbolic links in a name, as far as the name exists.
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

// pause calls step before a change on disk.
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

// commit renames the journal to its second name.
func (j *journal) commit() error {
	j.pause()
	if err := j.home.Rename(j.name+begun, j.name+commit); err != nil {
		return &FileError{Name: j.home.abs(j.name + begun), Reason: "cannot be renamed", Err: cause(err)}
	}
	j.home.sync(".")
	return nil
}

// sync flushes changes of the directories of the targets to disk.
func (j *journal) sync() {
	seen := make(map[string]bool)
	for _, e := range j.Entries {
		if dir := filepath.Dir(e.Target); !seen[dir] {
			seen[dir] = true
			j.tree.sync(dir)
		}
	}
}

// sweep removes the temporary files and then the journal that names them. It ignores files
// that are gone, since they were renamed. Copies of old contents are removed first: one
// without the new content would indicate that the file was replaced.
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

// journals returns the journals with the suffix begun or commit whose root is t, or above
// or below t, and still the same directory. The caller must close each of them.
func journals(t *tree, ending string) (found []*journal, err error) {
	dir, err := homeDir()
	if err != nil {
		return nil, nil // no journal was ever written
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

// load reads a journal. It returns nil if the journal is not about files of t.
func (home *tree) load(name, ending string, t *tree) (*journal, error) {
	fail := func(reason string, err error) (*journal, error) {
		if name != t.key() {
			return nil, nil // as far as is known, of another directory
		}
		return nil, &FileError{Name: home.abs(name + ending), Reason: reason, Err: cause(err)}
	}
	if within(t.name, home.name) {
		return nil, nil // it is part of the tree, and not the user's
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
			// The journal is incomplete, so nothing else was written.
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

// trusted returns an error if the journal, or its directory, is accessible to others than
// the user.
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

// sound reports whether a writer may have written the entry.
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
	return len(e.Was) == 2*sha256.Size && len(e.Is) == 2*sha256.Size // a missing file has the sum ""
}

// tidy removes the files of a writer of t that died before it changed anything. It returns
// an *UnfinishedError if one died later. The caller holds the lock of t.
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
		if j.name == t.key() { // other writers may be running
			j.sweep()
		}
		j.close()
	}
	return nil
}
