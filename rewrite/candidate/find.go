package candidate

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/edit"
	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
	"github.com/closurefix/closurefix/rewrite/refusal"
	"github.com/closurefix/closurefix/rewrite/same"
)

// Find returns the prepare functions of the world's targets, with a separate decision
// on each. The edits of two candidates may overlap. A client applies one of them, and
// then calls Find again on the result.
//
// A function is a candidate if its closure costs something, because it captures a
// variable or takes a pointer, and if some caller in the world defers the cleanup, or
// all callers call it (see used).
func Find(w *callers.World) []*Candidate {
	found := append(prepares(w), functions(w)...)
	if len(found) == 0 {
		return nil
	}
	var f *finder
	unseen := attempt(func() { f = newFinder(w, found) })
	found = slices.DeleteFunc(found, func(c *Candidate) bool {
		switch {
		case c.function != nil:
			counts := false
			if fault := attempt(func() { counts = f.decideFunction(c) }); fault != nil && unseen == nil && c.function.Local != nil {
				c.blame(fault)
				return false
			}
			return !counts
		case c.Refusal != nil:
			return false
		case w.Stop != nil && w.Stop():
			return true
		case unseen != nil && c.inTest:
			return true
		case unseen != nil: // without the references of all units no decision is possible
			c.blame(unseen)
			return false
		}
		counts := false
		if fault := attempt(func() { counts = f.decide(c) }); fault != nil && !c.inTest {
			c.blame(fault)
			return false
		}
		return !counts
	})
	along(found)
	return found
}

// along says which refused candidates change with another one, whose cleanup they return.
func along(found []*Candidate) {
	with := make(map[funcResult]*Candidate)
	for _, c := range found {
		if c.Plan == nil {
			continue
		}
		for _, fw := range c.Plan.Forwarders {
			with[funcResult{fw.Key, fw.Result}] = c
		}
	}
	for _, c := range found {
		other := with[funcResult{c.Prepare.Key, c.Prepare.Result}]
		if c.function == nil && other != nil && c.Refusal != nil && c.Refusal.Code == refusal.OtherReturn {
			why := *c.Refusal
			why.Reason = fmt.Sprintf("it returns the cleanup of %s, and changes together with that", other.Prepare.Key)
			c.Refusal = &why
		}
	}
}

// A finder holds what the decisions about all candidates of a world share.
type finder struct {
	world   *callers.World
	sites   map[funcResult][]*pattern.Site
	refs    map[pattern.Key][]pattern.Ref
	stored  map[*types.Var]int // the number of sites with an obstacle that set a variable
	decider *plan.Decider
	files   edit.Files
	units   map[*pattern.Unit]*same.Unit
	docs    map[*ast.File][]*ast.GenDecl // see documented
}

// funcResult identifies a func that a function returns, by the function and the index of
// the result.
type funcResult struct {
	key    pattern.Key
	result int
}

// newFinder finds the references to all candidates in all units.
func newFinder(w *callers.World, found []*Candidate) *finder {
	f := &finder{
		world: w,
		sites: make(map[funcResult][]*pattern.Site), refs: make(map[pattern.Key][]pattern.Ref),
		stored:  make(map[*types.Var]int),
		decider: plan.NewDecider(w), units: make(map[*pattern.Unit]*same.Unit),
		docs: make(map[*ast.File][]*ast.GenDecl),
	}
	wanted := make(map[funcResult]bool)
	for _, c := range found {
		if c.function != nil {
			continue
		}
		for _, p := range c.cleanups() {
			wanted[funcResult{p.Key, p.Result}] = true
		}
	}
	f.lookUp(wanted)
	for _, sites := range f.sites {
		for _, s := range sites {
			if s.Stored != nil {
				f.stored[s.Stored]++
			}
		}
	}
	return f
}

// lookUp finds the references to functions, and to functions that return their results.
func (f *finder) lookUp(wanted map[funcResult]bool) {
	for len(wanted) > 0 {
		// One result of a function at a time, since each result has its own uses.
		results := make(map[pattern.Key]int)
		rest := make(map[funcResult]bool)
		for h := range wanted {
			if i, taken := results[h.key]; taken && i != h.result {
				rest[h] = true
			} else {
				results[h.key] = h.result
			}
		}
		for k, i := range results {
			f.sites[funcResult{k, i}] = nil
		}
		for _, u := range f.world.Units {
			sites, refs := pattern.References(u, results)
			for k, s := range sites {
				h := funcResult{k, results[k]}
				f.sites[h] = append(f.sites[h], s...)
			}
			for k, r := range refs {
				f.refs[k] = append(f.refs[k], r...)
			}
		}
		for k, i := range results {
			for _, s := range f.sites[funcResult{k, i}] {
				h, ok := forwards(s, i)
				if _, known := f.sites[h]; ok && !known {
					rest[h] = true
				}
			}
		}
		wanted = rest
	}
}

