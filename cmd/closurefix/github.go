package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/visible"
	"github.com/closurefix/closurefix/rewrite"
)

// github prints each finding as a workflow command, which makes GitHub Actions
// show it beside the line: a warning, or a notice if it is refused. See
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands.
func (p *printer) github(res *rewrite.Result) error {
	root := repository(p.dir)
	short := func(name string) string {
		if rel, err := filepath.Rel(root, name); err == nil && filepath.IsLocal(rel) {
			return filepath.ToSlash(rel)
		}
		return name
	}
	var b strings.Builder
	for _, f := range res.Findings {
		level := "warning"
		if f.Refusal != nil {
			level = "notice"
		}
		text := f.Message + "\n" + f.Outcome(short)
		for _, n := range f.Notes {
			text += "\nnote: " + n
		}
		if f.Heap != nil {
			text += "\non the heap: " + cost(f.Heap)
		}
		fmt.Fprintf(&b, "::%s file=%s,line=%d,endLine=%d,col=%d,endColumn=%d,title=%s::%s\n", level,
			property(short(f.Pos.Filename)), f.Pos.Line, f.End.Line, f.Pos.Column, f.End.Column,
			property("closurefix: "+string(f.Kind)), data(text))
	}
	_, err := io.WriteString(p.raw, b.String())
	return err
}

// data returns the message of a workflow command with the characters that mean
// something to the runner escaped, and those that nobody sees written out.
func data(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(visible.Text(s))
}

// property does the same for the value of a property.
func property(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(data(s))
}

// repository returns the root of the repository that holds dir, to which code
// hosts want names of files to be relative: the nearest directory with a .git, or
// else dir itself.
func repository(dir string) string {
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Lstat(filepath.Join(d, ".git")); err == nil {
			return d
		}
		if d == filepath.Dir(d) {
			return dir
		}
	}
}
