package same

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
)

// finishDecl compares the declaration of finish with the cleanups that it replaces.
func (m *matcher) finishDecl(a *ast.FuncDecl) error {
	m.names = make(map[string]bool)
	if err := m.finishRecv(a); err != nil {
		return err
	}
	now := flatten(a.Type.Params)
	for _, p := range slices.Concat(now, flatten(a.Type.Results)) {
		if name := p.nameOr("_"); name == "nil" || name == "true" || name == "false" {
			return m.differ(nil, p.typ, "%s has another meaning in %s", name, m.Finish)
		}
	}
	if len(now) < len(m.params) || m.Context && !m.takesContext(now) || a.Type.TypeParams.NumFields() > 0 {
		return m.differ(nil, a, "%s has too few parameters, or type parameters", m.Finish)
	}
	captured, own := apart(m, now)
	for i, c := range m.params {
		name := captured[i].nameOr("_")
		if name != c.Var.Name() || m.names[name] || !m.isType(captured[i].typ, c, c.travels()) {
			return m.differ(nil, captured[i].typ, "the parameter %s does not stand for %s", name, c.Var.Name())
		}
		m.names[name] = true
	}
	for lit := range m.Literals {
		if m.calls[lit] != nil {
			if err := m.methodParams(lit, a, own); err != nil {
				return err
			}
			continue
		}
		if err := m.sameParams(flatten(lit.Type.Params), m.unnamed(lit, lit.Type.Params, own), lit); err != nil {
			return err
		}
		if err := m.sameParams(flatten(lit.Type.Results), m.unnamed(lit, lit.Type.Results, flatten(a.Type.Results)), lit); err != nil {
			return err
		}
	}
	return m.finishBody(a)
}

// unnamed returns the parameters or results of finish with the names that the cleanup lit has
// for them. lit may leave one unnamed that another cleanup names, if it does not use that
// name otherwise. Where several cleanups have a block each, it may declare the name.
func (m *matcher) unnamed(lit *ast.FuncLit, old *ast.FieldList, now []param) []param {
	now = slices.Clone(now)
	for i, p := range flatten(old) {
		if i >= len(now) || p.nameOr("_") != "_" {
			continue
		}
		name := now[i].nameOr("_")
		if !hasIdent(lit, name) || m.State.Which != "" && !m.outer(lit, name) {
			now[i].name = nil
		}
	}
	return now
}

// outer reports whether an identifier in the cleanup lit refers to something of this name that
// is declared outside of lit.
func (m *matcher) outer(lit *ast.FuncLit, name string) (found bool) {
	ast.Inspect(lit, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name == name && m.home.Info.Defs[id] == nil {
			used := m.home.Info.Uses[id]
			found = found || used == nil || used.Pos() < lit.Pos() || lit.End() <= used.Pos()
		}
		return !found
	})
	return found
}

// finishRecv checks that the receiver of finish is the state, is that of prepare, or is
// missing, as claimed.
func (m *matcher) finishRecv(a *ast.FuncDecl) error {
	now, old := flatten(a.Recv), flatten(m.Prepare.Recv)
	switch {
	case !m.handed() && !m.Method:
		if len(now) > 0 {
			return m.differ(nil, a, "%s is a method", m.Finish)
		}
		return nil
	case len(now) != 1 || m.handed() && !m.isState(now[0].typ):
		return m.differ(m.Prepare, a, "%s is no method of the state", m.Finish)
	}
	name := now[0].nameOr("_")
	m.names[name] = name != "_"
	if m.handed() {
		m.self = name
		return nil
	}
	return m.sameParams(old, now, m.Prepare)
}

// finishBody compares the body of finish with those of the cleanups. It must be a guard,
// if one is claimed, followed by the body of the one cleanup or a switch over the
// cleanups' numbers.
func (m *matcher) finishBody(a *ast.FuncDecl) error {
	body, ret := a.Body.List, "return"
	if results := flatten(a.Type.Results); len(results) > 0 && results[0].name == nil {
		ret = "return " + m.nothing()
	}
	if m.single() && m.Value.Name == m.Finish && !m.Method {
		return m.differ(nil, a, "callers have a variable named %s as well", m.Finish)
	}
	if err := m.onlyRuns(); err != nil {
		return err
	}
	if err := m.told(a); err != nil {
		return err
	}
	test, err := m.guard(a)
	if err != nil {
		return err
	}
	if test != "" {
		if len(body) == 0 || !reads(body[0], "if "+test+" {\n"+ret+"\n}") {
			return m.differ(nil, a, "%s does not begin with a return for cleanups that do nothing", m.Finish)
		}
		body = body[1:]
	}
	bodies := [][]ast.Stmt{body}
	if m.State.Which != "" {
		if err := m.onlyOneHas(a); err != nil {
			return err
		}
		bodies = m.cases(body)
	}
	seen := make(map[int]bool)
	for lit, n := range m.Literals {
		seen[n] = true
		if n > len(bodies) {
			return m.differ(lit, a, "the cleanup %d is missing", n)
		}
		if err := m.cleanup(lit, bodies[n-1]); err != nil {
			return err
		}
	}
	if len(seen) != len(bodies) {
		return m.differ(nil, a, "there are more cases than cleanups")
	}
	return nil
}

