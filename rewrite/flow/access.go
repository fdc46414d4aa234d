package flow

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// A Mode says what an access does to a variable.
type Mode int

const (
	Read Mode = iota
	// Write assigns to the variable, or to a field or array element of it.
	Write
	// Address takes the address of the variable or of a part of it. A call of a
	// method with a pointer receiver and a slice of an array do so implicitly.
	Address
)

// An Access is one appearance of a variable.
type Access struct {
	Ident *ast.Ident
	Mode  Mode
	Lit   *ast.FuncLit // the innermost function literal around it, or nil
}

// Accesses lists the accesses to each variable, in source order. The declaration
// of a variable is not an access.
type Accesses map[*types.Var][]Access

// accessesIn collects the accesses to all variables below root.
func accessesIn(info *types.Info, root inspector.Cursor) Accesses {
	acc := make(Accesses)
	for c := range root.Preorder((*ast.Ident)(nil)) {
		id := c.Node().(*ast.Ident)
		if v, ok := info.Uses[id].(*types.Var); ok && !v.IsField() {
			acc[v] = append(acc[v], Access{id, modeOf(info, c), Lit(c)})
		}
	}
	return acc
}

// modeOf returns what the expression around an identifier does with its variable. It
// climbs through selectors and indices that stay inside the variable, passing no pointer,
// slice or map.
func modeOf(info *types.Info, c inspector.Cursor) Mode {
	for {
		c = Outer(c)
		x, _ := c.Node().(ast.Expr)
		kind := c.ParentEdgeKind()
		c = c.Parent()
		switch kind {
		case edge.SelectorExpr_X:
			sel := info.Selections[c.Node().(*ast.SelectorExpr)]
			switch {
			case sel == nil || isPointer(info.TypeOf(x)):
				return Read // a qualified identifier, or what the variable points to
			case sel.Kind() != types.FieldVal:
				return modeOfMethod(sel)
			case sel.Indirect():
				return Read // through an embedded pointer
			}
		case edge.IndexExpr_X:
			if !isArray(info.TypeOf(x)) {
				return Read
			}
		case edge.SliceExpr_X:
			if isArray(info.TypeOf(x)) {
				return Address
			}
			return Read
		case edge.UnaryExpr_X:
			if c.Node().(*ast.UnaryExpr).Op == token.AND {
				return Address
			}
			return Read
		case edge.IncDecStmt_X, edge.AssignStmt_Lhs, edge.RangeStmt_Key, edge.RangeStmt_Value:
			return Write
		default:
			return Read // also the operand of a range clause, which is copied
		}
	}
}

// modeOfMethod returns what the selection of a method does with a variable that is not
// a pointer: it takes the address if the method has a pointer receiver and the path to
// it passes no embedded pointer.
func modeOfMethod(sel *types.Selection) Mode {
	recv := sel.Obj().(*types.Func).Signature().Recv()
	if recv != nil && isPointer(recv.Type()) && !EmbeddedPointer(sel) {
		return Address
	}
	return Read
}

// isArray reports whether values of t are arrays or, for a type parameter, may be.
func isArray(t types.Type) bool {
	if t == nil {
		return false
	}
	if p, ok := types.Unalias(t).(*types.TypeParam); ok {
		return mayBeArray(p.Constraint())
	}
	_, ok := t.Underlying().(*types.Array)
	return ok
}

// mayBeArray reports whether the type set of a constraint may include an array type.
func mayBeArray(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Array:
		return true
	case *types.Interface:
		for e := range u.EmbeddedTypes() {
			if mayBeArray(e) {
				return true
			}
		}
	case *types.Union:
		for term := range u.Terms() {
			if mayBeArray(term.Type()) {
				return true
			}
		}
	}
	return false
}

func isPointer(t types.Type) bool {
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Pointer)
	return ok
}

// EmbeddedPointer reports whether a selection of a promoted method passes an embedded
// pointer.
func EmbeddedPointer(sel *types.Selection) bool {
	t := sel.Recv()
	for _, i := range sel.Index()[:len(sel.Index())-1] {
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		st, ok := t.Underlying().(*types.Struct)
		if !ok {
			return false
		}
		t = st.Field(i).Type()
		if isPointer(t) {
			return true
		}
	}
	return false
}
