package plan

import (
	"go/ast"
	"go/types"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// values refuses the sites whose handling of the cleanup has no counterpart in
// calls of finish. It returns the named func types that uses as a value need, as they
// are written there.
func values(p *pattern.Prepare, sites []*pattern.Site) (map[*pattern.Use]string, *refusal.Refusal) {
	convert := make(map[*pattern.Use]string)
	runs := false
	for _, s := range sites {
		switch {
		case s.Form == pattern.Otherwise:
			return nil, refusal.New(p, refusal.CallForm, s.Unit, s.Call.Pos(), "%s", otherwise(s))
		case s.Obstacle != nil && s.Form != pattern.Passed:
			return nil, refusal.New(p, refusal.Reassigned, s.Unit, s.Obstacle.Pos, "its cleanup %s", s.Obstacle.Why)
		}
		for _, u := range s.Uses {
			runs = runs || u.Call != nil
			if u.Kind != pattern.Value {
				continue
			}
			if t := valueType(s); !isSignature(t) && !typedPlace(s, u) {
				name := nameAt(s, u, t)
				if name == "" {
					return nil, refusal.New(p, refusal.CleanupValue, s.Unit, u.Expr.Pos(), "its cleanup is used as a value of type %s", types.TypeString(t, types.RelativeTo(s.Unit.Pkg)))
				}
				convert[u] = name
			}
		}
	}
	if !runs {
		for _, s := range sites {
			if s.Obstacle != nil {
				return nil, refusal.New(p, refusal.Reassigned, s.Unit, s.Obstacle.Pos, "its cleanup %s", s.Obstacle.Why)
			}
		}
		return nil, refusal.New(p, refusal.CleanupValue, p.Unit, p.Decl.Name.Pos(), "all callers hand its cleanup on, which takes an allocation")
	}
	return convert, nil
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
	obj := spell.NamedObject(t)
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
