package plan

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// statements plans the statements of each site.
//
// In the form Direct, := stays only if it still declares a variable. Without the cleanup,
// "done, err := p()" may declare none, and becomes "err = p()", with the same err as
// before. An err that the statement declared stays declared by it, even if an outer err
// exists.
func statements(p *pattern.Prepare, sites []*pattern.Site, pl *Plan) *refusal.Refusal {
	seen, near := make(map[*types.Var]bool), byDecl(sites)
	for _, s := range sites {
		sp := &SitePlan{Site: s, Shares: s.Var != nil && s.Part == nil && seen[s.Var]}
		seen[s.Var] = true
		sp.Names = resultNames(pl, s)
		if readsClockFor(pl.Passages) {
			sp.Now = nowAt(s)
		}
		sp.Define = len(sp.Names) > 0 || definesOther(s)
		if len(pl.Drop) > 0 && spread(s) {
			return refusal.New(p, refusal.CallForm, s.Unit, s.Call.Pos(), "a caller passes the results of another call as its arguments")
		}
		sp.Unused = s.Var != nil && s.ResultOf(s.Var) == nil && !slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool { return pl.Idle[u] == "" })
		if pl.Value != nil {
			pl.nameValue(near[s.Decl], sp)
		}
		if pl.State != nil {
			sp.Variable = pl.Nouns[s.Var]
			if r := variableType(p, sites, pl, s); r != nil {
				return r
			}
		} else {
			if r := discards(p, s); r != nil && sp.Variable == "" {
				return r
			}
			if r := reaches(p, pl.Finish, s); r != nil && pl.Finish.Name != p.Key.Name && !(pl.Finish.Existing && !pl.Finish.OnRecv) {
				return r
			}
		}
		r := parts(p, pl, sp)
		if r != nil {
			return r
		}
		if sp.Kept, r = keep(p, pl, s, near[s.Decl]); r != nil {
			return r
		}
		if r := wraps(p, pl, s); r != nil {
			return r
		}
		pl.Sites = append(pl.Sites, sp)
	}
	for _, sp := range pl.Sites {
		sp.First = pl.first(sp)
	}
	return nil
}

// nameValue names the variable of a site that holds the value, if there is one.
func (pl *Plan) nameValue(near []*pattern.Site, sp *SitePlan) {
	s := sp.Site
	switch {
	case pl.Value.Holds(s):
		sp.Variable, _ = pl.Value.nameAt(near, s)
		if s.DeclaredAt().IsValid() {
			pl.Types[s.Var], _ = pl.Value.typeAt(s)
		}
		sp.Define = true
	case s.Form == pattern.Immediate && pl.Value.taken() && !pl.Value.alone(pl.Passages):
		sp.Variable = pl.Value.nameApart(near, s)
	}
}

// first reports whether a site must declare the variable for its Part, and others in its block use that.
func (pl *Plan) first(sp *SitePlan) bool {
	return sp.Site.Part != nil && !sp.Unused && !slices.ContainsFunc(pl.Sites, func(t *SitePlan) bool {
		return t.Site.Var == sp.Site.Var && !t.Unused && t.Site.Call.Pos() < sp.Site.Call.Pos()
	})
}

// parts refuses a site with a Part of a variable for which there is no name, or where what is left of the variable
// cannot be declared.
func parts(p *pattern.Prepare, pl *Plan, sp *SitePlan) *refusal.Refusal {
	s := sp.Site
	if s.Part == nil {
		return nil
	}
	if pl.State != nil && sp.Variable == "" && !sp.Unused {
		return refusal.New(p, refusal.Reassigned, s.Unit, s.Call.Pos(), "a caller keeps another func in %s as well, and there is no name for a second variable", s.Var.Name())
	}
	if s.Part.Rest == nil || s.Part.Defines {
		return nil
	}
	obj, ok := spell.NamedObject(s.Var.Type()), false
	if sp.Rest, ok = writtenAt(s, s.Part.Rest.Pos(), s.Var.Type()); !ok || obj != nil && obj.Pkg() == p.Unit.Pkg {
		return refusal.New(p, refusal.Reassigned, s.Unit, s.Part.Rest.Pos(), "a caller keeps another func in %s as well, whose type cannot be written here", s.Var.Name())
	}
	return nil
}

// definesOther reports whether the statement of a site declares a variable besides that for the cleanup.
func definesOther(s *pattern.Site) bool {
	return slices.ContainsFunc(s.Lhs, func(l ast.Expr) bool {
		id := identOf(l)
		return l != s.Cleanup && id != nil && id.Name != "_" && s.Unit.Info.Defs[id] != nil
	})
}

// resultNames returns names for the results that a site assigns to _ and finish needs.
func resultNames(pl *Plan, s *pattern.Site) map[int]string {
	names := make(map[int]string)
	for _, pass := range pl.Passages {
		if pass.Route != ByResult || pass.Result >= len(s.Lhs) || !runs(s, pl.Idle) {
			continue
		}
		if id := identOf(s.Lhs[pass.Result]); id != nil && id.Name == "_" && names[pass.Result] == "" {
			names[pass.Result] = pass.Capture.Var.Name()
		}
	}
	return names
}

// discards refuses "_ = done" as part of another statement.
func discards(p *pattern.Prepare, s *pattern.Site) *refusal.Refusal {
	for _, u := range s.Uses {
		if u.Kind != pattern.Discard {
			continue
		}
		a, ok := u.Stmt.(*ast.AssignStmt)
		if _, _, list := flow.List(s.At(u.Stmt)); !ok || !list || len(a.Lhs) > 1 {
			return refusal.New(p, refusal.CleanupValue, s.Unit, u.Expr.Pos(), "its cleanup is assigned to the blank identifier along with other values")
		}
	}
	return nil
}

