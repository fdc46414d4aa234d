package edit

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	pathpkg "path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// fixImports adds the imports that the plan requires, and removes those that become
// unused. It edits the source, so the rest of the import declarations does not change.
func fixImports(s *source, chunks []*chunk, add []spell.Import) ([]*chunk, error) {
	before, after, err := s.usedNames(chunks)
	if err != nil {
		return nil, err
	}
	change := func(f func(text []byte) ([]byte, error)) error {
		chunks = s.head(chunks)
		var err error
		chunks[0].text, err = f(chunks[0].text)
		return err
	}
	for _, spec := range s.file.Imports {
		name := importName(s.unit.Info, spec)
		if name == "_" || !s.uses(before, spec, name) || s.uses(after, spec, name) {
			continue
		}
		remove := removeImport
		if !s.staysBuilt(spec) {
			remove = blankImport // its init function, or one of what it imports, may be what the program needs
		}
		if err := change(func(text []byte) ([]byte, error) { return remove(s.name, text, spec) }); err != nil {
			return nil, err
		}
	}
	for _, imp := range add {
		line := strconv.Quote(imp.Path)
		if imp.Name != "" {
			line = imp.Name + " " + line
		}
		if err := change(func(text []byte) ([]byte, error) { return s.addImport(text, line, imp.Path) }); err != nil {
			return nil, err
		}
	}
	return chunks, nil
}

// importNames returns the names that the imports of the file declare in it, or nil if
// there is a dot import.
func (s *source) importNames() map[string]bool {
	names := make(map[string]bool)
	for _, spec := range s.file.Imports {
		name := importName(s.unit.Info, spec)
		if name == "." {
			return nil
		}
		names[name] = true
	}
	delete(names, "_")
	return names
}

// usedNames returns two functions, for the file before and after the changes of chunks.
// They report whether a chunk of the file uses a name that it does not declare.
func (s *source) usedNames(chunks []*chunk) (before, after func(name string) bool, err error) {
	was, is := make(map[string]int), make(map[string]int)
	for _, c := range chunks {
		// Each chunk of the file counts, also where several are one here.
		for from := c.start; from < c.end; {
			part := s.chunk(from, from)
			names, err := s.unresolved(part)
			if err != nil {
				return nil, nil, err
			}
			for n := range names {
				was[n]++
			}
			from = part.end
		}
		names, err := s.unresolved(c)
		if err != nil {
			return nil, nil, fmt.Errorf("the rewritten file does not parse: %w", err)
		}
		for n := range names {
			is[n]++
		}
	}
	before = func(name string) bool { return was[name] > 0 }
	after = func(name string) bool { return is[name] > 0 || s.chunksWith(name) > was[name] }
	return before, after, nil
}

// chunksWith returns the number of chunks of the file that use a name and do not
// declare it.
func (s *source) chunksWith(name string) int {
	if s.names == nil {
		s.names = make(map[string]int)
		for from := 0; from < len(s.text); {
			c := s.chunk(from, from)
			names, err := s.unresolved(c)
			if err == nil { // the unit is type-checked
				for n := range names {
					s.names[n]++
				}
			}
			from = c.end
		}
	}
	return s.names[name]
}

// uses reports whether some of the names that a file uses but does not declare belong to
// an import.
func (s *source) uses(used func(string) bool, spec *ast.ImportSpec, name string) bool {
	if name != "." {
		return used(name)
	}
	pkg, ok := s.unit.Info.Implicits[spec].(*types.PkgName)
	if !ok {
		if pkg, ok = s.unit.Info.Defs[spec.Name].(*types.PkgName); !ok {
			return true
		}
	}
	return slices.ContainsFunc(pkg.Imported().Scope().Names(), func(n string) bool { return ast.IsExported(n) && used(n) })
}

// samePath reports whether two imports have the same path and name.
func samePath(a, b *ast.ImportSpec) bool {
	return a.Path.Value == b.Path.Value && (a.Name == nil) == (b.Name == nil) && (a.Name == nil || a.Name.Name == b.Name.Name)
}

// staysBuilt reports whether every program that includes the file includes the package of
// one of its imports even without that import. It does if another import remains, or if
// the package is in the standard library, whose initialization has no visible effect.
func (s *source) staysBuilt(spec *ast.ImportSpec) bool {
	path, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return false
	}
	if s.standard(path) {
		return true
	}
	test := strings.HasSuffix(s.name, "_test.go")
	for _, f := range s.unit.Files {
		name := s.unit.Filename(f.FileStart)
		if strings.HasSuffix(name, "_test.go") && !test {
			continue // not part of the program
		}
		for _, other := range f.Imports {
			if other != spec && other.Path.Value == spec.Path.Value && s.lasts(f, other) && callers.BuiltWith(s.unit, s.name, name) {
				return true
			}
		}
	}
	return false
}

// lasts reports whether no rewrite can remove an import. A rewrite removes only uses of
// type names, so an import with any other use stays.
func (s *source) lasts(f *ast.File, spec *ast.ImportSpec) bool {
	if spec.Name != nil && (spec.Name.Name == "_" || spec.Name.Name == ".") {
		return true
	}
	obj := s.unit.Info.Implicits[spec]
	if spec.Name != nil {
		obj = s.unit.Info.Defs[spec.Name]
	}
	found := false
	ast.Inspect(f, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && obj != nil {
			if id, ok := sel.X.(*ast.Ident); ok && s.unit.Info.Uses[id] == obj {
				_, typ := s.unit.Info.Uses[sel.Sel].(*types.TypeName)
				found = found || !typ
			}
		}
		return !found
	})
	return found
}

