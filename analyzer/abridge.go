package analyzer

import (
	"cmp"
	"errors"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
)

// abridged is the package without the bodies of the functions that no proposal edits, by the
// names of files. Type-checking it costs little more than its declarations.
//
// If it type-checks with one proposal, and the whole package with all, then so does the whole
// package with the one: the bodies left out are the same, proposals edit all uses of the
// functions whose signatures they change, and the imports of those bodies are still there.
// Cycles of initialization through those bodies are looked for only in the whole package.
type abridged map[string]*abridgedFile

// An abridgedFile is a file without the bodies of some functions.
type abridgedFile struct {
	file    *ast.File
	omitted map[string]bool // source of the functions whose bodies are left out
	imports map[string]bool // imports that those bodies use, as importKey returns them
}

// abridge returns the package without the bodies of the functions that no proposal edits.
func (c *checker) abridge(proposals []*proposal) (abridged, error) {
	edited := make(map[token.Pos]bool)
	for _, p := range proposals {
		for _, pos := range p.decls {
			edited[pos] = true
		}
	}
	a := make(abridged)
	var bodies []*ast.BlockStmt // those left out, in the files of the pass
	for _, old := range c.unit.Files {
		name := c.unit.Filename(old.FileStart)
		f, err := c.parse(name)
		if err != nil {
			return nil, err
		}
		af := &abridgedFile{omitted: make(map[string]bool), imports: make(map[string]bool)}
		a[name] = af
		// Only the type checker knows which names are those of a dot import.
		if !slices.ContainsFunc(old.Imports, func(s *ast.ImportSpec) bool { return s.Name != nil && s.Name.Name == "." }) {
			text, file := c.texts[name], c.unit.Fset.File(old.FileStart)
			for _, d := range old.Decls {
				start, end := file.Offset(d.Pos()), file.Offset(d.End())
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil && !edited[d.Pos()] && end <= len(text) {
					bodies = append(bodies, fn.Body)
					af.omitted[string(text[start:end])] = true
				}
			}
		}
		af.file = c.withoutBodies(f, c.texts[name], af.omitted)
	}
	slices.SortFunc(bodies, func(x, y *ast.BlockStmt) int { return cmp.Compare(x.Pos(), y.Pos()) })
	used := make(map[types.Object]bool) // imports
	for id, obj := range c.unit.Info.Uses {
		if _, ok := obj.(*types.PkgName); ok && !used[obj] {
			i, _ := slices.BinarySearchFunc(bodies, id.Pos(), func(b *ast.BlockStmt, pos token.Pos) int { return cmp.Compare(b.End(), pos) })
			used[obj] = i < len(bodies) && bodies[i].Pos() < id.Pos()
		}
	}
	for _, old := range c.unit.Files {
		for _, spec := range old.Imports {
			if used[c.unit.Info.PkgNameOf(spec)] {
				a[c.unit.Filename(old.FileStart)].imports[importKey(spec)] = true
			}
		}
	}
	return a, nil
}

// importKey returns the name, if there is one, and the path of an import declaration.
func importKey(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name + " " + spec.Path.Value
	}
	return spec.Path.Value
}

// withoutBodies returns a copy of a file with the given text in which functions with the
// given source do nothing. They need no return statement, since they do not end.
func (c *checker) withoutBodies(f *ast.File, text []byte, functions map[string]bool) *ast.File {
	file, short := c.fset.File(f.FileStart), *f
	short.Decls = slices.Clone(f.Decls)
	for i, d := range short.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil || !functions[string(text[file.Offset(d.Pos()):file.Offset(d.End())])] {
			continue
		}
		pos, decl := fn.Body.Lbrace, *fn
		forever := &ast.ForStmt{For: pos, Body: &ast.BlockStmt{Lbrace: pos, Rbrace: pos}}
		decl.Body = &ast.BlockStmt{Lbrace: pos, List: []ast.Stmt{forever}, Rbrace: fn.Body.Rbrace}
		short.Decls[i] = &decl
	}
	return &short
}

// accepts reports whether the abridged package type-checks with a proposal, and still has
// the imports of the bodies left out.
func (c *checker) accepts(a abridged, p *proposal) bool {
	edits, err := merge(p)
	if err != nil {
		return false
	}
	var files []*ast.File
	used := make(map[token.Pos]bool) // declarations of imports that bodies left out use
	for _, old := range c.unit.Files {
		name := c.unit.Filename(old.FileStart)
		f, rest := a[name].file, maps.Clone(a[name].imports)
		if len(edits[name]) > 0 {
			if f, err = c.edited(name, edits[name], a[name].omitted); err != nil {
				return false
			}
		}
		for _, spec := range f.Imports {
			if key := importKey(spec); rest[key] {
				used[spec.Pos()] = true
				delete(rest, key)
			}
		}
		if len(rest) > 0 {
			return false
		}
		files = append(files, f)
	}
	accepted := true
	conf := c.config()
	conf.Error = func(err error) {
		// The only soft error at an import declaration is that it is not used.
		e := types.Error{}
		accepted = accepted && errors.As(err, &e) && e.Soft && used[e.Pos]
	}
	_, _ = conf.Check(c.pass.Pkg.Path(), c.fset, files, nil) // every error goes to conf.Error
	return accepted
}
