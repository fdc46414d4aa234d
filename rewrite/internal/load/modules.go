package load

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/callers"
	"golang.org/x/mod/modfile"
)

// around returns the nested modules that are not main modules, and all Go files of the
// main modules. Unreadable entries are skipped.
//
// The path of a nested module mostly begins with that of the module around it. Then its
// packages may import the internal packages of that module. The files include those for
// other systems: go list does not list a package of which no file is built.
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
				if text, err := readSource(name); err == nil && modfile.ModulePath(text) != "" {
					neighbours = append(neighbours, callers.Neighbour{Path: modfile.ModulePath(text), File: name})
				}
			case strings.HasSuffix(name, ".go") && d.Name()[0] != '_' && d.Name()[0] != '.':
				files = append(files, name)
			}
			return nil
		})
	}
	// Files of nested modules do not belong to the main modules, nor do those in
	// directories that the go command ignores.
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
