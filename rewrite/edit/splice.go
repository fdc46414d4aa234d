package edit

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"slices"
	"sort"

	"github.com/closurefix/closurefix/rewrite/internal/linediff"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// An Edit replaces the bytes [Start, End) of a file.
type Edit struct {
	File       string
	Start, End int
	New        string
}

// A source is one file under change.
type source struct {
	unit    *pattern.Unit
	file    *ast.File
	name    string
	text    []byte
	splices []Edit
	imports []spell.Import // to add
	clean   bool           // the file is gofmt-clean
}

// A maker turns a plan into edits.
type maker struct {
	Plan    *plan.Plan
	Prepare *pattern.Prepare
}

func (c *maker) refuse(code refusal.Code, pos token.Pos, reason string) *refusal.Refusal {
	return &refusal.Refusal{
		Code: code, Name: c.Prepare.Key.String(), Reason: reason,
		Pos: c.Prepare.Unit.Fset.PositionFor(pos, false),
	}
}

// Make returns the edits that carry out a plan, sorted by file and offset. The
// declaration of the prepare function goes through dst, the sites are splices. Each
// file that was gofmt-clean is made so again, and the difference of old and new lines
// is the edit.
func Make(p *plan.Plan, clean Clean) ([]Edit, *refusal.Refusal) {
	return (&maker{p, p.Prepare}).edits(clean)
}

func (c *maker) edits(clean Clean) ([]Edit, *refusal.Refusal) {
	sources := make(map[string]*source)
	open := func(u *pattern.Unit, pos token.Pos) (*source, *refusal.Refusal) {
		name := u.Filename(pos)
		if s := sources[name]; s != nil {
			return s, nil
		}
		text, err := u.ReadFile(name)
		if err != nil {
			return nil, c.refuse(refusal.InternalError, pos, err.Error())
		}
		file := u.FileOf(pos)
		if tf := u.Fset.File(file.Package); tf.Size() != len(text) {
			return nil, c.refuse(refusal.InternalError, pos, fmt.Sprintf("%s is not what was type-checked", name))
		}
		s := &source{unit: u, file: file, name: name, text: text}
		s.clean = clean.of(s)
		sources[name] = s
		return s, nil
	}
	p := c.Plan.Prepare
	home, r := open(p.Unit, p.Decl.Pos())
	if r != nil {
		return nil, r
	}
	home.imports = c.Plan.Imports
	if r := c.declare(home); r != nil {
		return nil, r
	}
	for _, sp := range c.Plan.Sites {
		s, r := open(sp.Site.Unit, sp.Site.Call.Pos())
		if r != nil {
			return nil, r
		}
		if r := c.site(s, sp); r != nil {
			return nil, r
		}
	}
	names := make([]string, 0, len(sources))
	for n := range sources {
		names = append(names, n)
	}
	sort.Strings(names)
	var all []Edit
	for _, n := range names {
		s := sources[n]
		text, r := c.finish(s)
		if r != nil {
			return nil, r
		}
		for _, e := range linediff.Edits(string(s.text), string(text)) {
			all = append(all, Edit{File: n, Start: e.Start, End: e.End, New: e.New})
		}
	}
	return all, nil
}

// Clean remembers which files are gofmt-clean, by name, for all the plans that edit
// them. It is empty at first.
type Clean map[string]bool

func (c Clean) of(s *source) bool {
	clean, known := c[s.name]
	if !known {
		text := toLF(s.text)
		formatted, err := format.Source(text)
		clean = err == nil && bytes.Equal(formatted, text)
		c[s.name] = clean
	}
	return clean
}

// finish applies the splices of a file, mends its imports, and formats it if it was
// gofmt-clean.
func (c *maker) finish(s *source) ([]byte, *refusal.Refusal) {
	at := c.Prepare.Decl.Name.Pos()
	text, err := Apply(s.text, s.splices)
	if err != nil {
		return nil, c.refuse(refusal.InternalError, at, fmt.Sprintf("%s: %v", s.name, err))
	}
	text, err = fixImports(s, text)
	if err != nil {
		return nil, c.refuse(refusal.CommentLost, at, err.Error())
	}
	crlf := bytes.Contains(s.text, []byte("\r\n"))
	if s.clean {
		text, err = format.Source(toLF(text))
		if err != nil {
			return nil, c.refuse(refusal.InternalError, at, fmt.Sprintf("%s: the rewritten file does not parse: %v", s.name, err))
		}
		if crlf {
			text = bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
		}
		return text, nil
	}
	if _, err := parser.ParseFile(token.NewFileSet(), s.name, text, parser.SkipObjectResolution); err != nil {
		return nil, c.refuse(refusal.InternalError, at, fmt.Sprintf("the rewritten file does not parse: %v", err))
	}
	return text, nil
}

func toLF(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }

// Apply returns text with the edits made, whatever their files. They must not overlap;
// insertions at one place keep their order.
func Apply(text []byte, edits []Edit) ([]byte, error) {
	edits = slices.Clone(edits)
	sort.SliceStable(edits, func(i, j int) bool {
		if edits[i].Start != edits[j].Start {
			return edits[i].Start < edits[j].Start
		}
		return edits[i].End < edits[j].End
	})
	var out []byte
	last := 0
	for _, e := range edits {
		if e.Start < last || e.End < e.Start || e.End > len(text) {
			return nil, fmt.Errorf("edits overlap at offset %d", e.Start)
		}
		out = append(out, text[last:e.Start]...)
		out = append(out, e.New...)
		last = e.End
	}
	return append(out, text[last:]...), nil
}

// replace plans the replacement of the source between two positions. A comment
// in between refuses, unless the new text is known to hold it.
func (c *maker) replace(s *source, from, to token.Pos, text string) *refusal.Refusal {
	for _, g := range s.file.Comments {
		for _, com := range g.List {
			if from < com.End() && com.Pos() < to {
				return &refusal.Refusal{
					Code: refusal.CommentLost, Name: c.Prepare.Key.String(), Pos: s.unit.Fset.PositionFor(com.Pos(), false),
					Reason: "a comment stands in code that goes away",
				}
			}
		}
	}
	s.splices = append(s.splices, Edit{File: s.name, Start: s.offset(from), End: s.offset(to), New: text})
	return nil
}

func (s *source) offset(pos token.Pos) int { return s.unit.Fset.PositionFor(pos, false).Offset }

// src returns the source text of a node.
func (s *source) src(n ast.Node) string {
	return string(s.text[s.offset(n.Pos()):s.offset(n.End())])
}

// indent returns the white space at the start of the line of pos.
func (s *source) indent(pos token.Pos) string {
	end := s.offset(pos)
	start := bytes.LastIndexByte(s.text[:end], '\n') + 1
	i := start
	for i < end && (s.text[i] == ' ' || s.text[i] == '\t') {
		i++
	}
	return string(s.text[start:i])
}

// startsLine reports whether nothing but white space stands before pos on its line.
func (s *source) startsLine(pos token.Pos) bool {
	end := s.offset(pos)
	return end-len(s.indent(pos)) == bytes.LastIndexByte(s.text[:end], '\n')+1
}

// newline returns the line end that the file uses.
func (s *source) newline() string {
	if bytes.Contains(s.text, []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}
