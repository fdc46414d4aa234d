package plan

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// settle plans the statements of each site.
//
// Where nothing is handed over, := stays only while it still declares a variable.
// Without the cleanup, "done, err := p()" may declare nothing, and becomes
// "err = p()": the same err as before. An err that the statement did declare stays
// declared by it, also where an outer err has the name.
func (x *decision) settle() *refusal.Refusal {
	seen := make(map[*types.Var]bool)
	for _, s := range x.sites {
		sp := &SitePlan{Site: s, Shares: s.Var != nil && seen[s.Var]}
		seen[s.Var] = true
		for _, l := range s.Lhs {
			if id := identOf(l); l != s.Cleanup && id != nil && id.Name != "_" && s.Unit.Info.Defs[id] != nil {
				sp.Define = true
			}
		}
		if len(x.plan.Drop) > 0 && spread(s) {
			return refusal.New(x.p, refusal.CallForm, s.Unit, s.Call.Pos(), "a caller passes on the results of another call as its arguments")
		}
		sp.Unused = s.Var != nil && !slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool { return x.plan.Idle[u] == "" })
		if x.plan.Form == Handed {
			if r := x.variableType(s); r != nil {
				return r
			}
		} else if r := discards(x.p, s); r != nil {
			return r
		}
		if r := x.reaches(s); r != nil {
			return r
		}
		if r := x.wraps(s); r != nil {
			return r
		}
		x.plan.Sites = append(x.plan.Sites, sp)
	}
	return nil
}

// discards refuses a "_ = done" that is no line of its own.
func discards(p *pattern.Prepare, s *pattern.Site) *refusal.Refusal {
	for _, u := range s.Uses {
		if u.Kind != pattern.Discard {
			continue
		}
		a, ok := u.Stmt.(*ast.AssignStmt)
		if _, _, list := s.Up.List(u.Stmt); !ok || !list || len(a.Lhs) > 1 {
			return refusal.New(p, refusal.CleanupValue, s.Unit, u.Expr.Pos(), "its cleanup is assigned to the blank identifier along with other values")
		}
	}
	return nil
}

// variableType finds how to write the type of the state where a caller declares the
// variable of its cleanup.
func (x *decision) variableType(s *pattern.Site) *refusal.Refusal {
	generic := x.plan.State.Decl != x.plan.State.Type
	args := typeArgsOf(s)
	if generic && s.Shared && slices.ContainsFunc(x.sites, func(t *pattern.Site) bool {
		return t.Var == s.Var && !slices.EqualFunc(typeArgsOf(t), args, types.Identical)
	}) {
		return refusal.New(x.p, refusal.Generic, s.Unit, s.Call.Pos(), "it is generic, and a caller keeps cleanups of different type arguments in one variable")
	}
	if s.Spec == nil {
		return nil
	}
	typ, _, _ := strings.Cut(x.plan.State.Type, "[")
	writable := true
	if s.Unit.Pkg.Path() != x.p.Key.Pkg {
		sel, ok := s.Fun().(*ast.SelectorExpr)
		if writable = ok && x.p.Key.Recv == "" && ast.IsExported(typ); writable {
			typ = types.ExprString(sel.X) + "." + typ
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
	if !writable || !plainly(s.Unit, s.Spec.Pos(), typ) {
		return refusal.New(x.p, refusal.Reassigned, s.Unit, s.Call.Pos(), "a caller keeps its cleanup in a variable declared elsewhere, whose new type %s cannot be written there", typ)
	}
	x.plan.Types[s.Var] = typ
	return nil
}

// reaches refuses where the name of finish, or of its package, means something else
// at a use.
func (x *decision) reaches(s *pattern.Site) *refusal.Refusal {
	if x.plan.Finish.OnState {
		return nil
	}
	if x.plan.Finish.OnRecv {
		return x.methodFree(s)
	}
	sel, ok := s.Fun().(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	for _, u := range calls(s) {
		if id := identOf(sel.X); id == nil || !s.Unit.Sees(u.Expr.Pos(), s.Unit.Info.Uses[id]) {
			return refusal.New(x.p, refusal.NameClash, s.Unit, u.Expr.Pos(), "a local has the name of its package")
		}
	}
	return nil
}

// wraps refuses a use as a value that needs a literal around finish, which cannot be
// written there: its parameters have types that the place would have to name.
func (x *decision) wraps(s *pattern.Site) *refusal.Refusal {
	p := x.p
	if len(x.plan.Finish.Params) == 0 {
		return nil // a method value
	}
	for _, u := range s.Uses {
		if u.Kind != pattern.Value || x.plan.Idle[u] != "" {
			continue
		}
		if recovers(x.p) {
			return refusal.New(x.p, refusal.RecoverWrapped, s.Unit, u.Expr.Pos(), "its cleanup recovers, and is used as a value, where a wrapper could no longer do so")
		}
		vars := slices.Concat(slices.Collect(p.Sig.Params().Variables()), slices.Collect(p.Sig.Results().Variables()))
		for _, v := range vars {
			t := v.Type()
			if slice, ok := t.(*types.Slice); ok && p.Sig.Variadic() {
				t = slice.Elem()
			}
			if !plainly(s.Unit, u.Expr.Pos(), types.TypeString(t, nil)) {
				return refusal.New(x.p, refusal.NameClash, s.Unit, u.Expr.Pos(), "a local has the name of a type that the use of its cleanup must write")
			}
			if ptr, ok := t.(*types.Pointer); ok {
				t = ptr.Elem()
			}
			if _, basic := types.Unalias(t).(*types.Basic); !basic && !isError(t) {
				return refusal.New(x.p, refusal.CleanupValue, s.Unit, u.Expr.Pos(), "its cleanup, which takes a %s, is used as a value", types.TypeString(v.Type(), types.RelativeTo(s.Unit.Pkg)))
			}
		}
	}
	return nil
}

// methodFree refuses when the type through which a site calls prepare has
// something of finish's name already, which would hide the new method.
func (x *decision) methodFree(s *pattern.Site) *refusal.Refusal {
	e := receiver(s)
	if e == nil {
		return nil
	}
	obj, _, _ := types.LookupFieldOrMethod(s.Unit.Info.TypeOf(e), true, s.Unit.Pkg, x.plan.Finish.Name)
	if obj == nil {
		return nil
	}
	return refusal.New(x.p, refusal.NameClash, s.Unit, s.Call.Pos(), "the type that it is called through has a %s already", x.plan.Finish.Name)
}
