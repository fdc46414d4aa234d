package same

import (
	"go/ast"
	"go/types"
	"slices"
)

// namesState reports whether a type expression in place of b is the type of the state.
// Its name must be new in prepare's package, and is qualified in other packages.
func (m *matcher) namesState(a ast.Expr, b ast.Node) bool {
	if m.unit.Pkg.Path() == m.home.Pkg.Path() {
		return reads(a, m.State.Type) && m.lookup(m.State.Type, b.Pos()) == nil
	}
	sel, ok := a.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != m.State.Type {
		return false
	}
	pkg, ok := m.lookup(source(sel.X), b.Pos()).(*types.PkgName)
	return ok && pkg.Imported().Path() == m.home.Pkg.Path()
}

// forwards compares a return statement of a forwarder. The operand for the cleanup stays
// if it is a call of prepare or the variable of the cleanup. Nil and empty literals
// become the zero state, with which finish does nothing.
func (m *matcher) forwards(b *ast.ReturnStmt, fw *Forwarder, a ast.Node) ([]part, error) {
	now, ok := a.(*ast.ReturnStmt)
	switch {
	case !ok || len(now.Results) != len(b.Results):
		return nil, m.differ(b, a, "the return is missing, or has other results")
	case len(b.Results) == 0:
		fn := m.unit.Info.Defs[fw.Decl.Name].(*types.Func)
		for id := range idents(fw.Decl.Body) {
			v := fn.Signature().Results().At(fw.Result)
			if h := m.holders[v]; m.unit.Info.Uses[id] == types.Object(v) && (h == nil || h.inner) {
				return nil, m.differ(id, a, "the result %s is used", id.Name)
			}
		}
		return nil, nil
	case len(b.Results) < len(flatten(fw.Decl.Type.Results)):
		call, _ := ast.Unparen(b.Results[0]).(*ast.CallExpr)
		if s := m.sites[call]; s != nil && s.result == fw.Result {
			return m.siteCall(s, now.Results[0])
		}
		return nil, m.differ(b, a, "the return statement returns the results of another call")
	}
	others := exprs(slices.Delete(slices.Clone(b.Results), fw.Result, fw.Result+1), slices.Delete(slices.Clone(now.Results), fw.Result, fw.Result+1))
	becomes, err := m.forwardsOne(b.Results[fw.Result], fw, now.Results[fw.Result])
	return append(others, becomes...), err
}

// forwardsOne compares the operand for the cleanup of such a statement.
func (m *matcher) forwardsOne(b ast.Expr, fw *Forwarder, a ast.Expr) ([]part, error) {
	lit := literal(m.unit.Info, b)
	switch {
	case lit != nil && !empty(m.unit.Info, lit), (lit != nil || m.isNoop(b)) && !m.State.Guard:
		return nil, m.differ(b, a, "finish would do something for %s", text(b))
	case lit != nil || m.isNil(b) || m.isNoop(b):
		if e, ok := ast.Unparen(a).(*ast.CompositeLit); !ok || len(e.Elts) > 0 || source(e.Type) != fw.Type || !m.namesState(e.Type, b) {
			return nil, m.differ(b, a, "%s should be %s{}", text(a), fw.Type)
		}
		return nil, nil
	}
	h := m.holder(b)
	switch id, ok := ast.Unparen(b).(*ast.Ident); {
	case h == nil || h.inner || len(h.sites) == 0:
		return nil, m.differ(b, a, "%s is not the cleanup of %s", text(b), m.Prepare.Name.Name)
	case ok:
		return nil, m.keepsName(h, id, a)
	default:
		return m.siteCall(h.sites[0], a)
	}
}
