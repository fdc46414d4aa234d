package load

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"sync"
)

// An embedding answers which types may be embedded in structs of the main modules, and of the
// modules that import them. It reads a file when it is asked for a name that the file contains.
type embedding struct {
	src   *Sources
	files []string
	known sync.Map // bool, by name
}

// newEmbedding returns the embedding of the files that s and g know. Nothing is known of nested
// modules.
func (s *Scope) newEmbedding(g graph) *embedding {
	if len(s.near.modules) > 0 {
		return nil
	}
	return &embedding{src: s.tree.Source, files: slices.Concat(s.near.files, s.near.skipped, g.importers())}
}

// has reports whether a struct may embed a type with a name, judging by syntax: it has an
// embedded field of that name, or an alias stands for the name.
func (e *embedding) has(name string) bool {
	if known, ok := e.known.Load(name); ok {
		return known.(bool)
	}
	found := make([]bool, len(e.files))
	each(e.files, func(i int, file string) {
		text, err := e.src.Peek(file)
		if err != nil || !bytes.Contains(text, []byte(name)) {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, text, parser.SkipObjectResolution)
		found[i] = err != nil || f != nil && embedsIn(f, name)
	})
	has := slices.Contains(found, true)
	e.known.Store(name, has)
	return has
}

// embedsIn reports whether a file embeds a type with a name in a struct, or declares an alias
// of it.
func embedsIn(f *ast.File, name string) (found bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.StructType:
			for _, field := range n.Fields.List {
				_, embedded := typeName(field.Type)
				found = found || len(field.Names) == 0 && embedded == name
			}
		case *ast.TypeSpec:
			_, aliased := typeName(n.Type)
			found = found || n.Assign.IsValid() && aliased == name
		}
		return !found
	})
	return found
}
