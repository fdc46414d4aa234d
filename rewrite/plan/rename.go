package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
)

// canDeclare returns why the statement of a site cannot declare a variable with a new
// name in place of the cleanup's variable, or "". Nothing else in its block may have
// the name, and no other site may need it in the same block, one around it, or one
// inside it. near holds the sites in its declaration.
func canDeclare(near []*pattern.Site, s *pattern.Site, name string) string {
	if why := freeAt(s, name); why != "" {
		return why
	}
	if slices.ContainsFunc(near, func(t *pattern.Site) bool { return overlap(s, t) }) {
		return "two calls in one function would need a variable " + name
	}
	return ""
}

// freeAt returns why the statement of a site cannot declare a variable with a new name, whatever
// other sites do, or "".
func freeAt(s *pattern.Site, name string) string {
	switch {
	case s.Var == nil || s.Var.Kind() != types.LocalVar:
		return "a caller keeps its cleanup in no local variable"
	case s.Jumps():
		return "a caller has a goto"
	}
	return taken(s, name)
}

// taken returns why the variable of a site, or one that its statement declares, cannot have a new name, or "". The name must
// mean nothing in the block of the variable, unless it is that of a field, nor be declared in there.
func taken(s *pattern.Site, name string) string {
	block := s.Unit.Innermost(s.Stmt.Pos())
	if s.Var != nil {
		block = s.Scope()
	}
	at, obj := block.LookupParent(name, token.NoPos)
	switch {
	case name == "_" || token.IsKeyword(name) || obj != nil && (at == types.Universe || at == s.Unit.Pkg.Scope() || at.Parent() == s.Unit.Pkg.Scope()):
		return "a caller cannot call a variable " + name
	case obj != nil && obj != types.Object(s.Var):
		return "a caller uses the name " + name + " already"
	}
	for _, id := range s.Idents(name) {
		if !block.Contains(id.Pos()) {
			continue
		}
		if obj := s.Unit.Info.ObjectOf(id); obj != types.Object(s.Var) && !isField(obj) && !ownOfLiteral(s, id) {
			return "a caller uses the name " + name + " already"
		}
	}
	return ""
}

// ownOfLiteral reports whether an identifier refers to something that the literal which a site
// calls declares itself.
func ownOfLiteral(s *pattern.Site, id *ast.Ident) bool {
	obj := s.Unit.Info.ObjectOf(id)
	return s.Literal != nil && obj != nil && flow.Within(id, s.Literal) && s.Literal.Pos() <= obj.Pos() && obj.Pos() < s.Literal.End()
}

// overlap reports whether the variables of two sites may be in scope together.
func overlap(s, t *pattern.Site) bool {
	return t != s && t.Var != s.Var && t.Decl == s.Decl && t.Var != nil && (encloses(t.Scope(), s.Scope()) || encloses(s.Scope(), t.Scope()))
}

// shadows reports whether the variable of one site shadows that of the other one. It may do so under a new name, too.
func shadows(s, t *pattern.Site) bool {
	return s.Var.Name() == t.Var.Name() && s.Scope() != t.Scope() && s.Part == nil && t.Part == nil
}

// nameAt returns the name of a site's variable for the value: that of the value, or, if that
// is taken, one with the object of the name that the caller has given to the cleanup. Otherwise
// why says why there is none.
//
//	stopCPU, err := profile(cpu)           f, err := profile(cpu)
//	…                                      …
//	stopHeap, err := profile(heap)         heapFile, err := profile(heap)
func (v *Handover) nameAt(near []*pattern.Site, s *pattern.Site) (name, why string) {
	if s.Var.Name() == v.Name && s.Var.Kind() == types.LocalVar && s.Part == nil {
		return v.Name, ""
	}
	why = freeAt(s, v.Name)
	if why == "" && slices.ContainsFunc(near, func(t *pattern.Site) bool { return overlap(s, t) && !shadows(s, t) }) {
		why = "two calls in one function would need a variable " + v.Name
	}
	if why == "" {
		return v.Name, ""
	}
	for _, name := range v.longNames(s) {
		if freeAt(s, name) == "" && !slices.ContainsFunc(near, func(t *pattern.Site) bool { return overlap(s, t) && slices.Contains(v.longNames(t), name) }) {
			return name, ""
		}
	}
	return "", why
}

// nameApart returns the name of a new variable for the value at an Immediate site, which gets a statement of its own if finish
// takes something besides, or "" if that is taken. Then the call of prepare is an argument of that of finish.
//
//	defer c.begin("x")()                   start := c.begin("x")
//	                                       defer c.end("x", start)
func (v *Handover) nameApart(near []*pattern.Site, s *pattern.Site) string {
	block := s.Unit.Innermost(s.Stmt.Pos())
	other := func(t *pattern.Site) bool {
		at := t.Unit.Innermost(t.Stmt.Pos())
		return t != s && (encloses(at, block) || encloses(block, at))
	}
	if s.Jumps() || taken(s, v.Name) != "" || slices.ContainsFunc(near, other) {
		return ""
	}
	return v.Name
}

// longNames returns names for the value with the object of the name of the site's variable, and of
// that of prepare: heapFile for stopHeap, if the value is called f or file. A name such as done or
// stop says nothing of a value.
func (v *Handover) longNames(s *pattern.Site) []string {
	_, object := spell.VerbOf(spell.Act(s.Var.Name()))
	names := []string{object + spell.UpperFirst(v.Name)}
	switch {
	case object == "":
		names = nil
	case strings.Contains(v.Name, object): // Env, ogEnvVars
		names = []string{object + spell.UpperFirst(spell.LastWord(v.Name))}
	case v.Capture != nil && (len(v.Name) < 3 || v.Name == "done" || len(spell.Nouns(v.Name, "", "value")) > 0):
		names = []string{object}
		if typ := spell.NameOfType(v.Capture.Var.Type()); typ != "v" {
			names = []string{object + spell.UpperFirst(typ), object} // syncTicker for syncStop
		}
	}
	if _, object := spell.VerbOf(v.prepare); object != "" && v.Capture != nil && len(v.Name) > 2 && len(object)+len(v.Name) <= 20 {
		names = append(names, object+spell.UpperFirst(v.Name))
	}
	for i, name := range names {
		names[i] = spell.LowerFirst(name)
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == s.Var.Name() })
}

// canName returns why a site that assigns a result of prepare to _ cannot assign it to
// a variable, or "":
//
//	dir, _, cleanup := start("one")        dir, srv := start("one")
//	defer cleanup()                        defer stop(srv)
func canName(near []*pattern.Site, s *pattern.Site, name string) string {
	stmt, ok := s.Stmt.(*ast.AssignStmt)
	if !ok || s.Form != pattern.Assigned || stmt.Tok != token.DEFINE {
		return "a caller does not keep it in a variable"
	}
	if _, _, ok := flow.List(s.At(stmt)); !ok {
		return "a caller does not keep it in a variable"
	}
	return canDeclare(near, s, name)
}
