package load

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/closurefix/closurefix/rewrite/callers"
	"golang.org/x/mod/modfile"
)

// A neighbourhood is what the directories of the main modules hold beside the packages
// that the go command lists.
type neighbourhood struct {
	modules []callers.Neighbour // nested modules that are not main modules

	// files holds all Go files of the main modules, also those for other systems: go list
	// names no package of which no file is built.
	files []string

	// skipped holds the Go files of directories that no pattern with "..." matches, since
	// they are called testdata, or begin with "_" or ".". Their packages can be built, and
	// import internal packages.
	skipped []string
}

// around looks through the directories of the main modules. Unreadable entries are skipped.
//
// The path of a nested module mostly begins with that of the module around it. Then its
// packages may import the internal packages of that module.
func around(mains []string) *neighbourhood {
	n := new(neighbourhood)
	var names []string
	for _, root := range mains {
		filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return nil
			case d.IsDir():
				if name != root && slices.Contains([]string{".git", ".hg", ".jj", ".svn"}, d.Name()) {
					return filepath.SkipDir
				}
			case d.Name() == "go.mod" && !slices.Contains(mains, filepath.Dir(name)):
				if text, err := readSource(name); err == nil && modfile.ModulePath(text) != "" {
					n.modules = append(n.modules, callers.Neighbour{Path: modfile.ModulePath(text), File: name})
				}
			case strings.HasSuffix(name, ".go") && d.Name()[0] != '_' && d.Name()[0] != '.':
				names = append(names, name)
			}
			return nil
		})
	}
	for _, name := range names {
		switch skips, ours := n.locate(mains, filepath.Dir(name)); {
		case !ours:
		case skips:
			n.skipped = append(n.skipped, name)
		default:
			n.files = append(n.files, name)
		}
	}
	return n
}

// locate reports whether a directory belongs to a main module, and whether patterns with
// "..." skip it.
func (n *neighbourhood) locate(mains []string, dir string) (skips, ours bool) {
	for ; ; dir = filepath.Dir(dir) {
		base := filepath.Base(dir)
		switch {
		case slices.Contains(mains, dir):
			return skips, true
		case base == dir, base == "vendor":
			return false, false
		case slices.ContainsFunc(n.modules, func(m callers.Neighbour) bool { return filepath.Dir(m.File) == dir }):
			return false, false
		}
		skips = skips || skipped(base)
	}
}

// skipped reports whether patterns with "..." match no directory of the name.
func skipped(elem string) bool {
	return elem == "testdata" || len(elem) > 1 && (elem[0] == '_' || elem[0] == '.') && elem != ".." && elem != "..."
}

// importsBelow reports whether a Go file imports a package whose path is one of roots or
// below one. It also reports true if the file does not parse, or imports anything and there
// are no roots.
func importsBelow(src *Sources, name string, roots []string) bool {
	return slices.ContainsFunc(importsOf(src, name), func(path string) bool {
		return path == "" || len(roots) == 0 || slices.ContainsFunc(roots, func(root string) bool { return path == root || strings.HasPrefix(path, root+"/") })
	})
}

// importsOf returns the paths that a Go file imports. The path "" stands for any, if the
// file does not parse. A file that is gone imports nothing.
func importsOf(src *Sources, name string) []string {
	text, err := src.Peek(name)
	if err != nil {
		return nil
	}
	f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
	if err != nil {
		return []string{""}
	}
	var paths []string
	for _, s := range f.Imports {
		paths = append(paths, importPath(s))
	}
	return paths
}

func importPath(s *ast.ImportSpec) string {
	path, _ := strconv.Unquote(s.Path.Value)
	return path
}
