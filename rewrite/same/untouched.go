package same

import (
	"bytes"
	"go/ast"
	"go/token"
	"unicode"
	"unicode/utf8"
)

// untouched reports whether two statements of a caller need no comparison: their source is
// the same byte for byte, and no rule can apply to it, since it has no name of a function
// that returns the cleanup or of a variable that holds one. A caller of many prepare
// functions is compared once for each of them, and has mostly such statements.
func (m *matcher) untouched(b, a ast.Stmt) bool {
	if m.role != caller || len(m.forwarder) > 0 {
		return false
	}
	was := between(m.unit.Fset, m.source, b)
	return bytes.Equal(was, between(m.fset, m.text, a)) && !mentions(was, m.special)
}

// between returns the source of a node.
func between(fset *token.FileSet, text []byte, n ast.Node) []byte {
	file := fset.File(n.Pos())
	return text[file.Offset(n.Pos()):file.Offset(n.End())]
}

// specials returns the names that mentions looks for.
func (f *facts) specials() map[string]bool {
	names := map[string]bool{f.Prepare.Name.Name: true}
	for id := range f.taken {
		names[id.Name] = true
	}
	for v := range f.holders {
		names[v.Name()] = true
	}
	return names
}

// mentions reports whether source has one of some names as a word.
func mentions(text []byte, names map[string]bool) bool {
	letter := func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
	for len(text) > 0 {
		n := 0 // length of the word at the start
		for n < len(text) {
			r, size := rune(text[n]), 1
			if r >= utf8.RuneSelf {
				r, size = utf8.DecodeRune(text[n:])
			}
			if !letter(r) {
				break
			}
			n += size
		}
		if names[string(text[:n])] {
			return true
		}
		text = text[min(n+1, len(text)):]
	}
	return false
}
