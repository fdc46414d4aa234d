package load

import (
	"bytes"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/closurefix/closurefix/rewrite/callers"
)

// around returns the nested modules that are not main modules, and all Go files of the
// main modules. Unreadable entries are skipped.
//
// The path of a nested module mostly begins with that of the module around it, and then
// its packages may import internal packages of that one. The files include those for
// other systems: go list names no package of which no file is built.
func around(mains []string) (neighbours []callers.Neighbour, files []string) {
	for _, root := range mains {
		filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return nil
			case d.IsDir():
				if name != root && strings.HasPrefix(d.Name(), ".") {
					return filepath.SkipDir
				}
			case d.Name() == "go.mod" && !slices.Contains(mains, filepath.Dir(name)):
				if text, err := readSource(name); err == nil && modulePath(text) != "" {
					neighbours = append(neighbours, callers.Neighbour{Path: modulePath(text), File: name})
				}
			case strings.HasSuffix(name, ".go") && d.Name()[0] != '_' && d.Name()[0] != '.':
				files = append(files, name)
			}
			return nil
		})
	}
	// Those of the neighbours are none of the main modules, nor are those of
	// directories that the go command passes over.
	files = slices.DeleteFunc(files, func(name string) bool {
		for dir := filepath.Dir(name); ; dir = filepath.Dir(dir) {
			base := filepath.Base(dir)
			switch {
			case slices.Contains(mains, dir):
				return false
			case base == dir, base == "testdata", base == "vendor", strings.HasPrefix(base, "_"):
				return true
			case slices.ContainsFunc(neighbours, func(n callers.Neighbour) bool { return filepath.Dir(n.File) == dir }):
				return true
			}
		}
	})
	return neighbours, files
}

// modulePath returns what the text of a go.mod file says that the path of the
// module is.
func modulePath(text []byte) string {
	for line := range bytes.Lines(text) {
		f := strings.Fields(string(line))
		if len(f) < 2 || f[0] != "module" {
			continue
		}
		if path, err := strconv.Unquote(f[1]); err == nil {
			return path
		}
		return f[1]
	}
	return ""
}
