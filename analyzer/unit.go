package analyzer

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/tools/go/analysis"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// unitOf returns the unit for the package of a pass.
func unitOf(p *analysis.Pass) *pattern.Unit {
	return &pattern.Unit{
		Fset:    p.Fset,
		Files:   p.Files,
		Pkg:     p.Pkg,
		Info:    p.TypesInfo,
		Ignored: append([]string(nil), p.IgnoredFiles...),
		Other:   append([]string(nil), p.OtherFiles...),
		Read: func(name string) ([]byte, error) {
			// Drivers let a pass read the files of its package, possibly from an
			// editor's buffer. lookAround finds further files.
			if p.ReadFile != nil {
				if data, err := p.ReadFile(name); err == nil {
					return data, nil
				}
			}
			return os.ReadFile(name)
		},
	}
}

// lookAround searches for code that may mention a function of the unit and is not part of
// the pass: other files in its directories, and linkname directives in its module. It adds
// them to the unit and its world and reports whether there are any. why is the reason to
// suggest no fix, or "": an in-package test is not in the unit, as when a driver runs a pass
// on the package without its tests, or nothing shows that the directory has all files of
// the package.
func lookAround(w *callers.World, u *pattern.Unit) (why string, more bool) {
	excluded, other, test := filesOutside(u)
	u.Ignored = append(u.Ignored, excluded...)
	u.Other = append(u.Other, other...)
	roots := moduleRoots(u)
	w.Linked = linked(u, roots)
	switch {
	case test != "":
		why = test + " is not part of this pass"
	case len(roots) == 0:
		// A build system may show an action only the files that it declares, as Bazel
		// does.
		why = "there is no go.mod in a directory above the package, and other callers may be hidden"
	}
	return why, len(excluded)+len(other)+len(w.Linked) > 0
}

// directories returns the directories of the unit's files, and those of the files to which
// they link: a build system may link each file of a package to a directory of its own.
// The names are absolute.
func directories(u *pattern.Unit) []string {
	var dirs []string
	for _, f := range u.Files {
		name := u.Filename(f.FileStart)
		for _, name := range []string{name, target(name)} {
			if abs, err := filepath.Abs(filepath.Dir(name)); err == nil && !slices.Contains(dirs, abs) {
				dirs = append(dirs, abs)
			}
		}
	}
	return dirs
}

// target returns the file to which a symbolic link leads, or name if it is none.
func target(name string) string {
	info, err := os.Lstat(name)
	if err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return name
	}
	if real, err := filepath.EvalSymlinks(name); err == nil {
		return real
	}
	return name
}

// filesOutside searches the directories of the unit for files of the package that are not
// in the unit and not known to be excluded. Some drivers, such as gopls, list neither. It
// returns the Go files that build constraints must exclude, the files that are not Go, and
// the name of an in-package test.
func filesOutside(u *pattern.Unit) (excluded, other []string, test string) {
	known := make(map[string]bool)
	know := func(name string) {
		for _, name := range []string{name, target(name)} {
			if abs, err := filepath.Abs(name); err == nil {
				known[abs] = true
			}
		}
	}
	for _, f := range u.Files {
		know(u.Filename(f.FileStart))
	}
	for _, name := range slices.Concat(u.Ignored, u.Other) {
		know(name)
	}
	for _, dir := range directories(u) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue // an overlay, or a build system's virtual directory
		}
		for _, e := range entries {
			name := filepath.Join(dir, e.Name())
			switch {
			case e.IsDir() || known[name] || known[target(name)]:
			case compiled(name):
				other = append(other, name)
			case !strings.HasSuffix(name, ".go") || !samePackage(u, name):
			case strings.HasSuffix(name, "_test.go"):
				test = e.Name()
			default:
				excluded = append(excluded, name)
			}
		}
	}
	return excluded, other, test
}

// compiled reports whether the go command compiles or links a file that is not Go on some
// system.
func compiled(name string) bool {
	switch filepath.Ext(name) {
	case ".s", ".S", ".sx", ".c", ".h", ".cc", ".cpp", ".cxx", ".hh", ".hpp", ".hxx", ".m", ".f", ".F", ".for", ".f90", ".swig", ".swigcxx", ".syso":
		return true
	}
	return false
}

// samePackage reports whether a file belongs to the unit's package by its package clause,
// or cannot be parsed.
func samePackage(u *pattern.Unit, name string) bool {
	data, err := u.ReadFile(name)
	if err != nil {
		return true
	}
	f, err := parser.ParseFile(token.NewFileSet(), name, data, parser.PackageClauseOnly)
	return err != nil || f.Name.Name == u.Pkg.Name()
}

// linked returns the symbols of the unit's package in linkname directives of other
// packages below the roots, each with its file.
func linked(u *pattern.Unit, roots []string) map[string]string {
	symbols := make(map[string]string)
	for _, root := range roots {
		filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return nil // unreadable files are not built
			case d.IsDir():
				if base := d.Name(); name != root && (base[0] == '.' || base == "vendor" || base == "node_modules") {
					return filepath.SkipDir
				}
			case strings.HasSuffix(name, ".go"):
				text, err := u.ReadFile(name)
				if err != nil {
					return nil
				}
				for _, symbol := range callers.Linknames(text) {
					if pkg, ok := strings.CutPrefix(symbol, u.Pkg.Path()+"."); ok && !strings.Contains(pkg, "/") ||
						u.Pkg.Name() == "main" && strings.HasPrefix(symbol, "main.") {
						symbols[symbol] = name
					}
				}
			}
			return nil
		})
	}
	return symbols
}

// moduleRoots returns the directory of the module that contains the unit, and those of the
// other modules in its workspace. It returns nil if the unit is in no module.
func moduleRoots(u *pattern.Unit) []string {
	root := ""
	for _, dir := range directories(u) {
		if root = above(dir, "go.mod"); root != "" {
			break
		}
	}
	if root == "" {
		return nil
	}
	roots := []string{root}
	work := above(root, "go.work")
	if work == "" {
		return roots
	}
	text, err := os.ReadFile(filepath.Join(work, "go.work"))
	if err != nil {
		return roots
	}
	file, err := modfile.ParseWork("go.work", text, nil)
	if err != nil {
		return roots
	}
	for _, use := range file.Use {
		other := filepath.FromSlash(use.Path)
		if !filepath.IsAbs(other) {
			other = filepath.Join(work, other)
		}
		if !slices.Contains(roots, other) {
			roots = append(roots, other)
		}
	}
	return roots
}

// above returns the nearest directory, from dir on upwards, with a file of that name, or
// "".
func above(dir, name string) string {
	for {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.Mode().IsRegular() {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}
