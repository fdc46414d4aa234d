package load

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/closurefix/closurefix/rewrite/internal/process"
)

// An Overlay has new contents of files, by absolute name. It is not modified after it is
// made.
type Overlay map[string][]byte

// Flag writes o to a temporary directory in the form of the go command's -overlay flag. It
// returns the flag and a function that removes the directory.
//
// The Overlay field of packages.Config is not used, since it makes packages.Load type-check
// all dependencies from source, which takes ten times as long.
func (o Overlay) Flag() (flags []string, remove func(), err error) {
	if len(o) == 0 {
		return nil, func() {}, nil
	}
	dir, remove, err := process.TempDir("")
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			remove()
		}
	}()
	replace := make(map[string]string)
	for _, name := range slices.Sorted(maps.Keys(o)) {
		file := filepath.Join(dir, name[len(filepath.VolumeName(name)):])
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return nil, nil, err
		}
		if err := os.WriteFile(file, o[name], 0o600); err != nil {
			return nil, nil, err
		}
		replace[name] = file
	}
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, nil, err
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return nil, nil, err
	}
	return []string{"-overlay=" + file}, remove, nil
}

// overlaid matches the name of a file in the temporary directory that Flag makes.
var overlaid = regexp.MustCompile(`(?:^|[/\\])closurefix-\d+([/\\].*\.go)$`)

// Original returns the name of the file that the named file of an overlay replaces,
// relative to dir if it is below dir. It returns other names unchanged.
func Original(dir, name string) string {
	m := overlaid.FindStringSubmatch(name)
	if m == nil {
		return name
	}
	name = filepath.VolumeName(dir) + m[1]
	if rel, err := filepath.Rel(dir, name); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return name
}

// With returns a copy of o to which the contents in p are added.
func (o Overlay) With(p Overlay) Overlay {
	q := maps.Clone(o)
	if q == nil {
		q = make(Overlay)
	}
	maps.Copy(q, p)
	return q
}

// differs returns the names of files whose content differs between o and p, or that only
// one of them has.
func (o Overlay) differs(p Overlay) map[string]bool {
	names := make(map[string]bool)
	for name := range maps.Keys(o) {
		if _, ok := p[name]; !ok {
			names[name] = true
		}
	}
	for name, text := range p {
		if old, ok := o[name]; !ok || !bytes.Equal(old, text) {
			names[name] = true
		}
	}
	return names
}

// Agrees reports whether o and p have the same content of the files.
func (o Overlay) Agrees(p Overlay, files map[string]bool) bool {
	for name := range o.differs(p) {
		if files[name] {
			return false
		}
	}
	return true
}
