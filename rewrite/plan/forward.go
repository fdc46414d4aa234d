package plan

import (
	"go/ast"
	"slices"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// A Link is a function that may be a forwarder of a prepare function's cleanup.
type Link struct {
	Func   *pattern.Site // a call in it, of the prepare function or of another link
	Result int           // the index of the result that is the cleanup
	Sites  []*pattern.Site
	Refs   []pattern.Ref
}

// follow finds the forwarders of the cleanup of p that can change with it. Their
// callers become sites:
//
//	func (c *conn) read() func() { return c.begin("read") }     // read() beginState
//
//	defer c.read()()                                            // defer c.read().end()
//
// All that callers.Check requires of a prepare function must hold for a forwarder.
func (d *Decider) follow(p *pattern.Prepare, own []*pattern.Site, links []*Link) *chain {
	c := &chain{sites: own, why: make(map[ast.Decl]string)}
	sig := p.Func.Signature()
	if sig.TypeParams().Len()+sig.RecvTypeParams().Len() > 0 {
		for _, l := range links {
			c.why[l.Func.Decl] = "the type of a generic function's state differs between its calls"
		}
		return c
	}
	open := slices.DeleteFunc(slices.Clone(links), func(l *Link) bool {
		if slices.ContainsFunc(links, func(o *Link) bool { return o.Func.Decl == l.Func.Decl && o.Result != l.Result }) {
			c.why[l.Func.Decl] = "it returns two of its cleanups"
		}
		return c.why[l.Func.Decl] != ""
	})
	for again := true; again; {
		again = false
		open = slices.DeleteFunc(open, func(l *Link) bool {
			var in []*pattern.Site
			for _, s := range c.sites {
				if s.Decl == l.Func.Decl {
					in = append(in, s)
				}
			}
			f := pattern.Forwards(l.Func.Facts, l.Result, in)
			if f == nil {
				return false // it may be one of a forwarder that is found later
			}
			if c.why[f.Decl] = d.fixed(p, f, l, in); c.why[f.Decl] == "" {
				c.add(f, l)
				again = true
			}
			return true
		})
	}
	for _, o := range c.onward {
		for i, s := range c.sites {
			if s.Decl == ast.Decl(o.Decl) {
				c.sites[i] = s.On(o.Prepare)
			}
		}
	}
	return c
}

// fixed returns why forwarder f of the cleanup of p cannot change, or "". in holds the
// sites in it.
func (d *Decider) fixed(p, f *pattern.Prepare, l *Link, in []*pattern.Site) string {
	if r := d.callers.Check(f, l.Sites, l.Refs); r != nil {
		return r.Reason
	}
	if slices.ContainsFunc(l.Sites, func(s *pattern.Site) bool { return s.Decl == ast.Decl(p.Decl) }) {
		return "it is called by " + p.Key.String()
	}
	if w := d.names.world; w.Target != nil && !w.Target(f.Unit) {
		return "its package is not one of those that are rewritten"
	}
	if f.Unit.Pkg.Path() != p.Key.Pkg && qualifier(p, in) == "" {
		return "its file cannot name a type of package " + p.Unit.Pkg.Name()
	}
	return ""
}

// add adds a forwarder to the chain.
func (c *chain) add(f *pattern.Prepare, l *Link) {
	c.sites = slices.Clone(c.sites)
	for _, s := range l.Sites {
		called := *s
		called.Forwarder = f
		c.sites = append(c.sites, &called)
	}
	c.onward = append(c.onward, &Onward{Prepare: f})
}

// qualifier returns the name by which sites of functions in p's package refer to the
// package, or "" if no site has one.
func qualifier(p *pattern.Prepare, sites []*pattern.Site) string {
	for _, s := range sites {
		key := p.Key
		if s.Forwarder != nil {
			key = s.Forwarder.Key
		}
		if sel, ok := s.Fun().(*ast.SelectorExpr); ok && key.Recv == "" && key.Pkg == p.Key.Pkg {
			if id := identOf(sel.X); id != nil {
				return id.Name
			}
		}
	}
	return ""
}

// spellOnward writes the type of the state for each forwarder.
func spellOnward(p *pattern.Prepare, c *chain, s *State) *refusal.Refusal {
	for _, o := range c.onward {
		o.Type = s.Type
		if o.Unit.Pkg.Path() != p.Key.Pkg {
			in := slices.DeleteFunc(slices.Clone(c.sites), func(s *pattern.Site) bool { return s.Decl != ast.Decl(o.Decl) })
			o.Type = qualifier(p, in) + "." + s.Type
		}
		at := []ast.Node{o.Decl.Type.Results}
		for _, r := range o.Returns {
			if r.Idle != pattern.Onward {
				at = append(at, r.Stmt)
			}
		}
		for _, n := range at {
			if !spell.Plain(o.Unit, n.Pos(), o.Type) {
				return refusal.New(p, refusal.NameClash, o.Unit, n.Pos(), "%s, which returns its cleanup, declares a name that the type of its state needs", o.Key)
			}
		}
	}
	return nil
}
