package load

import (
	"bytes"
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"sync"
)

// A syntax caches parsed files. Each file is parsed once for all configurations and all
// variants of a package.
type syntax struct {
	src      *Sources
	over     Overlay
	abridged *abridgement
	fset     *token.FileSet

	mu    sync.Mutex
	files map[portion]*parsed
}

// A portion is a file and how much of it is parsed.
type portion struct {
	name string
	part part
}

type part int

const (
	wholeFile    part = iota
	abridgedFile      // abridged: see abridgement
)

const parseMode = parser.AllErrors | parser.ParseComments | parser.SkipObjectResolution

type parsed struct {
	once sync.Once
	file *ast.File
	err  error
}

func newSyntax(src *Sources, over Overlay, abridged *abridgement) *syntax {
	return &syntax{src: src, over: over, abridged: abridged, fset: token.NewFileSet(), files: make(map[portion]*parsed)}
}

// file returns the syntax of a file.
func (s *syntax) file(name string, part part) (*ast.File, error) {
	s.mu.Lock()
	want := portion{name, part}
	f := s.files[want]
	if f == nil {
		f = new(parsed)
		s.files[want] = f
	}
	s.mu.Unlock()
	f.once.Do(func() { f.file, f.err = s.parse(want) })
	return f.file, f.err
}

func (s *syntax) parse(want portion) (*ast.File, error) {
	if want.part == abridgedFile { // it is not edited
		var f *ast.File
		var err error
		e := s.with(want.name, func(text []byte) {
			abridge(text, func(tok token.Token, lit string) bool { return tok == token.IDENT && s.abridged.names[lit] })
			f, err = parser.ParseFile(s.fset, want.name, text, parseMode)
		})
		return f, cmp.Or(e, err)
	}
	text, ok := s.over[want.name]
	if !ok {
		var err error
		if text, err = s.src.Read(want.name); err != nil {
			return nil, err
		}
	}
	return parser.ParseFile(s.fset, want.name, text, parseMode)
}

// outline returns the outline of a file.
func (s *syntax) outline(name string) (o *outline, err error) {
	e := s.with(name, func(text []byte) {
		if o, err = outlineOf(name, text); err != nil {
			// The parser says what is wrong.
			if _, e := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution|parser.AllErrors); e != nil {
				err = e
			}
		}
	})
	return o, cmp.Or(e, err)
}

// reduced parses the reduced source of a file. Positions are those in the whole file.
func (s *syntax) reduced(of source) (*ast.File, error) {
	const mode = parser.SkipObjectResolution | parser.AllErrors
	f, err := parser.ParseFile(s.fset, of.name, of.text, mode)
	if err == nil {
		file := s.fset.File(f.FileStart)
		for _, m := range of.marks {
			file.AddLineColumnInfo(m.offset, of.name, m.line, m.column)
		}
		return f, nil
	}
	e := s.with(of.name, func(text []byte) {
		// The whole file says where the error is.
		if _, e := parser.ParseFile(token.NewFileSet(), of.name, text, mode); e != nil {
			err = e
		}
	})
	return f, cmp.Or(e, err)
}

// with calls do with the content of a file, which do may change but not keep.
func (s *syntax) with(name string, do func(text []byte)) error {
	if text, ok := s.over[name]; ok {
		do(bytes.Clone(text))
		return nil
	}
	return s.src.With(name, do)
}
