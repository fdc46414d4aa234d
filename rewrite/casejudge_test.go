package rewrite_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	gotypes "go/types"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/closurefix/closurefix/rewrite/internal/linediff"
)

// A text is a parsed file with its content.
type text struct {
	bytes []byte
	fset  *token.FileSet
	file  *ast.File
}

// changedResults returns the plain names of functions that mention one of names and return
// something else after the rewrite. They are forwarders.
func changedResults(before, after *text, mention func(name string) bool) []string {
	results := func(fn *ast.FuncDecl) string {
		if fn.Type.Results == nil {
			return ""
		}
		var types []string
		for _, f := range fn.Type.Results.List {
			types = append(types, gotypes.ExprString(f.Type))
		}
		return strings.Join(types, ",")
	}
	declared := make(map[string]string) // by receiver and name
	key := func(fn *ast.FuncDecl) string {
		if fn.Recv == nil {
			return fn.Name.Name
		}
		return gotypes.ExprString(fn.Recv.List[0].Type) + "." + fn.Name.Name
	}
	for _, d := range after.file.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			declared[key(fn)] = results(fn)
		}
	}
	var names []string
	for _, d := range before.file.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil || declared[key(fn)] == results(fn) {
			continue
		}
		for n := range ast.Preorder(fn.Body) {
			if id, ok := n.(*ast.Ident); ok && mention(id.Name) {
				names = append(names, fn.Name.Name)
				break
			}
		}
	}
	return names
}

func parseText(name string, b []byte) (*text, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, b, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	return &text{bytes: b, fset: fset, file: f}, nil
}

// line returns the number of the line of pos, not adjusted by line directives.
func (t *text) line(pos token.Pos) int { return t.fset.PositionFor(pos, false).Line }

func diff(name string, a, b []byte) string {
	return udiff.Unified(name, name, string(a), string(b))
}

// lostComments returns the comments of which b has fewer than a, ignoring white space.
func lostComments(a, b *text) []string {
	count := make(map[string]int)
	each := func(t *text, f func(text string)) {
		for _, g := range t.file.Comments {
			for _, c := range g.List {
				f(strings.Join(strings.Fields(c.Text), " "))
			}
		}
	}
	each(b, func(s string) { count[s]++ })
	for _, d := range a.file.Decls {
		if from, to, gone := a.unused(d, b); gone {
			for _, g := range a.file.Comments {
				for _, c := range g.List {
					if from <= c.Pos() && a.line(c.Pos()) <= a.line(to) {
						count[strings.Join(strings.Fields(c.Text), " ")]++
					}
				}
			}
		}
	}
	var lost []string
	each(a, func(s string) {
		if count[s]--; count[s] < 0 {
			lost = append(lost, s)
		}
	})
	return lost
}

// unused returns the extent of the declaration of a type, function or variable, if no
// identifier of b has its name.
func (a *text) unused(d ast.Decl, b *text) (from, to token.Pos, gone bool) {
	var id *ast.Ident
	from = d.Pos()
	switch d := d.(type) {
	case *ast.FuncDecl:
		if len(d.Body.List) == 0 {
			id = d.Name
		}
		if d.Doc != nil {
			from = d.Doc.Pos()
		}
	case *ast.GenDecl:
		switch s := d.Specs[0].(type) {
		case *ast.TypeSpec:
			id = s.Name
		case *ast.ValueSpec:
			id = s.Names[0]
		}
		if d.Doc != nil {
			from = d.Doc.Pos()
		}
	}
	if id == nil {
		return from, d.End(), false
	}
	for n := range ast.Preorder(b.file) {
		if n, ok := n.(*ast.Ident); ok && n.Name == id.Name {
			return from, d.End(), false
		}
	}
	return from, d.End(), true
}

type numberedLine struct {
	number int
	text   string
}

// strayDeletions returns the lines of a that b changes or lacks although they belong
// neither to a rewritten function, nor to a statement that calls one or uses the cleanup
// that such a call returned, nor to the imports.
func strayDeletions(a, b *text, rewritten map[string]int, forwarders map[string]bool) []numberedLine {
	allowed := make(map[int]bool)
	allow := func(from, to token.Pos) {
		for l := a.line(from); l <= a.line(to); l++ {
			allowed[l] = true
		}
	}
	for _, d := range a.file.Decls {
		if from, to, gone := a.unused(d, b); gone {
			allow(from, to)
			continue
		}
		switch d := d.(type) {
		case *ast.GenDecl:
			if d.Tok == token.IMPORT {
				allow(d.Pos(), d.End())
				continue
			}
		case *ast.FuncDecl:
			if forwarders[d.Name.Name] {
				allow(d.Pos(), d.Type.End())
				if d.Doc != nil {
					allow(d.Doc.Pos(), d.Doc.End())
				}
				for n := range ast.Preorder(d) {
					if r, ok := n.(*ast.ReturnStmt); ok {
						allow(r.Pos(), r.End())
					}
				}
			} else if _, ok := rewritten[d.Name.Name]; ok {
				from := d.Pos()
				if d.Doc != nil {
					from = d.Doc.Pos()
				}
				allow(from, d.End())
				continue
			}
		}
		allowUses(d, rewritten, allow)
	}
	var stray []numberedLine
	lines := strings.SplitAfter(string(a.bytes), "\n")
	for _, e := range linediff.Edits(string(a.bytes), string(b.bytes)) {
		first := 1 + strings.Count(string(a.bytes[:e.Start]), "\n")
		last := first + strings.Count(string(a.bytes[e.Start:e.End]), "\n")
		for l := first; l < last; l++ {
			// A diff may delete any one of several equal lines.
			s := strings.TrimSpace(lines[l-1])
			if !allowed[l] && len(s) > 1 {
				stray = append(stray, numberedLine{l, s})
			}
		}
	}
	return stray
}

