package load

import (
	"bytes"
	"errors"
	"fmt"
	"go/token"
	"strconv"
)

// An outline lists the imports and declarations of a file, with their names and offsets.
type outline struct {
	name    string
	clause  []byte // the source up to the end of the package clause, as far as the parser needs it
	imports []*imported
	decls   []*declared
}

// An imported is an import.
type imported struct {
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

	// value is the offset of what does not matter to types: the body of a function, or the
	// values of variables. It is 0 if there is none.
	value int

	// source is that from start to value or to end. The part from the offset from on may
	// mention other declarations.
	source []byte
	from   int

	line, column int // of start, from 1
}

// head returns the source that may mention other declarations.
func (d *declared) head() []byte { return d.source[d.from-d.start:] }

// errOutline says that a file has a syntax error.
var errOutline = errors.New("a syntax error")

// outlineOf returns the outline of a file. It finds only some of the syntax errors.
func outlineOf(name string, text []byte) (*outline, error) {
	r := &reader{lexer: lexer{text: text}, out: &outline{name: name}}
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
	r.out.keepSource(text)
	return r.out, nil
}

// keepSource copies the parts of the source that are needed. The source is freed.
func (o *outline) keepSource(text []byte) {
	n := 0
	for _, d := range o.decls {
		n += d.headEnd() - d.start
	}
	all := make([]byte, 0, n)
	line, lineStart := 1, 0
	at := 0
	for _, d := range o.decls {
		line += bytes.Count(text[at:d.start], []byte("\n"))
		if i := bytes.LastIndexByte(text[at:d.start], '\n'); i >= 0 {
			lineStart = at + i + 1
		}
		at = d.start
		d.line, d.column = line, d.start-lineStart+1
		k := len(all)
		all = append(all, text[d.start:d.headEnd()]...)
		d.source = all[k:]
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
		r.out.clause = clause(r.text[:start], r.string())
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

func (r *reader) importSpec(int) bool {
	i := &imported{}
	if r.kind == word || r.kind == '.' {
		i.name = r.string()
		r.advance()
	}
	path, err := strconv.Unquote(r.string())
	if r.kind != literal || err != nil {
		return false
	}
	i.path = path
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
	d.end = r.before
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
				d.end = r.end
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

// clause returns a package clause with the build constraint before it, from which the parser
// takes the version of Go.
func clause(before []byte, name string) []byte {
	var b bytes.Buffer
	for line := range bytes.Lines(bytes.TrimPrefix(before, []byte("\ufeff"))) {
		if bytes.HasPrefix(line, []byte("//go:build ")) {
			b.Write(line)
		}
	}
	return fmt.Appendln(b.Bytes(), "package", name)
}

// reduced returns the source of a file that has only the imports that are used and the
// declarations that are kept. These have no bodies of functions, and no values of variables
// that have a type. Positions have the order of those in the file.
func (o *outline) reduced(used map[*imported]bool, kept map[*declared]bool) source {
	var out bytes.Buffer
	var marks []mark
	n := len(o.clause) + 64*len(used)
	for _, d := range o.decls {
		if kept[d] {
			n += len(d.source) + len("type }\n")
		}
	}
	out.Grow(n)
	out.Write(o.clause)
	for _, i := range o.imports {
		if used[i] {
			fmt.Fprintf(&out, "import %s %q\n", i.name, i.path)
		}
	}
	for _, d := range o.decls {
		if !kept[d] {
			continue
		}
		keyword := d.tok.String()
		rest, found := bytes.CutPrefix(d.source, []byte(keyword))
		if !found || len(rest) > 0 && (letter(rest[0]) || digit(rest[0])) { // it is in a group
			out.WriteString(keyword + " ")
		}
		marks = append(marks, mark{out.Len(), d.line, d.column})
		out.Write(d.source)
		if d.tok == token.FUNC && d.value > 0 {
			out.WriteByte('}')
		}
		out.WriteByte('\n')
	}
	return source{o.name, out.Bytes(), marks}
}
