package pattern

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/closurefix/closurefix/rewrite/flow"
)

// bind finds the variables that hold the cleanups of sites, and the uses of these
// variables. sites are all calls of one prepare function in one declaration.
//
// The type of a variable can change if it is a local variable that is declared by a site
// or without a value, and that only sites set, or statements that set it to a literal that does nothing.
// A site may have a Part of any other local variable. If the cleanup is assigned to anything
// else, the call is an expression whose value is used, unless it has several results.
func bind(sites []*Site) {
	parts := make(map[*ast.Ident]bool) // where a site may have a Part of a variable, whether or not it gets one
	for _, s := range sites {
		if id, ok := ast.Unparen(s.Cleanup).(*ast.Ident); ok && s.mayPart() {
			parts[id] = true
		}
	}
	for _, s := range sites {
		if s.Cleanup == nil {
			continue
		}
		id, _ := ast.Unparen(s.Cleanup).(*ast.Ident)
		if id != nil && id.Name == "_" {
			continue
		}
		v, obstacle := s.variable(id, sites)
		if obstacle != nil {
			s.Stored, s.Nothing = v, nil
		}
		if obstacle != nil && v != nil && s.parted(v, sites, parts) {
			continue
		}
		if v != nil {
			for _, a := range s.Access[v] {
				if a.Mode != flow.Write && a.Ident != id {
					u := useOf(s.Facts, a.Ident, s.Func)
					s.Uses = append(s.Uses, u)
					s.Deferred = s.Deferred || u.Deferred
				}
			}
		}
		if obstacle != nil && s.ownResult(v, sites) {
			as := *s
			as.Var, as.Shared = v, true
			s.asResult = &as
		}
		switch {
		case obstacle == nil:
			s.Var = v
		case len(s.Lhs) == 1:
			s.Form, s.Lhs, s.Cleanup, s.Obstacle = Passed, nil, nil, obstacle
			s.Uses = []*Use{useOf(s.Facts, s.Call, s.Func)}
		default:
			s.Obstacle, s.Uses = obstacle, nil
		}
	}
}

// Together returns sites as if all of them called one function, as they do after the rewrite. They are
// calls of a prepare function and of forwarders of its cleanup, in one declaration. A variable that
// only these set can change its type:
//
//	if fast {
//		stop = startFast()
//	} else {
//		stop = start()
//	}
func Together(sites []*Site) []*Site {
	if !slices.ContainsFunc(sites, func(s *Site) bool { return s.Stored != nil }) {
		return sites
	}
	var again []*Site
	for _, s := range sites {
		sig := s.Unit.Info.TypeOf(s.Call.Fun).Underlying().(*types.Signature)
		t := &Site{Facts: s.Facts, Func: s.Func, Call: s.Call, Literal: s.Literal, Forwarder: s.Forwarder}
		t.fill(sig.Results(), s.Result)
		again = append(again, t)
	}
	bind(again)
	return again
}

// variable returns the variable that id names, or nil, and the obstacle if its type
// cannot change.
func (s *Site) variable(id *ast.Ident, sites []*Site) (*types.Var, *Obstacle) {
	v, ok := s.Unit.Info.ObjectOf(id).(*types.Var)
	if !ok {
		return nil, &Obstacle{s.Cleanup.Pos(), "is stored in " + types.ExprString(s.Cleanup)}
	}
	if v.Kind() == types.PackageVar {
		return nil, &Obstacle{id.Pos(), "is stored in the package variable " + id.Name}
	}
	if _, ok := v.Type().Underlying().(*types.Signature); !ok {
		return nil, &Obstacle{id.Pos(), "is stored in " + id.Name + ", which has no func type"}
	}
	sets := func(id *ast.Ident) bool {
		return slices.ContainsFunc(sites, func(t *Site) bool { return t.Cleanup != nil && ast.Unparen(t.Cleanup) == ast.Expr(id) })
	}
	s.Nothing = settingNothing(s.Facts, v)
	alone := s.Unit.Info.Defs[id] != nil
	for _, a := range s.Access[v] {
		switch a.Mode {
		case flow.Address:
			return v, &Obstacle{a.Ident.Pos(), "is stored in a variable whose address is taken"}
		case flow.Write:
			if !sets(a.Ident) && !s.setsNothing(a.Ident) {
				return v, &Obstacle{a.Ident.Pos(), "is stored in " + v.Name() + ", which is also set to " + ValueSet(s.Facts, a.Ident)}
			}
			alone = alone && a.Ident == id
		}
	}
	if alone {
		return v, nil
	}
	s.Shared = true
	def, ok := s.Def(v).Node().(*ast.Ident)
	if spec, alone := s.Def(v).Parent().Node().(*ast.ValueSpec); alone && len(spec.Names) == 1 && len(spec.Values) == 0 {
		s.Spec = spec
	}
	if s.Spec == nil && (!ok || !sets(def) && !s.setsNothing(def)) {
		what := "declared with another value"
		if ok {
			if value := ValueSet(s.Facts, def); value != "other values" {
				what = "declared with " + value
			}
		}
		if spec, ok := s.Def(v).Parent().Node().(*ast.ValueSpec); ok && len(spec.Names) > 1 && len(spec.Values) == 0 {
			what = "declared together with other variables"
		}
		switch v.Kind() {
		case types.ParamVar:
			what = "a parameter"
		case types.ResultVar:
			what = "a result"
		}
		return v, &Obstacle{id.Pos(), "is stored in " + v.Name() + ", which is " + what}
	}
	return v, nil
}

