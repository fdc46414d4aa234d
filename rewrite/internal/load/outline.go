package load

import (
	"bytes"
	"errors"
	"go/token"
	"strconv"
)

// An outline lists the imports and declarations of a file, with their names and offsets.
type outline struct {
	name    string
	size    int
	imports []*imported
	decls   []*declared
}

// An imported is an import.
type imported struct {
	start, end int
	name, path string // name is "" if the import has none
}

// A declared is a function or method, a specification of a type or of variables, or a group
// of constants.
type declared struct {
	tok        token.Token // FUNC, TYPE, VAR or CONST
	start, end int
	names      []string
	recv       string // the name of the type of which it is a method, or ""
	iface      bool   // the type is an interface
	alias      string // the name T if it is an alias of T or *T
	typed      bool   // the variables have a type

	// head is the source that may mention other declarations: from the offset from to value
	// or to end.
	from int
	head []byte

	// value and valueEnd are the offsets of what does not matter to types: the body of a
	// function, or the values of variables.
	value, valueEnd int
}

// errOutline says that a file has a syntax error.
var errOutline = errors.New("a syntax error")

// outlineOf returns the outline of a file. It finds only some of the syntax errors.
func outlineOf(name string, text []byte) (*outline, error) {
	r := &reader{lexer: lexer{text: text}, out: &outline{name: name, size: len(text)}}
	if bytes.HasPrefix(text, []byte("\ufeff")) {
		r.at = len("\ufeff") // Go ignores a byte order mark
	}
	r.advance()
	for r.kind != eof {
		if !r.declaration() {
			return nil, errOutline
		}
		if r.kind != semi && r.kind != eof {
			return nil, errOutline
		}
		for r.kind == semi {
			r.advance()
		}
	}
	r.out.keepHeads(text)
	return r.out, nil
}

// keepHeads copies the heads of declarations from the source, which is freed.
func (o *outline) keepHeads(text []byte) {
	n := 0
	for _, d := range o.decls {
		n += d.headEnd() - d.from
	}
	all := make([]byte, 0, n)
	for _, d := range o.decls {
		k := len(all)
		all = append(all, text[d.from:d.headEnd()]...)
		d.head = all[k:]
	}
}

// headEnd returns the offset of the end of the head.
func (d *declared) headEnd() int {
	if d.tok == token.FUNC && d.value > 0 || d.tok == token.VAR && d.typed && d.value > 0 {
		return d.value
	}
	return d.end
}

// A reader reads declarations.
type reader struct {
	lexer
	out        *outline
	kind       kind // of the current token
	start, end int  // of the current token
	before     int  // end of the previous token
}

func (r *reader) advance() {
	r.before = r.end
	r.kind, r.start, r.end = r.next()
}

// is reports whether the current token is a word.
func (r *reader) is(w string) bool { return r.kind == word && string(r.word) == w }

// string returns the current token.
func (r *reader) string() string { return string(r.text[r.start:r.end]) }

// declaration reads a declaration.
func (r *reader) declaration() bool {
	start := r.start
	if r.kind != word {
		return false
	}
	switch string(r.word) {
	case "package":
		r.advance()
		r.advance()
		return true
	case "import":
		return r.specs(start, r.importSpec)
	case "func":
		return r.function(start)
	case "type":
		return r.specs(start, r.typeSpec)
	case "var":
		return r.specs(start, func(start int) bool {
			d := &declared{tok: token.VAR, start: start, from: start}
			r.out.decls = append(r.out.decls, d)
			return r.valueSpec(d)
		})
	case "const":
		d := &declared{tok: token.CONST, start: start, from: start}
		r.out.decls = append(r.out.decls, d)
		ok := r.specs(start, func(int) bool { return r.valueSpec(d) })
		d.end = r.before
		return ok
	}
	return false
}

// specs reads one specification or a group.
func (r *reader) specs(start int, spec func(start int) bool) bool {
	r.advance()
	if r.kind != '(' {
		return spec(start)
	}
	r.advance()
	for r.kind != ')' {
		if r.kind == semi {
			r.advance()
			continue
		}
		if !spec(r.start) || r.kind != semi && r.kind != ')' {
			return false
		}
	}
	r.advance()
	return true
}

