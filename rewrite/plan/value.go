package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// value finds the one value that prepare returns in the form Value: a local variable,
// or a bool that says whether there is something to clean up. The form Direct fails for
// no other reason.
//
//	start := c.begin("x")                  acquired := t.acquire(off)
//	defer c.end("x", start)                if !acquired {
//	                                           return
//	                                       }
//	                                       defer t.release(off)
func value(p *pattern.Prepare, sites []*pattern.Site, lits literals, idle idle, f finality, file *spell.File) ([]Passage, *Handover, *refusal.Refusal) {
	if r := againForm(p, sites, lits); r != nil {
		return nil, nil, r
	}
	for _, s := range sites {
		if wrapped(s) {
			return nil, nil, refusal.New(p, refusal.CleanupValue, s.Unit, s.Call.Pos(), "a caller uses its cleanup as a value")
		}
		if len(s.Nothing) > 0 {
			return nil, nil, refusal.New(p, refusal.CallForm, s.Unit, s.Nothing[0].Pos(), "a caller keeps a func that does nothing in the variable of its cleanup, too")
		}
	}
	var v *Handover
	asked := idle.nilTested || idle.guarded
	var passages []Passage
	for _, c := range p.Captures {
		pass, r := again(p, sites, idle, f, c)
		if r != nil {
			if v != nil {
				return nil, nil, r
			}
			if v = handover(p, sites, idle, f, c); v == nil {
				return nil, nil, r
			}
			pass = Passage{Capture: c, Route: ByValue}
		}
		if r := typed(p, file, &pass); r != nil {
			return nil, nil, r
		}
		passages = append(passages, pass)
	}
	if v == nil && asked {
		v = &Handover{Name: flagNames(p, sites)[0], Type: "bool", Zero: "false", Guard: idle.guarded}
		if by := spell.HiddenBy(p.Func, v.Type); by != "" {
			return nil, nil, refusal.New(p, refusal.NameClash, p.Unit, p.Decl.Name.Pos(), "it would return a bool, which %s hides", by)
		}
	}
	if v == nil {
		return nil, nil, refusal.New(p, refusal.CallForm, p.Unit, p.Decl.Name.Pos(), "it would return no value")
	}
	if !v.alone(passages) {
		if r := atCall(p, sites); r != nil {
			return nil, nil, r
		}
	}
	if v.Capture != nil {
		if r := v.handable(p); r != nil {
			return nil, nil, r
		}
		v.Type = passages[slices.IndexFunc(passages, func(pass Passage) bool { return pass.Route == ByValue })].Type
		v.Zero = zeroOf(v.Capture.Var.Type(), v.Type)
	}
	for _, check := range []func(*pattern.Prepare) *refusal.Refusal{v.returnable, v.name, v.distinct} {
		if r := check(p); r != nil {
			return nil, nil, r
		}
	}
	return passages, v, v.kept(p, sites)
}

// handover returns the Handover of a local variable, or nil if it cannot be one.
func handover(p *pattern.Prepare, sites []*pattern.Site, idle idle, f finality, c *pattern.Capture) *Handover {
	if c.Class != pattern.Local || f.shared[c] || returned(p, c) >= 0 {
		return nil
	}
	asked, idles := idle.nilTested || idle.guarded, idlesOnNil(p, sites, c.Var.Name())
	if asked && !idles && !says(p, c, idle.nilTested) {
		return nil
	}
	return &Handover{Capture: c, Name: c.Var.Name(), Guard: idle.guarded && !idles, Told: asked, prepare: p.Key.Name}
}

// alone reports whether the value is all that finish takes. Then it does not matter which call
// of prepare a variable holds the value of.
func (v *Handover) alone(passages []Passage) bool {
	return v.taken() && !slices.ContainsFunc(passages, func(pass Passage) bool { return pass.Route != ByValue && pass.Route != Anew })
}

// says reports whether a captured variable is zero only where there is nothing to do.
func says(p *pattern.Prepare, c *pattern.Capture, asked bool) bool {
	return mayTell(p, zeroOf(c.Var.Type(), ""), asked) && everywhereLive(p, func(l *pattern.Literal, at ast.Stmt) bool {
		return slices.Contains(l.Captures, c) && (nonZero(p, c.Var, at) || good(p, l, c.Var, at))
	})
}

