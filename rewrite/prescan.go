package rewrite

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
	"golang.org/x/tools/go/packages"
)

// A hit is a function that may be a prepare function, as far as syntax tells: see
// pattern.May.
type hit struct {
	file   string
	name   string
	method bool
}

// A scan is what prescan finds in files.
type scan struct {
	hits     []hit
	linked   map[string]string // symbols that linkname directives name, and the file
	mentions []string          // files that hold the word closurefix, perhaps in a directive
	defers   []string          // files that hold the word defer
	problems []Problem         // syntax errors, of the files that were parsed
}

// prescan parses files, several at a time, as far as they may hold a function
// literal. It keeps no syntax.
func prescan(src *sources, files []string) *scan {
	type answer struct {
		hits     []hit
		linked   []string
		mentions bool
		defers   bool
		problems []Problem
	}
	answers := make([]answer, len(files))
	each(files, func(i int, name string) {
		text, err := src.peek(name)
		if err != nil {
			answers[i].problems = []Problem{{File: name, Text: err.Error()}}
			return
		}
		answers[i].linked = plan.Linknames(text)
		answers[i].mentions = bytes.Contains(text, []byte("closurefix"))
		answers[i].defers = bytes.Contains(text, []byte("defer"))
		if !mayLiteral(text) {
			return
		}
		text = abridge(text, func(tok token.Token, _ string) bool { return tok == token.FUNC })
		f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			answers[i].problems = syntaxProblems(name, err)
			return
		}
		for _, fn := range pattern.May(f) {
			answers[i].hits = append(answers[i].hits, hit{file: name, name: fn.Name.Name, method: fn.Recv != nil})
		}
	})
	all := &scan{linked: make(map[string]string)}
	for i, a := range answers {
		all.hits = append(all.hits, a.hits...)
		for _, symbol := range a.linked {
			all.linked[symbol] = files[i]
		}
		if a.mentions {
			all.mentions = append(all.mentions, files[i])
		}
		if a.defers {
			all.defers = append(all.defers, files[i])
		}
		all.problems = append(all.problems, a.problems...)
	}
	return all
}

// each calls do for every file, several at a time.
func each(files []string, do func(i int, name string)) {
	var wg sync.WaitGroup
	tokens := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, name := range files {
		tokens <- struct{}{}
		wg.Go(func() {
			defer func() { <-tokens }()
			do(i, name)
		})
	}
	wg.Wait()
}

// deferred keeps those hits that a caller in one of the files may defer: see
// pattern.MayDefer. A function that is not exported has its callers in its own
// directory.
func deferred(src *sources, hits []hit, files []string) []hit {
	names := make(map[string]bool)
	for _, h := range hits {
		names[h.name] = true
	}
	found := make([][]string, len(files))
	each(files, func(i int, name string) {
		text, err := src.peek(name)
		if err != nil || !bytes.Contains(text, []byte("defer")) || !mentions(text, names) {
			return // a file that is gone is no caller
		}
		text = abridge(text, func(tok token.Token, _ string) bool { return tok == token.DEFER })
		f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			found[i] = slices.Collect(maps.Keys(names))
			return
		}
		found[i] = pattern.MayDefer(f, names)
	})
	type place struct{ dir, name string }
	in := func(file, name string) place {
		if ast.IsExported(name) {
			return place{"", name}
		}
		return place{filepath.Dir(file), name}
	}
	called := make(map[place]bool)
	for i, list := range found {
		for _, name := range list {
			called[in(files[i], name)] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(hits), func(h hit) bool { return !called[in(h.file, h.name)] })
}

// mentions reports whether one of names is a word of text.
func mentions(text []byte, names map[string]bool) bool {
	letter := func(i int) bool {
		if i < 0 || i >= len(text) {
			return false
		}
		c := text[i]
		return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c >= utf8.RuneSelf
	}
	for name := range names {
		for from := 0; ; {
			i := bytes.Index(text[from:], []byte(name))
			if i < 0 {
				break
			}
			start, end := from+i, from+i+len(name)
			if !letter(start-1) && !letter(end) {
				return true
			}
			from = end
		}
	}
	return false
}

// syntaxProblems returns the errors of the parser.
func syntaxProblems(name string, err error) []Problem {
	list, ok := err.(scanner.ErrorList)
	if !ok {
		return []Problem{{File: name, Text: err.Error()}}
	}
	var problems []Problem
	for _, e := range list {
		p := problemOf(packages.Error{Msg: e.Msg})
		p.File, p.Line, p.Col = e.Pos.Filename, e.Pos.Line, e.Pos.Column
		problems = append(problems, p)
	}
	return problems
}

// internal reports whether the path names a package that only packages around
// it can import.
func internal(path string) bool {
	for elem := range strings.SplitSeq(path, "/") {
		if elem == "internal" {
			return true
		}
	}
	return false
}

// mayLiteral reports whether a file may hold a function literal, as far as its
// words tell. Two thirds of the files of a usual module do not, and to read them is
// a tenth of the work of parsing them. It may say yes too often.
func mayLiteral(text []byte) bool {
	for rest, last := text, byte('\n'); ; {
		i := bytes.Index(rest, []byte("func"))
		if i < 0 {
			return false
		}
		if i > 0 {
			last = rest[i-1]
		}
		rest = rest[i+len("func"):]
		next := bytes.TrimLeft(rest, " \t\r\n")
		switch {
		case len(next) == 0:
			return false
		case next[0] == '/': // a comment, and who knows what behind it
			return true
		case next[0] == '(' && !(last == '\n' && isMethod(next)):
			return true // a literal or a type
		}
		last = 'c'
	}
}

// isMethod reports whether a line goes on like that of a method, after the word
// func: with a receiver in parentheses and a name.
func isMethod(text []byte) bool {
	end := bytes.IndexAny(text[1:], "()\n")
	if end < 0 || text[1+end] != ')' {
		return false
	}
	name, ok := bytes.CutPrefix(text[end+2:], []byte(" "))
	i := bytes.IndexFunc(name, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return ok && i > 0 && name[i] == '(' && !slices.Contains([]string{"func", "chan"}, string(name[:i])) // else a type, the result of a literal
}
