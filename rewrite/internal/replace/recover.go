package replace

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// An UnfinishedError says that a writer was stopped between two renames, and
// what its files hold now. Names are absolute.
type UnfinishedError struct {
	Journal string   // the file that says so
	New     []string // that are replaced
	Old     []string // that are not
	Other   []string // that somebody changed or removed since
}

func (e *UnfinishedError) Error() string {
	var b strings.Builder
	b.WriteString("an earlier run was stopped while it replaced files")
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

// Check returns an *UnfinishedError if a writer with this root was stopped
// between two renames. One that is at work is waited for.
func Check(ctx context.Context, root string) error {
	if _, err := os.Lstat(filepath.Join(root, commitName)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	unlock, err := lock(ctx, []string{root})
	if err != nil {
		return err
	}
	defer unlock()
	j, err := read(root, commitName)
	if err != nil || j == nil {
		return err
	}
	return j.unfinished()
}

// Recover completes what a writer with this root could not, and returns the
// names of its files; none if nothing is left to do. If it was stopped on its way
// back, Recover goes back too. If somebody changed a file since, Recover changes
// nothing and returns an *UnfinishedError.
func Recover(ctx context.Context, root string) ([]string, error) {
	if _, err := os.Lstat(filepath.Join(root, commitName)); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	j, err := read(root, commitName)
	if err != nil || j == nil {
		return nil, err
	}
	dirs := []string{root}
	for _, e := range j.Entries {
		dirs = append(dirs, filepath.Dir(e.Target))
	}
	unlock, err := lock(ctx, dirs)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if j, err = read(root, commitName); err != nil || j == nil {
		return nil, err // somebody else was faster
	}
	now := j.unfinished()
	if len(now.Other) > 0 {
		return nil, now
	}
	for _, forward := range []bool{true, false} {
		moves, possible := j.moves(forward)
		if !possible {
			continue
		}
		for _, m := range moves {
			if err := os.Rename(m.from, m.to); err != nil {
				return nil, &FileError{Name: m.to, Reason: "cannot be replaced", Err: cause(err)}
			}
		}
		j.sync()
		j.sweep()
		var names []string
		for _, e := range j.Entries {
			names = append(names, e.Name)
		}
		return names, nil
	}
	return nil, now
}

type move struct{ from, to string }

// moves returns the renames that give all files their new content, or the old
// one, and whether they are possible.
func (j *journal) moves(forward bool) ([]move, bool) {
	var moves []move
	for _, e := range j.Entries {
		from, want := e.Fresh, e.Is
		if !forward {
			from, want = e.Old, e.Was
		}
		if holds(e.Target) == want {
			continue
		}
		if holds(from) != want {
			return nil, false
		}
		moves = append(moves, move{from, e.Target})
	}
	return moves, true
}

// unfinished describes the files of a journal as they are.
func (j *journal) unfinished() *UnfinishedError {
	u := &UnfinishedError{Journal: j.path(commitName)}
	for _, e := range j.Entries {
		switch holds(e.Target) {
		case e.Is:
			u.New = append(u.New, e.Name)
		case e.Was:
			u.Old = append(u.Old, e.Name)
		default:
			u.Other = append(u.Other, e.Name)
		}
	}
	return u
}

// holds returns the sum of a file's content, "" if it cannot be read.
func holds(name string) string {
	text, err := os.ReadFile(name)
	if err != nil {
		return ""
	}
	return sum(text)
}
