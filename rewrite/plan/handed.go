package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// handed puts all captures in the state, except pointers to variables of the caller, and contexts that
// all callers can pass again. Pointers stay arguments of finish: escape analysis does not distinguish the fields of a
// struct, so one field that escapes would move the caller's variable to the heap again.
//
//	done := oneOff(ctx, "layer", &err)
//	…
//	defer done.finish(&err)
func handed(p *pattern.Prepare, fs *forwarders, f finality, file *spell.File) ([]Passage, *refusal.Refusal) {
	sites := fs.sites
	operands := len(fs.changed) == 0 // callers of a forwarder have no operands of prepare
	var passages []Passage
	for _, c := range p.Captures {
		pass := Passage{Capture: c, Route: ByState, Pointer: f.shared[c] && !f.runs[c], Runs: f.runs[c]}
		switch {
		case f.resets[c] != nil:
			pass.Route, pass.Resets = Anew, f.resets[c]
		case f.shared[c]:
		case operands && c.Class == pattern.Param && (pointsToCaller(p, sites, c) || passesContext(p, sites, c)):
			pass.Route = ByArgument
		case c.Class == pattern.Result:
			// The return statement assigns to the variable at that address.
			pass.Pointer = !handsOut(p, c)
		}
		if pass.Route == ByState {
			if r := inScope(p, c); r != nil {
				return nil, r
			}
		}
		passages = append(passages, pass)
	}
	unify(passages)
	for i := range passages {
		if r := typed(p, file, &passages[i]); r != nil {
			return nil, r
		}
	}
	return passages, nil
}

// pointsToCaller reports whether a captured parameter is a pointer that every site can
// pass to finish, and that points to a variable of the caller at some site.
func pointsToCaller(p *pattern.Prepare, sites []*pattern.Site, c *pattern.Capture) bool {
	if _, ok := c.Var.Type().Underlying().(*types.Pointer); !ok || written(p, c) {
		return false
	}
	some := false
	for _, s := range sites {
		if s.Form == pattern.Passed || s.Form == pattern.Returned || forwarded(s) || s.Shared && (wrapped(s) || setElsewhere(sites, s) || !outlives(s, c.Index)) || sameArgument(p, sites, s, c.Index) != "" {
			return false
		}
		u, ok := ast.Unparen(s.Call.Args[c.Index]).(*ast.UnaryExpr)
		some = some || ok && u.Op == token.AND
	}
	return some
}

// passesContext reports whether a captured parameter is a context that every site can pass to finish,
// since a context does not belong in a struct. The sites only call the cleanup, and it declares no variable of
// that name.
func passesContext(p *pattern.Prepare, sites []*pattern.Site, c *pattern.Capture) bool {
	if !isContext(c.Var.Type()) || written(p, c) {
		return false
	}
	if slices.ContainsFunc(p.Literals, func(l *pattern.Literal) bool {
		return slices.ContainsFunc(topLevelNames(l.Lit), func(id *ast.Ident) bool { return id.Name == c.Var.Name() })
	}) {
		return false // finish would declare it twice
	}
	return everySite(sites, func(s *pattern.Site) bool {
		return s.Form != pattern.Passed && !forwarded(s) && !s.Shared && !wrapped(s) && sameArgument(p, sites, s, c.Index) == ""
	})
}

// isContext reports whether a type is context.Context.
func isContext(t types.Type) bool {
	obj := spell.NamedObject(t)
	return obj != nil && obj.Name() == "Context" && obj.Pkg() != nil && obj.Pkg().Path() == "context"
}

// setElsewhere reports whether another site sets the variable of s, with different
// operands.
func setElsewhere(sites []*pattern.Site, s *pattern.Site) bool {
	return slices.ContainsFunc(sites, func(t *pattern.Site) bool { return t != s && t.Var == s.Var })
}

// outlives reports whether the variables in argument i live as long as the variable of
// the cleanup. It is declared in another statement, perhaps outside a loop, and may
// then hold the cleanup of an earlier iteration:
//
//	var done func()
//	for i := range 2 {
//		err := check(i)
//		if i == 0 {
//			done = begin(&err)
//		} else {
//			done()               // with the err of the first iteration
//		}
//	}
func outlives(s *pattern.Site, i int) bool {
	if s.Jumps() {
		return false
	}
	for n := range ast.Preorder(s.Call.Args[i]) {
		if id, ok := n.(*ast.Ident); ok {
			v, ok := s.Unit.Info.Uses[id].(*types.Var)
			if ok && !v.IsField() && v.Kind() != types.PackageVar && !encloses(v.Parent(), s.Scope()) {
				return false
			}
		}
	}
	return true
}

// encloses reports whether scope is inner, or contains it.
func encloses(scope, inner *types.Scope) bool {
	for ; inner != nil; inner = inner.Parent() {
		if inner == scope {
			return true
		}
	}
	return false
}

// unify lets captures with the same name share a field of the state. If finish needs
// the address of one of them, the field is an address.
func unify(passages []Passage) {
	pointer := make(map[string]bool)
	for _, pass := range passages {
		if pass.Pointer {
			pointer[pass.Capture.Var.Name()] = true
		}
	}
	for i := range passages {
		if pass := &passages[i]; pass.Route == ByState && pointer[pass.Capture.Var.Name()] {
			pass.Pointer, pass.Runs = true, false
		}
	}
}

// handsOut reports whether each live return statement can write the value of a captured
// result twice, once for the result and once for the state: it returns a constant, nil
// or the result itself, and nothing changes the result later.
func handsOut(p *pattern.Prepare, c *pattern.Capture) bool {
	if replaced(p, c.Index) {
		return false
	}
	return !slices.ContainsFunc(p.Returns, func(r *pattern.Return) bool {
		if !r.Live() || !slices.Contains(r.Literal.Captures, c) || len(r.Stmt.Results) == 0 {
			return false
		}
		if c.Index >= len(r.Stmt.Results) {
			return true
		}
		e := r.Stmt.Results[c.Index]
		tv := p.Unit.Info.Types[e]
		return tv.Value == nil && !tv.IsNil() && p.Unit.Info.Uses[identOf(e)] != c.Var
	})
}

// inScope returns a refusal if the capture is shadowed or out of scope at a live return.
func inScope(p *pattern.Prepare, c *pattern.Capture) *refusal.Refusal {
	for _, r := range p.Returns {
		if r.Live() && slices.Contains(r.Literal.Captures, c) && !p.Unit.Sees(r.Stmt.Pos(), c.Var) {
			return refusal.New(p, refusal.OutOfScope, p.Unit, r.Stmt.Pos(), "%s, which its cleanup captures, is shadowed or out of scope at a return", c.Var.Name())
		}
	}
	return nil
}
