package same

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
)

// told checks the claim that a variable is zero only if there is nothing to do. The
// variable must be of a type that is compared with nil, an empty string or 0, be captured by each
// cleanup, and be assigned once by prepare.
func (m *matcher) told(a *ast.FuncDecl) error {
	if !m.State.Told && !m.Value.Told {
		return nil
	}
	for lit := range m.Literals {
		c := m.teller(lit)
		if c == nil || m.State.Told && c.Way != Field {
			return m.differ(lit, a, "the cleanup does not capture %s", m.State.Live)
		}
		if noneOf(c.travels()) == "" || noneOf(c.travels()) != m.none() {
			return m.differ(lit, a, "%s is not compared with %s", c.Var.Name(), m.none())
		}
		if !c.Address && m.setTwice(c.Var) && !m.idlesOnNil(lit, c.Var) {
			return m.differ(lit, a, "%s may be zero where there is something to do", c.Var.Name())
		}
	}
	if m.none() == "nil" && m.home.Pkg.Scope().Lookup("nil") != nil {
		return m.differ(m.Prepare, a, "nil has another meaning")
	}
	return nil
}

// guard returns the condition under which finish must return at once, or "". A parameter or receiver that
// tells must be one of finish, too, and prepare must not set it.
func (m *matcher) guard(a *ast.FuncDecl) (string, error) {
	var flag string
	var told bool
	switch v, none := m.Teller.Var, m.Teller.None; {
	case v != nil:
		c := m.capture[v]
		test := v.Name() + " == " + noneOf(v.Type())
		if b, ok := v.Type().Underlying().(*types.Basic); ok && b.Info()&types.IsBoolean != 0 {
			if test = v.Name(); none != test {
				test = "!" + test
			}
		}
		if none != test || c == nil || c.Way != Argument && c.Way != Receiver || m.setTwice(v) {
			return "", m.differ(m.Prepare, a, "%s does not tell that there is nothing to do", none)
		}
		return none, nil
	case m.State.Guard && m.State.Shared:
		if m.home.Pkg.Scope().Lookup("nil") != nil {
			return "", m.differ(m.Prepare, a, "nil has another meaning")
		}
		return m.self + " == nil", nil
	case m.State.Guard:
		flag, told = m.self+"."+m.State.Live, m.State.Told
	case m.Value.Guard:
		flag, told = m.Value.Name, m.Value.Told
	default:
		return "", nil
	}
	if told {
		return flag + " == " + m.none(), nil
	}
	return "!" + flag, nil
}

// idlesOnZero reports whether finish does nothing with the zero state: it returns at once, or each cleanup does nothing where a
// variable is nil that is a field of the state.
func (m *matcher) idlesOnZero() bool {
	if m.State.Guard || m.State.Shared {
		return m.State.Guard
	}
	for lit := range m.Literals {
		idles := false
		for _, c := range m.inLit[lit] {
			idles = idles || c.Way == Field && !c.Address && m.idlesOnNil(lit, c.Var)
		}
		if !idles {
			return false
		}
	}
	return true
}

// idlesOnNil reports whether a cleanup does nothing where a variable is nil.
func (m *matcher) idlesOnNil(lit *ast.FuncLit, v *types.Var) bool {
	if len(lit.Body.List) != 1 {
		return false
	}
	is := func(e ast.Expr) bool { return variable(m.home.Info, e) == v }
	switch s := lit.Body.List[0].(type) {
	case *ast.RangeStmt:
		switch v.Type().Underlying().(type) {
		case *types.Slice, *types.Map:
			return is(s.X)
		}
	case *ast.IfStmt:
		first := s.Cond
		for {
			b, ok := ast.Unparen(first).(*ast.BinaryExpr)
			switch {
			case !ok:
				return false
			case b.Op == token.LAND:
				first = b.X
				continue
			}
			null := m.home.Info.Types[b.Y].IsNil() && is(b.X) || m.home.Info.Types[b.X].IsNil() && is(b.Y)
			return s.Init == nil && s.Else == nil && b.Op == token.NEQ && null
		}
	}
	return false
}

// teller returns the capture of a cleanup that is zero if there is nothing to do, or nil.
func (m *matcher) teller(lit *ast.FuncLit) *Capture {
	if m.Value.Told {
		return m.capture[m.Value.Var]
	}
	return m.inLit[lit][m.State.Live]
}

// none returns the source of the zero value of that capture.
func (m *matcher) none() string {
	for lit := range m.Literals {
		if c := m.teller(lit); c != nil {
			return noneOf(c.travels())
		}
	}
	return ""
}

// noneOf returns the source of the zero value of a type, or "" if values are not compared with it.
func noneOf(t types.Type) string {
	switch u := types.Unalias(t).Underlying().(type) {
	case *types.Pointer, *types.Map, *types.Slice, *types.Chan, *types.Signature, *types.Interface:
		return "nil"
	case *types.Basic:
		switch {
		case u.Info()&types.IsString != 0:
			return strconv.Quote("")
		case u.Info()&types.IsInteger != 0:
			return "0"
		}
	}
	return ""
}

// setTwice reports whether a variable of prepare is set other than by its declaration.
func (m *matcher) setTwice(v *types.Var) (found bool) {
	assignments(m.Prepare, func(lhs, _ []ast.Expr) {
		for _, l := range lhs {
			id, ok := ast.Unparen(l).(*ast.Ident)
			found = found || ok && m.home.Info.Uses[id] == types.Object(v)
		}
	})
	return found
}
