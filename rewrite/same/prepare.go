package same

import (
	"go/ast"
	"slices"
)

// prepareDecl compares the declarations of prepare before and after the change.
func (m *matcher) prepareDecl(a *ast.FuncDecl) error {
	b := m.Prepare
	if err := m.equal(b.Recv, a.Recv); err != nil {
		return err
	}
	if err := m.equal(b.Type.TypeParams, a.Type.TypeParams); err != nil {
		return err
	}
	var keep []param
	for i, p := range flatten(b.Type.Params) {
		if !m.Drop[i] {
			keep = append(keep, p)
		}
	}
	if err := m.sameParams(keep, flatten(a.Type.Params), b); err != nil {
		return err
	}
	results, now := flatten(b.Type.Results), flatten(a.Type.Results)
	if m.Result < len(now) && now[m.Result].name != nil {
		m.decl, m.outcome = a, now[m.Result].name.Name
	}
	switch {
	case m.single():
		if len(now) != len(results) || !m.isType(now[m.Result].typ, &Capture{Var: m.Value.Var}, m.valueType()) {
			return m.differ(b.Type.Results, a, "no result is the value")
		}
		if err := m.resultNames(results, now); err != nil {
			return err
		}
		results[m.Result].typ = now[m.Result].typ
	case m.handed():
		if len(now) != len(results) || !m.isState(now[m.Result].typ) {
			return m.differ(b.Type.Results, a, "no result has the type of the state")
		}
		if err := m.resultName(results, now, a); err != nil {
			return err
		}
		results[m.Result].typ = now[m.Result].typ
		m.bound = now[m.Result].typ
	default:
		results = slices.Delete(results, m.Result, m.Result+1)
	}
	if err := m.sameParams(results, now, b); err != nil {
		return err
	}
	return m.list(b.Body.List, a.Body.List, func(s ast.Stmt) bool {
		r, ok := s.(*ast.ReturnStmt)
		n, claimed := m.Returns[r]
		return ok && claimed && len(results) == 0 && m.hands(r, n) == nil
	})
}

// forwarderDecl compares the declaration of a forwarder before and after the change.
func (m *matcher) forwarderDecl(fw *Forwarder, a ast.Node) error {
	b := fw.Decl
	now, ok := a.(*ast.FuncDecl)
	if !ok || now.Body == nil || now.Name.Name != b.Name.Name {
		return m.differ(b, a, "%s is missing", b.Name.Name)
	}
	m.path = []ast.Node{b}
	defer func() { m.path = nil }()
	if len(m.params) > 0 || !m.handed() {
		return m.differ(b, a, "its callers have no operands for %s", m.Finish)
	}
	if err := m.equal(b.Recv, now.Recv); err != nil {
		return err
	}
	if err := m.equal(b.Type.TypeParams, now.Type.TypeParams); err != nil {
		return err
	}
	if err := m.sameParams(flatten(b.Type.Params), flatten(now.Type.Params), b); err != nil {
		return err
	}
	results, types := flatten(b.Type.Results), flatten(now.Type.Results)
	if len(results) != len(types) || !m.namesState(types[fw.Result].typ, b) {
		return m.differ(b.Type.Results, a, "no result has the type of the state")
	}
	results[fw.Result].typ = types[fw.Result].typ
	if err := m.sameParams(results, types, b); err != nil {
		return err
	}
	return m.list(b.Body.List, now.Body.List, nil)
}
