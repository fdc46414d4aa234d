package load

import (
	"os"
	"path/filepath"
	"strings"
)

// below reports whether name is dir or below dir, with or without symbolic links resolved.
func below(dir, name string) bool {
	for _, d := range []string{dir, resolved(dir)} {
		for _, n := range []string{name, resolved(name)} {
			if rel, err := filepath.Rel(d, n); d != "" && err == nil && filepath.IsLocal(rel) {
				return true
			}
		}
	}
	return false
}

// resolved returns the name with symbolic links resolved, or unchanged if there is no such
// file.
func resolved(name string) string {
	if r, err := filepath.EvalSymlinks(name); err == nil {
		return r
	}
	return name
}

// goFile reports whether the go command reads a file with this base name.
func goFile(base string) bool {
	return strings.HasSuffix(base, ".go") && base[0] != '.' && base[0] != '_'
}

// rootOf returns the directory below which a run in dir may change files. That is the
// directory of the go.work file in use if dir is below it, else that of the module. work
// is the value of GOWORK in go env.
func rootOf(dir, work string) string {
	if work != "" && work != "off" {
		if root := filepath.Dir(work); below(root, dir) {
			return root
		}
	}
	return ModuleRoot(dir)
}

// ModuleRoot returns dir or the closest directory above it that has a go.mod file. It
// returns dir if there is none.
func ModuleRoot(dir string) string {
	for d := dir; ; d = filepath.Dir(d) {
		if info, err := os.Stat(filepath.Join(d, "go.mod")); err == nil && info.Mode().IsRegular() {
			return d
		}
		if d == filepath.Dir(d) {
			return dir
		}
	}
}
