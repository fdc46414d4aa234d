package process

import (
	"os"
	"slices"
	"strings"
)

// Scratch makes a temporary directory, and an environment in which the go command
// keeps its own temporary files there: it leaves them behind if it is killed.
// remove removes all.
func Scratch(env []string) (dir string, with []string, remove func(), err error) {
	parent := ""
	for _, v := range env {
		if value, ok := strings.CutPrefix(v, "GOTMPDIR="); ok {
			parent = value // the last one counts
		}
	}
	if dir, err = os.MkdirTemp(parent, "closurefix-"); err != nil {
		return "", nil, nil, err
	}
	return dir, append(slices.Clone(env), "GOTMPDIR="+dir), func() { os.RemoveAll(dir) }, nil
}
