package rewrite

import (
	"context"

	"github.com/closurefix/closurefix/rewrite/internal/load"
	"github.com/closurefix/closurefix/rewrite/internal/replace"
)

// A File has the old and the new content of a file.
type File = replace.File

// A FileError says why a file cannot be replaced.
type FileError = replace.FileError

// An UnfinishedError says that an earlier Result.Write was killed between two
// files. See Recover.
type UnfinishedError = replace.UnfinishedError

// Write writes the new contents of all files, or changes nothing and returns an error.
// The error is that of the context, or a *FileError if a file was changed after the run
// read it, a Go file was added beside one, or a file is read-only.
//
// If the process is killed, each file has either its old or its new content, and Recover
// completes the write. Package replace describes how, and the journal in the user's cache
// directory that makes this possible.
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

// Recover completes an earlier Result.Write that was killed between two files. dir may
// be any directory of the same module or workspace. Recover returns the names of the
// files that it wrote, none if there was nothing to complete. If one of the files was
// changed in the meantime, it changes nothing and returns an *UnfinishedError. Run
// returns this error too until the file is restored.
func Recover(ctx context.Context, dir string) ([]string, error) {
	return replace.Recover(ctx, load.ModuleRoot(dir))
}