// standard reports whether a dependency of the unit belongs to the standard library. It
// does if it is in the GOROOT of the Go release that runs this program, or of the one
// that compiled the package.
func (s *source) standard(path string) bool {
	in := func(goroot string) bool {
		info, err := os.Stat(filepath.Join(goroot, "src", filepath.FromSlash(path)))
		return err == nil && info.IsDir()
	}
	if build.Default.GOROOT != "" && in(build.Default.GOROOT) {
		return true
	}
	pkg := dependency(s.unit.Pkg, path)
	if pkg == nil {
		return false
	}
	for _, name := range pkg.Scope().Names() {
		file := filepath.ToSlash(s.unit.Filename(pkg.Scope().Lookup(name).Pos()))
		if goroot, ok := strings.CutSuffix(pathpkg.Dir(file), "/src/"+path); ok {
			_, err := os.Stat(filepath.Join(goroot, "src", "runtime", "runtime.go"))
			return goroot == "$GOROOT" || err == nil
		}
	}
	return false
}

// dependency returns the direct or indirect dependency of pkg with the given path, or
// nil.
func dependency(pkg *types.Package, path string) *types.Package {
	seen := make(map[*types.Package]bool)
	var find func(pkg *types.Package) *types.Package
	find = func(pkg *types.Package) *types.Package {
		for _, dep := range pkg.Imports() {
			if seen[dep] {
				continue
			}
			seen[dep] = true
			if dep.Path() == path {
				return dep
			}
			if found := find(dep); found != nil {
				return found
			}
		}
		return nil
	}
	return find(pkg)
}

// blankImport makes an import blank, to keep the initialization of its package.
func blankImport(name string, text []byte, spec *ast.ImportSpec) ([]byte, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, text, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	for _, s := range f.Imports {
		if samePath(s, spec) {
			from, to := fset.Position(s.Pos()).Offset, fset.Position(s.Path.Pos()).Offset
			return append(append(append([]byte(nil), text[:from]...), "_ "...), text[to:]...), nil
		}
	}
	return text, nil
}

// importName returns the name under which a file imports a package.
func importName(info *types.Info, spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	if pkg, ok := info.Implicits[spec].(*types.PkgName); ok {
		return pkg.Name()
	}
	path, _ := strconv.Unquote(spec.Path.Value)
	return path[strings.LastIndexByte(path, '/')+1:]
}

// unresolved returns the names that a chunk uses but does not declare, or none if it has no name of an import.
func (s *source) unresolved(c *chunk) (map[string]bool, error) {
	mentioned := s.imports == nil // they are not known
	for name := range s.imports {
		mentioned = mentioned || bytes.Contains(c.text, []byte(name))
	}
	if !mentioned {
		return nil, nil
	}
	return unresolved(s.name, s.whole(c))
}

// unresolved returns the names that a file uses but does not declare.
func unresolved(name string, text []byte) (map[string]bool, error) {
	names := make(map[string]bool)
	f, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
	if err == nil {
		for _, id := range f.Unresolved {
			names[id.Name] = true
		}
		return names, nil
	}
	// The parser does not resolve names in a thousand blocks within each other. Then all
	// names count: an import may stay that nothing uses, and the rewrite is refused.
	if f, err = parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution); err != nil {
		return nil, err
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			names[id.Name] = true
		}
		return true
	})
	return names, nil
}

// removeImport deletes an import and its line, or the whole declaration if it has no
// other import.
func removeImport(name string, text []byte, gone *ast.ImportSpec) ([]byte, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, text, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		return nil, err
	}
	for _, d := range f.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, sp := range decl.Specs {
			spec := sp.(*ast.ImportSpec)
			if !samePath(spec, gone) {
				continue
			}
			if spec.Doc != nil || spec.Comment != nil {
				return nil, importComment(spec)
			}
			from, to := fset.Position(spec.Pos()).Offset, fset.Position(spec.End()).Offset
			if len(decl.Specs) == 1 {
				if decl.Doc != nil {
					return nil, importComment(spec)
				}
				from, to = fset.Position(decl.Pos()).Offset, fset.Position(decl.End()).Offset
			}
			line := bytes.LastIndexByte(text[:from], '\n') + 1
			rest, _, _ := bytes.Cut(text[to:], []byte("\n"))
			if len(bytes.TrimSpace(text[line:from])) > 0 || len(bytes.TrimSpace(rest)) > 0 {
				// Other code is on the line: import ("context"; "fmt").
				if next := bytes.TrimLeft(rest, " \t"); len(next) > 0 && next[0] == ';' {
					to += len(rest) - len(bytes.TrimLeft(next[1:], " \t"))
				}
				return append(append([]byte(nil), text[:from]...), text[to:]...), nil
			}
			from = line
			if i := bytes.IndexByte(text[to:], '\n'); i >= 0 {
				to += i + 1
			}
			return append(append([]byte(nil), text[:from]...), text[to:]...), nil
		}
	}
	return text, nil
}

// importComment returns the obstacle for an import that becomes unused and has a comment.
func importComment(spec *ast.ImportSpec) error {
	return &obstacle{code: refusal.CommentLost, reason: fmt.Sprintf("the import of %s would become unused, and has a comment", spec.Path.Value)}
}
