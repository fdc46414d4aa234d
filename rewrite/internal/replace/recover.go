package replace

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"path/filepath"
	"strings"
)

// An UnfinishedError says that a writer was stopped between two renames, and which files
// it replaced. Names are absolute.
type UnfinishedError struct {
	Journal string   // name of the journal; "" if there is none
	New     []string // replaced files
	Old     []string // files that are not replaced
	Other   []string // files that were changed or removed afterwards
}

func (e *UnfinishedError) Error() string {
	var b strings.Builder
	b.WriteString("an earlier run was stopped while it replaced files")
	if e.Journal == "" {
		b.WriteString(", here or where this directory was copied from")
	}
	for _, part := range []struct {
		what  string
		names []string
	}{{"replaced", e.New}, {"not yet replaced", e.Old}, {"changed since", e.Other}} {
		if len(part.names) > 0 {
			b.WriteString("\n\t" + part.what + ": " + strings.Join(part.names, ", "))
		}
	}
	return b.String()
}

// Check returns an *UnfinishedError if a writer with this root, or one above or below it,
// was stopped between two renames. It waits for writers that are running.
func Check(ctx context.Context, root string) error {
	return each(ctx, root, func(j *journal) error { return j.unfinished() })
}

// Recover completes the work of writers with this root, or one above or below it, that
// were stopped. It returns the names of the files, none if there was nothing to complete.
// If a writer was stopped while it restored the old contents, Recover restores them. If a
// file was changed in the meantime, Recover changes nothing and returns an
// *UnfinishedError.
func Recover(ctx context.Context, root string) (names []string, err error) {
	err = each(ctx, root, func(j *journal) error {
		now := j.unfinished()
		if len(now.Other) > 0 {
			return now
		}
		for _, forward := range []bool{true, false} {
			moves, possible := j.moves(forward)
			if !possible {
				continue
			}
			for _, m := range moves {
				if err := j.tree.Rename(m.from, m.to); err != nil {
					return &FileError{Name: j.tree.abs(m.to), Reason: "cannot be replaced", Err: cause(err)}
				}
			}
			j.sync()
			j.sweep()
			for _, e := range j.Entries {
				names = append(names, j.tree.abs(e.Name))
			}
			return nil
		}
		return now
	})
	return names, err
}

// each calls do for the journals of stopped writers whose root is root, above it or below
// it. It holds the locks of their files during the call.
func each(ctx context.Context, root string, do func(*journal) error) error {
	t, err := openTree(root)
	if err != nil {
		return err
	}
	defer t.Close()
	found, err := journals(t, commit)
	if err != nil {
		return err
	}
	for _, j := range found {
		dirs := []string{t.name, j.tree.name}
		for _, e := range j.Entries {
			dirs = append(dirs, j.tree.abs(filepath.Dir(e.Target)))
		}
		failed := func() error {
			unlock, err := lock(ctx, dirs)
			if err != nil {
				return err
			}
			defer unlock()
			again, err := j.home.load(j.name, commit, t)
			if again == nil || err != nil {
				return err // another process has completed it
			}
			defer again.tree.Close()
			return do(again)
		}()
		if err == nil {
			err = failed // the first of several errors
		}
		j.close()
	}
	return err
}

type move struct{ from, to string }

// moves returns the renames that give all files their new content, or their old content,
// and whether they are possible.
func (j *journal) moves(forward bool) ([]move, bool) {
	var moves []move
	for _, e := range j.Entries {
		from, want := e.Fresh, e.Is
		if !forward {
			from, want = e.Old, e.Was
		}
		if j.tree.holds(e.Target) == want {
			continue
		}
		if j.tree.holds(from) != want {
			return nil, false
		}
		moves = append(moves, move{from, e.Target})
	}
	return moves, true
}

// unfinished returns an error that describes the files of a journal as they are.
func (j *journal) unfinished() *UnfinishedError {
	u := &UnfinishedError{Journal: j.home.abs(j.name + commit)}
	for _, e := range j.Entries {
		name := j.tree.abs(e.Name)
		switch j.tree.holds(e.Target) {
		case e.Is:
			u.New = append(u.New, name)
		case e.Was:
			u.Old = append(u.Old, name)
		default:
			u.Other = append(u.Other, name)
		}
	}
	return u
}

// holds returns the checksum of a file, or "" if it is not a regular file or cannot be
// read.
func (t *tree) holds(name string) string {
	f, err := t.open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
}
