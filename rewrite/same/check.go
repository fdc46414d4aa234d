package same

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/scanner"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// Check compares the files before and after a change, and returns an error if they differ
// by more than the change claims. The files after are parsed but not type-checked.
func (c *Change) Check() error {
	f := find(c)
	if f.fn == nil || c.Result >= f.fn.Signature().Results().Len() {
		return fmt.Errorf("%s is not a prepare function", c.Prepare.Name.Name)
	}
	if err := c.unused(); err != nil {
		return err
	}
	if err := f.divideAll(); err != nil {
		return err
	}
	for _, file := range c.Files {
		m := &matcher{
			facts: f, unit: file.Unit, file: file, fset: token.NewFileSet(),
			apart: make(map[*site]bool), valued: make(map[*site]string), called: make(map[*holder]string),
			named: make(map[ast.Expr]string), brought: make(map[string][]renamed),
			defines: make(map[*ast.Ident]bool), anew: make(map[*types.Var]bool), placed: make(map[place]string),
		}
		if c.Local != nil {
			m.instead = map[ast.Stmt]func([]ast.Stmt) (int, error){c.Local.Stmt: m.localPrepare}
		}
		name := m.unit.Fset.PositionFor(file.Before.Package, false).Filename
		if err := m.compare(name, file); err != nil {
			return err
		}
	}
	return nil
}

// compare compares what may differ of a file: regions of declarations, and in callers of
// prepare runs of statements.
func (m *matcher) compare(name string, file File) error {
	b := file.Before
	if m.unit.Fset.File(b.Package).Size() != len(file.Text) {
		return m.differ(b, nil, "the file is not the one that was type-checked")
	}
	if err := file.ordered(); err != nil {
		return err
	}
	calling := slices.Compact(slices.Sorted(slices.Values(m.calling[b])))
	var wanted []int
	var runs []run
	divided := make(map[ast.Decl]bool)
	rest := file
	rest.Edits = nil
	done := 0 // how many edits are in the runs or in rest
	for _, i := range calling {
		more, from, to, ok := m.runs(file, b.Decls[i])
		if !ok {
			wanted = append(wanted, i)
			continue
		}
		runs, divided[b.Decls[i]] = append(runs, more...), true
		rest.Edits = append(rest.Edits, file.Edits[done:from]...)
		done = to
	}
	rest.Edits = append(rest.Edits, file.Edits[done:]...)
	regions := rest.regions(m.wanted(b, wanted))
	if slices.ContainsFunc(regions, func(r region) bool { return slices.ContainsFunc(r.decls, func(d ast.Decl) bool { return divided[d] }) }) {
		runs, regions = nil, file.regions(m.wanted(b, calling)) // other declarations on the lines of a caller
	}
	if err := m.regions(name, b, regions); err != nil {
		return err
	}
	for _, r := range runs {
		if err := m.run(name, r); err != nil {
			return err
		}
	}
	return nil
}

// wanted adds prepare and the declarations that go to some indices of declarations.
func (m *matcher) wanted(b *ast.File, wanted []int) []int {
	wanted = slices.Clone(wanted)
	if i := slices.Index(b.Decls, ast.Decl(m.Prepare)); i >= 0 {
		wanted = append(wanted, i)
	}
	for _, d := range m.Unused {
		if i := slices.Index(b.Decls, d); i >= 0 {
			wanted = append(wanted, i)
		}
	}
	return wanted
}

// regions compares regions of a file.
func (m *matcher) regions(name string, b *ast.File, regions []region) error {
	calling := make(map[ast.Decl]bool)
	for _, i := range m.calling[b] {
		calling[b.Decls[i]] = true
	}
	m.imports = b.Imports
	for _, r := range regions {
		if err := m.parse(name, r, b); err != nil {
			return err
		}
		if r.head {
			m.imports = m.after.Imports
			if b.Name.Name != m.after.Name.Name {
				return m.differ(b, m.after, "the package name has changed")
			}
			if err := m.sameImports(b); err != nil {
				return err
			}
		}
		if err := m.region(r, calling); err != nil {
			return err
		}
	}
	return nil
}

// region compares the declarations of a region. All must be there again in the same
// order. The type of the state and finish follow prepare.
func (m *matcher) region(r region, calling map[ast.Decl]bool) error {
	left := slices.DeleteFunc(slices.Clone(m.after.Decls), isImport)
	for i, d := range r.decls {
		n, err := 1, error(nil)
		switch {
		case isImport(d), slices.Contains(m.Unused, d):
			continue
		case len(left) == 0:
			return m.differ(d, nil, "a declaration is missing")
		case d == ast.Decl(m.Prepare):
			n, err = m.prepared(left)
		case m.forwarder[d] != nil:
			err = m.forwarderDecl(m.forwarder[d], left[0])
		case calling[d]:
			err = m.node(d, left[0])
		case !alike(written(m.unit.Fset, r.decls[i:], r.text), written(m.fset, left, m.text)):
			err = m.differ(d, left[0], "%s has changed", text(d))
		}
		if err != nil {
			return err
		}
		left = left[n:]
	}
	if len(left) > 0 {
		return m.differ(nil, left[0], "a declaration is added")
	}
	return nil
}

