package edit

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"

	"github.com/dave/dst"
	"github.com/dave/dst/decorator"
	"github.com/dave/dst/dstutil"
)

func newTree(s *source, decl *ast.FuncDecl) (*tree, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, s.name, toLF(s.text), parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	i := slices.Index(s.file.Decls, ast.Decl(decl))
	if i < 0 || i >= len(f.Decls) {
		return nil, fmt.Errorf("%s is not what was type-checked", s.name)
	}
	t := &tree{fresh: make(map[ast.Node]ast.Node), dec: decorator.NewDecorator(fset)}
	olds, news := preorder(decl), preorder(f.Decls[i])
	if len(olds) != len(news) {
		return nil, fmt.Errorf("%s is not what was type-checked", s.name)
	}
	for j, n := range olds {
		t.fresh[n] = news[j]
	}
	if _, err := t.dec.DecorateFile(f); err != nil {
		return nil, err
	}
	return t, nil
}

// preorder lists the nodes below root, comments left out.
func preorder(root ast.Node) []ast.Node {
	var nodes []ast.Node
	ast.Inspect(root, func(n ast.Node) bool {
		switch n.(type) {
		case nil, *ast.CommentGroup, *ast.Comment:
			return false
		}
		nodes = append(nodes, n)
		return true
	})
	return nodes
}

// node returns the dst node for a node of the unit's syntax.
func (t *tree) node(n ast.Node) dst.Node { return t.dec.Dst.Nodes[t.fresh[n]] }

// print returns the text of declarations, without a trailing newline.
func print(decls []dst.Decl) (string, error) {
	var buf bytes.Buffer
	if err := decorator.Fprint(&buf, &dst.File{Name: dst.NewIdent("p"), Decls: decls}); err != nil {
		return "", err
	}
	_, text, _ := strings.Cut(buf.String(), "package p\n")
	return strings.TrimSpace(text), nil
}

// keepDoc takes comments above the doc comment away: they stand outside of the
// text that is replaced.
func keepDoc(f *dst.FuncDecl, doc *ast.CommentGroup) {
	start := f.Decs.Start
	keep := 0
	if doc != nil {
		keep = len(doc.List)
	}
	for i := len(start) - 1; i >= 0; i-- {
		if keep == 0 {
			start = start[i+1:]
			break
		}
		if start[i] != "\n" {
			keep--
		}
	}
	for doc == nil && len(start) > 0 || len(start) > 0 && start[0] == "\n" {
		start = start[1:]
	}
	f.Decs.Start = start
	f.Decs.Before, f.Decs.After = dst.EmptyLine, dst.EmptyLine
	for i, e := range f.Decs.End {
		if e == "\n" {
			f.Decs.End = f.Decs.End[:i]
			break
		}
	}
}

// comments returns the comments within a node.
func comments(n dst.Node) []string {
	var all []string
	dst.Inspect(n, func(n dst.Node) bool {
		if n == nil {
			return false
		}
		_, _, points := dstutil.Decorations(n)
		for _, p := range points {
			for _, c := range p.Decs {
				if strings.HasPrefix(c, "/") {
					all = append(all, c)
				}
			}
		}
		return true
	})
	return all
}

// declaration parses the text of one declaration.
func declaration(text string) (dst.Decl, error) {
	f, err := decorator.Parse("package p\n\n" + text + "\n")
	if err != nil {
		return nil, err
	}
	decl := f.Decls[0]
	decl.Decorations().Before = dst.EmptyLine
	return decl, nil
}

// expr parses the text of an expression.
func expr(text string) (dst.Expr, error) {
	decl, err := declaration("var _ = " + text)
	if err != nil {
		// A type need not be an expression.
		decl, err = declaration("var _ " + text)
		if err != nil {
			return nil, err
		}
		return decl.(*dst.GenDecl).Specs[0].(*dst.ValueSpec).Type, nil
	}
	return decl.(*dst.GenDecl).Specs[0].(*dst.ValueSpec).Values[0], nil
}
