package edit

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"

	"github.com/dave/dst"

	"github.com/closurefix/closurefix/rewrite/plan"
)

// relocate returns the edits of the statement that declares a local literal. The type of the state becomes a statement
// before it, above its comment, and finish one behind it, or before it if one names the other. The rest of the enclosing function is not printed again.
func relocate(p *plan.Plan, s *source) ([]Edit, error) {
	from, to := p.Local.Stmt.Pos(), p.Local.Stmt.End()
	t, err := newStatementTree(s, p.Local.Stmt)
	if err != nil {
		return nil, err
	}
	lit := t.node(p.Local.Lit).(*dst.FuncLit)
	d := &declarer{Plan: p, tree: t, prepare: &dst.FuncDecl{Name: dst.NewIdent(p.Prepare.Key.Name), Type: lit.Type, Body: lit.Body}}
	if err := d.callMethods(); err != nil {
		return nil, err
	}
	decls, err := d.rewrite()
	if err != nil {
		return nil, err
	}
	var before, behind []dst.Stmt
	for _, decl := range decls[1:] {
		if _, isFunc := decl.(*dst.FuncDecl); isFunc && len(p.Inner) == 0 && !named(decl, p.Prepare.Key.Name) {
			behind = append(behind, statementOf(decl))
		} else {
			before = append(before, statementOf(decl))
		}
	}
	first, err := printStatements(before)
	if err != nil {
		return nil, err
	}
	last, err := printStatements(behind)
	if err != nil {
		return nil, err
	}
	bind := t.node(p.Local.Stmt).(dst.Stmt)
	text, err := printStatements([]dst.Stmt{bind})
	if err != nil {
		return nil, err
	}
	if c := lostComment(s.file, from, to, "func _() {\n"+first+"\n"+text+"\n"+last+"\n}", p.Prepare.Decl, p.Prose()); c != nil {
		return nil, s.lost(c)
	}
	edits := []Edit{{File: s.name, Start: s.offset(from), End: s.offset(to), New: text}}
	if first != "" {
		if strings.Contains(first, "\n") {
			first += "\n" // a blank line
		}
		at := s.offset(from)
		if p.Local.Doc != nil {
			at = s.offset(p.Local.Doc.Pos())
		}
		edits = append([]Edit{{File: s.name, Start: at, End: at, New: first + "\n\t"}}, edits...)
	}
	if last != "" {
		gap := "\n\t"
		if strings.Contains(last, "\n") {
			gap = "\n\n\t"
		}
		end := s.lineEnd(to)
		edits = append(edits, Edit{File: s.name, Start: end, End: end, New: gap + last})
	}
	for i := range edits {
		if !s.clean && !strings.Contains(edits[i].New, "`") { // gofmt does not indent it
			edits[i].New = strings.ReplaceAll(edits[i].New, "\n\t", "\n"+s.indent(from))
		}
		if s.newline() == "\r\n" {
			edits[i].New = strings.ReplaceAll(edits[i].New, "\n", "\r\n")
		}
	}
	return edits, nil
}

// named reports whether an identifier in a declaration has a name.
func named(decl dst.Decl, name string) (found bool) {
	dst.Inspect(decl, func(n dst.Node) bool {
		id, ok := n.(*dst.Ident)
		found = found || ok && id.Name == name
		return !found
	})
	return found
}

// statementOf returns a declaration as a statement. A function becomes a literal in a variable.
func statementOf(decl dst.Decl) dst.Stmt {
	fn, ok := decl.(*dst.FuncDecl)
	if !ok {
		stmt := &dst.DeclStmt{Decl: decl}
		decl.Decorations().Before, decl.Decorations().After = dst.None, dst.None
		stmt.Decs.Before, stmt.Decs.After = dst.NewLine, dst.NewLine
		return stmt
	}
	stmt := &dst.AssignStmt{
		Lhs: []dst.Expr{dst.NewIdent(fn.Name.Name)}, Tok: token.DEFINE,
		Rhs: []dst.Expr{&dst.FuncLit{Type: fn.Type, Body: fn.Body}},
	}
	fn.Type.Func = true
	stmt.Decs.Before, stmt.Decs.After = dst.NewLine, dst.NewLine
	stmt.Decs.End = fn.Decs.End
	return stmt
}

// newStatementTree is like newTree, for a statement.
func newStatementTree(s *source, stmt ast.Stmt) (*tree, error) {
	changed := fmt.Errorf("%s has changed since it was type-checked", s.name)
	text := "package p\n\nfunc _() {\n" + string(toLF(s.text[s.offset(stmt.Pos()):s.offset(stmt.End())])) + "\n}\n"
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, s.name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil || len(f.Decls) != 1 || len(f.Decls[0].(*ast.FuncDecl).Body.List) != 1 {
		return nil, changed
	}
	return decorated(fset, f, stmt, f.Decls[0].(*ast.FuncDecl).Body.List[0], changed)
}

// printStatements returns the source of statements, without a trailing newline.
func printStatements(list []dst.Stmt) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	text, err := print([]dst.Decl{&dst.FuncDecl{Name: dst.NewIdent("_"), Type: &dst.FuncType{Func: true, Params: &dst.FieldList{}}, Body: &dst.BlockStmt{List: list}}})
	if err != nil {
		return "", err
	}
	text = strings.TrimSuffix(text, "}")
	_, text, ok := strings.Cut(text, "{")
	if !ok {
		return "", fmt.Errorf("statements have no source")
	}
	return strings.TrimSpace(text), nil
}
