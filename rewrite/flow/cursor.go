package flow

import (
	"go/ast"
	"go/token"
	"go/types"
	"iter"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// A tree finds the cursors of the nodes of a declaration.
type tree struct {
	file    inspector.Cursor
	cursors map[ast.Node]inspector.Cursor
	defs    map[types.Object]inspector.Cursor // of the identifiers that declare
	jumps   bool                              // there is a goto
}

// treeOf returns the tree of a declaration. Its file is a file that contains nothing else.
func treeOf(info *types.Info, file *ast.File, decl ast.Decl) tree {
	alone := &ast.File{Package: decl.Pos(), Name: file.Name, Decls: []ast.Decl{decl}}
	t := tree{cursors: make(map[ast.Node]inspector.Cursor), defs: make(map[types.Object]inspector.Cursor)}
	for c := range inspector.New([]*ast.File{alone}).Root().Preorder() {
		if c.Node() == alone {
			t.file = c
		}
		t.cursors[c.Node()] = c
		switch n := c.Node().(type) {
		case *ast.Ident:
			if obj := info.Defs[n]; obj != nil {
				t.defs[obj] = c
			}
		case *ast.BranchStmt:
			t.jumps = t.jumps || n.Tok == token.GOTO
		}
	}
	return t
}

// At returns the cursor of a node of the declaration. For any other node, or nil, it
// returns the cursor of the file around the declaration. Inspector.Cursor.FindNode
// would search the whole declaration each time.
func (f *Facts) At(n ast.Node) inspector.Cursor {
	if c, ok := f.cursors[n]; ok {
		return c
	}
	return f.file
}

// Outer returns the outermost parentheses around an expression, or the expression if
// there are none.
func Outer(c inspector.Cursor) inspector.Cursor {
	for c.ParentEdgeKind() == edge.ParenExpr_X {
		c = c.Parent()
	}
	return c
}

// Lit returns the innermost function literal around a node, or nil.
func Lit(c inspector.Cursor) *ast.FuncLit {
	for around := range c.Enclosing((*ast.FuncLit)(nil)) {
		if around != c {
			return around.Node().(*ast.FuncLit)
		}
	}
	return nil
}

// Func returns the innermost function around a node, as a *ast.FuncDecl or *ast.FuncLit,
// or nil.
func Func(c inspector.Cursor) ast.Node {
	for around := range c.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		if around != c {
			return around.Node()
		}
	}
	return nil
}

// Stmt returns a node if it is a statement, else the innermost statement around it, or
// nil.
func Stmt(c inspector.Cursor) ast.Stmt {
	for c := range c.Enclosing() {
		if s, ok := c.Node().(ast.Stmt); ok {
			return s
		}
	}
	return nil
}

// Loop returns the innermost loop within the function fn that repeats a node, or nil. The
// init statement of a for and the operand of a range clause are evaluated once.
func Loop(c inspector.Cursor, fn ast.Node) ast.Stmt {
	for c := range c.Enclosing() {
		if c.Node() == fn {
			break
		}
		switch c.ParentEdgeKind() {
		case edge.ForStmt_Cond, edge.ForStmt_Post, edge.ForStmt_Body, edge.RangeStmt_Key, edge.RangeStmt_Value, edge.RangeStmt_Body:
			return c.Parent().Node().(ast.Stmt)
		}
	}
	return nil
}

// List returns the statement list that contains a statement, and the index of the
// statement in it. ok is false if the statement is not in a list, as the init statement of
// an if or a labelled statement.
func List(c inspector.Cursor) (list []ast.Stmt, i int, ok bool) {
	kind, i := c.ParentEdge()
	switch kind {
	case edge.BlockStmt_List:
		list = c.Parent().Node().(*ast.BlockStmt).List
	case edge.CaseClause_Body:
		list = c.Parent().Node().(*ast.CaseClause).Body
	case edge.CommClause_Body:
		list = c.Parent().Node().(*ast.CommClause).Body
	default:
		return nil, 0, false
	}
	return list, i, true
}

// EndBefore returns where the code before a statement of a list ends: the statement before it, or the
// brace or colon at which the list begins. It returns NoPos if the statement is in no list.
func EndBefore(c inspector.Cursor) token.Pos {
	list, i, ok := List(c)
	if !ok {
		return token.NoPos
	}
	if i > 0 {
		return list[i-1].End()
	}
	switch in := c.Parent().Node().(type) {
	case *ast.BlockStmt:
		return in.Lbrace
	case *ast.CaseClause:
		return in.Colon
	case *ast.CommClause:
		return in.Colon
	}
	return token.NoPos
}

// Lists returns the statement lists around a node within the function fn, from the
// innermost on, each with the index of the statement that is or contains the node.
func Lists(c inspector.Cursor, fn ast.Node) iter.Seq2[[]ast.Stmt, int] {
	return func(yield func([]ast.Stmt, int) bool) {
		for c := range c.Enclosing() {
			if c.Node() == fn {
				return
			}
			if list, i, ok := List(c); ok && !yield(list, i) {
				return
			}
		}
	}
}

// Before reports whether a statement precedes, in its list, the statement that n is or is
// inside.
func Before(c inspector.Cursor, n ast.Node) bool {
	list, i, ok := List(c)
	return ok && slices.ContainsFunc(list[i+1:], func(later ast.Stmt) bool { return Within(n, later) })
}

// Within reports whether the source range of n lies in that of outer.
func Within(n, outer ast.Node) bool {
	return outer.Pos() <= n.Pos() && n.End() <= outer.End()
}
