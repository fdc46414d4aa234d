package same

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// handsState compares the operand of a return statement with the state for cleanup number
// n, or with the zero state if n is 0.
func (m *matcher) handsState(b *ast.ReturnStmt, n int, a ast.Expr) error {
	if n == 0 {
		return m.zeroState(b, b, a)
	}
	err := m.differ(b, a, "no literal has number %d", n)
	for lit, k := range m.Literals {
		bare := len(b.Results) == 0
		if k != n || !bare && m.cleanupLit(b.Results[m.Result]) != lit && m.holder(b.Results[m.Result]) == nil {
			continue
		}
		if err = m.stateValue(lit, b, b, a); err == nil {
			return nil
		}
	}
	return err
}

// zeroState compares an expression with the zero state.
func (m *matcher) zeroState(at, b ast.Node, a ast.Expr) error {
	want := m.State.Type + "{}"
	if m.State.Shared {
		want = "nil"
		if m.lookup(want, at.Pos()) != types.Universe.Lookup(want) {
			return m.differ(b, a, "%s has another meaning here", want)
		}
	}
	if !reads(a, want) {
		return m.differ(b, a, "%s should be %s", text(a), want)
	}
	return nil
}

// stateValue compares an expression with the state that replaces a literal: its number,
// the variables that it captures, and the flag. ret is the return statement that returns
// the state, or nil elsewhere. It may set a captured result to a constant.
func (m *matcher) stateValue(lit *ast.FuncLit, ret *ast.ReturnStmt, at ast.Node, a ast.Expr) error {
	var fields []string
	if m.State.Which != "" && !m.State.WhichNil && m.Literals[lit] == m.State.True {
		fields = append(fields, m.State.Which+": true")
	}
	for _, c := range m.Captures {
		name := c.Var.Name()
		if c.Way != Field || m.inLit[lit][name] == nil || m.inLit[lit][name].Var != c.Var {
			continue
		}
		value := name
		if i := m.resultOf(c.Var); c.Address {
			value = "&" + name
		} else if ret != nil && i >= 0 && i < len(ret.Results) {
			if tv := m.home.Info.Types[ret.Results[i]]; tv.Value != nil || tv.IsNil() {
				value = source(ret.Results[i])
			}
		}
		if m.lookup(name, at.Pos()) != types.Object(c.Var) {
			return m.differ(at, a, "%s means another variable here", name)
		}
		fields = append(fields, name+": "+value)
	}
	if m.State.Live != "" && !m.State.Told {
		fields = append(fields, m.State.Live+": true")
	}
	want := m.State.Type + "{" + strings.Join(fields, ", ") + "}"
	if m.State.Shared {
		want = "&" + want
	}
	if !reads(a, want) {
		return m.differ(at, a, "%s should be %s", source(a), want)
	}
	return nil
}

// isState reports whether a type expression is the type of the state. In a caller, it may
// have other type arguments, and in another package it has the name of prepare's.
func (m *matcher) isState(a ast.Expr) bool {
	if m.State.Shared {
		star, ok := a.(*ast.StarExpr)
		if !ok {
			return false
		}
		a = star.X
	}
	if a == nil || m.role != caller {
		return reads(a, m.State.Type)
	}
	now, _, _ := strings.Cut(source(a), "[")
	want, _, _ := strings.Cut(m.State.Type, "[")
	return slices.ContainsFunc(m.importNames(m.fn.Pkg()), func(name string) bool {
		return now == want && name == "" || now == name+"."+want
	})
}

