package same

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// returns checks that a statement returns the given operands.
func (m *matcher) returns(b, a ast.Stmt, operands []string) error {
	ret, ok := a.(*ast.ReturnStmt)
	if !ok || !slices.EqualFunc(ret.Results, operands, func(e ast.Expr, operand string) bool { return reads(e, operand) }) {
		return m.differ(b, a, "%s should be return %s", text(a), strings.Join(operands, ", "))
	}
	return nil
}

// signatureHas reports whether a name at a node is that of a parameter or result of the function around
// it, which has the given type and is not used in literals, and whose address is not taken.
func (m *matcher) signatureHas(name string, at ast.Node, t types.Type) bool {
	v, ok := m.lookup(name, at.Pos()).(*types.Var)
	if !ok || !types.Identical(v.Type(), t) {
		return false
	}
	switch t.Underlying().(type) {
	case *types.Interface, *types.Pointer:
	default:
		return false
	}
	var typ *ast.FuncType
	var body *ast.BlockStmt
	for _, n := range m.path {
		switch n := n.(type) {
		case *ast.FuncDecl:
			typ, body = n.Type, n.Body
		case *ast.FuncLit:
			typ, body = n.Type, n.Body
		}
	}
	if typ == nil || v.Pos() < typ.Pos() || typ.End() <= v.Pos() {
		return false
	}
	free := true
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			for id := range idents(n) {
				free = free && m.unit.Info.Uses[id] != types.Object(v)
			}
		case *ast.UnaryExpr:
			id, ok := ast.Unparen(n.X).(*ast.Ident)
			free = free && (n.Op != token.AND || !ok || m.unit.Info.Uses[id] != types.Object(v))
		}
		return true
	})
	return free
}

// neverNil reports whether prepare and its forwarders return a cleanup by every statement.
func (m *matcher) neverNil() bool {
	for r, n := range m.Returns {
		if n != AnyNumber && n <= 0 || n == AnyNumber && !m.alwaysSet(r) {
			return false
		}
	}
	for n, fw := range m.forwarder {
		if r, ok := n.(*ast.ReturnStmt); ok {
			if len(r.Results) == 0 {
				return false
			}
			operand := r.Results[0]
			if len(r.Results) > 1 {
				operand = r.Results[fw.Result]
			}
			if _, call := ast.Unparen(operand).(*ast.CallExpr); !call {
				return false
			}
		}
	}
	return true
}

// alwaysSet reports whether a return statement of prepare returns a variable that is set to cleanups alone, where it is declared or, if it
// is a result, by a statement of the body that must run before.
func (m *matcher) alwaysSet(r *ast.ReturnStmt) bool {
	v := m.fn.Signature().Results().At(m.Result)
	switch {
	case m.Result < len(r.Results):
		v = variable(m.home.Info, r.Results[m.Result])
	case len(r.Results) > 0:
		return false
	}
	if v == nil || v.Kind() != types.LocalVar && v.Kind() != types.ResultVar {
		return false
	}
	set, other := v.Kind() == types.LocalVar, false
	assignments(m.Prepare, func(lhs, rhs []ast.Expr) {
		for i, l := range lhs {
			if variable(m.home.Info, l) == v && (len(lhs) != len(rhs) || m.Literals[m.cleanupLit(rhs[i])] <= 0) {
				other = true
			}
		}
	})
	for _, s := range m.Prepare.Body.List {
		a, ok := s.(*ast.AssignStmt)
		set = set || ok && a.End() <= r.Pos() && slices.ContainsFunc(a.Lhs, func(l ast.Expr) bool { return variable(m.home.Info, l) == v })
	}
	for n := range ast.Preorder(m.Prepare) {
		switch n := n.(type) {
		case *ast.RangeStmt:
			other = other || variable(m.home.Info, n.Key) == v || variable(m.home.Info, n.Value) == v
		case *ast.UnaryExpr:
			other = other || n.Op == token.AND && variable(m.home.Info, n.X) == v
		case *ast.BranchStmt:
			other = other || n.Tok == token.GOTO
		}
	}
	return set && !other
}