// decide sets the plan and edits of a candidate, or its refusal. It reports whether the
// function is a candidate at all.
func (f *finder) decide(c *Candidate) bool {
	used := f.choose(c)
	var costs bool
	c.Kind, costs = kindOf(c.Prepare, c.Sites)
	c.purpose = f.purpose(funcResult{c.Prepare.Key, c.Prepare.Result})
	switch {
	case !used:
		if costs && pattern.Plain(c.Prepare.Type()) && !c.inTest && f.world.Closed(c.Prepare) {
			f.world.Omitted(c.Prepare, callers.OmitExported)
		}
		return false
	case !costs:
		return false
	case f.leftOut(c):
		return false
	}
	c.Plan, c.Refusal = f.decider.Decide(c.Prepare, c.Sites, f.refs[c.Prepare.Key], f.forwarders(c))
	f.edit(c)
	return true
}

// leftOut reports whether the settings of the world leave out a candidate.
func (f *finder) leftOut(c *Candidate) bool {
	switch {
	case c.inTest, !f.world.Tests && f.servesTests(c.Prepare):
		f.world.Omitted(c.Prepare, callers.OmitTest)
	case c.Kind == pattern.KindCapture && !f.world.All:
		f.world.Omitted(c.Prepare, callers.OmitKind)
	case f.world.Hot && (busy(c.Prepare, c.Sites) || once(c.Sites) || repeated(c.Prepare, c.Sites)):
		f.world.Omitted(c.Prepare, callers.OmitBusy)
	default:
		return false
	}
	return true
}

// edit sets the edits of a candidate with a plan, or its refusal.
func (f *finder) edit(c *Candidate) {
	if c.Refusal == nil {
		c.Edits, c.Refusal = edit.Make(c.Plan, &f.files)
	}
	if c.Refusal == nil {
		c.Refusal = c.compare(f.units)
	}
	if c.Refusal != nil {
		c.Refusal.Name = c.Prepare.Key.String()
		c.Plan, c.Edits = nil, nil
		return
	}
	c.Sites = nil
	for _, sp := range c.Plan.Sites {
		c.Sites = append(c.Sites, sp.Site)
	}
	c.Notes, c.Trace = notes(c.Plan, f.documented(c.Prepare.File), f.world.ShortName), c.Plan.Trace(f.world.ShortName)
}

// prepares returns a candidate for each prepare function of the world's targets. A
// candidate whose analysis failed is refused. Functions in test files are included for
// World.Omit, even without World.Tests.
func prepares(w *callers.World) []*Candidate {
	var found []*Candidate
	for _, u := range w.Units {
		if w.Target != nil && !w.Target(u) {
			continue
		}
		for _, file := range u.Files {
			inTest := !w.Tests && inTestFile(u, file.Package)
			if inTest && w.Omit == nil {
				continue
			}
			for _, d := range file.Decls {
				decl, ok := d.(*ast.FuncDecl)
				if !ok {
					continue
				}
				var p *pattern.Prepare
				f := attempt(func() { p = pattern.Examine(u, file, decl) })
				switch {
				case f != nil && inTest: // reported only with World.Tests
				case f != nil:
					c := &Candidate{Prepare: unexamined(u, file, decl)}
					c.blame(f)
					found = append(found, c)
				case p != nil:
					found = append(found, &Candidate{Prepare: p, inTest: inTest})
				}
			}
		}
	}
	return found
}

// unexamined returns a Prepare with the facts that need no analysis.
func unexamined(u *pattern.Unit, file *ast.File, decl *ast.FuncDecl) *pattern.Prepare {
	p := &pattern.Prepare{
		Facts: &flow.Facts{Unit: u, File: file, Decl: decl}, Decl: decl,
		Key: pattern.Key{Pkg: u.Pkg.Path(), Name: decl.Name.Name},
	}
	if fn, ok := u.Info.Defs[decl.Name].(*types.Func); ok {
		p.Func, p.Key = fn, pattern.KeyOf(fn)
	}
	return p
}
