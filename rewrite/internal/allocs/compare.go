package allocs

import (
	"go/ast"
	"go/token"
	"slices"

	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/internal/escape"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
)

// A Gain compares the allocations in one function before and after a rewrite. The function
// is a prepare function together with its finish, or a caller. An allocation stays if the
// compiler reports it by the same text before and after.
type Gain struct {
	Func  string         // as in "(*Conn).readFrameHeader"
	Pos   token.Position // before the rewrite
	Left  []Allocation   // positions before the rewrite
	Stays []Allocation   // positions before the rewrite
	New   []Allocation   // positions after the rewrite
}

// Compare returns the gains of the rewrite of c, first for the prepare function and then
// for each caller. unit returns the unit that contains a file after the rewrite, or nil.
// idle is set if the facts are complete and no caller allocates less.
func Compare(c *candidate.Candidate, old, new *escape.Facts, unit func(file string) *pattern.Unit) (gains []Gain, idle bool) {
	all := Functions(c)
	known := true
	for _, f := range all {
		known = known && old.Known(f.File()) && new.Known(f.File())
	}
	if c.Plan.Local != nil {
		g, fewer := around(c.Prepare, all[0], old, new, unit)
		return []Gain{g}, known && fewer <= 0
	}
	p := c.Prepare
	file := all[0].File()
	cmp := comparison{
		old:  before(c, old),
		new:  after(p, new, successor(all[0], unit(file)), finishOf(c.Plan, file, unit(file))),
		unit: unit,
	}
	gains = append(gains, cmp.prepare(all[0]))
	worth := 0
	for _, f := range all[1:] {
		g, fewer := cmp.caller(f)
		gains = append(gains, g)
		worth += fewer
	}
	return gains, known && worth <= 0
}

// around compares the allocs of a function f with the prepare function p in one of its variables. All
// that changes is in f. fewer is the number of places at which it allocates no more.
func around(p *pattern.Prepare, f Function, old, new *escape.Facts, unit func(file string) *pattern.Unit) (g Gain, fewer int) {
	costs := func(f Function, facts *escape.Facts) []alloc {
		return slices.DeleteFunc(allocsOf(f, facts), func(a alloc) bool { return a.free })
	}
	before := costs(f, old)
	var after []alloc
	if n := successor(f, unit(f.File())); n != nil {
		after = costs(*n, new)
	}
	// Messages do not tell literals apart. Those that are cleanups come last, to be left over.
	cleanup := func(a alloc) bool {
		return slices.ContainsFunc(p.Literals, func(l *pattern.Literal) bool { return placeOf(p.Unit, l.Lit.Pos()) == a.Pos })
	}
	before = slices.Concat(slices.DeleteFunc(slices.Clone(before), cleanup), slices.DeleteFunc(slices.Clone(before), func(a alloc) bool { return !cleanup(a) }))
	stay, left, more := pair(before, after)
	return gain(f, stay, left, more), len(before) - len(after)
}

// A comparison compares the two versions of one rewrite.
type comparison struct {
	old, new *version
	unit     func(file string) *pattern.Unit // after the rewrite
}

// prepare compares the allocs of the prepare function and its cleanup.
func (c comparison) prepare(f Function) Gain {
	old := slices.Concat(c.old.prepare.allocs, c.old.cleanup)
	new := slices.Concat(c.new.prepare.allocs, c.new.cleanup)
	stay, left, more := pair(old, new)
	return gain(f, stay, left, more)
}

// caller compares the allocs of a caller. fewer is the number of allocations that a call
// of it saves, including those in its calls of the prepare function and the cleanup.
//
// If the prepare function or the cleanup is inlined in one version only, its allocs are
// reported at the call in that version only. They moved: they are neither gone nor new.
func (c comparison) caller(f Function) (g Gain, fewer int) {
	old := c.old.split(code{f, allocsOf(f, c.old.facts)})
	var new split
	if n := successor(f, c.unit(f.File())); n != nil {
		new = c.new.split(code{*n, allocsOf(*n, c.new.facts)})
	}
	stay, left, more := pair(slices.Concat(old.own, old.copies), slices.Concat(new.own, new.copies))
	left = slices.DeleteFunc(left, func(a alloc) bool { return has(old.copies, a) && has(new.called, a) })
	more = slices.DeleteFunc(more, func(a alloc) bool { return has(new.copies, a) && has(old.called, a) })
	return gain(f, stay, left, more), old.count() - new.count()
}

// pair matches the allocs of two versions by the compiler's messages: first by whole
// messages, then without the qualifiers of names.
func pair(old, new []alloc) (stay, left, more []alloc) {
	more = slices.Clone(new)
	take := func(same func(alloc) bool) bool {
		i := slices.IndexFunc(more, same)
		if i >= 0 {
			more = slices.Delete(more, i, i+1)
		}
		return i >= 0
	}
	for _, a := range old {
		if take(func(n alloc) bool { return n.Moved == a.Moved && n.What == a.What }) {
			stay = append(stay, a)
		} else {
			left = append(left, a)
		}
	}
	left = slices.DeleteFunc(left, func(a alloc) bool {
		renamed := take(func(n alloc) bool { return alike(n.Fact, a.Fact) })
		if renamed {
			stay = append(stay, a)
		}
		return renamed
	})
	return stay, left, more
}

func gain(f Function, stay, left, more []alloc) Gain {
	g := Gain{Func: f.Name(), Pos: f.Position()}
	list := func(allocs []alloc) (all []Allocation) {
		for _, a := range allocs {
			all = append(all, allocation(a.Fact, g.Func))
		}
		slices.SortFunc(all, byPosition)
		return all
	}
	g.Stays, g.Left, g.New = list(stay), list(left), list(more)
	return g
}

// successor returns the declaration that f became in u, the unit that contains its file
// after the rewrite: the one of the same name, or nil.
func successor(f Function, u *pattern.Unit) *Function {
	// Some names may be declared more than once, such as init and _.
	name, nth := f.Name(), 0
	for _, d := range f.Unit.FileOf(f.Decl.Pos()).Decls {
		if d == f.Decl {
			break
		}
		if declName(d) == name {
			nth++
		}
	}
	for _, d := range declsOf(u, f.File()) {
		if declName(d) == name {
			if nth == 0 {
				return &Function{u, d}
			}
			nth--
		}
	}
	return nil
}

// finishOf returns the finish function of a plan in a file of u, or nil.
func finishOf(p *plan.Plan, file string, u *pattern.Unit) *Function {
	for _, d := range declsOf(u, file) {
		if fn, ok := d.(*ast.FuncDecl); ok && isFinish(fn, p) {
			return &Function{u, d}
		}
	}
	return nil
}

// declsOf returns the declarations in a file of u, which may be nil.
func declsOf(u *pattern.Unit, file string) []ast.Decl {
	if u == nil {
		return nil
	}
	for _, f := range u.Files {
		if u.Filename(f.FileStart) == file {
			return f.Decls
		}
	}
	return nil
}

// isFinish reports whether d declares the finish function of a plan, which is new.
func isFinish(d *ast.FuncDecl, p *plan.Plan) bool {
	if d.Name.Name != p.Finish.Name {
		return false
	}
	recv := ""
	switch {
	case p.Form == plan.Bound, p.Finish.Existing:
		return false
	case p.State != nil:
		recv = p.State.Type
	case p.Finish.OnRecv:
		recv = p.Prepare.Key.Recv
	}
	name := declName(d)
	if recv == "" {
		return name == d.Name.Name
	}
	return name == recv+"."+d.Name.Name || name == "(*"+recv+")."+d.Name.Name
}
