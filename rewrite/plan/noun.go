package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
)

// nouns returns new names for variables of callers that hold the state and whose names say what a
// func does:
//
//	stop := startTimer()                   timer := startTimer()
//	defer stop()                           defer timer.stop()
//
// kind and typ are what the state is and the name of its type, and verb says what its method does. A name must have no meaning in the caller before. A variable for which there is no such name
// keeps its own, as does one that the caller only returns or discards, in lines that stay as they are.
// Variables of one name get one name, if one is free in all callers.
func nouns(p *pattern.Prepare, sites []*pattern.Site, kind, typ, verb string) map[*types.Var]string {
	prepare := begins(p)
	names, near := make(map[*types.Var]string), byDecl(sites)
	called := make(map[string][]*pattern.Site) // the sites whose variable has a name
	for _, s := range sites {
		if s.Var != nil && s.Var.Kind() == types.LocalVar && (s.Part != nil || slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool { return u.Kind != pattern.Forward && u.Kind != pattern.Discard })) {
			called[s.Var.Name()] = append(called[s.Var.Name()], s)
		}
	}
	free := func(s *pattern.Site, name string) bool {
		return name != typ && taken(s, name) == ""
	}
	clashes := func(s *pattern.Site, name string) bool {
		return slices.ContainsFunc(near[s.Decl], func(t *pattern.Site) bool {
			return t.Var != s.Var && overlap(s, t) && names[t.Var] == name && (t.Var.Name() != s.Var.Name() || t.Scope() == s.Scope())
		})
	}
	keeps := func(s *pattern.Site) bool { return s.Part == nil }
	must := slices.DeleteFunc(slices.Clone(sites), keeps)
	for _, s := range slices.Concat(must, sites) {
		if s.Var == nil || names[s.Var] != "" || !slices.Contains(called[s.Var.Name()], s) {
			continue
		}
		candidates := nounsOf(s, prepare, kind, typ, verb)
		forAll := slices.IndexFunc(candidates, func(name string) bool {
			return everySite(called[s.Var.Name()], func(t *pattern.Site) bool { return free(t, name) })
		})
		if forAll >= 0 {
			candidates = slices.Insert(candidates, 0, candidates[forAll])
		}
		for _, name := range candidates {
			if free(s, name) && !clashes(s, name) {
				names[s.Var] = name
				break
			}
		}
	}
	return names
}

// nounsOf returns new names for the variable of a site that holds the state, best first.
func nounsOf(s *pattern.Site, prepare, kind, typ, verb string) []string {
	names := slices.DeleteFunc(spell.Nouns(s.Var.Name(), prepare, kind), func(name string) bool { return name == verb }) // not record.record()
	if noun := spell.InsteadOfDone(s.Var.Name(), prepare, verb); noun != "" && len(names) == 0 {
		names = []string{noun}
	}
	kind = spell.LowerFirst(kind)
	if s.Part != nil { // something else keeps the name
		names = append(names, kind)
	}
	if own := spell.LowerFirst(typ); len(names) > 0 && len(own) <= 20 {
		at := len(names)
		if verb == "" { // a value of the code's own, which mutex names better than cleanup
			at--
		}
		names = slices.Insert(names, at, own)
	}
	if s.Part != nil { // there must be a name, whatever the caller and the package have
		names = append(names, kind+"2", kind+"3")
	}
	return names
}

// begins returns the name of prepare, or "" if another result may be what it has begun.
func begins(p *pattern.Prepare) string {
	results := p.Func.Signature().Results()
	for i := range results.Len() {
		t := results.At(i).Type()
		_, basic := types.Unalias(t).(*types.Basic) // such as a URL
		if i != p.Result && !flow.IsError(t) && !basic && !isContext(t) {
			return ""
		}
	}
	return p.Key.Name
}

// resultName returns the name of prepare's result for the state, by the same rule: the old one,
// unless it says what a func does, and the rewrite removes all its uses. The only result needs none then: it has
// the name of its type.
func resultName(p *pattern.Prepare, held []*pattern.Choice, kind string) string {
	results := p.Func.Signature().Results()
	old := results.At(p.Result)
	if slices.ContainsFunc(p.Access[old], func(a flow.Access) bool { return !holdsNoMore(p, a.Ident) }) {
		return old.Name()
	}
	name := ownName(p, old, begins(p), kind)
	bare := slices.ContainsFunc(p.Returns, func(r *pattern.Return) bool { return len(r.Stmt.Results) == 0 })
	if results.Len() > 1 || bare || name == old.Name() || slices.ContainsFunc(held, func(c *pattern.Choice) bool { return c.Var == old }) {
		return name
	}
	return ""
}

// ownNouns returns new names for the variables of prepare that hold the state. They say what the state
// is:
//
//	stopTimer = func() {                   timer = startTimer{start: start}
//
// result is the name of the result for the state, which is another variable.
func ownNouns(p *pattern.Prepare, held []*pattern.Choice, kind, typ, result string) map[*types.Var]string {
	names := make(map[*types.Var]string)
	for _, c := range held {
		name := ownName(p, c.Var, "", kind)
		if name == result && c.Var != p.Func.Signature().Results().At(p.Result) {
			continue
		}
		if name != c.Var.Name() && name != typ && !slices.Contains(slices.Collect(maps.Values(names)), name) {
			names[c.Var] = name
		}
	}
	return names
}

// ownName returns a name for a variable of prepare that has no meaning in prepare, or its old one.
func ownName(p *pattern.Prepare, old *types.Var, prepare, kind string) string {
	used := meanings(p.Unit.Info, p.Decl)
	file := p.Unit.Innermost(p.File.Package)
	declared := func(name string) bool {
		if file == nil {
			return true
		}
		_, obj := file.LookupParent(name, token.NoPos)
		return obj != nil
	}
	names := spell.Nouns(old.Name(), prepare, kind)
	alone := true
	for n := range ast.Preorder(p.Decl) {
		if id, ok := n.(*ast.Ident); ok && id.Name == old.Name() && p.Unit.Info.ObjectOf(id) != types.Object(old) {
			alone = false
		}
	}
	i := slices.IndexFunc(names, func(name string) bool { return !used[name] && !declared(name) })
	if i < 0 || declared(old.Name()) && !alone { // same could not tell whether all uses of the old name are gone
		return old.Name()
	}
	return names[i]
}
