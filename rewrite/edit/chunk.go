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

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// Files caches facts about the files of a world for all plans that edit them, so that
// the work for a plan depends on the declarations that it changes and not on the length
// of their files. The zero Files is ready for use.
type Files struct {
	sources map[*ast.File]*source
	clean   map[string]bool // by name: several units may have a file
}

// open returns the file of a position.
func (fs *Files) open(u *pattern.Unit, pos token.Pos) (*source, error) {
	file := u.FileOf(pos)
	if s := fs.sources[file]; s != nil {
		return s, nil
	}
	name := u.Filename(pos)
	text, err := u.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if u.Fset.File(file.Package).Size() != len(text) {
		return nil, fmt.Errorf("%s has changed since it was type-checked", name)
	}
	clean, known := fs.clean[name]
	if !known {
		lf := toLF(text)
		formatted, err := format.Source(lf)
		clean = err == nil && bytes.Equal(formatted, lf)
	}
	if fs.sources == nil {
		fs.sources, fs.clean = make(map[*ast.File]*source), make(map[string]bool)
	}
	s := &source{unit: u, file: file, name: name, text: text, clean: clean, crlf: bytes.Contains(text, []byte("\r\n"))}
	s.imports = s.importNames()
	s.cuts, s.inBody = cuts(name, text, s.imports)
	fs.sources[file], fs.clean[name] = s, clean
	return s, nil
}

// Tidy returns a file after several changes as gofmt prints it, if it was gofmt-clean before: each change by itself leaves it
// clean, but the columns that gofmt aligns depend on all of them.
func Tidy(before, after []byte) []byte {
	old, lf := toLF(before), toLF(after)
	if formatted, err := format.Source(old); err != nil || !bytes.Equal(formatted, old) {
		return after
	}
	formatted, err := format.Source(lf)
	switch {
	case err != nil || bytes.Equal(formatted, lf):
		return after
	case len(old) < len(before):
		return bytes.ReplaceAll(formatted, []byte("\n"), []byte("\r\n"))
	}
	return formatted
}

func toLF(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }

// cuts returns the offsets at which a file can be divided into chunks that gofmt
// formats in the same way alone as within the file. The first chunk has the package
// clause and all imports. Every other one begins with a declaration, or its doc
// comment, after a blank line, where gofmt's alignment of columns ends, or with a
// statement of a function's body (see bodyCuts). inBody has the offsets of the latter.
// The file's imports have the given names; nil means that they are not known.
func cuts(name string, text []byte, imports map[string]bool) (all []int, inBody map[int]bool) {
	whole := []int{0}
	if n := bytes.Count(text, []byte("\r\n")); n > 0 && n != bytes.Count(text, []byte("\n")) {
		return whole, nil // all lines get the same line ending
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return whole, nil
	}
	all, inBody = whole, make(map[int]bool)
	for _, d := range f.Decls {
		at := d.Pos()
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Doc != nil {
				at = d.Doc.Pos()
			}
		case *ast.GenDecl:
			if d.Tok == token.IMPORT {
				continue
			}
			if d.Doc != nil {
				at = d.Doc.Pos()
			}
		}
		offset := fset.PositionFor(at, false).Offset
		if before := text[:offset]; bytes.HasSuffix(before, []byte("\n\n")) || bytes.HasSuffix(before, []byte("\n\r\n")) {
			all = append(all, offset)
		}
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil && imports != nil {
			for _, at := range bodyCuts(fset, text, fn, imports) {
				all = append(all, at)
				inBody[at] = true
			}
		}
	}
	// gofmt moves build constraints to the head of a file.
	for _, constraint := range []string{"//go:build", "+build"} {
		if len(all) > 1 && bytes.Contains(text[all[1]:], []byte(constraint)) {
			return whole, nil
		}
	}
	return all, inBody
}

// bodyCuts returns the offsets at which the body of a function can be divided: between
// two statements with nothing but one line break or two between them. gofmt aligns
// nothing across such a place, since the line before it has no comment at its end. There is none if a name of an
// import may be declared in the function, since the name then depends on other chunks.
func bodyCuts(fset *token.FileSet, text []byte, fn *ast.FuncDecl, imports map[string]bool) []int {
	shadowed := false
	ast.PreorderStack(fn, nil, func(n ast.Node, stack []ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && imports[id.Name] {
			sel, ok := stack[len(stack)-1].(*ast.SelectorExpr)
			shadowed = shadowed || !ok || sel.X != n
		}
		return !shadowed
	})
	if shadowed {
		return nil
	}
	var all []int
	end := -1 // of the statement before, if it may have a cut after it
	for _, s := range fn.Body.List {
		from, to := fset.PositionFor(s.Pos(), false).Offset, fset.PositionFor(s.End(), false).Offset
		if !plain(s) || !bytes.HasPrefix(text[to:], []byte("\n")) {
			end = -1
			continue
		}
		if end >= 0 && (string(text[end:from]) == "\n\t" || string(text[end:from]) == "\n\n\t") {
			all = append(all, end+1)
		}
		end = to
	}
	return all
}

