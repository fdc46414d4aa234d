package edit

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"

	"github.com/dave/dst"
	"github.com/dave/dst/decorator"
	"github.com/dave/dst/dstutil"
)

// A tree is the dst of a declaration, reached through the nodes of the unit's
// syntax. Its text is parsed anew, with line ends that dst can handle, so the
// nodes correspond by their order.
type tree struct {
	fresh map[ast.Node]ast.Node
	dec   *decorator.Decorator
}

// newTree parses the text of a declaration, which extends over [from, to), by
// itself: its dst is the same as in the file, and the rest of the file, which may
// be long, is not needed.
func newTree(s *source, decl *ast.FuncDecl, from, to token.Pos) (*tree, error) {
	text := append([]byte("package p\n\n"), toLF(s.text[s.offset(from):s.offset(to)])...)
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, s.name, append(text, '\n'), parser.ParseComments|parser.SkipObjectResolution)
	if err != nil || len(f.Decls) != 1 {
		return nil, fmt.Errorf("%s has changed since it was type-checked", s.name)
	}
	t := &tree{fresh: make(map[ast.Node]ast.Node), dec: decorator.NewDecorator(fset)}
	olds, news := preorder(decl), preorder(f.Decls[0])
	if len(olds) != len(news) {
		return nil, fmt.Errorf("%s has changed since it was type-checked", s.name)
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
