package load

import (
	"bytes"
	"go/build/constraint"
	"path/filepath"
	"slices"
	"strings"
)

// constrained reports whether a file may be built in some configurations of t and not in
// others with the same tags. It may also report true for other files.
func (t *Tree) constrained(name string) bool {
	_, words, _ := strings.Cut(strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)), "_")
	if slices.ContainsFunc(strings.Split(words, "_"), t.varies) {
		return true
	}
	text, err := t.Source.Peek(name)
	if err != nil || bytes.Contains(text, []byte(`"C"`)) { // there is no cgo for other systems
		return true
	}
	for rest := text; ; {
		i := bytes.Index(rest, []byte("build"))
		if i < 0 {
			return false
		}
		start, end := bytes.LastIndexByte(rest[:i], '\n')+1, bytes.IndexByte(rest[i:], '\n')+i
		if end < i {
			end = len(rest)
		}
		line := strings.TrimSpace(strings.TrimPrefix(string(rest[start:end]), "\ufeff"))
		rest = rest[end:]
		if !constraint.IsGoBuild(line) && !constraint.IsPlusBuild(line) {
			continue
		}
		x, err := constraint.Parse(line)
		if err != nil {
			return true
		}
		found := false
		x.Eval(func(tag string) bool {
			found = found || t.varies(tag)
			return false
		})
		if found {
			return true
		}
	}
}

// varies reports whether a build tag may be true in some configurations of t and false in
// others.
func (t *Tree) varies(tag string) bool {
	tag, _, _ = strings.Cut(tag, ".") // amd64.v3, goexperiment.x
	switch tag {
	case "unix", "cgo", "goexperiment", "boringcrypto":
		return true
	}
	return t.systems[tag]
}
