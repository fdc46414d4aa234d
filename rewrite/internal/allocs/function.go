package allocs

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/internal/escape"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// A Function is a top-level declaration that a rewrite changes: a function, or a variable
// initialized with a function literal.
type Function struct {
	Unit *pattern.Unit
	Decl ast.Decl
}

// Functions returns the prepare function of c and then those that contain its sites,
// without duplicates. For a literal in a variable, it returns the function around it first.
func Functions(c *candidate.Candidate) []Function {
	all := []Function{{c.Prepare.Unit, c.Prepare.Facts.Decl}}
	for _, s := range c.Sites {
		if f := (Function{s.Unit, s.Decl}); !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	return all
}

// Position returns the position of f, not adjusted by line directives.
func (f Function) Position() token.Position {
	return f.Unit.Fset.PositionFor(f.Decl.Pos(), false)
}

// File returns the name of the file of f.
func (f Function) File() string { return f.Position().Filename }

// Name returns the name of f: (*Conn).prepareRead, prepare, or var x.
func (f Function) Name() string { return declName(f.Decl) }

// place returns the position of a node of f in the form of package escape.
func (f Function) place(n ast.Node) escape.Pos { return placeOf(f.Unit, n.Pos()) }

// object returns the function or method that f declares, or nil if f is a variable.
func (f Function) object() *types.Func {
	d, ok := f.Decl.(*ast.FuncDecl)
	if !ok {
		return nil
	}
	fn, _ := f.Unit.Info.Defs[d.Name].(*types.Func)
	return fn
}

// placeOf converts a position to the form of package escape.
func placeOf(u *pattern.Unit, p token.Pos) escape.Pos {
	pos := u.Fset.PositionFor(p, false)
	return escape.Pos{File: pos.Filename, Line: pos.Line, Col: pos.Column}
}

// declName returns the name of a declaration: (*Conn).prepareRead, prepare, or
// var x.
func declName(d ast.Decl) string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil || len(d.Recv.List) == 0 {
			return d.Name.Name
		}
		recv, star := d.Recv.List[0].Type, false
		for {
			switch t := recv.(type) {
			case *ast.StarExpr:
				recv, star = t.X, true
				continue
			case *ast.ParenExpr:
				recv = t.X
				continue
			case *ast.IndexExpr:
				recv = t.X
				continue
			case *ast.IndexListExpr:
				recv = t.X
				continue
			}
			break
		}
		name := types.ExprString(recv)
		if star {
			name = "(*" + name + ")"
		}
		return name + "." + d.Name.Name
	case *ast.GenDecl:
		for _, s := range d.Specs {
			if s, ok := s.(*ast.ValueSpec); ok {
				return "var " + s.Names[0].Name
			}
		}
	}
	return "a declaration"
}