func (r *reader) importSpec(start int) bool {
	i := &imported{start: start}
	if r.kind == word || r.kind == '.' {
		i.name = r.string()
		r.advance()
	}
	path, err := strconv.Unquote(r.string())
	if r.kind != literal || err != nil {
		return false
	}
	i.path, i.end = path, r.end
	r.out.imports = append(r.out.imports, i)
	r.advance()
	return true
}

func (r *reader) typeSpec(start int) bool {
	d := &declared{tok: token.TYPE, start: start, names: []string{r.string()}}
	r.out.decls = append(r.out.decls, d)
	if r.kind != word {
		return false
	}
	d.from = r.end
	r.advance()
	alias := r.kind == '='
	if alias {
		r.advance()
	}
	d.iface = r.is("interface")
	from := r.start
	ok := r.rest(nil)
	if d.end = r.before; alias && ok {
		// Methods of *T may have an alias of *T as receiver.
		if text := bytes.Trim(r.text[from:d.end], "*() \t\r\n"); isWord(text) {
			d.alias = string(text)
		}
	}
	return ok
}

func isWord(text []byte) bool {
	for _, c := range text {
		if !letter(c) && !digit(c) {
			return false
		}
	}
	return len(text) > 0
}

// valueSpec reads names with their type and values.
func (r *reader) valueSpec(d *declared) bool {
	for {
		if r.kind != word {
			return false
		}
		d.names = append(d.names, r.string())
		if r.advance(); r.kind != ',' {
			break
		}
		r.advance()
	}
	d.typed = r.kind != '='
	ok := r.rest(func() { d.value = r.start })
	if d.end = r.before; d.value > 0 {
		d.valueEnd = d.end
	}
	return ok
}

// rest reads to the end of a specification. assign is called at a = that is not in
// brackets.
func (r *reader) rest(assign func()) bool {
	for depth := 0; ; r.advance() {
		switch r.kind {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth == 0 {
				return r.kind == ')'
			}
			depth--
		case '=':
			if depth == 0 && assign != nil {
				assign()
				assign = nil
			}
		case semi:
			if depth == 0 {
				return true
			}
		case eof:
			return false
		}
	}
}

// function reads a function or method.
func (r *reader) function(start int) bool {
	d := &declared{tok: token.FUNC, start: start}
	r.out.decls = append(r.out.decls, d)
	if r.advance(); r.kind == '(' {
		if d.recv = r.receiver(); d.recv == "" {
			return false
		}
	}
	if r.kind != word {
		return false
	}
	d.names, d.from = []string{r.string()}, r.end
	r.advance()
	composite := false // after struct or interface
	for depth := 0; ; r.advance() {
		switch r.kind {
		case '{':
			if depth == 0 && !composite {
				d.value = r.end
				ok := r.body()
				d.valueEnd, d.end = r.start, r.end
				r.advance()
				return ok
			}
			depth++
		case '(', '[':
			depth++
		case ')', ']', '}':
			depth--
		case semi:
			if depth == 0 { // it has no body
				d.end = r.before
				return true
			}
		case eof:
			return false
		}
		composite = r.is("struct") || r.is("interface")
	}
}

// body reads to the brace that ends a function body.
func (r *reader) body() bool {
	for depth := 0; ; {
		switch r.advance(); r.kind {
		case '{':
			depth++
		case '}':
			if depth == 0 {
				return true
			}
			depth--
		case eof:
			return false
		}
	}
}

// receiver reads a receiver and returns the name of its type: the last name outside of
// brackets.
func (r *reader) receiver() string {
	name, depth, indexed := "", 0, 0
	for ; ; r.advance() {
		switch r.kind {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				r.advance()
				return name
			}
		case '[':
			indexed++
		case ']':
			indexed--
		case word:
			if indexed == 0 {
				name = r.string()
			}
		case eof:
			return ""
		}
	}
}

// reduce blanks the imports in text that are not used and the declarations that are not
// kept. In the others it blanks the bodies of functions and the values of variables that
// have a type. Offsets do not change.
func (o *outline) reduce(text []byte, used map[*imported]bool, kept map[*declared]bool) {
	for _, i := range o.imports {
		if !used[i] {
			blank(text[i.start:i.end])
		}
	}
	for _, d := range o.decls {
		if !kept[d] {
			blank(text[d.start:d.end])
		} else if end := d.headEnd(); end < d.end {
			blank(text[end:d.valueEnd])
		}
	}
}
