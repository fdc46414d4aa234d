package rewrite_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"slices"

	"github.com/closurefix/closurefix/rewrite/internal/gen"
)

// localize moves the prepare functions of a generated program into the functions that call
// them, as literals in local variables, as far as it still compiles. A function with several callers is copied.
func localize(p *gen.Program) error {
	for range 8 {
		next, err := localizeOne(p.Text, p.Far)
		if err != nil || next == nil {
			return err
		}
		p.Text = next
	}
	return nil
}

// localizeOne moves the first function that can be moved, and returns the new text, or nil if there is none.
// far is the text of another package that may name it.
func localizeOne(text, far []byte) ([]byte, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Recv != nil || fn.Type.TypeParams != nil || fn.Type.Results == nil || bytes.Contains(far, []byte(fn.Name.Name)) {
			continue
		}
		returnsFunc := slices.ContainsFunc(fn.Type.Results.List, func(r *ast.Field) bool { _, ok := r.Type.(*ast.FuncType); return ok })
		if callers := callersFor(f, fn); returnsFunc && len(callers) > 0 {
			return moved(fset, text, fn, callers)
		}
	}
	return nil, nil
}

// callersFor returns the functions that name fn, or nil if it cannot be moved into all of them.
func callersFor(f *ast.File, fn *ast.FuncDecl) []*ast.FuncDecl {
	var callers []*ast.FuncDecl
	used := names(fn)
	own := 0
	for n := range ast.Preorder(fn) {
		if id, ok := n.(*ast.Ident); ok && id.Name == fn.Name.Name {
			own++
		}
	}
	if own > 1 { // it calls itself
		return nil
	}
	for _, d := range f.Decls {
		if d == ast.Decl(fn) || !names(d)[fn.Name.Name] {
			continue
		}
		caller, ok := d.(*ast.FuncDecl)
		if !ok {
			return nil
		}
		for _, list := range []*ast.FieldList{caller.Recv, caller.Type.TypeParams, caller.Type.Params, caller.Type.Results} {
			if list == nil {
				continue
			}
			for _, field := range list.List {
				if slices.ContainsFunc(field.Names, func(id *ast.Ident) bool { return used[id.Name] }) {
					return nil // it would mean something else
				}
			}
		}
		callers = append(callers, caller)
	}
	return callers
}

func names(n ast.Node) map[string]bool {
	all := make(map[string]bool)
	for n := range ast.Preorder(n) {
		if id, ok := n.(*ast.Ident); ok {
			all[id.Name] = true
		}
	}
	return all
}

// moved returns the text with fn as a literal at the start of each caller.
func moved(fset *token.FileSet, text []byte, fn *ast.FuncDecl, callers []*ast.FuncDecl) ([]byte, error) {
	offset := func(pos token.Pos) int { return fset.PositionFor(pos, false).Offset }
	literal := fmt.Sprintf("\n%s := func%s\n", fn.Name.Name, text[offset(fn.Type.Params.Pos()):offset(fn.End())])
	from := fn.Pos()
	if fn.Doc != nil {
		from = fn.Doc.Pos()
	}
	var out []byte
	last := 0
	for _, c := range slices.SortedFunc(slices.Values(append(callers, fn)), func(a, b *ast.FuncDecl) int { return int(a.Pos() - b.Pos()) }) {
		if c == fn {
			out = append(out, text[last:offset(from)]...)
			last = offset(fn.End())
			continue
		}
		out = append(append(out, text[last:offset(c.Body.Lbrace)+1]...), literal...)
		last = offset(c.Body.Lbrace) + 1
	}
	return format.Source(append(out, text[last:]...))
}
