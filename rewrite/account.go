package rewrite

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/internal/escape"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"golang.org/x/tools/go/types/typeutil"
)

// An entry is something on the heap, by the compiler's words on one place of the
// text.
type entry struct {
	escape.Fact
	inner bool // within a function literal
	free  bool // a function literal that captures nothing: no allocation
}

// An account is what the compiler says about the text of one function.
type account struct {
	function
	entries []entry
}

// accountOf reads what facts say about f. Constants are left out.
func accountOf(facts *escape.Facts, f function) account {
	a := account{function: f}
	type body struct{ from, to escape.Pos }
	var bodies []body
	literals := make(map[escape.Pos]*ast.FuncLit)
	ast.Inspect(f.decl, func(n ast.Node) bool {
		if lit, ok := n.(*ast.FuncLit); ok {
			literals[f.place(lit)] = lit
			bodies = append(bodies, body{f.place(lit.Body), placeOf(f.unit.Fset, lit.Body.End())})
		}
		return true
	})
	// What is said about the name of a generic function is a copy of it, in a wrapper
	// that hands over the types.
	var name escape.Pos
	if d, ok := f.decl.(*ast.FuncDecl); ok {
		name = f.place(d.Name)
	}
	for _, fact := range facts.Heap(f.place(f.decl), placeOf(f.unit.Fset, f.decl.End())) {
		if fact.Constant() || fact.Pos == name {
			continue
		}
		e := entry{Fact: fact}
		e.inner = slices.ContainsFunc(bodies, func(b body) bool { return b.from.Compare(fact.Pos) < 0 && fact.Pos.Compare(b.to) < 0 })
		if lit := literals[fact.Pos]; lit != nil && fact.IsLiteral() {
			e.free = !captures(f.unit.Info, lit)
		}
		a.entries = append(a.entries, e)
	}
	return a
}

// captures reports whether a literal uses a variable of a function around it.
func captures(info *types.Info, lit *ast.FuncLit) bool {
	found := false
	ast.Inspect(lit, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return !found
		}
		v, ok := info.Uses[id].(*types.Var)
		if ok && !v.IsField() && v.Pkg() != nil && v.Parent() != v.Pkg().Scope() && (v.Pos() < lit.Pos() || lit.End() <= v.Pos()) {
			found = true
		}
		return !found
	})
	return found
}

// A side is one of the two texts that are compared: a prepare function in it, its
// cleanup or finish, and what the compiler says about all of it.
type side struct {
	facts   *escape.Facts
	prepare account // without what is in cleanup
	cleanup account // of the finish, or of the literals that are the cleanup
	free    []entry // literals of either that are no allocations

	generic  bool
	prepares pattern.Key
	finish   pattern.Key                // of the finish; zero in the old text
	uses     map[*ast.CallExpr]struct{} // calls of the cleanup; in the old text
}

// oldSide is the text before the change c.
func oldSide(facts *escape.Facts, c *change) *side {
	p := c.first.Prepare
	s := &side{facts: facts, prepares: p.Key, generic: generic(p.Func), uses: make(map[*ast.CallExpr]struct{})}
	f := function{p.Unit, p.Decl}
	s.prepare.function, s.cleanup.function = f, f
	for _, e := range accountOf(facts, f).entries {
		within := slices.ContainsFunc(p.Literals, func(l *pattern.Literal) bool {
			return f.place(l.Lit.Body).Compare(e.Pos) < 0 && e.Pos.Compare(placeOf(p.Unit.Fset, l.Lit.End())) < 0
		})
		switch {
		case e.free:
			s.free = append(s.free, e)
		case within:
			s.cleanup.entries = append(s.cleanup.entries, e)
		default:
			s.prepare.entries = append(s.prepare.entries, e)
		}
	}
	for _, u := range p.Inner {
		if u.Call != nil {
			s.uses[u.Call] = struct{}{}
		}
	}
	for _, site := range c.first.Sites {
		for _, u := range site.Uses {
			if u.Call != nil && u.Call != site.Call {
				s.uses[u.Call] = struct{}{}
			}
		}
	}
	s.prepare.entries = s.share(s.prepare).own
	return s
}

// newSide is the text after a change, of which next is what the prepare function
// became and finish the new function, if there is one.
func newSide(facts *escape.Facts, prepares pattern.Key, next, finish []function) *side {
	s := &side{facts: facts, prepares: prepares}
	take := func(a *account, from []function) {
		for _, f := range from {
			a.function = f
			for _, e := range accountOf(facts, f).entries {
				if e.free {
					s.free = append(s.free, e)
				} else {
					a.entries = append(a.entries, e)
				}
			}
		}
	}
	take(&s.prepare, next)
	take(&s.cleanup, finish)
	for _, f := range next {
		if fn := f.object(); fn != nil {
			s.generic = generic(fn)
		}
	}
	for _, f := range finish {
		if fn := f.object(); fn != nil {
			s.finish = pattern.KeyOf(fn)
		}
	}
	if len(next) > 0 {
		s.prepare.entries = s.share(s.prepare).own
	}
	return s
}

