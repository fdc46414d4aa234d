package load

import (
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/tools/go/packages"
)

// matcher returns a function that reports whether a pattern matches a package. A pattern
// without "..." matches every package here: if it names no package, the go command reports
// that.
func matcher(dir, pattern string) func(*packages.Package) bool {
	if !strings.Contains(pattern, "...") {
		return func(*packages.Package) bool { return true }
	}
	relative := strings.HasPrefix(pattern, ".") || filepath.IsAbs(pattern)
	if relative {
		if !filepath.IsAbs(pattern) {
			pattern = filepath.Join(dir, pattern)
		}
		if real, err := filepath.EvalSymlinks(dir); err == nil && real != dir {
			// The go command may list directories under either name.
			pattern = strings.Replace(pattern, dir, real, 1)
		}
		pattern = filepath.ToSlash(pattern)
	}
	text := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\.\.\.`, `.*`)
	if head, ok := strings.CutSuffix(text, `/.*`); ok {
		text = head + `(/.*)?`
	}
	re := regexp.MustCompile(`^` + text + `$`)
	return func(p *packages.Package) bool {
		if !relative {
			return re.MatchString(p.PkgPath)
		}
		where := p.Dir
		if real, err := filepath.EvalSymlinks(where); err == nil {
			where = real
		}
		return re.MatchString(filepath.ToSlash(where))
	}
}
