package plan

import (
	"go/ast"
	"go/types"
	"maps"
	"slices"
	"strconv"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// findForwarders finds the forwarders of the cleanup of p that can change with it. Their
// callers become sites:
//
//	func (c *conn) read() func() { return c.begin("read") }     // read() beginCleanup
//
//	defer c.read()()                                            // defer c.read().end()
//
// All that callers.Check requires of a prepare function must hold for a forwarder. A caller must not store
// the cleanup in a variable that must stay a func.
func (d *Decider) findForwarders(p *pattern.Prepare, own []*pattern.Site, possible []*PossibleForwarder) *forwarders {
	fixed := make(map[ast.Decl]string)
	for {
		fs := d.forwardersBut(fixed, p, own, possible)
		i := slices.IndexFunc(fs.sites, func(s *pattern.Site) bool {
			return s.Forwarder != nil && s.Obstacle != nil && s.Form != pattern.Passed
		})
		if i < 0 {
			return fs
		}
		s := fs.sites[i]
		fixed[s.Forwarder.Decl] = "its cleanup " + s.Obstacle.Why
	}
}

// forwardersBut is like findForwarders, without those that must not change.
func (d *Decider) forwardersBut(fixed map[ast.Decl]string, p *pattern.Prepare, own []*pattern.Site, possible []*PossibleForwarder) *forwarders {
	fs := &forwarders{sites: own, why: maps.Clone(fixed)}
	sig := p.Func.Signature()
	if sig.TypeParams().Len()+sig.RecvTypeParams().Len() > 0 {
		for _, maybe := range possible {
			fs.why[maybe.Call.Decl] = "the type of a generic function's state differs between its calls"
		}
		return fs
	}
	open := slices.DeleteFunc(slices.Clone(possible), func(maybe *PossibleForwarder) bool {
		if slices.ContainsFunc(possible, func(other *PossibleForwarder) bool {
			return other.Call.Decl == maybe.Call.Decl && other.Result != maybe.Result
		}) {
			fs.why[maybe.Call.Decl] = "it returns two of its cleanups"
		}
		return fs.why[maybe.Call.Decl] != ""
	})
	for again := true; again; {
		again = false
		open = slices.DeleteFunc(open, func(maybe *PossibleForwarder) bool {
			f := pattern.NewForwarder(maybe.Call.Facts, maybe.Result, pattern.Together(fs.in(maybe.Call.Decl)))
			if f == nil {
				return false // it may be one of a forwarder that is found later
			}
			if fs.why[f.Decl] = d.fixed(p, f, maybe); fs.why[f.Decl] == "" {
				fs.add(f, maybe)
				again = true
			}
			return true
		})
	}
	for _, maybe := range open {
		fs.why[maybe.Call.Decl] = "it returns something else as well"
	}
	fs.together()
	for _, fw := range fs.changed {
		for i, s := range fs.sites {
			if s.Decl == ast.Decl(fw.Decl) {
				fs.sites[i] = s.InForwarder(fw.Prepare)
			}
		}
	}
	return fs
}

// fixed returns why forwarder f of the cleanup of p cannot change, or "".
func (d *Decider) fixed(p, f *pattern.Prepare, maybe *PossibleForwarder) string {
	if r := d.callers.Check(f, maybe.Sites, maybe.Refs); r != nil {
		return r.Reason
	}
	if slices.ContainsFunc(maybe.Sites, func(s *pattern.Site) bool { return s.Decl == ast.Decl(p.Decl) }) {
		return "it is called by " + p.Key.String()
	}
	if w := d.names.world; w.Target != nil && !w.Target(f.Unit) {
		return "its package is not one of those that are rewritten"
	}
	if f.Unit.Pkg.Path() != p.Key.Pkg && qualifier(f.Unit, f.File, p.Key.Pkg) == "" {
		return "its file does not import package " + p.Unit.Pkg.Name() + " by a name, and would need a type of it"
	}
	return ""
}

// add adds a forwarder, and its calls as sites.
func (fs *forwarders) add(f *pattern.Prepare, maybe *PossibleForwarder) {
	fs.sites = slices.Clone(fs.sites)
	for _, s := range maybe.Sites {
		called := *s
		called.Forwarder = f
		fs.sites = append(fs.sites, &called)
	}
	fs.changed = append(fs.changed, &Forwarder{Prepare: f})
}

// in returns the sites in a declaration.
func (fs *forwarders) in(d ast.Decl) []*pattern.Site {
	return slices.DeleteFunc(slices.Clone(fs.sites), func(s *pattern.Site) bool { return s.Decl != d })
}

// together binds the variables of callers that sites of several functions set.
func (fs *forwarders) together() {
	if len(fs.changed) == 0 {
		return
	}
	fs.sites = slices.Clone(fs.sites)
	seen := make(map[ast.Decl]bool)
	for _, s := range fs.sites {
		if seen[s.Decl] {
			continue
		}
		seen[s.Decl] = true
		again := pattern.Together(fs.in(s.Decl))
		for i, t := range fs.sites {
			if t.Decl == s.Decl {
				fs.mixed = fs.mixed || t.Obstacle != nil && again[0].Obstacle == nil
				fs.sites[i], again = again[0], again[1:]
			}
		}
	}
}

// qualifier returns the name by which a file of u refers to a package, or "" if it has none.
func qualifier(u *pattern.Unit, file *ast.File, pkg string) string {
	for _, spec := range file.Imports {
		var obj types.Object
		if spec.Name == nil {
			obj = u.Info.Implicits[spec]
		} else if spec.Name.Name != "." {
			obj = u.Info.Defs[spec.Name]
		}
		if name, ok := obj.(*types.PkgName); ok && name.Imported().Path() == pkg {
			return name.Name()
		}
	}
	return ""
}

// dotImports reports whether a file has the names of a package without a qualifier.
func dotImports(file *ast.File, pkg string) bool {
	return slices.ContainsFunc(file.Imports, func(spec *ast.ImportSpec) bool {
		path, err := strconv.Unquote(spec.Path.Value)
		return err == nil && path == pkg && spec.Name != nil && spec.Name.Name == "."
	})
}

// spellForwarders writes the type of the state for each forwarder.
func spellForwarders(p *pattern.Prepare, fs *forwarders, s *State) *refusal.Refusal {
	for _, fw := range fs.changed {
		fw.Type = s.Type
		if fw.Unit.Pkg.Path() != p.Key.Pkg {
			fw.Type = qualifier(fw.Unit, fw.File, p.Key.Pkg) + "." + s.Type
		}
		if s.Shared {
			fw.Type = "*" + fw.Type
		}
		at := []ast.Node{fw.Decl.Type.Results}
		for _, r := range fw.Returns {
			if r.Idle != pattern.Forwarding {
				at = append(at, r.Stmt)
			}
		}
		for _, n := range at {
			if !spell.Plain(fw.Unit, n.Pos(), fw.Type) || s.Shared && !spell.Plain(fw.Unit, n.Pos(), "nil") {
				return refusal.New(p, refusal.NameClash, fw.Unit, n.Pos(), "%s, which returns its cleanup, declares a name that the type of its state needs", fw.Key)
			}
		}
	}
	return nil
}
