package rewrite

import (
	"context"
	"os"
	"path/filepath"

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
			if err := r.src.unchanged(); err != nil {
				return err
			}
			return r.sight.unchanged()
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
	return replace.Recover(ctx, moduleRoot(dir))
}

// rootOf returns the directory below which a run in dir may change files: that of
// the go.work file in use if dir is below it, or else that of the module. work is
// what the go command says of GOWORK.
func rootOf(dir, work string) string {
	if work != "" && work != "off" {
		if root := filepath.Dir(work); below(root, dir) {
			return root
		}
	}
	return moduleRoot(dir)
}

// moduleRoot returns the closest directory above dir, or dir itself, that has a
// go.mod file; dir if there is none.
func moduleRoot(dir string) string {
	for d := dir; ; d = filepath.Dir(d) {
		if info, err := os.Stat(filepath.Join(d, "go.mod")); err == nil && info.Mode().IsRegular() {
			return d
		}
		if d == filepath.Dir(d) {
			return dir
		}
	}
}
