package edit

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/token"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// A source is one file before the change.
type source struct {
	unit  *pattern.Unit
	file  *ast.File
	name  string
	text  []byte
	clean bool // the file is gofmt-clean
}

// open reads the file that contains a position.
func open(u *pattern.Unit, pos token.Pos, clean Clean) (*source, error) {
	name, file := u.Filename(pos), u.FileOf(pos)
	text, err := u.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if u.Fset.File(file.Package).Size() != len(text) {
		return nil, fmt.Errorf("%s has changed since it was type-checked", name)
	}
	return &source{unit: u, file: file, name: name, text: text, clean: clean.of(name, text)}, nil
}

// Clean caches which files are gofmt-clean, by name. All plans that edit the same files
// share one.
type Clean map[string]bool

func (c Clean) of(name string, text []byte) bool {
	clean, known := c[name]
	if !known {
		text = toLF(text)
		formatted, err := format.Source(text)
		clean = err == nil && bytes.Equal(formatted, text)
		c[name] = clean
	}
	return clean
}

func toLF(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }

// replace returns an edit that replaces the source between two positions. A comment
// between them is an obstacle.
func (s *source) replace(from, to token.Pos, text string) (Edit, error) {
	for _, g := range s.file.Comments {
		for _, c := range g.List {
			if from < c.End() && c.Pos() < to {
				return Edit{}, s.lost(c)
			}
		}
	}
	return Edit{File: s.name, Start: s.offset(from), End: s.offset(to), New: text}, nil
}

// lost returns the obstacle for a comment inside code that goes away.
func (s *source) lost(c *ast.Comment) error {
	return &obstacle{
		code: refusal.CommentLost, pos: s.unit.Fset.PositionFor(c.Pos(), false),
		reason: "a comment is inside code that the rewrite removes",
	}
}

// An obstacle is an error that becomes a refusal with its own code. Any other error of
// this package becomes an internal error.
type obstacle struct {
	code   refusal.Code
	pos    token.Position // if not valid, that of the prepare function
	reason string
}

func (o *obstacle) Error() string { return o.reason }

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

// startsLine reports whether only white space precedes pos on its line.
func (s *source) startsLine(pos token.Pos) bool {
	end := s.offset(pos)
	return end-len(s.indent(pos)) == bytes.LastIndexByte(s.text[:end], '\n')+1
}

// newline returns the line ending that the file uses.
func (s *source) newline() string {
	if bytes.Contains(s.text, []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

// extent returns the start and end of a declaration, including its doc comment and
// comments after the closing brace on the same line.
func (s *source) extent(decl *ast.FuncDecl) (from, to token.Pos) {
	from, to = decl.Pos(), decl.End()
	if decl.Doc != nil {
		from = decl.Doc.Pos()
	}
	for _, g := range s.file.Comments {
		for _, c := range g.List {
			if c.Pos() >= to && s.sameLine(decl.End(), c.Pos()) && s.blank(to, c.Pos()) {
				to = c.End()
			}
		}
	}
	return from, to
}

// sameLine reports whether two positions are on the same line.
func (s *source) sameLine(from, to token.Pos) bool {
	return !bytes.ContainsRune(s.text[s.offset(from):s.offset(to)], '\n')
}

// blank reports whether only white space is between two positions.
func (s *source) blank(from, to token.Pos) bool {
	return len(bytes.TrimSpace(s.text[s.offset(from):s.offset(to)])) == 0
}
