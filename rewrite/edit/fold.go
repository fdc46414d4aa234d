package edit

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/dave/dst"
)

// fold lets a return statement return an expression itself if the variable before it was only there for
// the cleanup:
//
//	set := pool.Get().(*Set)                     return pool.Get().(*Set)
//	return set, func() { pool.Put(set) }
func (d *declarer) fold() error {
	for _, r := range d.Prepare.Returns {
		list := d.listOf(r.Stmt)
		if list == nil {
			continue
		}
		ret := d.node(r.Stmt).(*dst.ReturnStmt)
		i := slices.Index(*list, dst.Stmt(ret))
		if i < 1 || len(ret.Results) != 1 || len(comments(ret)) > 0 {
			continue
		}
		def, v := d.defined((*list)[i-1])
		operand, ok := ret.Results[0].(*dst.Ident)
		if v == nil || !ok || operand.Name != v.Name() || len(def.Decs.End) > 0 || !d.onlyForCleanup(v, r) {
			continue
		}
		value := def.Rhs[0]
		value.Decorations().Before, value.Decorations().After = dst.None, dst.None
		ret.Results[0] = value
		ret.Decs.Start, ret.Decs.Before = def.Decs.Start, def.Decs.Before
		*list = slices.Delete(*list, i-1, i)
	}
	return nil
}

// defined returns the statement that a node is if it defines one variable of prepare, and the variable.
func (d *declarer) defined(stmt dst.Stmt) (*dst.AssignStmt, *types.Var) {
	def, ok := stmt.(*dst.AssignStmt)
	if !ok || def.Tok != token.DEFINE || len(def.Lhs) != 1 || len(comments(def.Lhs[0])) > 0 {
		return nil, nil
	}
	for v := range d.Prepare.Access {
		if id, ok := d.Prepare.Def(v).Node().(*ast.Ident); ok && d.node(id) == dst.Node(def.Lhs[0]) {
			return def, v
		}
	}
	return nil, nil
}

// onlyForCleanup reports whether a variable of prepare has the type of its only result after the change, and the
// cleanup used it, and else only a return statement.
func (d *declarer) onlyForCleanup(v *types.Var, r *pattern.Return) bool {
	results := d.Prepare.Func.Signature().Results()
	switch {
	case d.Plan.Value != nil && d.Plan.Value.Capture != nil && results.Len() == 1:
		if d.Plan.Value.Capture.Var != v {
			return false
		}
	case d.Plan.Value == nil && d.Plan.State == nil && results.Len() == 2:
		if !types.Identical(v.Type(), results.At(1-d.Prepare.Result).Type()) {
			return false
		}
	default:
		return false
	}
	within := func(n ast.Node, a flow.Access) bool { return n.Pos() <= a.Ident.Pos() && a.Ident.Pos() < n.End() }
	captured := false
	for _, a := range d.Prepare.Access[v] {
		if slices.ContainsFunc(d.Prepare.Literals, func(l *pattern.Literal) bool { return within(l.Lit, a) }) {
			captured = true
		} else if !within(r.Stmt, a) {
			return false
		}
	}
	return captured
}
