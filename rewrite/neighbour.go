package rewrite

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/closurefix/closurefix/rewrite/plan"
)

// neighbours returns the modules below the directories of the main modules that
// are not main modules. Their paths mostly begin with that of the module around
// them, and then their packages may import its internal ones. What cannot be read
// is no neighbour.
func neighbours(mains []string) []plan.Neighbour {
	var found []plan.Neighbour
	for _, root := range mains {
		filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return nil
			case d.IsDir():
				if strings.HasPrefix(d.Name(), ".") && name != root || d.Name() == "node_modules" {
					return filepath.SkipDir
				}
				return nil
			case d.Name() != "go.mod" || slices.Contains(mains, filepath.Dir(name)):
				return nil
			}
			text, err := os.ReadFile(name)
			if err != nil {
				return nil
			}
			if path := modulePath(text); path != "" {
				found = append(found, plan.Neighbour{Path: path, File: name})
			}
			return nil
		})
	}
	return found
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
