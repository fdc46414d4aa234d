package plan

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// DecideLocal is like Decide, for a prepare function that is a literal in a local variable.
// Finish becomes a literal in another local variable, which is declared behind that of prepare, or before it if
// one names the other. The type of the state is declared before both:
//
//	enter := func(name string) func() {          type enterState struct{ name string }
//		depth++                                  enter := func(name string) enterState {
//		return func() {                              depth++
//			depth--                                  return enterState{name: name}
//			log(name)                            }
//		}                                        leave := func(s enterState) {
//	}                                                depth--
//	                                                 log(s.name)
//	                                             }
//	defer enter("x")()                           defer leave(enter("x"))
//
// Both literals refer to the same variables of the enclosing function, whatever changes them. The type of the state has no
// method, since a type in a function has none.
func (d *Decider) DecideLocal(l *pattern.LocalLiteral, sites []*pattern.Site) (*Plan, *refusal.Refusal) {
	p := l.Prepare
	if r := d.callers.CheckLocal(p, l.Around); r != nil {
		return nil, r
	}
	if r := onlyCalls(l); r != nil {
		return nil, r
	}
	if r := localSites(p, sites); r != nil {
		return nil, r
	}
	local := &Decider{callers: d.callers, names: &names{world: d.names.world, callers: d.names.callers, seen: d.names.seen, local: l}}
	x, r := newSubject(p, &forwarders{sites: sites, why: make(map[ast.Decl]string)})
	if r != nil {
		return nil, r
	}
	x.local = l
	plan, r := local.forms(x)
	if r != nil {
		return nil, r
	}
	return plan, localNames(l, plan)
}

// onlyCalls refuses a variable that is set again, or has other uses than calls, and one in a
// generic function.
func onlyCalls(l *pattern.LocalLiteral) *refusal.Refusal {
	p := l.Prepare
	if len(l.Others) > 0 {
		a := l.Others[0]
		code, why := refusal.FunctionLiteral, "its variable is set again"
		switch a.Mode {
		case flow.Write:
		case flow.Address:
			why = "the address of its variable is taken"
		case flow.Read:
			code, why = refusal.FuncValue, "it is used as a value, not only called"
		}
		return refusal.New(p, code, p.Unit, a.Ident.Pos(), "%s", why)
	}
	fn, ok := l.Around.Decl.(*ast.FuncDecl)
	if !ok {
		return refusal.New(p, refusal.FunctionLiteral, p.Unit, p.Decl.Name.Pos(), "it is in a literal of a package variable")
	}
	if f, ok := p.Unit.Info.Defs[fn.Name].(*types.Func); !ok || f.Signature().TypeParams().Len()+f.Signature().RecvTypeParams().Len() > 0 {
		return refusal.New(p, refusal.Generic, p.Unit, p.Decl.Name.Pos(), "it is a literal in a generic function")
	}
	return nil
}

// localSites refuses sites at which a literal has less to offer than a function or method.
func localSites(p *pattern.Prepare, sites []*pattern.Site) *refusal.Refusal {
	for _, s := range sites {
		switch {
		case s.Form == pattern.Passed, wrapped(s):
			return refusal.New(p, refusal.CleanupValue, s.Unit, s.Call.Pos(), "it is a local literal, and a caller uses its cleanup as a value")
		case s.Shared:
			return refusal.New(p, refusal.Reassigned, s.Unit, s.Call.Pos(), "it is a local literal, and %s", whyShared(s))
		}
	}
	return nil
}

// localNames refuses a plan that writes names of the package where they mean something else, or
// gives two things one name.
func localNames(l *pattern.LocalLiteral, plan *Plan) *refusal.Refusal {
	p := l.Prepare
	written := []string{"nil", "true", "false"} // and types
	for _, pass := range plan.Passages {
		written = append(written, pass.Type)
	}
	for _, param := range plan.Finish.Params {
		written = append(written, param.Type)
	}
	var own []string
	if v := plan.Value; v != nil {
		written = append(written, v.Type)
	}
	if s := plan.State; s != nil {
		written = append(written, "bool")
		own = append(own, s.Type)
	}
	if !plan.Finish.Existing {
		own = append(own, plan.Finish.Name)
	}
	for _, text := range written {
		if !spell.Plain(p.Unit, l.Stmt.Pos(), text) {
			return refusal.New(p, refusal.NameClash, p.Unit, p.Decl.Name.Pos(), "the enclosing function declares a name in %s", text)
		}
	}
	for _, sp := range plan.Sites {
		for _, name := range sp.Brings() {
			if slices.Contains(own, name) {
				return refusal.New(p, refusal.NameClash, p.Unit, sp.Site.Call.Pos(), "a caller would have a variable %s, too", name)
			}
		}
	}
	return nil
}
