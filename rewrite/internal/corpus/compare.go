package corpus

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/aymanbagabas/go-udiff"
	"github.com/closurefix/closurefix/rewrite"
)

// compare counts the comments that changed files have lost, and the bytes that differ
// where nothing should change.
func (r *Report) compare(res *rewrite.Result) error {
	prepares := make(map[string][]int) // offsets of their names, by file
	for _, f := range res.Findings {
		if f.Refusal == nil {
			prepares[f.Pos.Filename] = append(prepares[f.Pos.Filename], f.Pos.Offset)
		}
	}
	olds := make(map[string]*source)
	names := make(map[string][]int) // of prepare functions, with the results that are funcs
	for _, f := range res.Files {
		old, err := parse(f.Name, f.Old)
		if err != nil {
			return err
		}
		olds[f.Name] = old
		for _, d := range old.declared(prepares[f.Name]) {
			names[d.Name.Name] = append(names[d.Name.Name], funcs(d)...)
		}
	}
	forwarders := addForwarders(olds, names)
	for _, f := range res.Files {
		old := olds[f.Name]
		new, err := parse(f.Name, f.New)
		if err != nil {
			return err
		}
		reworded := old.reworded(new, append(old.declared(prepares[f.Name]), old.forwarders(names)...))
		lost := old.comments(reworded)
		for text, n := range new.comments(nil) {
			lost[text] -= n
		}
		for text, n := range lost {
			if n > 0 {
				fmt.Fprintf(os.Stderr, "  LOST %s: %s\n", f.Name, text)
				r.Comments += n
			}
		}
		spans := slices.Concat(old.planned(prepares[f.Name], names), forwarders[f.Name], old.removed(new))
		r.Outside += outside(f, spans)
	}
	return nil
}