// settingNothing returns the statements, in lists, that set a local variable to a literal that does nothing, and do no more than that. It returns none
// if something compares the variable with nil, since such a literal is not nil.
func settingNothing(f *flow.Facts, v *types.Var) (sets []*ast.AssignStmt) {
	if v.Kind() != types.LocalVar {
		return nil
	}
	add := func(c inspector.Cursor) {
		a, ok := c.Parent().Node().(*ast.AssignStmt)
		if !ok || len(a.Lhs) != 1 || a.Lhs[0] != c.Node() {
			return
		}
		lit, ok := ast.Unparen(a.Rhs[0]).(*ast.FuncLit)
		if _, _, inList := flow.List(f.At(a)); ok && inList && doesNothing(f.Unit.Info, lit) {
			sets = append(sets, a)
		}
	}
	add(f.Def(v))
	for _, a := range f.Access[v] {
		if a.Mode == flow.Write {
			add(f.At(a.Ident))
		} else if useOf(f, a.Ident, nil).Kind == NilTest {
			return nil
		}
	}
	return sets
}

// setsNothing reports whether one of these statements sets the variable id.
func (s *Site) setsNothing(id *ast.Ident) bool {
	return slices.ContainsFunc(s.Nothing, func(a *ast.AssignStmt) bool { return a.Lhs[0] == ast.Expr(id) })
}

// ownResult reports whether v is a result of the declared function around the site, and only
// sites set it by name.
func (s *Site) ownResult(v *types.Var, sites []*Site) bool {
	if v == nil || s.Func != ast.Node(s.Decl) || s.ResultOf(v) != s.Func {
		return false
	}
	return !slices.ContainsFunc(s.Access[v], func(a flow.Access) bool {
		return a.Mode == flow.Address || a.Mode == flow.Write && !slices.ContainsFunc(sites, func(t *Site) bool {
			return t.Func == s.Func && t.Cleanup != nil && ast.Unparen(t.Cleanup) == ast.Expr(a.Ident)
		})
	})
}

// ValueSet describes the value to which an assignment or declaration sets the variable id, as in
// "what os.Open returns". It returns "other values" if there are no words for it.
func ValueSet(f *flow.Facts, id *ast.Ident) string {
	target := flow.Outer(f.At(id))
	kind, i := target.ParentEdge()
	var lhs int
	var rhs []ast.Expr
	switch stmt := target.Parent().Node().(type) {
	case *ast.AssignStmt:
		lhs, rhs = len(stmt.Lhs), stmt.Rhs
	case *ast.ValueSpec:
		lhs, rhs = len(stmt.Names), stmt.Values
	}
	if kind != edge.AssignStmt_Lhs && kind != edge.ValueSpec_Names || len(rhs) == 0 {
		return "other values"
	}
	value := rhs[0]
	if len(rhs) == lhs {
		value = rhs[i]
	}
	switch e := ast.Unparen(value).(type) {
	case *ast.CallExpr:
		return "what " + types.ExprString(e.Fun) + " returns"
	case *ast.FuncLit:
		return "a function literal"
	case *ast.Ident:
		return e.Name
	}
	return "other values"
}
