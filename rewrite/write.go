package rewrite

import (
	"context"

	"github.com/closurefix/closurefix/rewrite/internal/load"
	"github.com/closurefix/closurefix/rewrite/internal/replace"
)

// A File is a file that changes.
type File = replace.File

// A FileError names a file that stands in the way of a rewrite.
type FileError = replace.FileError

// An UnfinishedError says that an earlier Result.Write was killed between two
// files. See Recover.
type UnfinishedError = replace.UnfinishedError

// Write puts the new contents of all files on disk, or changes nothing and
// returns an error: a *FileError where a file stands in the way (one that the
// run looked at changed since, a new one is beside them, one to change is
// read-only), or the context's.
//
// Package replace says how, and where the user's cache keeps the journal meanwhile. If the process is killed meanwhile, each file is
// whole, old or new, and Recover completes what was begun.
func (r *Result) Write(ctx context.Context) error {
	var ready func() error
	if r.src != nil {
		ready = func() error {
			if err := r.src.Unchanged(); err != nil {
				return err
			}
			return r.sight.Unchanged()
		}
	}
	return replace.Files(ctx, r.root, r.Files, ready)
}

// Recover completes an earlier Result.Write that was killed between two files,
// by a run in the same directory or another one of its module or workspace, and
// returns the names of the files; none if there is nothing to complete. If one of
// them was changed since, Recover changes nothing, and returns an *UnfinishedError.
// Until that is solved, Run returns one too.
func Recover(ctx context.Context, dir string) ([]string, error) {
	return replace.Recover(ctx, load.ModuleRoot(dir))
}
