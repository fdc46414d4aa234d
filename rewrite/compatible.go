package rewrite

import (
	"go/ast"
	"iter"
	"slices"

	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/edit"
	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/internal/load"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
)

// compatible returns the changes of the next round: those that are not refused or settled
// and that are independent of each other. Two changes are independent if they edit
// different top-level declarations, or if they share only callers, in which each edits
// simple statements of its own. A caller of many functions would otherwise take as many
// rounds.
func compatible(changes []*change, settled map[id]bool) []*change {
	taken := make(map[place]bool) // by a change that shares it, if true
	edited, statements := make(ranges), make(ranges)
	var group []*change
	ordered, inner := candidate.InnerFirst(changes, func(c *change) candidate.Nesting { return c.first.nesting })
	open := make(map[*change]bool)
	for _, c := range ordered {
		if c.refusal != nil || settled[c.id()] {
			continue
		}
		open[c] = true
		if slices.ContainsFunc(inner[c], func(i *change) bool { return i != c && open[i] }) {
			continue // its cleanup is to capture the state of the inner one
		}
		free := true
		for p, stmts := range c.places {
			shared, known := taken[p]
			free = free && (!known || shared && stmts != nil && !slices.ContainsFunc(stmts, statements.touch))
		}
		for _, name := range c.files() {
			free = free && !slices.ContainsFunc(c.edits[name], edited.touch)
		}
		if !free {
			continue
		}
		for p, stmts := range c.places {
			taken[p] = stmts != nil
			for _, s := range stmts {
				statements.add(s)
			}
		}
		for _, name := range c.files() {
			for _, e := range c.edits[name] {
				edited.add(e)
			}
		}
		group = append(group, c)
	}
	return lastApart(group)
}

// lastApart removes from a group one of the changes that use a declaration less than before, if there are several. In a later
// round the last of them sees that nothing uses it any more, and removes it.
func lastApart(group []*change) []*change {
	users := make(map[string]int)
	for _, c := range group {
		for _, name := range c.first.frees {
			users[name]++
		}
	}
	waits := make(map[string]bool)
	return slices.DeleteFunc(group, func(c *change) bool {
		names := c.first.frees
		if !slices.ContainsFunc(names, func(name string) bool { return users[name] > 1 && !waits[name] }) {
			return false
		}
		for _, name := range names {
			waits[name] = true
		}
		return true
	})
}

// A place is a top-level declaration.
type place struct {
	file string
	decl int // index
}

// declarationsOf returns the declarations that the edits of a candidate of a view change. For those that it
// can share with other changes it returns the ranges of the statements of which it edits parts.
func declarationsOf(c *candidate.Candidate, edits map[string][]edit.Edit, v *load.View) map[place][]edit.Edit {
	places := make(map[place][]edit.Edit)
	sites := make(map[ast.Decl][]*plan.SitePlan)
	for _, sp := range c.Plan.Sites {
		sites[sp.Site.Decl] = append(sites[sp.Site.Decl], sp)
	}
	for name, list := range edits {
		for _, e := range list {
			for _, d := range v.Declarations(name, e.Start, e.End) {
				p := place{name, d}
				if _, known := places[p]; !known {
					decl := v.Syntax[name].Decls[d]
					places[p] = statementsIn(c, name, decl, sites[decl])
				}
			}
		}
	}
	return places
}

// statementsIn returns the ranges of the statements that a candidate edits in a declaration, which
// has the given sites, or nil if it cannot share the declaration. It can if all that it edits there are
// assignments of the results of prepare, calls of the cleanup and tests whether it is nil. It must not bring a
// name, since another change could bring the same, and there must not be a comment, which
// gofmt could align with one in another statement.
func statementsIn(c *candidate.Candidate, name string, decl ast.Decl, sites []*plan.SitePlan) []edit.Edit {
	fn, ok := decl.(*ast.FuncDecl)
	if !ok || decl == c.Prepare.Facts.Decl {
		return nil
	}
	var all []edit.Edit
	for _, sp := range sites {
		s := sp.Site
		if all == nil && len(flow.Comments(s.File, fn.Type.Pos(), fn.End())) > 0 || !simple(sp) {
			return nil
		}
		for _, n := range parts(s) {
			file := s.Unit.Fset.File(n.Pos())
			all = append(all, edit.Edit{File: name, Start: file.Offset(n.Pos()), End: file.Offset(n.End())})
		}
	}
	return all
}

// simple reports whether what a plan edits at a site are the assignment of the results and
// calls of the cleanup.
func simple(sp *plan.SitePlan) bool {
	s := sp.Site
	if s.Form != pattern.Assigned && s.Form != pattern.Immediate || s.Stmt == nil || s.Shared || sp.Shares || sp.Variable != "" || len(sp.Names) > 0 {
		return false
	}
	return !slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool {
		switch u.Kind {
		case pattern.DeferCall, pattern.GoCall, pattern.Call:
			return u.Stmt == nil
		case pattern.NilTest:
			_, ok := u.Stmt.(*ast.IfStmt)
			return !ok
		}
		return true
	})
}

// parts returns the nodes of which a change edits parts at a simple site.
func parts(s *pattern.Site) []ast.Node {
	all := []ast.Node{s.Stmt}
	for _, u := range s.Uses {
		if i, ok := u.Stmt.(*ast.IfStmt); ok && u.Kind == pattern.NilTest {
			all = append(all, i.Cond)
		} else {
			all = append(all, u.Stmt)
		}
	}
	return all
}

// A ranges holds ranges of files, by the blocks of some bytes that they lie in.
type ranges map[block][]edit.Edit

type block struct {
	file   string
	number int
}

// blocks returns the blocks in which an edit has bytes, or stands at the border.
func blocks(e edit.Edit) iter.Seq[block] {
	const size = 512
	return func(yield func(block) bool) {
		for n := e.Start / size; n <= e.End/size && yield(block{e.File, n}); n++ {
		}
	}
}

func (r ranges) add(e edit.Edit) {
	for b := range blocks(e) {
		r[b] = append(r[b], e)
	}
}

// touch reports whether an edit overlaps one of the ranges, or borders on it.
func (r ranges) touch(e edit.Edit) bool {
	for b := range blocks(e) {
		if slices.ContainsFunc(r[b], func(o edit.Edit) bool { return e.Start <= o.End && o.Start <= e.End }) {
			return true
		}
	}
	return false
}
