package rewrite

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/closurefix/closurefix/rewrite/internal/linediff"
)

// Diff returns the changes of all files as a unified diff, suitable for patch -p1 in
// dir. Names of files below dir are relative to it, other names are absolute.
func (r *Result) Diff(dir string) (string, error) {
	var b strings.Builder
	for _, f := range r.Files {
		from, to := f.Name, f.Name
		if rel, err := filepath.Rel(dir, f.Name); err == nil && filepath.IsLocal(rel) {
			from, to = "a/"+filepath.ToSlash(rel), "b/"+filepath.ToSlash(rel)
		}
		from, to = patchName(from), patchName(to)
		text, err := unified(from, to, string(f.Old), string(f.New))
		if err != nil {
			return "", err
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

// patchName returns the name of a file in the form that patch and git read. Names with
// special characters are quoted as in C.
func patchName(name string) string {
	plain := func(c byte) bool { return ' ' <= c && c != '"' && c != '\\' && c != 0x7f }
	var b strings.Builder
	for i := range len(name) {
		switch c := name[i]; {
		case plain(c):
			b.WriteByte(c)
		case c == '"' || c == '\\':
			b.WriteString(`\` + string(c))
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		default:
			fmt.Fprintf(&b, `\%03o`, c)
		}
	}
	if b.Len() == len(name) {
		return name
	}
	return `"` + b.String() + `"`
}

// unified returns a unified diff of two versions of a file. It numbers the lines of the new
// version itself: go-udiff v0.4.1 does not count the lines between two edits of one hunk,
// so the numbers of later hunks are too low.
func unified(from, to, old, new string) (string, error) {
	u, err := udiff.ToUnifiedDiff(from, to, old, linediff.Edits(old, new), udiff.DefaultContextLines)
	if err != nil {
		return "", err
	}
	grown := 0
	for _, h := range u.Hunks {
		h.ToLine = h.FromLine + grown
		for _, l := range h.Lines {
			switch l.Kind {
			case udiff.Insert:
				grown++
			case udiff.Delete:
				grown--
			}
		}
	}
	return u.String(), nil
}
