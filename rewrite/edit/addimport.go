package edit

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// addImport inserts an import line as people do: among the imports of the standard
// library or among the others, in the order of paths if these are in order. An import
// declaration without parentheses gets them.
func (s *source) addImport(text []byte, line, path string) ([]byte, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, s.name, text, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		return nil, err
	}
	b := &importer{s, fset, text, line, path}
	var lines []*ast.GenDecl // import declarations without parentheses
	for _, d := range f.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok || decl.Tok != token.IMPORT || len(decl.Specs) == 0 || importOf(decl.Specs[0]).Path.Value == `"C"` {
			continue
		}
		if decl.Lparen.IsValid() {
			return b.intoBlock(decl), nil
		}
		lines = append(lines, decl)
	}
	newline := s.newline()
	switch {
	case len(lines) == 0:
		return b.insert(b.offset(f.Name.End()), newline+newline+"import "+line), nil
	case len(lines) == 1 && len(f.Decls) == 1 && lines[0].Doc == nil && b.alone(lines[0], lines[0]):
		return b.newBlock(lines[0]), nil
	}
	at := lines[len(lines)-1]
	for _, d := range lines {
		if p, err := strconv.Unquote(importOf(d.Specs[0]).Path.Value); err == nil && s.standard(p) == s.standard(path) {
			at = d
		}
	}
	switch i := slices.IndexFunc(lines, func(d *ast.GenDecl) bool { return b.before(importOf(d.Specs[0])) }); {
	case i > 0:
		at = lines[i-1]
	case i == 0 && lines[0].Doc == nil && b.alone(lines[0], lines[0]):
		return b.insert(b.offset(lines[0].Pos()), "import "+line+newline), nil
	}
	end := b.offset(at.End())
	if c := importOf(at.Specs[0]).Comment; c != nil {
		end = b.offset(c.End())
	}
	return b.insert(end, newline+"import "+line), nil
}

// An importer inserts one import into the text of a file.
type importer struct {
	*source
	fset *token.FileSet
	text []byte // of the file now
	line string // to insert
	path string // that it imports
}

func importOf(s ast.Spec) *ast.ImportSpec { return s.(*ast.ImportSpec) }

func (b *importer) offset(pos token.Pos) int { return b.fset.Position(pos).Offset }

func (b *importer) insert(at int, new string) []byte {
	return slices.Concat(b.text[:at], []byte(new), b.text[at:])
}

// alone reports whether the lines from one node to another contain nothing else.
func (b *importer) alone(from, to ast.Node) bool {
	start, end := b.offset(from.Pos()), b.offset(to.End())
	rest, _, _ := bytes.Cut(b.text[end:], []byte("\n"))
	return len(bytes.TrimSpace(b.text[bytes.LastIndexByte(b.text[:start], '\n')+1:start])) == 0 && len(bytes.TrimSpace(rest)) == 0
}

// before reports whether the new import sorts before another one of its group.
func (b *importer) before(spec *ast.ImportSpec) bool {
	path, err := strconv.Unquote(spec.Path.Value)
	return err == nil && b.standard(path) == b.standard(b.path) && b.path < path
}

// newBlock puts the only import of a file in parentheses, together with the new one.
func (b *importer) newBlock(decl *ast.GenDecl) []byte {
	newline, spec := b.newline(), importOf(decl.Specs[0])
	from, to := b.offset(spec.Pos()), b.offset(spec.End())
	path, _ := strconv.Unquote(spec.Path.Value)
	first, second := string(b.text[from:to]), b.line
	std, added := b.standard(path), b.standard(b.path)
	if added && !std || b.before(spec) {
		first, second = second, first
	}
	between := newline
	if std != added {
		between += newline
	}
	block := "(" + newline + "\t" + first + between + "\t" + second + newline + ")"
	return slices.Concat(b.text[:from], []byte(block), b.text[to:])
}

// intoBlock inserts the new import into an import declaration with parentheses.
func (b *importer) intoBlock(decl *ast.GenDecl) []byte {
	newline, last := b.newline(), decl.Specs[len(decl.Specs)-1]
	std := b.standard(b.path)
	var group []ast.Spec // the last one of the sort
	for _, g := range b.groups(decl) {
		if slices.ContainsFunc(g, func(s ast.Spec) bool {
			path, err := strconv.Unquote(importOf(s).Path.Value)
			return err == nil && b.standard(path) == std
		}) {
			group = g
		}
	}
	if slices.ContainsFunc(decl.Specs, func(s ast.Spec) bool { return importOf(s).Comment == nil && !b.alone(s, s) }) {
		return b.insert(b.offset(last.End()), "; "+b.line) // import ("context"; "fmt")
	}
	switch {
	case group != nil:
	case std:
		return b.insert(b.lineOf(decl.Specs[0]), "\t"+b.line+newline+newline)
	default:
		return b.insert(b.lineAfter(last), newline+"\t"+b.line+newline)
	}
	paths := make([]string, len(group))
	for i, s := range group {
		paths[i], _ = strconv.Unquote(importOf(s).Path.Value)
	}
	if i := slices.IndexFunc(paths, func(p string) bool { return b.path < p }); i >= 0 && slices.IsSorted(paths) {
		return b.insert(b.lineOf(group[i]), "\t"+b.line+newline)
	}
	return b.insert(b.lineAfter(group[len(group)-1]), "\t"+b.line+newline)
}

// groups divides the imports of a declaration at blank lines.
func (b *importer) groups(decl *ast.GenDecl) [][]ast.Spec {
	groups := [][]ast.Spec{{decl.Specs[0]}}
	for i, spec := range decl.Specs[1:] {
		between := string(b.text[b.offset(decl.Specs[i].End()):b.offset(spec.Pos())])
		if strings.Contains(strings.ReplaceAll(between, "\r", ""), "\n\n") {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], spec)
	}
	return groups
}

// lineOf returns the offset of the line on which an import begins, or its comment.
func (b *importer) lineOf(s ast.Spec) int {
	at := b.offset(s.Pos())
	if doc := importOf(s).Doc; doc != nil {
		at = b.offset(doc.Pos())
	}
	return bytes.LastIndexByte(b.text[:at], '\n') + 1
}

// lineAfter returns the offset of the line after that of an import.
func (b *importer) lineAfter(s ast.Spec) int {
	end := b.offset(s.End())
	if i := bytes.IndexByte(b.text[end:], '\n'); i >= 0 {
		return end + i + 1
	}
	return len(b.text)
}