// addForwarders adds the functions that may return the cleanup of a function in names to their
// own callers. It returns the lines of their signatures and return statements, by file.
func addForwarders(files map[string]*source, names map[string][]int) map[string][]span {
	spans := make(map[string][]span)
	seen := make(map[*ast.FuncDecl]bool)
	for again := true; again; {
		again = false
		for name, s := range files {
			for _, d := range s.file.Decls {
				d, ok := d.(*ast.FuncDecl)
				if !ok || d.Body == nil || d.Type.Results == nil || seen[d] || len(funcs(d)) == 0 || len(s.statements(d.Body, names)) == 0 {
					continue
				}
				seen[d], again = true, true
				names[d.Name.Name] = append(names[d.Name.Name], funcs(d)...)
				spans[name] = append(spans[name], s.span(d.Pos(), d.Body.Lbrace))
				for n := range ast.Preorder(d.Body) {
					if r, ok := n.(*ast.ReturnStmt); ok {
						spans[name] = append(spans[name], s.span(r.Pos(), r.End()))
					}
				}
			}
		}
	}
	return spans
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

// comments counts the comments by their text, except for some.
func (s *source) comments(except map[*ast.Comment]bool) map[string]int {
	count := make(map[string]int)
	for _, g := range s.file.Comments {
		for _, c := range g.List {
			if !except[c] {
				count[strings.Join(strings.Fields(c.Text), " ")]++
			}
		}
	}
	return count
}

// reworded returns lines of the doc comments of functions that change, and the comments of
// declarations that are removed. The rewrite updates sentences of a doc comment and wraps the
// lines again: a line is not lost if most of its words are in the comments after the change.
func (s *source) reworded(now *source, change []*ast.FuncDecl) map[*ast.Comment]bool {
	all := make(map[*ast.Comment]bool)
	words := now.commentWords()
	for _, d := range change {
		if d.Doc == nil {
			continue
		}
		for _, c := range d.Doc.List {
			have, line := 0, wordsOf(c.Text)
			for _, w := range line {
				if words[w] {
					have++
				}
			}
			all[c] = 2*have > len(line)
		}
	}
	names := now.topLevel()
	for _, d := range s.file.Decls {
		if name := soleName(d); name != "" && !names[name] {
			for _, g := range s.file.Comments {
				for _, c := range g.List {
					line := func(pos token.Pos) int { return s.fset.PositionFor(pos, false).Line }
					all[c] = all[c] || g == d.(*ast.GenDecl).Doc || d.Pos() <= c.Pos() && line(c.Pos()) <= line(d.End())
				}
			}
		}
	}
	return all
}

// removed returns the lines of declarations of a single name that are not in now, with the blank
// lines after them.
func (s *source) removed(now *source) []span {
	var spans []span
	names := now.topLevel()
	for _, d := range s.file.Decls {
		if name := soleName(d); name != "" && !names[name] {
			from := d.Pos()
			if doc := d.(*ast.GenDecl).Doc; doc != nil {
				from = doc.Pos()
			}
			spans = append(spans, s.withBlankLines(s.span(from, d.End())))
		}
	}
	return spans
}

// withBlankLines extends a span by the blank lines after it.
func (s *source) withBlankLines(at span) span {
	for at.end < len(s.text) && s.text[at.end] == '\n' {
		at.end++
	}
	return at
}

// commentWords returns the words in comments.
func (s *source) commentWords() map[string]bool {
	words := make(map[string]bool)
	for _, g := range s.file.Comments {
		for _, c := range g.List {
			for _, w := range wordsOf(c.Text) {
				words[w] = true
			}
		}
	}
	return words
}

// wordsOf returns the words of a text, those of code in it, too.
func wordsOf(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// topLevel returns the names that declarations of a single name declare.
func (s *source) topLevel() map[string]bool {
	names := make(map[string]bool)
	for _, d := range s.file.Decls {
		names[soleName(d)] = true
	}
	return names
}

// soleName returns the name of a declared type or variable, if the declaration has no other,
// or "".
func soleName(d ast.Decl) string {
	g, ok := d.(*ast.GenDecl)
	if !ok || len(g.Specs) != 1 {
		return ""
	}
	switch spec := g.Specs[0].(type) {
	case *ast.TypeSpec:
		return spec.Name.Name
	case *ast.ValueSpec:
		return spec.Names[0].Name
	}
	return ""
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

// declared returns the functions whose names are at the offsets.
func (s *source) declared(offsets []int) []*ast.FuncDecl {
	var found []*ast.FuncDecl
	for _, d := range s.file.Decls {
		if d, ok := d.(*ast.FuncDecl); ok && slices.Contains(offsets, s.fset.PositionFor(d.Name.Pos(), false).Offset) {
			found = append(found, d)
		}
	}
	return found
}

// forwarders returns the functions that return what looks like a cleanup and call one of names:
// the type of that result and the doc comment may change.
func (s *source) forwarders(names map[string][]int) []*ast.FuncDecl {
	var found []*ast.FuncDecl
	for _, d := range s.file.Decls {
		d, ok := d.(*ast.FuncDecl)
		if !ok || d.Type.Results == nil || d.Body == nil || len(funcs(d)) == 0 {
			continue
		}
		for n := range ast.Preorder(d.Body) {
			if call, ok := n.(*ast.CallExpr); ok && names[callee(call)] != nil {
				found = append(found, d)
				break
			}
		}
	}
	return found
}

// funcs returns the indices of the results of d that may be a cleanup: those with a func
// type, and those with a type name that suggests one, such as context.CancelFunc or undoFn.
func funcs(d *ast.FuncDecl) []int {
	indices := []int{}
	i := 0
	for _, f := range d.Type.Results.List {
		for range max(1, len(f.Names)) {
			name := ""
			switch t := f.Type.(type) {
			case *ast.Ident:
				name = t.Name
			case *ast.SelectorExpr:
				name = t.Sel.Name
			}
			if _, ok := f.Type.(*ast.FuncType); ok || strings.HasSuffix(name, "Func") || strings.HasSuffix(name, "Fn") {
				indices = append(indices, i)
			}
			i++
		}
	}
	return indices
}

// planned returns the lines of a file that may change: imports, the declarations whose
// names are at the offsets with the blank lines after them, where new declarations are
// added, the signatures and doc comments of forwarders, and statements that mention a prepare function or a variable with its cleanup. Of
// a statement with a block only the part before the block may change. It uses syntax only,
// so that it does not depend on the analysis that it checks.
func (s *source) planned(offsets []int, names map[string][]int) []span {
	var spans []span
	for _, d := range s.declared(offsets) {
		from := d.Pos()
		if d.Doc != nil {
			from = d.Doc.Pos()
		}
		spans = append(spans, s.withBlankLines(s.span(from, d.End())))
	}
	for _, d := range s.forwarders(names) {
		from := d.Pos()
		if d.Doc != nil {
			from = d.Doc.Pos()
		}
		spans = append(spans, s.span(from, d.Body.Lbrace))
	}
	for _, d := range s.file.Decls {
		if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.IMPORT {
			spans = append(spans, s.span(d.Pos(), d.End()))
		}
		spans = append(spans, s.statements(d, names)...)
	}
	return spans
}

// statements returns the lines of the statements in a declaration, or a part of one, that mention one of
// names or a variable with a cleanup.
func (s *source) statements(decl ast.Node, names map[string][]int) []span {
	concerned := make(map[string]bool)
	for name := range names {
		concerned[name] = true
	}
	ast.Inspect(decl, func(n ast.Node) bool {
		a, ok := n.(*ast.AssignStmt)
		if !ok || len(a.Rhs) != 1 {
			return true
		}
		call, ok := ast.Unparen(a.Rhs[0]).(*ast.CallExpr)
		if !ok {
			return true
		}
		for _, i := range names[callee(call)] {
			if i < len(a.Lhs) {
				if id, ok := a.Lhs[i].(*ast.Ident); ok {
					concerned[id.Name] = true
				}
			}
		}
		return true
	})
	var spans []span
	ast.PreorderStack(decl, nil, func(n ast.Node, stack []ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && concerned[id.Name] {
			spans = append(spans, s.around(stack))
		}
		return true
	})
	return spans
}

// callee returns the name of the called function or method without its qualifier.
func callee(call *ast.CallExpr) string {
	fun := ast.Unparen(call.Fun)
	switch f := fun.(type) {
	case *ast.IndexExpr:
		fun = f.X
	case *ast.IndexListExpr:
		fun = f.X
	}
	switch f := fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// around returns the lines of the innermost statement in a stack of nodes, or those before
// its block if it has one.
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

// outside counts the bytes of a file that differ outside of the spans. Lines next to
// planned lines count as planned if only the alignment of a comment differs: gofmt aligns
// it with the comments of changed lines.
func outside(f rewrite.File, spans []span) int {
	sum := 0
	for _, e := range udiff.Lines(string(f.Old), string(f.New)) {
		old := string(f.Old[e.Start:e.End])
		if covered(e.Start, e.End, spans) || aligned(old, e.New, e.Start, spans) {
			continue
		}
		fmt.Fprintf(os.Stderr, "  OUTSIDE %s: %q becomes %q\n", f.Name, old, e.New)
		sum += len(old) + len(e.New)
	}
	return sum
}

// aligned reports whether the lines of old, which begin at an offset, and those of new
// differ in nothing but the space before a comment, where spans do not hold them.
func aligned(old, new string, offset int, spans []span) bool {
	olds, news := strings.SplitAfter(old, "\n"), strings.SplitAfter(new, "\n")
	if len(olds) != len(news) {
		return false
	}
	for i, line := range olds {
		end := offset + len(line)
		if !covered(offset, end, spans) && closeUp(line) != closeUp(news[i]) {
			return false
		}
		offset = end
	}
	return true
}

// closeUp returns a line without the space before its comment.
func closeUp(line string) string {
	code, comment, ok := strings.Cut(line, "//")
	if !ok {
		return line
	}
	return strings.TrimRight(code, " ") + "//" + comment
}

// covered reports whether spans, which are ranges of whole lines, cover everything from
// start to end. An insertion may be next to a span.
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
