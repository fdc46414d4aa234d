package plan

import (
	"go/ast"
	"slices"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// A Link is a function that may return the cleanup of a prepare function to its own
// callers: by return prepare(…), or by a variable that holds the cleanup.
type Link struct {
	Func   *pattern.Site // a call in it, of the prepare function or of another link
	Result int           // the index of the result that takes the cleanup
	Sites  []*pattern.Site
	Refs   []pattern.Ref
}

// follow finds the functions that hand on the cleanup of p and can change with it. Their
// callers become sites:
//
//	func (c *conn) read() func() { return c.begin("read") }     // read() beginState
//
//	defer c.read()()                                            // defer c.read().end()
//
// Such a function returns nothing else in that place than the cleanup, nil, or a literal
// that does nothing. All that callers.Check requires of a prepare function holds for it.
func (d *Decider) follow(p *pattern.Prepare, own []*pattern.Site, links []*Link) *chain {
	c := &chain{sites: own, why: make(map[ast.Decl]string)}
	sig := p.Func.Signature()
	if sig.TypeParams().Len()+sig.RecvTypeParams().Len() > 0 {
		for _, l := range links {
			c.why[l.Func.Decl] = "the type of a generic function's state differs between its calls"
		}
		return c
	}
	open := slices.Clone(links)
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
				return false // perhaps once another one is followed
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

// fixed returns why a function that hands on the cleanup of p cannot change, or "". in are
// the sites in it.
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

// add adds a function to those that change.
func (c *chain) add(f *pattern.Prepare, l *Link) {
	c.sites = slices.Clone(c.sites)
	for _, s := range l.Sites {
		called := *s
		called.Forwarder = f
		c.sites = append(c.sites, &called)
	}
	c.onward = append(c.onward, &Onward{Prepare: f})
}

// qualifier returns the name by which sites of functions in p's package qualify these, or
// "" if none does.
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

// spellOnward fills in how the functions that hand on the state write its type.
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
				return refusal.New(p, refusal.NameClash, o.Unit, n.Pos(), "%s, which hands on its cleanup, declares a name that the type of its state needs", o.Key)
			}
		}
	}
	return nil
}
