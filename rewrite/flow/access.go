package flow

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Parents maps the nodes of a tree to their parents.
type Parents map[ast.Node]ast.Node

// ParentsOf returns the parents of all nodes below root.
func ParentsOf(root ast.Node) Parents {
	up := make(Parents)
	var stack []ast.Node
	ast.Inspect(root, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		if len(stack) > 0 {
			up[n] = stack[len(stack)-1]
		}
		stack = append(stack, n)
		return true
	})
	return up
}

// Expr returns the parent of n, skipping parentheses, and the child of that
// parent that contains n.
func (up Parents) Expr(n ast.Node) (parent, child ast.Node) {
	child = n
	parent = up[n]
	for {
		p, ok := parent.(*ast.ParenExpr)
		if !ok {
			return parent, child
		}
		child, parent = p, up[p]
	}
}

// Lit returns the innermost function literal around n, or nil.
func (up Parents) Lit(n ast.Node) *ast.FuncLit {
	for p := up[n]; p != nil; p = up[p] {
		if lit, ok := p.(*ast.FuncLit); ok {
			return lit
		}
	}
	return nil
}

// Func returns the innermost function around n, as a *ast.FuncDecl or
// *ast.FuncLit, or nil.
func (up Parents) Func(n ast.Node) ast.Node {
	for p := up[n]; p != nil; p = up[p] {
		switch p.(type) {
		case *ast.FuncLit, *ast.FuncDecl:
			return p
		}
	}
	return nil
}

// Stmt returns n if it is a statement, else the innermost statement around it.
func (up Parents) Stmt(n ast.Node) ast.Stmt {
	for ; n != nil; n = up[n] {
		if s, ok := n.(ast.Stmt); ok {
			return s
		}
	}
	return nil
}

// Loop returns the innermost loop around n within the function fn, or nil.
func (up Parents) Loop(n, fn ast.Node) ast.Stmt {
	for p := up[n]; p != nil && p != fn; p = up[p] {
		switch p := p.(type) {
		case *ast.ForStmt:
			// The init statement runs once.
			if p.Init != nil && Within(n, p.Init) {
				continue
			}
			return p
		case *ast.RangeStmt:
			// The range operand is evaluated once.
			if Within(n, p.X) {
				continue
			}
			return p
		}
	}
	return nil
}

// Within reports whether the source range of n lies in that of outer.
func Within(n, outer ast.Node) bool {
	return outer.Pos() <= n.Pos() && n.End() <= outer.End()
}

// List returns the statement list that contains s, and the index of s in it. ok is
// false if s is not in a list, as the init statement of an if or a labelled
// statement.
func (up Parents) List(s ast.Stmt) (list []ast.Stmt, i int, ok bool) {
	switch p := up[s].(type) {
	case *ast.BlockStmt:
		list = p.List
	case *ast.CaseClause:
		list = p.Body
	case *ast.CommClause:
		list = p.Body
	}
	for i, t := range list {
		if t == s {
			return list, i, true
		}
	}
	return nil, 0, false
}

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

// AccessesOf collects the accesses to all variables of a top-level declaration.
func AccessesOf(info *types.Info, decl ast.Decl, up Parents) Accesses {
	acc := make(Accesses)
	acc.collect(info, decl, up, nil)
	return acc
}

// collect adds the accesses below root. lit is the innermost literal around root, or
// nil.
func (acc Accesses) collect(info *types.Info, root ast.Node, up Parents, lit *ast.FuncLit) {
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			if n == root {
				return true
			}
			acc.collect(info, n, up, n)
			return false
		case *ast.Ident:
			if v, ok := info.Uses[n].(*types.Var); ok && !v.IsField() {
				acc[v] = append(acc[v], Access{n, modeOf(info, n, up), lit})
			}
		}
		return true
	})
}

// modeOf returns what the expression around an identifier does with its variable.
// It climbs through selectors and indices that stay inside the variable, passing no
// pointer, slice or map.
func modeOf(info *types.Info, id *ast.Ident, up Parents) Mode {
	var n ast.Node = id
	for {
		parent, child := up.Expr(n)
		switch p := parent.(type) {
		case *ast.SelectorExpr:
			if p.X != child {
				return Read
			}
			sel := info.Selections[p]
			if sel == nil || isPointer(info.TypeOf(p.X)) {
				return Read // a qualified identifier, or what the variable points to
			}
			if sel.Kind() != types.FieldVal {
				return modeOfMethod(sel)
			}
			if sel.Indirect() {
				return Read // through an embedded pointer
			}
			n = p
		case *ast.IndexExpr:
			if p.X != child || !isArray(info.TypeOf(p.X)) {
				return Read
			}
			n = p
		case *ast.SliceExpr:
			if p.X == child && isArray(info.TypeOf(p.X)) {
				return Address
			}
			return Read
		case *ast.UnaryExpr:
			if p.Op == token.AND {
				return Address
			}
			return Read
		case *ast.IncDecStmt:
			return Write
		case *ast.AssignStmt:
			for _, l := range p.Lhs {
				if l == child {
					return Write
				}
			}
			return Read
		case *ast.RangeStmt:
			if p.Key == child || p.Value == child {
				return Write
			}
			// Ranging over an array variable by index and value copies it.
			return Read
		default:
			return Read
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
