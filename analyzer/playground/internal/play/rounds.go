package play

import (
	"errors"
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/edit"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/suppress"
)

// A run holds what was decided in the rounds so far.
type run struct {
	options Options
	imports types.Importer
	failed  map[pattern.Key]string               // rewrites after which the file does not type-check, with the error
	done    map[pattern.Key]*candidate.Candidate // rewrites that were applied
	first   []*candidate.Candidate               // what the first round found
	late    []*candidate.Candidate               // rewrites of functions that it did not find
}

// find returns the candidates of a unit, without those that a comment silences.
func (r *run) find(u *pattern.Unit) []*candidate.Candidate {
	found := candidate.Find(&callers.World{
		Units: []*pattern.Unit{u}, Module: true, All: r.options.All, Exported: r.options.Exported, Tests: true,
	})
	comments := suppress.New(suppress.All)
	return slices.DeleteFunc(found, func(c *candidate.Candidate) bool {
		return comments.Func(u.Fset, c.Prepare.File, c.Prepare.Decl)
	})
}

// step applies rewrites and returns the file after them, which type-checks. The unit is nil
// if there are none. It applies all that change different declarations, or, if those do not
// go together, the first that can be applied.
func (r *run) step(text string, found []*candidate.Candidate) (string, *pattern.Unit) {
	ordered, _ := candidate.InnerFirst(found, (*candidate.Candidate).Nesting)
	ordered = slices.DeleteFunc(ordered, func(c *candidate.Candidate) bool {
		_, failed := r.failed[c.Prepare.Key]
		return failed || len(c.Edits) == 0
	})
	if apart := disjoint(ordered); len(apart) > 1 {
		if next, u, err := r.apply(text, apart); err == nil {
			return next, u
		}
	}
	for _, c := range ordered {
		next, u, err := r.apply(text, []*candidate.Candidate{c})
		if err == nil {
			return next, u
		}
		r.failed[c.Prepare.Key] = err.Error()
	}
	return "", nil
}

// apply applies rewrites together.
func (r *run) apply(text string, list []*candidate.Candidate) (string, *pattern.Unit, error) {
	var edits []edit.Edit
	for _, c := range list {
		edits = append(edits, c.Edits...)
	}
	next, err := edit.Apply([]byte(text), edits)
	if err != nil {
		return "", nil, err
	}
	u, problems := load(string(next), r.imports)
	if problems != nil {
		return "", nil, errors.New(problems[0].Message)
	}
	for _, c := range list {
		key := c.Prepare.Key
		is := func(c *candidate.Candidate) bool { return c.Prepare.Key == key }
		if r.done[key] == nil && !slices.ContainsFunc(r.first, is) {
			r.late = append(r.late, c)
		}
		r.done[key] = c
		for _, fw := range c.Plan.Forwarders { // those that are findings, too, are done with it
			is := func(c *candidate.Candidate) bool { return c.Prepare.Key == fw.Key }
			if r.done[fw.Key] == nil && slices.ContainsFunc(r.first, is) {
				r.done[fw.Key] = &candidate.Candidate{Prepare: fw.Prepare}
			}
		}
	}
	return string(next), u, nil
}

// disjoint returns the candidates whose edits are in other declarations than those of all
// candidates before.
func disjoint(list []*candidate.Candidate) []*candidate.Candidate {
	taken := make(map[ast.Decl]bool)
	return slices.DeleteFunc(slices.Clone(list), func(c *candidate.Candidate) bool {
		file := c.Prepare.File
		start := c.Prepare.Unit.Fset.File(file.FileStart)
		var own []ast.Decl
		for _, d := range file.Decls {
			from, to := start.Offset(d.Pos()), start.Offset(d.End())
			if slices.ContainsFunc(c.Edits, func(e edit.Edit) bool { return from <= e.End && e.Start <= to }) {
				own = append(own, d)
			}
		}
		if slices.ContainsFunc(own, func(d ast.Decl) bool { return taken[d] }) {
			return true
		}
		for _, d := range own {
			taken[d] = true
		}
		return false
	})
}
