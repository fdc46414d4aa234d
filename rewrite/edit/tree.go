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

// A tree is the dst of a declaration, indexed by the nodes of the unit's syntax. The
// source is parsed again, with the line endings that dst supports. The nodes of both
// trees correspond by their order.
type tree struct {
	fresh map[ast.Node]ast.Node
	dec   *decorator.Decorator
}

// newTree parses the source of a declaration, from and to, by itself. Its dst is the same
// as in the file, and the rest of a long file need not be parsed.
func newTree(s *source, decl *ast.FuncDecl, from, to token.Pos) (*tree, error) {
	text := toLF(s.text[s.offset(from):s.offset(to)])
	if !s.clean {
		text = oneEmptyLine(string(text)) // dst may lose it where there are two
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, s.name, slices.Concat([]byte("package p\n\n"), text, []byte("\n")), parser.ParseComments|parser.SkipObjectResolution)
	if err != nil || len(f.Decls) != 1 {
		return nil, fmt.Errorf("%s has changed since it was type-checked", s.name)
	}
	return decorated(fset, f, decl, f.Decls[0], fmt.Errorf("%s has changed since it was type-checked", s.name))
}

// decorated returns the tree of a file, whose node now corresponds to node was of the unit's
// syntax. It returns changed if they have different nodes.
func decorated(fset *token.FileSet, f *ast.File, was, now ast.Node, changed error) (*tree, error) {
	t := &tree{fresh: make(map[ast.Node]ast.Node), dec: decorator.NewDecorator(fset)}
	olds, news := preorder(was), preorder(now)
	if len(olds) != len(news) {
		return nil, changed
	}
	for j, n := range olds {
		t.fresh[n] = news[j]
	}
	if _, err := t.dec.DecorateFile(f); err != nil {
		return nil, err
	}
	return t, nil
}

// preorder returns the nodes of a tree in depth-first order, without comments.
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

// node returns the dst node that corresponds to a node of the unit's syntax.
func (t *tree) node(n ast.Node) dst.Node { return t.dec.Dst.Nodes[t.fresh[n]] }

// add adds a node that is not in the unit's syntax, with its dst node.
func (t *tree) add(n ast.Node, d dst.Node) {
	t.fresh[n] = n
	t.dec.Dst.Nodes[n] = d
}

// print returns the source of declarations, without a trailing newline.
func print(decls []dst.Decl) (string, error) {
	var buf bytes.Buffer
	if err := decorator.Fprint(&buf, &dst.File{Name: dst.NewIdent("p"), Decls: decls}); err != nil {
		return "", err
	}
	_, text, _ := strings.Cut(buf.String(), "package p\n")
	return strings.TrimSpace(text), nil
}

// comments returns the text of the comments within a node.
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

// declaration parses the source of one declaration.
func declaration(text string) (dst.Decl, error) {
	f, err := decorator.Parse("package p\n\n" + text + "\n")
	if err != nil {
		return nil, err
	}
	decl := f.Decls[0]
	decl.Decorations().Before = dst.EmptyLine
	return decl, nil
}

// expr parses the source of an expression or a type.
func expr(text string) (dst.Expr, error) {
	decl, err := declaration("var _ = " + text)
	if err != nil {
		// Not every type is an expression.
		decl, err = declaration("var _ " + text)
		if err != nil {
			return nil, err
		}
		return decl.(*dst.GenDecl).Specs[0].(*dst.ValueSpec).Type, nil
	}
	return decl.(*dst.GenDecl).Specs[0].(*dst.ValueSpec).Values[0], nil
}