// onlyRuns checks that only the cleanups use the variables that they set and that are fields of the state, which all
// runs of a cleanup share.
func (m *matcher) onlyRuns() error {
	if !m.State.Shared {
		return nil
	}
	for _, c := range m.Captures {
		if c.Way != Field || c.Address || !m.setByCleanup(c.Var) {
			continue
		}
		if m.resultOf(c.Var) >= 0 {
			return m.differ(m.Prepare, nil, "return statements set %s, too", c.Var.Name())
		}
		var err error
		ast.Inspect(m.Prepare.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				if m.Literals[n] > 0 {
					return false
				}
				for id := range idents(n) {
					if m.home.Info.Uses[id] == types.Object(c.Var) {
						err = m.differ(id, nil, "%s is used by another literal", id.Name)
					}
				}
			case ast.Expr:
				if addressed(m.home.Info, n) == c.Var {
					err = m.differ(n, nil, "the address of %s is taken", c.Var.Name())
				}
			}
			return err == nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// addressed returns the variable whose address, or that of a part of it, an expression takes: by &, for a method with a pointer
// receiver, or for a slice of an array. It returns nil if there is none.
func addressed(info *types.Info, e ast.Expr) *types.Var {
	var x ast.Expr
	switch e := e.(type) {
	case *ast.UnaryExpr:
		if e.Op == token.AND {
			x = e.X
		}
	case *ast.SelectorExpr:
		if s := info.Selections[e]; s != nil && s.Kind() == types.MethodVal && !s.Indirect() {
			if _, pointer := s.Obj().Type().(*types.Signature).Recv().Type().Underlying().(*types.Pointer); pointer {
				x = e.X
			}
		}
	case *ast.SliceExpr:
		if isArray(info.TypeOf(e.X)) {
			x = e.X
		}
	}
	for x != nil {
		switch part := ast.Unparen(x).(type) {
		case *ast.Ident:
			return variable(info, part)
		case *ast.SelectorExpr:
			if s := info.Selections[part]; s == nil || s.Indirect() {
				return nil
			}
			x = part.X
		case *ast.IndexExpr:
			if !isArray(info.TypeOf(part.X)) {
				return nil
			}
			x = part.X
		default:
			return nil
		}
	}
	return nil
}

func isArray(t types.Type) bool {
	_, ok := t.Underlying().(*types.Array)
	return ok
}

// setByCleanup reports whether a cleanup sets a variable, or a part of it.
func (m *matcher) setByCleanup(v *types.Var) bool {
	return slices.ContainsFunc(m.home.assignments(m.Prepare)[v], func(id *ast.Ident) bool {
		for lit, n := range m.Literals {
			if n != 0 && within(id.Pos(), lit) {
				return true
			}
		}
		return false
	})
}

// hasType reports whether a type expression is the type of the state, or of the value.
func (m *matcher) hasType(a ast.Expr) bool {
	if m.single() {
		return m.isSpelled(a, m.valueType())
	}
	return m.isState(a)
}

// stateDecl checks the type declaration of the state. It must have a field for each
// capture with Way Field, one for the number and one for the flag if claimed, and no
// other.
func (m *matcher) stateDecl(a ast.Decl) error {
	g, ok := a.(*ast.GenDecl)
	if !ok || g.Tok != token.TYPE || len(g.Specs) != 1 {
		return m.differ(m.Prepare, a, "the type %s is missing", m.State.Type)
	}
	s := g.Specs[0].(*ast.TypeSpec)
	body, ok := s.Type.(*ast.StructType)
	if !ok || s.Assign != token.NoPos {
		return m.differ(nil, s, "%s is not a struct", m.State.Type)
	}
	name, sig := s.Name.Name, m.fn.Signature()
	if params := flatten(s.TypeParams); len(params) > 0 {
		var args []string
		for _, list := range []*types.TypeParamList{sig.RecvTypeParams(), sig.TypeParams()} {
			for p := range list.TypeParams() {
				args = append(args, p.Obj().Name())
				if i := len(args) - 1; i >= len(params) || params[i].name.Name != args[i] || !m.isSpelled(params[i].typ, p.Constraint()) {
					return m.differ(m.Prepare, s, "the type parameter %s differs", args[i])
				}
			}
		}
		name += "[" + strings.Join(args, ", ") + "]"
	}
	if name != m.State.Type {
		return m.differ(m.Prepare, s, "%s should be %s", name, m.State.Type)
	}
	want := make(map[string]func(ast.Expr) bool)
	for i, c := range m.Captures {
		if c.Way == Field {
			want[c.Var.Name()] = func(t ast.Expr) bool { return m.isType(t, &m.Captures[i], c.travels()) }
		}
	}
	if m.State.Which != "" && !m.State.WhichNil {
		want[m.State.Which] = func(t ast.Expr) bool { return reads(t, "bool") }
	}
	if m.State.Live != "" && !m.State.Told {
		want[m.State.Live] = func(t ast.Expr) bool { return reads(t, "bool") }
	}
	for _, p := range flatten(body.Fields) {
		name := p.nameOr("")
		if want[name] == nil || !want[name](p.typ) {
			return m.differ(nil, p.typ, "the field %s is not part of the state, or has the wrong type", name)
		}
		delete(want, name)
	}
	for name := range want {
		return m.differ(nil, s, "the state has no field %s", name)
	}
	return nil
}

// travels returns the type of the value that finish gets for a capture: the variable's
// type, or a pointer to it.
func (c *Capture) travels() types.Type {
	if c.Address {
		return types.NewPointer(c.Var.Type())
	}
	if c.As != nil {
		return c.As
	}
	return c.Var.Type()
}