// maybeNil checks that a variable that a cleanup captures can be nil, and that only its
// declaration sets it.
func (m *matcher) maybeNil(lit *ast.FuncLit, c *Capture, a *ast.FuncDecl) error {
	switch {
	case noneOf(c.travels()) != "nil":
		return m.differ(lit, a, "%s cannot be nil", c.Var.Name())
	case !c.Address && m.setTwice(c.Var):
		return m.differ(lit, a, "%s may be nil where it tells what to do", c.Var.Name())
	case m.home.Pkg.Scope().Lookup("nil") != nil:
		return m.differ(m.Prepare, a, "nil has another meaning")
	}
	return nil
}

// onlyOneHas checks the claim that a variable is not nil for one cleanup, and nil for the other
// one, which does not capture it.
func (m *matcher) onlyOneHas(a *ast.FuncDecl) error {
	if !m.State.WhichNil {
		return nil
	}
	for lit, n := range m.Literals {
		c := m.inLit[lit][m.State.Which]
		if has := c != nil; has != (n == m.State.True) {
			return m.differ(lit, a, "%s does not tell this cleanup from the other one", m.State.Which)
		}
		if c == nil {
			continue
		}
		if c.Way != Field {
			return m.differ(lit, a, "%s is no field", m.State.Which)
		}
		if err := m.maybeNil(lit, c, a); err != nil {
			return err
		}
	}
	return nil
}

// nothing returns the source of what finish returns if there is nothing to do: the zero
// value of the cleanup's result.
func (m *matcher) nothing() string {
	sig, ok := m.fn.Signature().Results().At(m.Result).Type().Underlying().(*types.Signature)
	if !ok || sig.Results().Len() != 1 {
		return "nil"
	}
	if b, ok := sig.Results().At(0).Type().Underlying().(*types.Basic); ok {
		switch {
		case b.Info()&types.IsBoolean != 0:
			return "false"
		case b.Info()&types.IsString != 0:
			return strconv.Quote("")
		case b.Info()&types.IsNumeric != 0:
			return "0"
		}
	}
	return "nil"
}

// cases returns the statements that finish runs for each of two cleanups, in the order of their
// numbers: those of the if statement that tells them apart, and those before and after it. It returns
// nil if there is no such statement, or another list of statements would mean something else. So
// what is outside declares nothing, and if something follows a block that does not return, no block
// declares anything.
func (m *matcher) cases(body []ast.Stmt) [][]ast.Stmt {
	for i, s := range body {
		test, ok := s.(*ast.IfStmt)
		if !ok || test.Init != nil {
			if declares(s) {
				return nil
			}
			continue
		}
		holds, ok := m.asks(test.Cond)
		if !ok {
			continue
		}
		first, other, after := test.Body.List, []ast.Stmt(nil), body[i+1:]
		switch block := test.Else.(type) {
		case nil:
		case *ast.BlockStmt:
			other = block.List
		default:
			return nil
		}
		if len(first) == 0 {
			return nil
		}
		if isReturn(first[len(first)-1]) {
			if test.Else != nil && len(after) > 0 {
				return nil
			}
			other = slices.Concat(other, after)
		} else {
			if len(after) > 0 && slices.ContainsFunc(slices.Concat(first, other, after), declares) {
				return nil
			}
			first, other = slices.Concat(first, after), slices.Concat(other, after)
		}
		if m.State.True == 1 != holds {
			first, other = other, first
		}
		return [][]ast.Stmt{slices.Concat(body[:i], first), slices.Concat(body[:i], other)}
	}
	return nil
}

// asks reports whether a condition asks which cleanup is to run, and whether it holds for the one
// that is claimed.
func (m *matcher) asks(cond ast.Expr) (holds, ok bool) {
	yes, no := m.self+"."+m.State.Which, "!"+m.self+"."+m.State.Which
	if m.State.WhichNil {
		yes, no = yes+" != nil", yes+" == nil"
	}
	return reads(cond, yes), reads(cond, yes) || reads(cond, no)
}

// declares reports whether a statement declares something for those that follow it.
func declares(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.AssignStmt:
		return s.Tok == token.DEFINE
	case *ast.DeclStmt, *ast.LabeledStmt:
		return true
	}
	return false
}

func isReturn(s ast.Stmt) bool {
	_, ok := s.(*ast.ReturnStmt)
	return ok
}

// cleanup compares the body of a literal with the statements that replace it in finish.
func (m *matcher) cleanup(lit *ast.FuncLit, a []ast.Stmt) error {
	m.lit, m.role = lit, finish
	m.own = map[*types.Var]bool{}
	m.path = append(m.path, lit)
	defer func() { m.path, m.role = m.path[:len(m.path)-1], prepare }()
	return m.list(lit.Body.List, a, nil)
}
