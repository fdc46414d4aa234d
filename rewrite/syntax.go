package rewrite

import (
	"go/ast"
	"go/parser"
	"go/token"
	"sync"
)

// A syntax holds the files of one text as they were parsed. The configurations share
// them, and the variants of a package: a file is parsed once.
type syntax struct {
	src  *sources
	over overlay
	fset *token.FileSet

	mu    sync.Mutex
	files map[depth]*parsed
}

// A depth says how much of a file is wanted.
type depth struct {
	name   string
	bodies bool // of functions, and comments
}

type parsed struct {
	once sync.Once
	file *ast.File
	err  error
}

func newSyntax(src *sources, over overlay) *syntax {
	return &syntax{src: src, over: over, fset: token.NewFileSet(), files: make(map[depth]*parsed)}
}

// file returns a file. Where nobody looks at the functions, there may be thousands of
// files, and their bodies and comments are dropped: two thirds of the memory.
func (s *syntax) file(name string, bodies bool) (*ast.File, error) {
	s.mu.Lock()
	d := depth{name, bodies}
	f := s.files[d]
	if f == nil {
		f = new(parsed)
		s.files[d] = f
	}
	s.mu.Unlock()
	f.once.Do(func() { f.file, f.err = s.parse(d) })
	return f.file, f.err
}

func (s *syntax) parse(d depth) (*ast.File, error) {
	read, mode := s.src.read, parser.Mode(parseMode)
	if !d.bodies {
		read, mode = s.src.peek, mode&^parser.ParseComments
	}
	text, ok := s.over[d.name]
	if !ok {
		var err error
		if text, err = read(d.name); err != nil {
			return nil, err
		}
	}
	f, err := parser.ParseFile(s.fset, d.name, text, mode)
	if err != nil || d.bodies {
		return f, err
	}
	for _, decl := range f.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Body != nil {
			fn.Body = &ast.BlockStmt{Lbrace: fn.Body.Lbrace, Rbrace: fn.Body.Rbrace}
		}
	}
	return f, nil
}
