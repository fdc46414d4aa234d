package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// frozen reports whether a field has one value for life: it is unexported, its
// package is in sight as a whole, and nothing there sets it other than by a
// composite literal: no assignment to it, no address of it, no assignment of a
// value that holds it.
func (d *Decider) frozen(field *types.Var) bool {
	if field.Exported() || field.Pkg() == nil {
		return false
	}
	if is, ok := d.fields[field]; ok {
		return is
	}
	is := d.neverSet(field)
	d.fields[field] = is
	return is
}

func (d *Decider) neverSet(field *types.Var) bool {
	seen := false
	for _, u := range d.world.Units {
		if u.Pkg != field.Pkg() {
			if u.Pkg.Path() == field.Pkg().Path() {
				return false // another variant of the package
			}
			continue
		}
		seen = true
		for _, name := range u.Ignored {
			if f := d.ignoredFile(u, name); f != nil && slices.Contains(namesOf(f), field.Name()) {
				return false
			}
		}
		for _, f := range u.Files {
			for _, decl := range f.Decls {
				if setsField(u, decl, field) {
					return false
				}
			}
		}
	}
	return seen
}

// setsField reports whether a declaration holds something that may change the
// field of an existing value.
func setsField(u *pattern.Unit, decl ast.Decl, field *types.Var) bool {
	var up pattern.Parents
	found := false
	ast.Inspect(decl, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			sel := u.Info.Selections[n]
			if sel == nil || sel.Obj() != field {
				break
			}
			if up == nil {
				up = pattern.ParentsOf(decl)
			}
			found = found || pattern.ModeOf(u.Info, n, up) != pattern.Read
		case *ast.AssignStmt:
			if n.Tok == token.ASSIGN {
				for _, l := range n.Lhs {
					found = found || holds(u.Info.TypeOf(l), field)
				}
			}
		case *ast.RangeStmt:
			if n.Tok == token.ASSIGN {
				for _, l := range []ast.Expr{n.Key, n.Value} {
					found = found || l != nil && holds(u.Info.TypeOf(l), field)
				}
			}
		case *ast.CallExpr:
			// copy and clear set elements.
			if b, ok := u.Info.Uses[identOf(n.Fun)].(*types.Builtin); ok && (b.Name() == "copy" || b.Name() == "clear") {
				if s, ok := u.Info.TypeOf(n.Args[0]).Underlying().(*types.Slice); ok {
					found = found || holds(s.Elem(), field)
				}
			}
		}
		return !found
	})
	return found
}

// holds reports whether a value of type t holds the field, itself or in a part
// that is no pointer.
func holds(t types.Type, field *types.Var) bool {
	if t == nil {
		return false
	}
	switch t := t.Underlying().(type) {
	case *types.Struct:
		for f := range t.Fields() {
			if f == field || holds(f.Type(), field) {
				return true
			}
		}
	case *types.Array:
		return holds(t.Elem(), field)
	}
	return false
}
