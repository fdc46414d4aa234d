package plan

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// uses refuses the sites whose handling of the cleanup has no counterpart in
// calls of finish.
func (x *decision) uses() *refusal.Refusal {
	runs := false
	for _, s := range x.sites {
		switch {
		case s.Form == pattern.Otherwise:
			return refusal.New(x.p, refusal.CallForm, s.Unit, s.Call.Pos(), "%s", otherwise(s))
		case s.Obstacle != nil && s.Form != pattern.Passed:
			return refusal.New(x.p, refusal.Reassigned, s.Unit, s.Obstacle.Pos, "its cleanup %s", s.Obstacle.Why)
		}
		for _, u := range s.Uses {
			runs = runs || u.Call != nil
			if u.Kind != pattern.Value {
				continue
			}
			if t := valueType(s); !isSignature(t) && !typedPlace(s, u) {
				name := nameAt(s, u, t)
				if name == "" {
					return refusal.New(x.p, refusal.CleanupValue, s.Unit, u.Expr.Pos(), "its cleanup is used as a value of type %s", types.TypeString(t, types.RelativeTo(s.Unit.Pkg)))
				}
				x.plan.Convert[u] = name
			}
		}
	}
	if !runs {
		for _, s := range x.sites {
			if s.Obstacle != nil {
				return refusal.New(x.p, refusal.Reassigned, s.Unit, s.Obstacle.Pos, "its cleanup %s", s.Obstacle.Why)
			}
		}
		return refusal.New(x.p, refusal.CleanupValue, x.p.Unit, x.p.Decl.Name.Pos(), "all callers hand its cleanup on, which takes an allocation")
	}
	return nil
}

// otherwise says what an Otherwise site does.
func otherwise(s *pattern.Site) string {
	switch s.Up[s.Call].(type) {
	case *ast.ReturnStmt:
		return "a caller hands its results on at once"
	case *ast.AssignStmt, *ast.ValueSpec:
		return "a caller assigns its results along with others"
	}
	return "a caller uses its results within a larger expression"
}

// valueType returns the type that the cleanup has at a site: that of the variable,
// which may be declared with a type of its own, or of the result.
func valueType(s *pattern.Site) types.Type {
	if s.Var != nil {
		return s.Var.Type()
	}
	return s.Unit.Info.TypeOf(s.Call)
}

// nameAt returns how a named type is written at a use, "" if it cannot be.
func nameAt(s *pattern.Site, u *pattern.Use, t types.Type) string {
	obj := namedObject(t)
	generic, _ := t.(interface{ TypeArgs() *types.TypeList })
	switch {
	case obj == nil || generic != nil && generic.TypeArgs().Len() > 0:
	case s.Unit.Sees(u.Expr.Pos(), obj):
		return obj.Name()
	case obj.Exported():
		for name, pkg := range importsOf(s) {
			if pkg.Imported() == obj.Pkg() && s.Unit.Sees(u.Expr.Pos(), pkg) {
				return name + "." + obj.Name()
			}
		}
	}
	return ""
}

// importsOf returns the packages that the file of a site imports, by name.
func importsOf(s *pattern.Site) map[string]*types.PkgName {
	imports := make(map[string]*types.PkgName)
	scope := s.Unit.Pkg.Scope().Innermost(s.Call.Pos())
	for scope != nil && scope.Parent() != s.Unit.Pkg.Scope() {
		scope = scope.Parent()
	}
	if scope == nil {
		return imports
	}
	for _, name := range scope.Names() {
		if pkg, ok := scope.Lookup(name).(*types.PkgName); ok {
			imports[name] = pkg
		}
	}
	return imports
}

func isSignature(t types.Type) bool {
	_, ok := types.Unalias(t).(*types.Signature)
	return ok
}

// recovers reports whether one of the cleanups calls recover itself.
func recovers(p *pattern.Prepare) bool {
	return slices.ContainsFunc(p.Literals, func(l *pattern.Literal) bool { return flow.Recovers(p.Unit.Info, l.Lit) })
}
