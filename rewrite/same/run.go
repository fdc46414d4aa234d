package same

import (
	"fmt"
	"go/ast"
	"go/parser"
	"slices"
	"sort"
)

// A run is consecutive statements of a body with the source that replaces them.
type run struct {
	decl  *ast.FuncDecl
	stmts []ast.Stmt
	start int // offset
	after []byte
}

// runs returns the statements of a caller that need a comparison, and the range of the edits
// that are in them. All others have the same source byte for byte, and no rule can apply to
// them, since they have no call of a function that returns the cleanup and name no variable
// that holds one. ok is false if the caller must be compared as a whole.
func (m *matcher) runs(file File, d ast.Decl) (all []run, from, to int, ok bool) {
	fn, ok := d.(*ast.FuncDecl)
	if !ok || fn == m.Prepare || fn.Body == nil || len(fn.Body.List) == 0 || len(m.forwarder) > 0 || m.Local != nil {
		return nil, 0, 0, false
	}
	b, at, edits := file.Unit.body(file, fn), file.Unit.Fset.File(fn.Pos()), file.Edits
	from = sort.Search(len(edits), func(i int) bool { return edits[i].End >= at.Offset(fn.Pos()) })
	to = from + sort.Search(len(edits)-from, func(i int) bool { return edits[from+i].Start > at.Offset(fn.End()) })
	var touched []int
	for _, call := range m.in[d] {
		offset := at.Offset(call.Pos())
		touched = append(touched, sort.Search(len(b.stmts)-1, func(i int) bool { return b.cuts[i+1] > offset }))
		for _, e := range m.sites[call].lhs {
			v := variable(m.unit.Info, e)
			if v == nil || m.holders[v] == nil && !m.Split[v] {
				continue
			}
			if !m.within(v, fn.Body) {
				return nil, 0, 0, false
			}
			touched = append(touched, b.named[v]...)
		}
	}
	for _, e := range edits[from:to] {
		if e.Start < b.cuts[0] || e.End > b.cuts[len(b.cuts)-1] {
			return nil, 0, 0, false
		}
		// An edit at a border belongs to both parts.
		first := sort.Search(len(b.stmts)-1, func(i int) bool { return b.cuts[i+1] >= e.Start })
		last := first + sort.Search(len(b.stmts)-1-first, func(i int) bool { return b.cuts[first+i+1] > e.End })
		for i := first; i <= last; i++ {
			touched = append(touched, i)
		}
	}
	slices.Sort(touched)
	for touched = slices.Compact(touched); len(touched) > 0; {
		i := touched[0]
		j := i
		for ; len(touched) > 0 && touched[0] == j; j++ {
			touched = touched[1:]
		}
		all = append(all, run{fn, slices.Concat(b.stmts[i:j]...), b.cuts[i], file.replaced(b.cuts[i], b.cuts[j])})
	}
	return all, from, to, true
}

// run compares the statements of a run.
func (m *matcher) run(name string, r run) error {
	m.start, m.above = r.start, 0
	m.text = slices.Concat([]byte("package p; func _() {"), r.after, []byte("\n}"))
	f, err := parser.ParseFile(m.fset, name, m.text, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	fn, ok := f.Decls[0].(*ast.FuncDecl)
	if !ok || len(f.Decls) > 1 || m.fset.File(fn.Pos()).Offset(fn.End()) != len(m.text) {
		return fmt.Errorf("%s: %s has become more than one function", name, r.decl.Name.Name)
	}
	list := fn.Body.List
	if unfinished(list) && !unfinished(r.stmts) { // only the last run of a body may end so
		return m.differ(nil, list[len(list)-1], "a label is moved")
	}
	m.path = []ast.Node{r.decl, r.decl.Body}
	defer func() { m.path = nil }()
	return m.list(r.stmts, list, nil)
}

// unfinished reports whether statements end with a label without a statement, which would be that
// of the statement after the run.
func unfinished(list []ast.Stmt) bool {
	if len(list) == 0 {
		return false
	}
	l, ok := list[len(list)-1].(*ast.LabeledStmt)
	if !ok {
		return false
	}
	e, ok := l.Stmt.(*ast.EmptyStmt)
	return ok && e.Implicit || unfinished([]ast.Stmt{l.Stmt})
}