// allowUses calls allow for the statements within d that call a rewritten function or use
// a variable with its cleanup.
func allowUses(d ast.Node, rewritten map[string]int, allow func(from, to token.Pos)) {
	cleanups := make(map[string]bool)
	for range 3 { // copies of copies
		ast.Inspect(d, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				bind(n.Lhs, n.Rhs, rewritten, cleanups)
			case *ast.ValueSpec:
				var lhs []ast.Expr
				for _, id := range n.Names {
					lhs = append(lhs, id)
				}
				bind(lhs, n.Values, rewritten, cleanups)
			}
			return true
		})
	}
	ast.PreorderStack(d, nil, func(n ast.Node, stack []ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		_, call := rewritten[id.Name]
		if !call && !cleanups[id.Name] {
			return true
		}
		for i := len(stack) - 1; i >= 0; i-- {
			if s, ok := stack[i].(ast.Stmt); ok {
				allow(s.Pos(), header(s))
				if i > 0 && !isBlock(stack[i-1]) { // the init of an if, for or switch
					allow(stack[i-1].Pos(), s.End())
				}
				return true
			}
			if spec, ok := stack[i].(*ast.ValueSpec); ok && call {
				allow(spec.Pos(), spec.End()) // of a package variable
			}
		}
		return true
	})
}

func isBlock(n ast.Node) bool {
	switch n.(type) {
	case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause:
		return true
	}
	return false
}

// bind adds to cleanups the names on the left side that get a cleanup.
func bind(lhs, rhs []ast.Expr, rewritten map[string]int, cleanups map[string]bool) {
	for i, r := range rhs {
		target := i
		switch r := ast.Unparen(r).(type) {
		case *ast.Ident:
			if !cleanups[r.Name] {
				continue
			}
		case *ast.CallExpr:
			result, ok := rewritten[calledName(r)]
			if !ok {
				continue
			}
			if len(rhs) == 1 && result < 0 {
				for _, l := range lhs {
					if id, ok := l.(*ast.Ident); ok && id.Name != "_" {
						cleanups[id.Name] = true
					}
				}
				continue
			}
			if len(rhs) == 1 {
				target = result
			}
		default:
			continue
		}
		if target < len(lhs) {
			if id, ok := lhs[target].(*ast.Ident); ok && id.Name != "_" {
				cleanups[id.Name] = true
			}
		}
	}
}

func calledName(call *ast.CallExpr) string {
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	case *ast.IndexExpr:
		return calledName(&ast.CallExpr{Fun: f.X})
	case *ast.IndexListExpr:
		return calledName(&ast.CallExpr{Fun: f.X})
	}
	return ""
}

// header returns the end of a statement. If the statement has a body that does not use the
// cleanup, it returns the end of the part before the body.
func header(s ast.Stmt) token.Pos {
	switch s := s.(type) {
	case *ast.IfStmt:
		if len(s.Body.List) <= 1 && s.Else == nil {
			return s.End()
		}
		return s.Body.Lbrace
	case *ast.ForStmt:
		return s.Body.Lbrace
	case *ast.RangeStmt:
		return s.Body.Lbrace
	case *ast.SwitchStmt:
		return s.Body.Lbrace
	case *ast.TypeSwitchStmt:
		return s.Body.Lbrace
	}
	return s.End()
}

// formatted returns an error if the file was formatted with gofmt before and is not after.
func formatted(before, after *text) error {
	clean := func(t *text) bool {
		b := bytes.ReplaceAll(t.bytes, []byte("\r\n"), []byte("\n"))
		out, err := format.Source(b)
		return err == nil && bytes.Equal(b, out)
	}
	if clean(before) && !clean(after) {
		out, err := format.Source(after.bytes)
		if err != nil {
			return err
		}
		return fmt.Errorf("no longer gofmt-clean:\n%s", diff("gofmt", after.bytes, out))
	}
	return nil
}
