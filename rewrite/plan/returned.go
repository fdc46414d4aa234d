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

// keep returns the rewrite of a Returned site, and nil for others. near holds the sites in its
// declaration.
func keep(p *pattern.Prepare, pl *Plan, s *pattern.Site, near []*pattern.Site) (*Kept, *refusal.Refusal) {
	if s.Form != pattern.Returned {
		return nil, nil
	}
	no := refusal.New(p, refusal.NameClash, s.Unit, s.Call.Pos(), "a caller that returns its results directly has no names for them")
	brought := func(name string) bool {
		return slices.ContainsFunc(near, func(t *pattern.Site) bool { return t.Var != nil && pl.Nouns[t.Var] == name })
	}
	k := &Kept{Test: mayBeNil(pl.Prepare, &forwarders{changed: pl.Forwarders})}
	own := signatureOf(s.Unit.Info, s.Func)
	results := instance(s).Results()
	for i := range results.Len() {
		var names []string
		v := results.At(i)
		if i == s.Result {
			typ, _, _ := strings.Cut(pl.State.Type, "[")
			names = []string{spell.LowerFirst(spell.LastWord(typ)), "state"}
			if own := spell.LowerFirst(typ); own != typ {
				names = append(names, own)
			}
		} else {
			for _, like := range []*types.Var{own.Results().At(i), v} {
				if name := like.Name(); name != "" && name != "_" {
					names = append(names, name)
				}
			}
			names = append(names, spell.NameOfType(v.Type()))
		}
		names = append(names, names[len(names)-1]+"2")
		at := slices.IndexFunc(names, func(name string) bool {
			return !slices.Contains(k.Names, name) && !brought(name) && (taken(s, name) == "" || i != s.Result && ownVariable(s, name, v.Type()))
		})
		if at < 0 {
			return nil, no
		}
		k.Names = append(k.Names, names[at])
	}
	if k.Test && !spell.Plain(s.Unit, s.Stmt.Pos(), "nil") {
		return nil, no
	}
	return k, nil
}

// ownVariable reports whether the function around a site has a parameter or result of the given
// name and type that only its statements use, so that one before a return may set it.
func ownVariable(s *pattern.Site, name string, t types.Type) bool {
	sig := signatureOf(s.Unit.Info, s.Func)
	vars := slices.Concat(slices.Collect(sig.Params().Variables()), slices.Collect(sig.Results().Variables()))
	i := slices.IndexFunc(vars, func(v *types.Var) bool { return v.Name() == name })
	if i < 0 || !types.Identical(vars[i].Type(), t) || !s.Unit.Sees(s.Stmt.Pos(), vars[i]) {
		return false
	}
	switch t.Underlying().(type) {
	case *types.Interface, *types.Pointer:
	default:
		return false // a method may take its address
	}
	return !slices.ContainsFunc(s.Access[vars[i]], func(a flow.Access) bool {
		return a.Mode == flow.Address || a.Lit != nil && ast.Node(a.Lit) != s.Func
	})
}