// written returns the source of some declarations, up to the declaration after them.
// The end of a declaration is not known if its body was blanked before type checking.
func written(fset *token.FileSet, decls []ast.Decl, text []byte) []byte {
	end := len(text)
	if len(decls) > 1 {
		end = fset.PositionFor(decls[1].Pos(), false).Offset
	}
	return text[fset.PositionFor(decls[0].Pos(), false).Offset:end]
}

// alike reports whether two sources have the same tokens. Space may differ, because
// gofmt aligns adjacent one-line functions, of which prepare may be one.
func alike(b, a []byte) bool {
	return bytes.Equal(b, a) || slices.Equal(tokens(b), tokens(a))
}

// tokens returns the tokens of source.
func tokens(text []byte) (all []string) {
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(text)), text, nil, 0)
	for {
		_, tok, lit := s.Scan()
		if tok == token.EOF {
			return all
		}
		all = append(all, tok.String()+" "+lit)
	}
}

// prepared compares prepare with the declarations at the start of a list that replace it,
// and returns their number.
func (m *matcher) prepared(a []ast.Decl) (int, error) {
	m.role, m.path = prepare, []ast.Node{m.Prepare}
	defer func() { m.role, m.path = caller, nil }()
	if err := m.resultsHold(); err != nil {
		return 0, err
	}
	if m.Merged {
		return 1, m.merged(a)
	}
	n := 2
	switch {
	case m.Bound, m.Existing:
		n = 1
	case m.handed():
		n = 3
	}
	if len(a) < n {
		return 0, m.differ(m.Prepare, nil, "a declaration is missing")
	}
	now, ok := a[0].(*ast.FuncDecl)
	if !ok || now.Body == nil || now.Name.Name != m.Prepare.Name.Name {
		return 0, m.differ(m.Prepare, a[0], "%s is missing", m.Prepare.Name.Name)
	}
	if err := m.prepareDecl(now); err != nil || m.Bound {
		return n, err
	}
	if m.Existing {
		return n, m.callsOnly()
	}
	if m.handed() {
		if err := m.stateDecl(a[1]); err != nil {
			return 0, err
		}
	}
	fn, ok := a[n-1].(*ast.FuncDecl)
	if !ok || fn.Body == nil || fn.Name.Name != m.Finish {
		return 0, m.differ(m.Prepare, a[n-1], "%s is missing", m.Finish)
	}
	return n, m.finishDecl(fn)
}

// merged compares prepare, which does nothing but return a cleanup, with the function that
// takes its place: finish.
func (m *matcher) merged(a []ast.Decl) error {
	if len(a) == 0 || m.handed() || m.single() || m.fn.Signature().Results().Len() != 1 {
		return m.differ(m.Prepare, nil, "a declaration is missing")
	}
	var returned *ast.FuncLit
	list := m.Prepare.Body.List
	if m.readsClock(list) {
		list = list[1:]
	}
	if len(list) == 1 {
		if ret, ok := list[0].(*ast.ReturnStmt); ok && len(ret.Results) == 1 {
			returned = literal(m.home.Info, ret.Results[0])
		}
	}
	if returned == nil || m.Literals[returned] != 1 {
		return m.differ(m.Prepare, nil, "%s does more than to return its cleanup", m.Finish)
	}
	now, ok := a[0].(*ast.FuncDecl)
	if !ok || now.Body == nil || now.Name.Name != m.Finish {
		return m.differ(m.Prepare, a[0], "%s is missing", m.Finish)
	}
	return m.finishDecl(now)
}

// sameImports compares the imports of a file. Imports may be removed, made blank or added,
// but no name may refer to another package than before.
func (m *matcher) sameImports(b *ast.File) error {
	for _, s := range m.imports {
		path, _ := strconv.Unquote(s.Path.Value)
		name := path[strings.LastIndexByte(path, '/')+1:] // the last element, if the file did not import it before
		for _, p := range m.unit.Pkg.Imports() {
			if p.Path() == path {
				name = p.Name()
			}
		}
		if s.Name != nil {
			name = s.Name.Name
		}
		if pkg, ok := m.lookup(name, b.Name.Pos()).(*types.PkgName); ok && pkg.Imported().Path() != path {
			return m.differ(nil, s, "%s refers to another package", name)
		}
	}
	return nil
}
