package load

import (
	"go/ast"
	"go/parser"
	"go/token"
	"sync"
)

// A syntax caches parsed files. Each file is parsed once for all configurations and all
// variants of a package.
type syntax struct {
	src   *Sources
	over  Overlay
	brief *briefing
	fset  *token.FileSet

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
	allOfIt  part = iota
	inBrief       // abridged: see briefing
	outlined      // without comments and the bodies of functions
)

const parseMode = parser.AllErrors | parser.ParseComments | parser.SkipObjectResolution

type parsed struct {
	once sync.Once
	file *ast.File
	err  error
}

func newSyntax(src *Sources, over Overlay, brief *briefing) *syntax {
	return &syntax{src: src, over: over, brief: brief, fset: token.NewFileSet(), files: make(map[portion]*parsed)}
}

// file returns the syntax of a file. An outline has no function bodies and no comments,
// which take two thirds of the memory: there may be thousands of outlines.
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
	read, mode := s.src.Read, parser.Mode(parseMode)
	if want.part != allOfIt { // it is not edited
		read = s.src.Peek
	}
	if want.part == outlined {
		mode &^= parser.ParseComments
	}
	text, ok := s.over[want.name]
	if !ok {
		var err error
		if text, err = read(want.name); err != nil {
			return nil, err
		}
	}
	if want.part == inBrief {
		text = abridge(text, func(tok token.Token, lit string) bool { return tok == token.IDENT && s.brief.names[lit] })
	}
	f, err := parser.ParseFile(s.fset, want.name, text, mode)
	if err != nil || want.part != outlined {
		return f, err
	}
	for _, decl := range f.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Body != nil {
			fn.Body = &ast.BlockStmt{Lbrace: fn.Body.Lbrace, Rbrace: fn.Body.Rbrace}
		}
	}
	return f, nil
}