// kept refuses sites that cannot keep the value in a variable with a good name.
func (v *Handover) kept(p *pattern.Prepare, sites []*pattern.Site) *refusal.Refusal {
	near := byDecl(sites)
	for _, s := range sites {
		if s.Form == pattern.Beside && !v.Holds(s) {
			return refusal.New(p, refusal.CallForm, s.Unit, s.Call.Pos(), "a caller assigns its cleanup beside other values")
		}
		if !v.Holds(s) {
			continue
		}
		if at := s.DeclaredAt(); at.IsValid() {
			if _, ok := v.typeAt(s); !ok {
				return refusal.New(p, refusal.UnnameableType, s.Unit, at, "a caller declares the variable for its cleanup where the type of %s cannot be written", v.Name)
			}
		}
		if _, why := v.nameAt(near[s.Decl], s); why != "" {
			return refusal.New(p, refusal.NameClash, s.Unit, s.Call.Pos(), "%s", why)
		}
	}
	return nil
}

// typeAt returns how a caller that declares the variable of a site without a value writes the
// type of the value there.
func (v *Handover) typeAt(s *pattern.Site) (text string, ok bool) {
	if v.Capture == nil {
		return v.Type, spell.Plain(s.Unit, s.DeclaredAt(), v.Type)
	}
	return writtenAt(s, s.DeclaredAt(), v.Capture.Var.Type())
}

// writtenAt returns how the caller writes a type at a position.
func writtenAt(s *pattern.Site, at token.Pos, t types.Type) (text string, ok bool) {
	if spell.Unnameable(s.Unit.Pkg, t) != "" {
		return "", false
	}
	ok = true
	text = types.TypeString(t, func(pkg *types.Package) string {
		if pkg.Path() == s.Unit.Pkg.Path() {
			return ""
		}
		for name, imported := range importsOf(s) {
			if imported.Imported().Path() == pkg.Path() && s.Unit.Sees(at, imported) {
				return name
			}
		}
		ok = false
		return pkg.Name()
	})
	return text, ok && spell.Plain(s.Unit, at, text)
}

// handable refuses a variable that callers should not get: one that they could call in
// place of the cleanup, or whose type some caller cannot name.
func (v *Handover) handable(p *pattern.Prepare) *refusal.Refusal {
	t := v.Capture.Var.Type()
	no := func(why string) *refusal.Refusal {
		return refusal.New(p, refusal.UnnameableType, p.Unit, v.Capture.Uses[0].Pos(), "%s %s", v.Name, why)
	}
	if flow.IsError(t) {
		return no("is an error, and callers would take it for that of the call")
	}
	if spell.HasTypeParam(t) {
		return no("has the type of a type parameter")
	}
	if i, ok := types.Unalias(t).(*types.Interface); ok {
		for m := range i.Methods() {
			if !m.Exported() {
				return no("is of an interface type without a name that has unexported methods")
			}
		}
	}
	if _, ok := t.Underlying().(*types.Signature); ok {
		return no("is a func")
	}
	hidden := false
	flow.Parts(t, func(t types.Type) bool {
		obj := spell.NamedObject(t)
		hidden = hidden || obj != nil && p.Func.Exported() && !obj.Exported() && obj.Pkg() != nil
		return !hidden
	})
	if hidden {
		return no("has a type that is not exported")
	}
	return nil
}

// returnable refuses if some return statement cannot return the value, or the zero
// value in its place.
func (v *Handover) returnable(p *pattern.Prepare) *refusal.Refusal {
	for _, r := range p.Returns {
		text := v.Zero
		switch {
		case r.Live() && v.Capture == nil:
			text = "true"
		case r.Live():
			if !slices.Contains(r.Literal.Captures, v.Capture) || !p.Unit.Sees(r.Stmt.Pos(), v.Capture.Var) {
				return refusal.New(p, refusal.OutOfScope, p.Unit, r.Stmt.Pos(), "%s, which its cleanup captures, is hidden or out of scope at a return", v.Name)
			}
			continue
		case text == "":
			return refusal.New(p, refusal.UnnameableType, p.Unit, r.Stmt.Pos(), "the zero value of %s is too long", v.Name)
		}
		if !spell.Plain(p.Unit, r.Stmt.Pos(), text) {
			return refusal.New(p, refusal.NameClash, p.Unit, r.Stmt.Pos(), "%s means something else at a return", text)
		}
	}
	if v.Guard && v.Capture == nil && !innerSees(p, "true") {
		return refusal.New(p, refusal.NameClash, p.Unit, p.Decl.Name.Pos(), "a declaration shadows true where it runs its cleanup")
	}
	return spelledOut(p)
}

