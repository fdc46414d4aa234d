package load

import (
	"bytes"
	"go/build/constraint"
	"path/filepath"
	"slices"
	"strings"
)

// bound reports whether a file may be built in one configuration of t and not in another
// one with the same tags. It may report true too often.
func (t *Tree) bound(name string) bool {
	_, words, _ := strings.Cut(strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)), "_")
	if slices.ContainsFunc(strings.Split(words, "_"), t.tells) {
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
			found = found || t.tells(tag)
			return false
		})
		if found {
			return true
		}
	}
}

// tells reports whether a build tag may hold in one configuration of t and not in
// another one.
func (t *Tree) tells(tag string) bool {
	tag, _, _ = strings.Cut(tag, ".") // amd64.v3, goexperiment.x
	switch tag {
	case "unix", "cgo", "goexperiment", "boringcrypto":
		return true
	}
	return t.systems[tag]
}