// variableType finds the source of the state's type for a caller that declares the
// variable of its cleanup without a value.
func variableType(p *pattern.Prepare, sites []*pattern.Site, pl *Plan, s *pattern.Site) *refusal.Refusal {
	generic := pl.State.Decl != pl.State.Type
	args := typeArgsOf(s)
	if generic && (s.Shared || s.Part != nil) && slices.ContainsFunc(sites, func(t *pattern.Site) bool {
		return t.Var == s.Var && !slices.EqualFunc(typeArgsOf(t), args, types.Identical)
	}) {
		return refusal.New(p, refusal.Generic, s.Unit, s.Call.Pos(), "it is generic, and a caller keeps cleanups with different type arguments in one variable")
	}
	at := s.DeclaredAt()
	switch {
	case at.IsValid():
	case len(s.Nothing) > 0:
		at = s.Nothing[0].Pos()
	default:
		return nil
	}
	typ := pl.State.Type
	if generic {
		typ, _, _ = strings.Cut(typ, "[")
	}
	writable := true
	if s.Unit.Pkg.Path() != p.Key.Pkg {
		file := s.Unit.FileOf(at)
		name := qualifier(s.Unit, file, p.Key.Pkg)
		writable = (name != "" || dotImports(file, p.Key.Pkg)) && ast.IsExported(typ)
		if writable && name != "" {
			typ = name + "." + typ
		}
	}
	if generic {
		var texts []string
		for _, t := range args {
			texts = append(texts, types.TypeString(t, types.RelativeTo(s.Unit.Pkg)))
		}
		text := strings.Join(texts, ", ")
		writable = writable && !strings.Contains(text, ".")
		typ += "[" + text + "]"
	}
	if pl.State.Shared {
		typ = "*" + typ
	}
	hidden := func(set *ast.AssignStmt) bool { return !spell.Plain(s.Unit, set.Pos(), typ) }
	if !writable || !spell.Plain(s.Unit, at, typ) || slices.ContainsFunc(s.Nothing, hidden) {
		return refusal.New(p, refusal.Reassigned, s.Unit, s.Call.Pos(), "a caller keeps its cleanup in a variable declared elsewhere, whose new type %s cannot be written there", typ)
	}
	pl.Types[s.Var] = typ
	return nil
}

// reaches returns a refusal if the name of finish, or of its package, refers to
// something else at a use.
func reaches(p *pattern.Prepare, f Finish, s *pattern.Site) *refusal.Refusal {
	if f.OnRecv {
		return methodFree(p, f, s)
	}
	sel, ok := s.Fun().(*ast.SelectorExpr)
	if !ok || p.Key.Recv != "" {
		return nil // a function of the package, or what a value has
	}
	for _, u := range calls(s) {
		if id := identOf(sel.X); id == nil || !s.Unit.Sees(u.Expr.Pos(), s.Unit.Info.Uses[id]) {
			return refusal.New(p, refusal.NameClash, s.Unit, u.Expr.Pos(), "a local declaration shadows its package name")
		}
	}
	return nil
}

// wraps refuses a use as a value that would become a literal with a call of finish, if
// the types of its parameters cannot be written there.
func wraps(p *pattern.Prepare, pl *Plan, s *pattern.Site) *refusal.Refusal {
	if len(pl.Finish.Params) == 0 {
		return nil // a method value
	}
	for _, u := range s.Uses {
		if u.Kind != pattern.Value || pl.Idle[u] != "" {
			continue
		}
		if recovers(p) {
			return refusal.New(p, refusal.RecoverWrapped, s.Unit, u.Expr.Pos(), "its cleanup calls recover and is used as a value; in a wrapper, recover would return nil")
		}
		vars := slices.Concat(slices.Collect(p.Sig.Params().Variables()), slices.Collect(p.Sig.Results().Variables()))
		for _, v := range vars {
			t := v.Type()
			if slice, ok := t.(*types.Slice); ok && p.Sig.Variadic() {
				t = slice.Elem()
			}
			if !spell.Plain(s.Unit, u.Expr.Pos(), types.TypeString(t, nil)) {
				return refusal.New(p, refusal.NameClash, s.Unit, u.Expr.Pos(), "a local declaration shadows a type that the use of its cleanup must name")
			}
			if ptr, ok := t.(*types.Pointer); ok {
				t = ptr.Elem()
			}
			if _, basic := types.Unalias(t).(*types.Basic); !basic && !flow.IsError(t) {
				return refusal.New(p, refusal.CleanupValue, s.Unit, u.Expr.Pos(), "its cleanup takes a %s and is used as a value, which needs a literal of that type", types.TypeString(v.Type(), types.RelativeTo(s.Unit.Pkg)))
			}
		}
	}
	return nil
}

// methodFree returns a refusal if the type through which a site calls prepare has a
// field or method with finish's name, which would shadow the new method.
func methodFree(p *pattern.Prepare, f Finish, s *pattern.Site) *refusal.Refusal {
	e := receiver(s)
	if e == nil {
		return nil
	}
	obj, _, _ := types.LookupFieldOrMethod(s.Unit.Info.TypeOf(e), true, s.Unit.Pkg, f.Name)
	if obj == nil {
		return nil
	}
	return refusal.New(p, refusal.NameClash, s.Unit, s.Call.Pos(), "the type that it is called through already has a field or method %s", f.Name)
}