// name chooses the name of the result, and refuses if none fits. The name of the
// cleanup would mislead. The name of the value is best, if it is free in prepare.
// Otherwise the result has no name, or if the other results need their names, the last words of
// that of the value, or that with the participle of prepare's verb, or a blank one:
//
//	func enter(n int) (leave func())               func enter(n int) (depth int)
//	func create(n int) (clear func(), err error)   func create(n int) (path string, err error) // hostPath
//	func enter(n int) (leave func(), err error)    func enter(n int) (_ int, err error)
func (v *Handover) name(p *pattern.Prepare) *refusal.Refusal {
	for _, l := range p.Literals {
		names := make(map[string]bool)
		identifiers(l.Lit, names)
		if v.Capture == nil && v.Guard && names[v.Name] {
			return refusal.New(p, refusal.NameClash, p.Unit, l.Lit.Pos(), "its cleanup has a %s of its own", v.Name)
		}
	}
	results := p.Func.Signature().Results()
	old := results.At(p.Result)
	v.Result = old.Name()
	if v.Result == "" || v.Result == "_" || v.Result == v.Name {
		return nil
	}
	for _, a := range p.Access[old] {
		if !holdsNoMore(p, a.Ident) {
			return refusal.New(p, refusal.NameClash, p.Unit, a.Ident.Pos(), "it does more with its result %s than to return it", old.Name())
		}
	}
	used := meanings(p.Unit.Info, p.Decl)
	free := func(name string) bool {
		return !used[name] && types.Universe.Lookup(name) == nil && !token.IsKeyword(name)
	}
	if free(v.Name) {
		v.Result = v.Name
		return nil
	}
	v.Result = ""
	for r := range results.Variables() {
		if r != old && (len(p.Access[r]) > 0 || flow.IsBool(r.Type()) || slices.ContainsFunc(p.Returns, func(r *pattern.Return) bool { return len(r.Stmt.Results) == 0 })) {
			v.Result = "_"
		}
	}
	names := spell.Tails(v.Name)
	if verb, _ := spell.VerbOf(p.Key.Name); spell.Done(verb) != "" && len(v.Name) > 2 {
		names = append(names, spell.Done(verb)+spell.UpperFirst(v.Name))
	}
	for _, name := range names {
		if v.Result == "_" && free(name) {
			v.Result = name
		}
	}
	return nil
}

// distinct refuses an unnamed bool result next to another one, which callers could
// confuse.
func (v *Handover) distinct(p *pattern.Prepare) *refusal.Refusal {
	results := p.Func.Signature().Results()
	for i := range results.Len() {
		if i != p.Result && v.Type == "bool" && flow.IsBool(results.At(i).Type()) && (v.Result == "" || v.Result == "_") {
			return refusal.New(p, refusal.CleanupValue, p.Unit, p.Decl.Name.Pos(), "it returns a bool already")
		}
	}
	return nil
}

// holdsNoMore reports whether the rewrite removes an appearance of the cleanup's
// variable: the variable is set to a literal, returned, or called there.
func holdsNoMore(p *pattern.Prepare, id *ast.Ident) bool {
	for _, l := range slices.Concat(p.Literals, p.Empty) {
		if l.Bind != nil && flow.Within(id, l.Bind) && !flow.Within(id, l.Lit) {
			return true
		}
	}
	return slices.ContainsFunc(p.Returns, func(r *pattern.Return) bool { return r.Expr != nil && flow.Within(id, r.Expr) }) ||
		slices.ContainsFunc(p.Inner, func(u *pattern.Use) bool { return flow.Within(id, u.Expr) })
}

// Holds reports whether the variable of a site holds the value after the rewrite,
// because finish takes it or the site tests it. Other sites lose the variable.
func (v *Handover) Holds(s *pattern.Site) bool {
	return s.Var != nil && (v.taken() && (s.Part == nil || len(s.Uses) > 0) || slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool {
		return u.Kind == pattern.NilTest || u.Kind == pattern.Discard
	}))
}

// taken reports whether finish takes the value.
func (v *Handover) taken() bool { return v.Capture != nil || v.Guard }
