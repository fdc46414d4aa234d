package analyzer

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"

	"github.com/closurefix/closurefix/rewrite/edit"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"golang.org/x/tools/go/analysis"
)

// A fixes hands out the fixes of one pass, as far as they go together.
type fixes struct {
	unit     *pattern.Unit
	test     string             // an in-package test outside the unit, if any
	touched  map[token.Pos]bool // declarations that a fix edits
	declared map[string]bool    // names that a fix declares
}

// of returns the candidate's edits as a fix. If there is none, it says why,
// except for a refusal, which speaks for itself.
func (x *fixes) of(c *edit.Candidate) (fix *analysis.SuggestedFix, why string) {
	switch {
	case len(c.Edits) == 0:
		return nil, ""
	case token.IsExported(c.Prepare.Key.Name):
		// In a command, too: its external tests may call it.
		return nil, "it is exported, and callers may be out of sight"
	case x.test != "":
		// Where a driver looks at the package with its tests as well, it
		// gets the fix there.
		return nil, x.test + " is out of sight"
	}
	fix = &analysis.SuggestedFix{
		Message: fmt.Sprintf("Rewrite %s and its callers without the closure", c.Prepare.Key),
	}
	var decls []token.Pos
	var names []string
	for _, e := range c.Edits {
		f := fileNamed(x.unit, e.File)
		if f == nil {
			return nil, e.File + " is out of sight"
		}
		t := x.unit.Fset.File(f.FileStart)
		if e.Start > e.End || e.End > t.Size() {
			return nil, e.File + " has changed"
		}
		pos, end := t.Pos(e.Start), t.Pos(e.End)
		fix.TextEdits = append(fix.TextEdits, analysis.TextEdit{Pos: pos, End: end, NewText: []byte(e.New)})
		decls = append(decls, declsAt(f, pos, end)...)
		for _, m := range declaration.FindAllStringSubmatch(e.New, -1) {
			names = append(names, m[1])
		}
	}
	if slices.ContainsFunc(decls, func(d token.Pos) bool { return x.touched[d] }) ||
		slices.ContainsFunc(names, func(n string) bool { return x.declared[n] }) {
		return nil, "another fix of this package comes first: apply it and run again"
	}
	for _, d := range decls {
		x.touched[d] = true
	}
	for _, n := range names {
		x.declared[n] = true
	}
	return fix, ""
}

// declaration matches what new text declares at the top level.
var declaration = regexp.MustCompile(`(?m)^(?:func (?:\([^)]*\) )?|type )(\w+)`)

// fileNamed returns the file of the unit with the name, or nil.
func fileNamed(u *pattern.Unit, name string) *ast.File {
	for _, f := range u.Files {
		if u.Filename(f.FileStart) == name {
			return f
		}
	}
	return nil
}

// declsAt returns the positions of the top-level declarations that the range
// touches.
func declsAt(f *ast.File, pos, end token.Pos) []token.Pos {
	var decls []token.Pos
	for _, d := range f.Decls {
		if d.Pos() <= end && pos <= d.End() {
			decls = append(decls, d.Pos())
		}
	}
	return decls
}
