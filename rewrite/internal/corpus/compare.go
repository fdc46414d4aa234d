package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/closurefix/closurefix/rewrite"
)

// compare counts the comments that the changed files have lost, and the bytes that
// differ where nothing was to be done.
func (r *Report) compare(res *rewrite.Result) error {
	prepares := make(map[string][]int) // offsets of their names, by file
	names := make(map[string]bool)
	for _, f := range res.Findings {
		if f.Refusal == nil {
			prepares[f.Pos.Filename] = append(prepares[f.Pos.Filename], f.Pos.Offset)
			names[f.Name[strings.LastIndexByte(f.Name, '.')+1:]] = true
		}
	}
	for _, f := range res.Files {
		old, err := parse(f.Name, f.Old)
		if err != nil {
			return err
		}
		new, err := parse(f.Name, f.New)
		if err != nil {
			return err
		}
		lost := old.comments()
		for text, n := range new.comments() {
			lost[text] -= n
		}
		for text, n := range lost {
			if n > 0 {
				fmt.Fprintf(os.Stderr, "  LOST %s: %s\n", f.Name, text)
				r.Comments += n
			}
		}
		r.Outside += outside(f, old.planned(prepares[f.Name], names))
	}
	return nil
}

// A source is a parsed file.
type source struct {
	fset *token.FileSet
	file *ast.File
	text []byte
}

func parse(name string, text []byte) (*source, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	return &source{fset, file, text}, err
}

// comments counts the comments, by their words.
func (s *source) comments() map[string]int {
	count := make(map[string]int)
	for _, g := range s.file.Comments {
		for _, c := range g.List {
			count[strings.Join(strings.Fields(c.Text), " ")]++
		}
	}
	return count
}

// A span is a range of whole lines, as byte offsets.
type span struct{ start, end int }

func (s *source) span(from, to token.Pos) span {
	start, end := s.fset.PositionFor(from, false).Offset, s.fset.PositionFor(to, false).Offset
	start = bytes.LastIndexByte(s.text[:start], '\n') + 1
	if i := bytes.IndexByte(s.text[end:], '\n'); i >= 0 {
		end += i + 1
	} else {
		end = len(s.text)
	}
	return span{start, end}
}

// planned returns the lines of a file that may change: imports; the declarations
// whose names are at the offsets, with the blank lines after them, where what is
// new is declared; and statements that name a prepare function or a variable that
// such a statement gives a value and that is called somewhere, of a statement with
// a block only the part before that. This goes by names alone, so that it owes
// nothing to the analysis that it judges.
func (s *source) planned(offsets []int, names map[string]bool) []span {
	var spans []span
	for _, d := range s.file.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			if d.Tok == token.IMPORT {
				spans = append(spans, s.span(d.Pos(), d.End()))
			}
		case *ast.FuncDecl:
			for _, o := range offsets {
				if s.fset.PositionFor(d.Name.Pos(), false).Offset == o {
					from := d.Pos()
					if d.Doc != nil {
						from = d.Doc.Pos()
					}
					at := s.span(from, d.End())
					for at.end < len(s.text) && s.text[at.end] == '\n' {
						at.end++
					}
					spans = append(spans, at)
				}
			}
		}
		spans = append(spans, s.statements(d, names)...)
	}
	return spans
}

// statements returns the lines of the statements of a declaration that name one of
// names, or a variable that holds a cleanup.
func (s *source) statements(decl ast.Decl, names map[string]bool) []span {
	called, mentions := make(map[string]bool), false
	ast.Inspect(decl, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if id, ok := ast.Unparen(n.Fun).(*ast.Ident); ok {
				called[id.Name] = true
			}
		case *ast.Ident:
			mentions = mentions || names[n.Name]
		}
		return true
	})
	if !mentions {
		return nil
	}
	concerned := make(map[string]bool)
	for name := range names {
		concerned[name] = true
	}
	ast.Inspect(decl, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && mention(a, names) {
			for _, l := range a.Lhs {
				if id, ok := l.(*ast.Ident); ok && called[id.Name] {
					concerned[id.Name] = true
				}
			}
		}
		return true
	})
	var spans []span
	var stack []ast.Node
	ast.Inspect(decl, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, n)
		if id, ok := n.(*ast.Ident); ok && concerned[id.Name] {
			spans = append(spans, s.around(stack))
		}
		return true
	})
	return spans
}

// mention reports whether one of names is used in n.
func mention(n ast.Node, names map[string]bool) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && names[id.Name]
		return !found
	})
	return found
}

// around returns the lines of the innermost statement of a stack of nodes, or, if
// that has a block, those before the block's.
func (s *source) around(stack []ast.Node) span {
	for i := len(stack) - 1; i >= 0; i-- {
		switch n := stack[i].(type) {
		case *ast.IfStmt:
			return s.span(n.Pos(), n.Body.Lbrace)
		case *ast.ForStmt:
			return s.span(n.Pos(), n.Body.Lbrace)
		case *ast.RangeStmt:
			return s.span(n.Pos(), n.Body.Lbrace)
		case *ast.SwitchStmt:
			return s.span(n.Pos(), n.Body.Lbrace)
		case *ast.TypeSwitchStmt:
			return s.span(n.Pos(), n.Body.Lbrace)
		case *ast.SelectStmt, *ast.BlockStmt, *ast.CaseClause, *ast.CommClause, *ast.LabeledStmt:
		case ast.Stmt:
			return s.span(n.Pos(), n.End())
		case ast.Decl:
			return s.span(n.Pos(), n.Pos())
		}
	}
	return span{}
}

// outside counts the bytes of a file that differ outside the spans, with those of
// planned lines next to them.
func outside(f rewrite.File, spans []span) int {
	sum := 0
	for _, e := range udiff.Lines(string(f.Old), string(f.New)) {
		old := string(f.Old[e.Start:e.End])
		if !covered(e.Start, e.End, spans) {
			fmt.Fprintf(os.Stderr, "  OUTSIDE %s: %q becomes %q\n", f.Name, old, e.New)
			sum += len(old) + len(e.New)
		}
	}
	return sum
}

// covered reports whether spans, which are of whole lines, together hold all from
// start to end. What is inserted may be beside a span.
func covered(start, end int, spans []span) bool {
	for at := start; ; {
		next := -1
		for _, s := range spans {
			if s.start <= at && at <= s.end {
				next = max(next, s.end)
			}
		}
		if next >= end {
			return true
		}
		if next <= at {
			return false
		}
		at = next
	}
}
