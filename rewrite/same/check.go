package same

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// Check compares the files of a change, before against after, and returns an error if
// they differ by more than the change claims. The text after is parsed and not
// type-checked.
func (c *Change) Check() error {
	if c.Home >= len(c.Files) {
		return fmt.Errorf("no file declares %s", c.Prepare.Name.Name)
	}
	f := find(c)
	if f.fn == nil || c.Result >= f.fn.Signature().Results().Len() {
		return fmt.Errorf("%s is no prepare function", c.Prepare.Name.Name)
	}
	for i, file := range c.Files {
		m := &matcher{facts: f, unit: file.Unit, was: file.Unit.Fset, fset: token.NewFileSet()}
		name := m.was.PositionFor(file.Before.Package, false).Filename
		var err error
		m.after, err = parser.ParseFile(m.fset, name, file.After, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		if err := m.file(file, i == c.Home); err != nil {
			return err
		}
	}
	return nil
}

// file compares the declarations of a file. All are there again, in their order; new
// ones are finish and the type of the state.
func (m *matcher) file(file File, home bool) error {
	b, a := file.Before, m.after
	if b.Name.Name != a.Name.Name {
		return m.differ(b, a, "the package is another one")
	}
	if err := m.imports(b, a); err != nil {
		return err
	}
	var left []ast.Decl
	var fn *ast.FuncDecl
	var state *ast.TypeSpec
	for _, d := range a.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			continue
		}
		if f, ok := d.(*ast.FuncDecl); ok && home && fn == nil && f.Name.Name == m.Finish && m.isNew(b, f) {
			fn = f
			continue
		}
		if g, ok := d.(*ast.GenDecl); ok && home && state == nil && g.Tok == token.TYPE && len(g.Specs) == 1 {
			if s := g.Specs[0].(*ast.TypeSpec); s.Name.Name == m.State.Type && m.home.Pkg.Scope().Lookup(s.Name.Name) == nil {
				state = s
				continue
			}
		}
		left = append(left, d)
	}
	plain := token.NewFileSet()
	whole, err := parser.ParseFile(plain, m.was.PositionFor(b.Package, false).Filename, file.Text, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	if len(whole.Decls) != len(b.Decls) {
		return m.differ(b, nil, "the file is not the one that was type-checked")
	}
	for i, d := range b.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			continue
		}
		if len(left) == 0 {
			return m.differ(d, nil, "a declaration is missing")
		}
		if m.concerns(d) {
			err = m.decl(d, left[0])
		} else {
			m.was = plain
			err = m.node(whole.Decls[i], left[0])
			m.was = m.unit.Fset
		}
		if err != nil {
			return err
		}
		left = left[1:]
	}
	if len(left) > 0 {
		return m.differ(nil, left[0], "a declaration is added")
	}
	if !home {
		return nil
	}
	if fn == nil || fn.Body == nil {
		return m.differ(m.Prepare, nil, "%s is missing", m.Finish)
	}
	if err := m.stateDecl(state); err != nil {
		return err
	}
	return m.finishDecl(fn)
}

// concerns reports whether a declaration is prepare, or calls it. Any other must be the
// same by its text.
func (m *matcher) concerns(d ast.Decl) bool {
	if d == ast.Decl(m.Prepare) {
		return true
	}
	for call := range m.sites {
		if d.Pos() <= call.Pos() && call.Pos() < d.End() {
			return true
		}
	}
	return false
}

// isNew reports whether no function or method of the file before has the name and
// receiver of f.
func (m *matcher) isNew(b *ast.File, f *ast.FuncDecl) bool {
	for _, d := range b.Decls {
		if old, ok := d.(*ast.FuncDecl); ok && old.Name.Name == f.Name.Name && recvName(old) == recvName(f) {
			return false
		}
	}
	return true
}

// recvName returns the name of the type that a method is declared for.
func recvName(f *ast.FuncDecl) string {
	if f.Recv.NumFields() == 0 {
		return ""
	}
	t := ast.Unparen(f.Recv.List[0].Type)
	if p, ok := t.(*ast.StarExpr); ok {
		t = p.X
	}
	return types.ExprString(bare(t))
}

func (m *matcher) decl(b, a ast.Decl) error {
	if b != ast.Decl(m.Prepare) {
		m.role = caller
		return m.node(b, a)
	}
	fa, ok := a.(*ast.FuncDecl)
	if !ok {
		return m.differ(b, a, "%s is missing", m.Prepare.Name.Name)
	}
	m.role = prepare
	m.path = append(m.path[:0], b)
	defer func() { m.path, m.role = m.path[:0], caller }()
	return m.prepareDecl(fa)
}

// imports compares the imports of a file: what was imported may go or be blanked,
// other packages may come, and no name means another package.
func (m *matcher) imports(b, a *ast.File) error {
	paths := make(map[string]string)
	for _, s := range b.Imports {
		paths[m.importedAs(s)] = s.Path.Value
	}
	for _, s := range a.Imports {
		name := m.importedAs(s)
		if path, ok := paths[name]; ok && name != "_" && name != "." && !sameString(path, s.Path.Value) {
			return m.differ(nil, s, "%s means another package", name)
		}
	}
	return nil
}

// importedAs returns the name by which a file knows an import, as far as its path
// tells.
func (m *matcher) importedAs(s *ast.ImportSpec) string {
	if s.Name != nil {
		return s.Name.Name
	}
	path, _ := strconv.Unquote(s.Path.Value)
	for _, p := range m.unit.Pkg.Imports() {
		if p.Path() == path {
			return p.Name()
		}
	}
	return path[strings.LastIndexByte(path, '/')+1:] // not imported before
}
