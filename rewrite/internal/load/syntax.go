package load

import (
	"bytes"
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"sync"

	"github.com/closurefix/closurefix/rewrite/internal/replace"
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

	buffers sync.Pool // of *bytes.Buffer
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
	return &syntax{src: src, over: over, abridged: abridged, fset: token.NewFileSet(), files: make(map[portion]*parsed), buffers: sync.Pool{New: func() any { return new(bytes.Buffer) }}}
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
	read := s.src.Read
	if want.part != wholeFile { // it is not edited
		read = s.src.Peek
	}
	text, ok := s.over[want.name]
	if !ok {
		var err error
		if text, err = read(want.name); err != nil {
			return nil, err
		}
	}
	if want.part == abridgedFile {
		text = abridge(text, func(tok token.Token, lit string) bool { return tok == token.IDENT && s.abridged.names[lit] })
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

// reduced parses the imports and declarations of a file that are used and kept.
func (s *syntax) reduced(o *outline, used map[*imported]bool, kept map[*declared]bool) (f *ast.File, err error) {
	e := s.with(o.name, func(text []byte) {
		if len(text) != o.size {
			err = &replace.FileError{Name: o.name, Reason: "changed while it was being read"}
			return
		}
		o.reduce(text, used, kept)
		f, err = parser.ParseFile(s.fset, o.name, text, parser.SkipObjectResolution|parser.AllErrors)
	})
	return f, cmp.Or(e, err)
}

// with calls do with the content of a file, which do may change but not keep.
func (s *syntax) with(name string, do func(text []byte)) error {
	if text, ok := s.over[name]; ok {
		do(bytes.Clone(text))
		return nil
	}
	buf := s.buffers.Get().(*bytes.Buffer)
	defer s.buffers.Put(buf)
	buf.Reset()
	if err := s.src.copy(buf, name); err != nil {
		return err
	}
	do(buf.Bytes())
	return nil
}
