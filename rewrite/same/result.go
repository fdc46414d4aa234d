package same

import (
	"go/ast"
	"go/types"
	"slices"
)

// resultsHold checks that each variable which callers pass to finish as a result of prepare is that
// result wherever prepare returns a cleanup that captures it. The result has its type, or is an
// interface, and the cleanup only converts the variable to interfaces.
func (m *matcher) resultsHold() error {
	for i := range m.Captures {
		c := &m.Captures[i]
		if c.Way != Result {
			continue
		}
		for r, n := range m.Returns {
			if n == 0 || !m.handsOneWith(r, c) || m.resultOf(c.Var) == c.Index {
				continue
			}
			if c.Index >= len(r.Results) || len(r.Results) != m.fn.Signature().Results().Len() || variable(m.home.Info, r.Results[c.Index]) != c.Var {
				return m.differ(r, nil, "the result %d is not %s", c.Index, c.Var.Name())
			}
		}
		t := m.fn.Signature().Results().At(c.Index).Type()
		if (c.As != nil) == types.Identical(t, c.Var.Type()) || c.As != nil && !types.Identical(c.As, t) {
			return m.differ(m.Prepare, nil, "the result %d has another type than %s", c.Index, c.Var.Name())
		}
		for lit := range m.Literals {
			if c.As != nil && !m.onlyInterfaces(lit, c) {
				return m.differ(lit, nil, "the cleanup needs the type of %s", c.Var.Name())
			}
		}
	}
	return nil
}

// handsOneWith reports whether a return statement may return a cleanup that captures a variable.
func (m *matcher) handsOneWith(r *ast.ReturnStmt, c *Capture) bool {
	captures := func(lit *ast.FuncLit) bool {
		own := m.inLit[lit][c.Var.Name()]
		return own != nil && own.Var == c.Var
	}
	if len(r.Results) == m.fn.Signature().Results().Len() {
		x := r.Results[m.Result]
		if lit := m.cleanupLit(x); lit != nil {
			return captures(lit)
		}
		if h := m.holder(x); h != nil && h.inner && !h.chosen {
			return slices.ContainsFunc(h.lits, captures)
		}
	}
	return true
}

// onlyInterfaces reports whether a cleanup uses a variable only as arguments that become
// interfaces, and would if the variable had the type c.As.
func (m *matcher) onlyInterfaces(lit *ast.FuncLit, c *Capture) bool {
	if !types.IsInterface(c.As) {
		return false
	}
	uses, converted := 0, 0
	for n := range ast.Preorder(lit) {
		switch n := n.(type) {
		case *ast.Ident:
			if m.home.Info.Uses[n] == types.Object(c.Var) {
				uses++
			}
		case *ast.CallExpr:
			tv := m.home.Info.Types[n.Fun]
			sig, ok := types.Unalias(tv.Type).Underlying().(*types.Signature)
			if !ok || tv.IsType() || tv.IsBuiltin() || n.Ellipsis.IsValid() || m.instantiates(n.Fun) {
				continue
			}
			for i, arg := range n.Args {
				if id, ok := arg.(*ast.Ident); !ok || m.home.Info.Uses[id] != types.Object(c.Var) {
					continue
				}
				var t types.Type
				switch last := sig.Params().Len() - 1; {
				case sig.Variadic() && i >= last:
					t = sig.Params().At(last).Type().(*types.Slice).Elem()
				case i <= last:
					t = sig.Params().At(i).Type()
				}
				if _, isParam := types.Unalias(t).(*types.TypeParam); t != nil && !isParam && types.IsInterface(t) && types.AssignableTo(c.As, t) {
					converted++
				}
			}
		}
	}
	return uses == converted
}

// instantiates reports whether an expression names a generic function, which may infer type arguments.
func (m *matcher) instantiates(fun ast.Expr) bool {
	for id := range idents(fun) {
		if _, ok := m.home.Info.Instances[id]; ok {
			return true
		}
	}
	return false
}
