package limits

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
)

// The limits that this module keeps.
const (
	mostLines    = 80
	mostBranches = 25
)

// A function is a declared function or method with its measures.
type function struct {
	pos      token.Position
	name     string
	lines    int // without the rows of tables
	branches int // cyclomatic complexity
}

func (f function) String() string {
	return fmt.Sprintf("%s:%d: %s has %d lines and a complexity of %d", f.pos.Filename, f.pos.Line, f.name, f.lines, f.branches)
}

// measure returns the functions that the Go files in dir and below it declare, in the
// order of the files. Test files are included if tests is set.
func measure(dir string, tests bool) ([]function, error) {
	var found []function
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); name != dir && (base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")) {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" || !tests && strings.HasSuffix(name, "_test.go") {
			return nil
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range f.Decls {
			if decl, ok := decl.(*ast.FuncDecl); ok && decl.Body != nil {
				found = append(found, function{
					pos:      fset.Position(decl.Pos()),
					name:     nameOf(decl),
					lines:    linesOf(fset, decl),
					branches: branchesOf(decl.Body),
				})
			}
		}
		return nil
	})
	return found, err
}

// nameOf returns the name of a declaration, as in Type.Method.
func nameOf(decl *ast.FuncDecl) string {
	if decl.Recv == nil || len(decl.Recv.List) == 0 {
		return decl.Name.Name
	}
	typ := ast.Unparen(decl.Recv.List[0].Type)
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	switch generic := typ.(type) {
	case *ast.IndexExpr:
		typ = generic.X
	case *ast.IndexListExpr:
		typ = generic.X
	}
	if id, ok := typ.(*ast.Ident); ok {
		return id.Name + "." + decl.Name.Name
	}
	return decl.Name.Name
}

// linesOf counts the lines of a declaration, without those between the braces of
// composite literals and within raw strings. Function literals in a composite literal
// count.
func linesOf(fset *token.FileSet, decl *ast.FuncDecl) int {
	line := func(p token.Pos) int { return fset.Position(p).Line }
	skip := make(map[int]bool)
	ast.Inspect(decl, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			for l := line(n.Lbrace) + 1; l < line(n.Rbrace); l++ {
				skip[l] = true
			}
		case *ast.FuncLit:
			for l := line(n.Body.Lbrace); l <= line(n.Body.Rbrace); l++ {
				delete(skip, l)
			}
		case *ast.BasicLit:
			for l := line(n.Pos()) + 1; l <= line(n.End()); l++ {
				skip[l] = true
			}
		}
		return true
	})
	return line(decl.End()) - line(decl.Pos()) + 1 - len(skip)
}

// branchesOf returns the cyclomatic complexity of a function body.
func branchesOf(body *ast.BlockStmt) int {
	n := 1
	ast.Inspect(body, func(node ast.Node) bool {
		if isTable(node) {
			n++
			return false
		}
		if isBranch(node) {
			n++
		}
		return true
	})
	return n
}

// isBranch reports whether control may go two ways at n.
func isBranch(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt:
		return true
	case *ast.CaseClause:
		return n.List != nil
	case *ast.CommClause:
		return n.Comm != nil
	case *ast.BinaryExpr:
		return n.Op == token.LAND || n.Op == token.LOR
	}
	return false
}

// isTable reports whether n is a switch in which each clause is at most one statement
// and no clause, in its values or its statement, has a branch.
func isTable(n ast.Node) bool {
	var body *ast.BlockStmt
	switch n := n.(type) {
	case *ast.SwitchStmt:
		body = n.Body
	case *ast.TypeSwitchStmt:
		body = n.Body
	default:
		return false
	}
	for _, s := range body.List {
		clause := s.(*ast.CaseClause)
		if len(clause.Body) > 1 {
			return false
		}
		branches := 0
		ast.Inspect(clause, func(n ast.Node) bool {
			if n != clause && n != nil && isBranch(n) {
				branches++
			}
			return true
		})
		if branches > 0 {
			return false
		}
	}
	return true
}
