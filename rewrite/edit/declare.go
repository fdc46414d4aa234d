package edit

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/plan"
	"github.com/closurefix/closurefix/rewrite/prose"
	"github.com/dave/dst"
)

// declare returns the edits of the declaration of prepare.
func declare(p *plan.Plan, s *source) ([]Edit, error) {
	if p.Form == plan.Bound {
		return boundEdits(s, p)
	}
	if p.Local != nil {
		return relocate(p, s)
	}
	e, err := redeclare(p, s)
	return []Edit{e}, err
}

// redeclare returns the edit that replaces the declaration of prepare by its new
// declaration, the type of the state if there is one, and finish.
func redeclare(p *plan.Plan, s *source) (Edit, error) {
	from, to := s.extent(p.Prepare.Decl)
	t, err := newTree(s, p.Prepare.Decl, from, to)
	if err != nil {
		return Edit{}, err
	}
	d := &declarer{Plan: p, tree: t, prepare: t.node(p.Prepare.Decl).(*dst.FuncDecl)}
	if err := d.callMethods(); err != nil {
		return Edit{}, err
	}
	decls, err := d.rewrite()
	if err != nil {
		return Edit{}, err
	}
	text, err := print(decls)
	if err != nil {
		return Edit{}, err
	}
	if c := lostComment(s.file, from, to, text, p.Prepare.Decl, p.Prose()); c != nil {
		return Edit{}, s.lost(c)
	}
	if !s.clean {
		text = keepStyle(string(toLF(s.text[s.offset(from):s.offset(to)])), text)
	}
	// Separate finish from a following one-line function.
	if rest := toLF(s.text[s.offset(to):min(len(s.text), s.offset(to)+4)]); len(rest) > 1 && rest[0] == '\n' && rest[1] != '\n' {
		text += "\n"
	}
	if s.newline() == "\r\n" {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return Edit{File: s.name, Start: s.offset(from), End: s.offset(to), New: text}, nil
}

func (d *declarer) rewrite() ([]dst.Decl, error) {
	if d.Plan.Merged {
		return d.merge()
	}
	d.prepare.Decs.Before, d.prepare.Decs.After = dst.EmptyLine, dst.EmptyLine
	d.mend()
	steps := []func() error{d.inner, d.unbind, d.returns, d.fold, d.signature}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	decls := []dst.Decl{d.prepare}
	if d.Plan.Finish.Existing {
		return decls, nil
	}
	if d.Plan.Form == plan.Handed {
		state, err := d.state()
		if err != nil {
			return nil, err
		}
		decls = append(decls, state)
	}
	finish, err := d.finishDecl()
	if err != nil {
		return nil, err
	}
	return append(decls, finish), nil
}

// merge returns finish, which replaces prepare and has its doc comment.
func (d *declarer) merge() ([]dst.Decl, error) {
	d.mend()
	ret := d.prepare.Body.List[len(d.prepare.Body.List)-1].Decorations()
	finish, err := d.finishDecl()
	if err != nil {
		return nil, err
	}
	fn := finish.(*dst.FuncDecl)
	if len(ret.Start) > 0 {
		first := fn.Body.List[0].Decorations()
		first.Start, first.Before = slices.Concat(ret.Start, first.Start), dst.NewLine
	}
	fn.Decs.End = d.prepare.Decs.End
	fn.Decs.Start = d.prepare.Decs.Start
	fn.Decs.Before, fn.Decs.After = dst.EmptyLine, dst.EmptyLine
	return []dst.Decl{fn}, nil
}

// mend updates the doc comment of prepare to mention finish instead of the returned
// cleanup.
func (d *declarer) mend() {
	words := d.Plan.Prose()
	d.prepare.Decs.Start = words.MendDoc(d.prepare.Decs.Start)
	stays := make(map[dst.Node]bool) // cleanups, and statements whose comments go to finish
	for _, l := range d.Prepare.Literals {
		stays[d.node(l.Lit)] = true
		if l.Bind != nil && l.Choice == nil {
			bind := d.node(l.Bind)
			stays[bind] = true
			if !d.Plan.Keeps(l) {
				bind.Decorations().Start = mendInside(words.Moved(), bind.Decorations().Start)
			}
		}
	}
	dst.Inspect(d.prepare.Body, func(n dst.Node) bool {
		if stmt, ok := n.(dst.Stmt); ok && !stays[n] {
			decs := stmt.Decorations()
			decs.Start = mendInside(words.Inside(), decs.Start)
		}
		return !stays[n]
	})
}

// mendInside mends the comments above a statement, each of which is between empty lines.
func mendInside(words prose.Change, decs []string) []string {
	var all, group []string
	for _, line := range append(slices.Clone(decs), "\n") {
		if line != "\n" {
			group = append(group, line)
			continue
		}
		if len(group) > 0 {
			all = append(all, words.MendDoc(group)...)
		}
		all, group = append(all, line), nil
	}
	return all[:len(all)-1]
}

// lostComment returns a comment between two positions that is missing in the new
// source, or nil. It compares the doc comment of prepare as it is after its update. A
// comment that says that a literal does nothing may go with that literal.
func lostComment(f *ast.File, from, to token.Pos, text string, decl *ast.FuncDecl, words prose.Change) *ast.Comment {
	doc := decl.Doc
	fset := token.NewFileSet()
	printed, err := parser.ParseFile(fset, "", "package p\n"+text, parser.ParseComments|parser.SkipObjectResolution)
	have := make(map[string]int)
	if err == nil {
		for _, g := range printed.Comments {
			for _, c := range g.List {
				have[squeeze(c.Text)]++
			}
		}
	}
	takes := func(comment string) bool {
		have[squeeze(comment)]--
		return have[squeeze(comment)] >= 0
	}
	if doc != nil {
		var lines []string
		for _, c := range doc.List {
			lines = append(lines, c.Text)
		}
		for _, line := range words.MendDoc(lines) {
			if !takes(line) {
				return doc.List[0]
			}
		}
	}
	for _, g := range flow.Comments(f, from, to) {
		comments := between(f, max(from, g.Pos()), min(to, g.End()))
		if g == doc || len(comments) == 0 {
			continue
		}
		var lines []string
		for _, c := range comments {
			lines = append(lines, c.Text)
		}
		if slices.ContainsFunc([]prose.Change{words.Inside(), words.Moved()}, func(words prose.Change) bool {
			mended := words.MendDoc(lines)
			if slices.Equal(mended, lines) || slices.ContainsFunc(mended, func(line string) bool { return have[squeeze(line)] <= 0 }) {
				return false
			}
			for _, line := range mended {
				takes(line)
			}
			return true
		}) {
			continue
		}
		for _, c := range comments {
			if !takes(c.Text) && (!prose.SaysNothing(c.Text) || !inEmpty(decl, c)) {
				return c
			}
		}
	}
	return nil
}

// inEmpty reports whether a comment is in a function literal of a declaration that does
// nothing but return.
func inEmpty(decl *ast.FuncDecl, c *ast.Comment) bool {
	in := false
	ast.Inspect(decl, func(n ast.Node) bool {
		lit, ok := n.(*ast.FuncLit)
		if !ok || !(lit.Body.Pos() < c.Pos() && c.End() <= lit.Body.End()) {
			return true
		}
		in = !slices.ContainsFunc(lit.Body.List, func(s ast.Stmt) bool {
			_, ok := s.(*ast.ReturnStmt)
			return !ok
		})
		return true
	})
	return in
}
