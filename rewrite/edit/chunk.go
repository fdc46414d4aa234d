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
	s := &source{unit: u, file: file, name: name, text: text, clean: clean, crlf: bytes.Contains(text, []byte("\r\n")), cuts: cuts(name, text)}
	fs.sources[file], fs.clean[name] = s, clean
	return s, nil
}

func toLF(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }

// cuts returns the offsets at which a file can be divided into chunks that gofmt
// formats in the same way alone as within the file. The first chunk has the package
// clause and all imports. Every other one begins with a declaration, or its doc
// comment, after a blank line, where gofmt's alignment of columns ends.
func cuts(name string, text []byte) []int {
	whole := []int{0}
	if n := bytes.Count(text, []byte("\r\n")); n > 0 && n != bytes.Count(text, []byte("\n")) {
		return whole // all lines get the same line ending
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return whole
	}
	all := whole
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
	}
	// gofmt moves build constraints to the head of a file.
	for _, constraint := range []string{"//go:build", "+build"} {
		if len(all) > 1 && bytes.Contains(text[all[1]:], []byte(constraint)) {
			return whole
		}
	}
	return all
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

const clause = "package p\n\n"

// whole returns the source of a chunk as that of a file.
func (c *chunk) whole(text []byte) []byte {
	if c.start == 0 {
		return text
	}
	return slices.Concat([]byte(clause), text)
}

// format formats a chunk as gofmt does, if the file is gofmt-clean, and returns an error
// if it does not parse.
func (s *source) format(c *chunk) error {
	if !s.clean {
		if _, err := parser.ParseFile(token.NewFileSet(), s.name, c.whole(c.text), parser.SkipObjectResolution); err != nil {
			return fmt.Errorf("the rewritten file does not parse: %w", err)
		}
		return nil
	}
	text, err := format.Source(toLF(c.whole(c.text)))
	if err != nil {
		return fmt.Errorf("%s: the rewritten file does not parse: %w", s.name, err)
	}
	if c.start > 0 {
		var ok bool
		if text, ok = bytes.CutPrefix(text, []byte(clause)); !ok {
			return fmt.Errorf("%s: a declaration is not where it was", s.name)
		}
	}
	if c.end < len(s.text) {
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
