package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
)

// declaresCleanup reports whether the statement of a site declares the variable of its
// cleanup.
func declaresCleanup(s *pattern.Site) bool {
	id, ok := s.Cleanup.(*ast.Ident)
	return ok && s.Var != nil && s.Unit.Info.Defs[id] == types.Object(s.Var)
}

// canDeclare returns why the statement of a site cannot declare a variable with a new
// name in place of the cleanup's variable, or "". Nothing else in the caller may have
// the name, and no other site may need it in the same block, one around it, or one
// inside it.
func canDeclare(sites []*pattern.Site, s *pattern.Site, name string) string {
	if why := freeAt(s, name); why != "" {
		return why
	}
	if slices.ContainsFunc(sites, func(t *pattern.Site) bool { return overlap(s, t) }) {
		return "two calls in one function would need a variable " + name
	}
	return ""
}

// freeAt returns why the statement of a site cannot declare a variable with a new name, whatever
// other sites do, or "".
func freeAt(s *pattern.Site, name string) string {
	switch {
	case !declaresCleanup(s):
		return "a caller declares the variable for its cleanup in another statement"
	case flow.HasGoto(s.Decl):
		return "a caller has a goto"
	}
	return taken(s, name)
}

// taken returns why the variable of a site cannot have a new name, or "".
func taken(s *pattern.Site, name string) string {
	switch {
	case name == "_" || token.IsKeyword(name) || types.Universe.Lookup(name) != nil || s.Unit.Pkg.Scope().Lookup(name) != nil || importsName(s, name):
		return "a caller cannot call a variable " + name
	}
	for n := range ast.Preorder(s.Decl) {
		if id, ok := n.(*ast.Ident); ok && id.Name == name && s.Unit.Info.ObjectOf(id) != types.Object(s.Var) {
			return "a caller uses the name " + name + " already"
		}
	}
	return ""
}

// overlap reports whether the variables of two sites may be in scope together.
func overlap(s, t *pattern.Site) bool {
	return t != s && t.Decl == s.Decl && t.Var != nil && (encloses(t.Var.Parent(), s.Var.Parent()) || encloses(s.Var.Parent(), t.Var.Parent()))
}

// nameAt returns the name of a site's variable for the value: that of the value, or, if that
// is taken, one with the object of the name that the caller has given to the cleanup. Otherwise
// why says why there is none.
//
//	stopCPU, err := profile(cpu)           f, err := profile(cpu)
//	…                                      …
//	stopHeap, err := profile(heap)         heap, err := profile(heap)
func (v *Handover) nameAt(sites []*pattern.Site, s *pattern.Site) (name, why string) {
	if s.Var.Name() == v.Name && declaresCleanup(s) {
		return v.Name, ""
	}
	why = canDeclare(sites, s, v.Name)
	if why == "" {
		return v.Name, ""
	}
	name = v.longName(s)
	if name == "" || freeAt(s, name) != "" || slices.ContainsFunc(sites, func(t *pattern.Site) bool { return overlap(s, t) && v.longName(t) == name }) {
		return "", why
	}
	return name, ""
}

// longName returns a name for the value with the object of the name of the site's variable, or "":
// heap or heapFile for stopHeap, if the value is called f or file.
func (v *Handover) longName(s *pattern.Site) string {
	_, object := spell.VerbOf(spell.Act(s.Var.Name()))
	switch {
	case object == "":
		return ""
	case len(v.Name) < 3 && v.Capture != nil:
		return spell.LowerFirst(object)
	}
	return spell.LowerFirst(object) + spell.UpperFirst(v.Name)
}

// nouns returns new names for variables of callers that hold the state and whose names say what a
// func does:
//
//	stop := startTimer()                   timer := startTimer()
//	defer stop()                           defer timer.stop()
//
// A name must have no meaning in the caller before. A variable for which there is no such name
// keeps its own, as does one that the caller only returns or discards, in lines that stay as they are.
func nouns(p *pattern.Prepare, sites []*pattern.Site, kind string) map[*types.Var]string {
	prepare := begins(p)
	names := make(map[*types.Var]string)
	for _, s := range sites {
		if s.Var == nil || s.Var.Kind() != types.LocalVar || names[s.Var] != "" || !slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool { return u.Kind != pattern.Forward && u.Kind != pattern.Discard }) {
			continue
		}
		for _, name := range spell.Nouns(s.Var.Name(), prepare, kind) {
			if taken(s, name) == "" && !slices.ContainsFunc(sites, func(t *pattern.Site) bool { return t.Var != s.Var && overlap(s, t) && names[t.Var] == name }) {
				names[s.Var] = name
				break
			}
		}
	}
	return names
}

// begins returns the name of prepare, or "" if another result may be what it has begun.
func begins(p *pattern.Prepare) string {
	results := p.Func.Signature().Results()
	for i := range results.Len() {
		if t := results.At(i).Type(); i != p.Result && !flow.IsError(t) && !flow.IsBool(t) {
			return ""
		}
	}
	return p.Key.Name
}

// resultName returns the name of prepare's result for the state, by the same rule: the old one,
// unless it says what a func does, and the rewrite removes all its uses.
func resultName(p *pattern.Prepare, kind string) string {
	old := p.Func.Signature().Results().At(p.Result)
	if slices.ContainsFunc(p.Access[old], func(a flow.Access) bool { return !holdsNoMore(p, a.Ident) }) || len(p.Choices) > 0 {
		return old.Name()
	}
	used := make(map[string]bool)
	identifiers(p.Decl, used)
	file := p.Unit.Innermost(p.File.Package)
	declared := func(name string) bool {
		if file == nil {
			return true
		}
		_, obj := file.LookupParent(name, token.NoPos)
		return obj != nil
	}
	names := spell.Nouns(old.Name(), begins(p), kind)
	i := slices.IndexFunc(names, func(name string) bool { return !used[name] && !declared(name) })
	if i < 0 || declared(old.Name()) { // same could not tell whether all uses of the old name are gone
		return old.Name()
	}
	return names[i]
}

// importsName reports whether the file of a site imports a package by a name, or has
// the name from a dot import.
func importsName(s *pattern.Site, name string) bool {
	for scope := s.Unit.Innermost(s.Call.Pos()); scope != nil; scope = scope.Parent() {
		if scope.Parent() == s.Unit.Pkg.Scope() {
			return scope.Lookup(name) != nil
		}
	}
	return true
}

// canName returns why a site that assigns a result of prepare to _ cannot assign it to
// a variable, or "":
//
//	dir, _, cleanup := start("one")        dir, srv := start("one")
//	defer cleanup()                        defer stop(srv)
func canName(sites []*pattern.Site, s *pattern.Site, name string) string {
	stmt, ok := s.Stmt.(*ast.AssignStmt)
	if !ok || s.Form != pattern.Assigned || stmt.Tok != token.DEFINE {
		return "a caller does not keep it in a variable"
	}
	if _, _, ok := flow.List(s.At(stmt)); !ok {
		return "a caller does not keep it in a variable"
	}
	return canDeclare(sites, s, name)
}
