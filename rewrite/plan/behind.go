package plan

import (
	"go/ast"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// idles holds the return statements that may return nil, or a cleanup that does nothing
// (an empty one).
type idles struct {
	nils, empties []*pattern.Return
	silent        bool // one of nils says so in no other result
}

// idlesOf returns the idles of a prepare function or a forwarder.
func idlesOf(p *pattern.Prepare) *idles {
	all := &idles{}
	for _, r := range p.Returns {
		switch r.Idle {
		case pattern.IdleNil:
			all.nils = append(all.nils, r)
		case pattern.IdleEmpty:
			all.empties = append(all.empties, r)
		case pattern.Chosen:
			if r.Choice.Nil {
				all.nils = append(all.nils, r)
			}
			if r.Choice.Empty {
				all.empties = append(all.empties, r)
			}
		}
	}
	all.silent = slices.ContainsFunc(all.nils, func(r *pattern.Return) bool { return silent(p, r) })
	return all
}

// A kindOfIdle selects the returns of nil, or those of a cleanup that does nothing.
type kindOfIdle func(*idles) []*pattern.Return

func ofNil(all *idles) []*pattern.Return   { return all.nils }
func ofEmpty(all *idles) []*pattern.Return { return all.empties }

// behindCheck reports whether a use is reached only after a check of another result of
// its site that fails for each return of the given kind:
//
//	done, err := begin()
//	if err != nil {
//		return err
//	}
//	defer done()
//
// The site may call a forwarder. sites are all calls of prepare and of its forwarders.
func behindCheck(p *pattern.Prepare, sites []*pattern.Site, s *pattern.Site, u *pattern.Use, of kindOfIdle) bool {
	f := calledBy(p, s)
	idle := of(idlesOf(f))
	for _, r := range f.Returns {
		if r.Idle == pattern.Forwarding && mayForward(p, sites, f, r, of) {
			idle = append(idle, r)
		}
	}
	if len(idle) == 0 {
		return true
	}
	if s.Shared {
		return false // another site may have set the variable
	}
	for i := range f.Func.Signature().Results().Len() {
		tells := func(r *pattern.Return) bool { return tellsIdle(p, sites, f, r, i, of) }
		if i != f.Result && slices.ContainsFunc(idle, tells) && succeeded(s, u, i) == flow.Yes {
			idle = slices.DeleteFunc(slices.Clone(idle), tells)
		}
	}
	return len(idle) == 0
}

// calledBy returns the function that a site calls: p, or a forwarder of its cleanup.
func calledBy(p *pattern.Prepare, s *pattern.Site) *pattern.Prepare {
	if s.Forwarder != nil {
		return s.Forwarder
	}
	return p
}

// mayForward reports whether a return statement of forwarder f may return nil, or a cleanup
// that does nothing, which the function that f calls has returned to it.
func mayForward(p *pattern.Prepare, sites []*pattern.Site, f *pattern.Prepare, r *pattern.Return, of kindOfIdle) bool {
	s, u := forwardedAt(sites, f, r)
	return s == nil || !behindCheck(p, except(sites, s), s, u, of)
}

// except returns sites without s, so that a forwarder that calls itself is not followed
// again.
func except(sites []*pattern.Site, s *pattern.Site) []*pattern.Site {
	return slices.DeleteFunc(slices.Clone(sites), func(t *pattern.Site) bool { return t == s })
}

// forwardedAt returns the site whose cleanup a return statement of forwarder f returns, and
// its use there. It returns nil for a bare return, which may return a result that no site
// has set, and for a variable that several sites set.
func forwardedAt(sites []*pattern.Site, f *pattern.Prepare, r *pattern.Return) (*pattern.Site, *pattern.Use) {
	for _, s := range sites {
		if s.Decl != ast.Decl(f.Decl) || s.Shared {
			continue
		}
		if s.Form == pattern.Forwarded && flow.Within(s.Call, r.Stmt) {
			return s, &pattern.Use{Expr: s.Call, Kind: pattern.Forward, Stmt: r.Stmt}
		}
		for _, u := range s.Uses {
			if u.Kind == pattern.Forward && u.Stmt == ast.Stmt(r.Stmt) {
				return s, u
			}
		}
	}
	return nil, nil
}

// tellsIdle reports whether result i of a return statement of f certainly says that it
// returns no cleanup. If the statement returns all results of a call, the returns of the
// called function must say so.
func tellsIdle(p *pattern.Prepare, sites []*pattern.Site, f *pattern.Prepare, r *pattern.Return, i int, of kindOfIdle) bool {
	if r.Idle != pattern.Forwarding {
		return fails(f, r, i)
	}
	s, _ := forwardedAt(sites, f, r)
	if s == nil || s.Form != pattern.Forwarded || r.Expr != nil || replaced(f, i) {
		return false
	}
	g, sites := calledBy(p, s), except(sites, s)
	idle := of(idlesOf(g))
	return !slices.ContainsFunc(g.Returns, func(r *pattern.Return) bool {
		may := slices.Contains(idle, r) || r.Idle == pattern.Forwarding && mayForward(p, sites, g, r, of)
		return may && !tellsIdle(p, sites, g, r, i, of)
	})
}
