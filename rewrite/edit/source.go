package edit

import (
	"bytes"
	"go/ast"
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
	clean bool  // the file is gofmt-clean
	crlf  bool  // lines end with a carriage return
	cuts  []int // where it can be divided

	imports map[string]bool // importNames

	inBody map[int]bool // those of the cuts that are between statements

	names map[string]int // of how many chunks; nil before anyone asks
}

// replace returns an edit that replaces the source between two positions. A comment
// between them is an obstacle.
func (s *source) replace(from, to token.Pos, text string) (Edit, error) {
	if all := between(s.file, from, to); len(all) > 0 {
		return Edit{}, s.lost(all[0])
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
	if s.crlf {
		return "\r\n"
	}
	return "\n"
}

// extent returns the start and end of a declaration, including its doc comment and
// comments after the closing brace on the same line.
func (s *source) extent(decl ast.Decl) (from, to token.Pos) {
	from, to = decl.Pos(), decl.End()
	var doc *ast.CommentGroup
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		doc = decl.Doc
	case *ast.GenDecl:
		doc = decl.Doc
	}
	if doc != nil {
		from = doc.Pos()
	}
	rest, _, _ := bytes.Cut(s.text[s.offset(to):], []byte("\n"))
	for _, c := range between(s.file, to, to+token.Pos(len(rest))) {
		if s.blank(to, c.Pos()) {
			to = c.End()
		}
	}
	return from, to
}

// remove returns the edit that removes a declaration with its comments, and the blank line
// after it, or before it if nothing else is left until the offset tail.
func (s *source) remove(decl ast.Decl, tail int) Edit {
	from, to := s.extent(decl)
	end := s.offset(to)
	for range 2 {
		if n := bytes.IndexByte(s.text[end:], '\n'); n >= 0 && len(bytes.TrimSpace(s.text[end:end+n])) == 0 {
			end += n + 1
		}
	}
	start := s.offset(from)
	if before := bytes.TrimRight(s.text[:start], " \t\r\n"); end >= tail && len(before) > 0 {
		start, end = min(start, len(before)+len(s.newline())), tail
	}
	return Edit{File: s.name, Start: start, End: end}
}

// blank reports whether only white space is between two positions.
func (s *source) blank(from, to token.Pos) bool {
	return len(bytes.TrimSpace(s.text[s.offset(from):s.offset(to)])) == 0
}

// lineEnd returns the offset of the end of the line of a position if nothing but a comment follows the position there,
// and otherwise that of the position.
func (s *source) lineEnd(pos token.Pos) int {
	at := s.offset(pos)
	line, _, _ := bytes.Cut(s.text[at:], []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	if rest := bytes.TrimSpace(line); len(rest) > 0 && !bytes.HasPrefix(rest, []byte("//")) {
		return at
	}
	return at + len(line)
}
