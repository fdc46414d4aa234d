package replace

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

// temporary matches names of temporary files, .closurefix-RUN-FILE.new and
// .closurefix-RUN-FILE.old. RUN is the same for all files of a writer.
var temporary = regexp.MustCompile(`^\.closurefix-([0-9a-f]{12})-(.+)\.(new|old)$`)

// Half returns an *UnfinishedError if the temporary files in the directories show that a
// writer was stopped between two renames. It is for directories without a journal, such as
// copies and directories that were moved.
//
// If a file has a temporary copy of its old content but not of its new content, it was
// replaced. If it has both, it was not. If a writer has left files of both kinds, it was
// stopped between two renames.
func Half(dirs []string) error {
	type trace struct{ fresh, old bool }
	runs := make(map[string]map[string]*trace)
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue // unreadable
		}
		for _, e := range entries {
			m := temporary.FindStringSubmatch(e.Name())
			if m == nil {
				continue
			}
			files := runs[m[1]]
			if files == nil {
				files = make(map[string]*trace)
				runs[m[1]] = files
			}
			name := filepath.Join(dir, m[2])
			if files[name] == nil {
				files[name] = new(trace)
			}
			files[name].fresh = files[name].fresh || m[3] == "new"
			files[name].old = files[name].old || m[3] == "old"
		}
	}
	u := new(UnfinishedError)
	for _, files := range runs {
		var fresh, old []string
		for name, t := range files {
			switch {
			case t.fresh:
				old = append(old, name)
			case t.old:
				fresh = append(fresh, name)
			}
		}
		if len(fresh) > 0 && len(old) > 0 {
			u.New, u.Old = append(u.New, fresh...), append(u.Old, old...)
		}
	}
	if len(u.New) == 0 {
		return nil
	}
	slices.Sort(u.New)
	slices.Sort(u.Old)
	return u
}