// plain reports whether gofmt prints a statement on lines of its own, with the indentation of
// the statements around it.
func plain(s ast.Stmt) bool {
	switch s.(type) {
	case *ast.EmptyStmt, *ast.LabeledStmt, *ast.BadStmt:
		return false
	}
	return true
}

// A chunk is a part of a file, with its new source.
type chunk struct {
	start, end int // offsets in the file
	text       []byte
}

// divide applies splices to the chunks that they touch. Adjacent chunks are merged.
func (s *source) divide(splices []Edit) ([]*chunk, error) {
	splices = slices.Clone(splices)
	slices.SortStableFunc(splices, byOffset)
	var chunks []*chunk
	of := make(map[*chunk][]Edit)
	for _, e := range splices {
		c := s.chunk(e.Start, e.End)
		if n := len(chunks); n > 0 && c.start <= chunks[n-1].end {
			chunks[n-1].end = max(chunks[n-1].end, c.end)
			c = chunks[n-1]
		} else {
			chunks = append(chunks, c)
		}
		of[c] = append(of[c], e)
	}
	for _, c := range chunks {
		local := of[c]
		for i := range local {
			local[i].Start -= c.start
			local[i].End -= c.start
		}
		var err error
		if c.text, err = Apply(s.text[c.start:c.end], local); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return chunks, nil
}

// chunk returns the unchanged chunk around the bytes [start, end). If these include the
// end of a chunk, it is merged with the next one.
func (s *source) chunk(start, end int) *chunk {
	i := max(0, sort.SearchInts(s.cuts, start+1)-1)
	j := sort.SearchInts(s.cuts, end+1)
	c := &chunk{start: s.cuts[i], end: len(s.text)}
	if j < len(s.cuts) {
		c.end = s.cuts[j]
	}
	c.text = s.text[c.start:c.end]
	return c
}

// head returns chunks with the first chunk of the file added if it is missing.
func (s *source) head(chunks []*chunk) []*chunk {
	if len(chunks) > 0 && chunks[0].start == 0 {
		return chunks
	}
	return slices.Insert(chunks, 0, s.chunk(0, 0))
}

const (
	clause = "package p\n\n"
	opened = "package p\n\nfunc _() {\n\t_()\n" // before a chunk that begins in a body
	closed = "\t_()\n}\n"                       // after one that ends in a body
)

// around returns what must stand before and after a chunk to make it the source of a
// file. A statement stands for those of the body, so that blank lines remain.
func (s *source) around(c *chunk) (before, after string) {
	switch {
	case s.inBody[c.start]:
		before = opened
	case c.start > 0:
		before = clause
	}
	if s.inBody[c.end] {
		after = closed
	}
	return before, after
}

// whole returns the text of a chunk as the source of a file.
func (s *source) whole(c *chunk) []byte {
	before, after := s.around(c)
	if before+after == "" {
		return c.text
	}
	return slices.Concat([]byte(before), c.text, []byte(after))
}

// format formats a chunk as gofmt does, if the file is gofmt-clean, and returns an error
// if it does not parse.
func (s *source) format(c *chunk) error {
	if !s.clean {
		if _, err := parser.ParseFile(token.NewFileSet(), s.name, s.whole(c), parser.SkipObjectResolution); err != nil {
			return fmt.Errorf("the rewritten file does not parse: %w", err)
		}
		return nil
	}
	text, err := format.Source(toLF(s.whole(c)))
	if err != nil {
		return fmt.Errorf("%s: the rewritten file does not parse: %w", s.name, err)
	}
	before, after := s.around(c)
	text, starts := bytes.CutPrefix(text, []byte(before))
	text, ends := bytes.CutSuffix(text, []byte(after))
	if !starts || !ends {
		return fmt.Errorf("%s: a declaration or statement is not where it was", s.name)
	}
	if c.end < len(s.text) && after == "" {
		text = append(text, '\n') // the blank line
	}
	if s.newline() == "\r\n" {
		text = bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
	}
	c.text = text
	return nil
}

// between returns the comments of a file that have bytes in [from, to).
func between(f *ast.File, from, to token.Pos) []*ast.Comment {
	var all []*ast.Comment
	for _, g := range flow.Comments(f, from, to) {
		for _, c := range g.List {
			if from < c.End() && c.Pos() < to {
				all = append(all, c)
			}
		}
	}
	return all
}