func generic(fn *types.Func) bool {
	sig := fn.Signature()
	return sig.TypeParams().Len()+sig.RecvTypeParams().Len() > 0
}

// A share is what a caller has on the heap, and what its calls cost besides.
type share struct {
	own    []entry // of the caller itself
	copies []entry // of the prepare function or the cleanup, where they were inlined

	// called holds what the calls allocate: what the prepare function does, or
	// those parts of it that the copy at a call does as well, and the cleanup.
	called []entry
}

// share divides up what is on the heap in a function that calls the prepare
// function or the cleanup.
func (s *side) share(caller account) share {
	var sh share
	rest := slices.Clone(caller.entries)
	// take takes from rest what is printed at a call, but is in one of the entries
	// that the copy was made of.
	take := func(at escape.Pos, copied []entry) {
		rest = slices.DeleteFunc(rest, func(e entry) bool {
			if e.Pos != at {
				return false
			}
			if has(copied, e) {
				sh.copies = append(sh.copies, e)
				return true
			}
			// What is left is the caller's, but for copies of literals that are no
			// allocations.
			return e.IsLiteral() && len(e.Reasons()) <= len(s.free)
		})
	}
	ast.Inspect(caller.decl, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		at := placeOf(caller.unit.Fset, call.Lparen)
		fn, _ := typeutil.Callee(caller.unit.Info, call).(*types.Func)
		_, use := s.uses[call]
		switch {
		case fn != nil && pattern.KeyOf(fn) == s.prepares:
			if !s.inlined(at) {
				sh.called = slices.Concat(sh.called, s.prepare.entries, s.cleanup.entries)
				break
			}
			copied, _ := s.copied(at, outer(s.prepare.entries), outer(s.free))
			take(at, copied)
			inner := slices.DeleteFunc(slices.Clone(s.prepare.entries), func(e entry) bool { return !e.inner })
			sh.called = slices.Concat(sh.called, copied, inner, s.cleanup.entries)
		case use, fn != nil && s.finish != (pattern.Key{}) && pattern.KeyOf(fn) == s.finish:
			copied, _ := s.copied(at, s.cleanup.entries, s.free)
			take(at, copied)
		}
		return true
	})
	for _, e := range rest {
		if !e.free {
			sh.own = append(sh.own, e)
		}
	}
	return sh
}

// outer returns what a copy of the code prints at the call; what is in function
// literals keeps its place.
func outer(entries []entry) []entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e entry) bool { return e.inner })
}

// inlined reports whether the prepare function is copied to the call at p.
func (s *side) inlined(p escape.Pos) bool {
	if !s.facts.Inlined(p, s.prepares.Name) {
		return false
	}
	// Of a generic function it may be a wrapper, that hands over the types.
	return !s.generic || len(s.facts.At(p)) > 0
}

// copied returns those of entries that a copy of their code allocates at p, where
// free are the literals of that code that are no allocations. All literals look
// alike in the compiler's words: sure is set if there is no doubt about which of
// them are meant.
func (s *side) copied(p escape.Pos, entries, free []entry) (found []entry, sure bool) {
	var reasons []string // of function literals on the heap
	facts := s.facts.At(p)
	for _, f := range facts {
		if f.Verdict == escape.Heap && f.IsLiteral() {
			reasons = append(reasons, f.Reasons()...)
		}
	}
	// Those that are not returned go the same ways in the copy.
	var unknown []entry
	for _, e := range slices.Concat(entries, free) {
		switch {
		case !e.IsLiteral():
			if slices.ContainsFunc(facts, func(f escape.Fact) bool { return f.Verdict == escape.Heap && alike(f, e.Fact) }) {
				found = append(found, e)
			}
			continue
		case e.Reasons()[0] == "" || !slices.Contains(reasons, e.Reasons()[0]):
			unknown = append(unknown, e)
			continue
		}
		i := slices.Index(reasons, e.Reasons()[0])
		reasons = slices.Delete(reasons, i, i+1)
		if !e.free {
			found = append(found, e)
		}
	}
	sure = len(reasons) == 0 || len(reasons) == len(unknown)
	for _, e := range unknown {
		if len(reasons) > 0 && !e.free {
			reasons = reasons[1:]
			found = append(found, e)
		}
	}
	return found, sure
}

// alike reports whether two facts may be about the same thing in two places.
func alike(f, g escape.Fact) bool { return f.Moved == g.Moved && f.Words() == g.Words() }

func has(entries []entry, e entry) bool {
	return slices.ContainsFunc(entries, func(f entry) bool { return alike(f.Fact, e.Fact) })
}

// cost returns how many allocations a caller and its calls are.
func (sh share) cost() int { return len(sh.own) + len(sh.called) }
