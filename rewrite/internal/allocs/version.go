package allocs

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/internal/escape"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"golang.org/x/tools/go/types/typeutil"
)

// A version is the code before or after a rewrite: a prepare function, its cleanup or
// finish function, and the facts about all of the code.
type version struct {
	facts   *escape.Facts
	prepare code    // without the allocs in cleanup
	cleanup []alloc // of the finish function, or of the cleanup literals
	free    []alloc // literals in either that are not allocated

	generic   bool
	prepareID pattern.Key
	finishID  pattern.Key                // zero before the rewrite
	uses      map[*ast.CallExpr]struct{} // calls of the cleanup, before the rewrite
}

// before returns the version before the rewrite of c.
func before(c *candidate.Candidate, facts *escape.Facts) *version {
	p := c.Prepare
	v := &version{facts: facts, prepareID: p.Key, generic: generic(p.Func), uses: make(map[*ast.CallExpr]struct{})}
	f := Function{p.Unit, p.Decl}
	v.prepare.Function = f
	for _, a := range allocsOf(f, facts) {
		within := slices.ContainsFunc(p.Literals, func(l *pattern.Literal) bool {
			return f.place(l.Lit.Body).Compare(a.Pos) < 0 && a.Pos.Compare(placeOf(p.Unit, l.Lit.End())) < 0
		})
		switch {
		case a.free:
			v.free = append(v.free, a)
		case within:
			v.cleanup = append(v.cleanup, a)
		default:
			v.prepare.allocs = append(v.prepare.allocs, a)
		}
	}
	for _, u := range p.Inner {
		if u.Call != nil {
			v.uses[u.Call] = struct{}{}
		}
	}
	for _, site := range c.Sites {
		for _, u := range site.Uses {
			if u.Call != nil && u.Call != site.Call {
				v.uses[u.Call] = struct{}{}
			}
		}
	}
	v.prepare.allocs = v.split(v.prepare).own
	return v
}

// after returns the version after the rewrite of p. prepare is what the prepare function
// became, and finish is the new function. Either may be nil.
func after(p *pattern.Prepare, facts *escape.Facts, prepare, finish *Function) *version {
	v := &version{facts: facts, prepareID: p.Key}
	take := func(f Function) (kept []alloc) {
		for _, a := range allocsOf(f, facts) {
			if a.free {
				v.free = append(v.free, a)
			} else {
				kept = append(kept, a)
			}
		}
		return kept
	}
	if prepare != nil {
		v.prepare = code{*prepare, take(*prepare)}
		if fn := prepare.object(); fn != nil {
			v.generic = generic(fn)
		}
	}
	if finish != nil {
		v.cleanup = take(*finish)
		if fn := finish.object(); fn != nil {
			v.finishID = pattern.KeyOf(fn)
		}
	}
	if prepare != nil {
		v.prepare.allocs = v.split(v.prepare).own
	}
	return v
}

func generic(fn *types.Func) bool {
	sig := fn.Signature()
	return sig.TypeParams().Len()+sig.RecvTypeParams().Len() > 0
}

// A split divides the allocs of a caller into its own and those of its calls.
type split struct {
	own    []alloc // of the caller itself
	copies []alloc // of the prepare function or the cleanup, from inlined calls

	// called has the allocs in the calls: those of the prepare function, or
	// those of them that the copy at a call has as well, and those of the cleanup.
	called []alloc
}

// count returns the number of allocations in a caller and its calls.
func (s split) count() int { return len(s.own) + len(s.called) }

// split divides the allocs reported in a function that calls the prepare function or the
// cleanup.
func (v *version) split(caller code) split {
	var s split
	rest := slices.Clone(caller.allocs)
	// take removes from rest the allocs at a call that are copies of those in
	// copied.
	take := func(at escape.Pos, copied []alloc) {
		rest = slices.DeleteFunc(rest, func(a alloc) bool {
			if a.Pos != at {
				return false
			}
			if has(copied, a) {
				s.copies = append(s.copies, a)
				return true
			}
			// The rest is the caller's own, except copies of literals that are not
			// allocated.
			return a.IsLiteral() && len(a.Reasons()) <= len(v.free)
		})
	}
	for n := range ast.Preorder(caller.Decl) {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			continue
		}
		at := placeOf(caller.Unit, call.Lparen)
		fn, _ := typeutil.Callee(caller.Unit.Info, call).(*types.Func)
		_, use := v.uses[call]
		switch {
		case fn != nil && pattern.KeyOf(fn) == v.prepareID:
			if !v.inlined(at) {
				s.called = slices.Concat(s.called, v.prepare.allocs, v.cleanup)
				break
			}
			copied, _ := v.copied(at, outer(v.prepare.allocs), outer(v.free))
			take(at, copied)
			inner := slices.DeleteFunc(slices.Clone(v.prepare.allocs), func(a alloc) bool { return !a.inner })
			s.called = slices.Concat(s.called, copied, inner, v.cleanup)
		case use, fn != nil && v.finishID != (pattern.Key{}) && pattern.KeyOf(fn) == v.finishID:
			copied, _ := v.copied(at, v.cleanup, v.free)
			take(at, copied)
		}
	}
	for _, a := range rest {
		if !a.free {
			s.own = append(s.own, a)
		}
	}
	return s
}

// inlined reports whether the call at p of the prepare function is inlined.
func (v *version) inlined(p escape.Pos) bool {
	if !v.facts.Inlined(p, v.prepareID.Name) {
		return false
	}
	// For a generic function it may only be a wrapper that passes type arguments.
	return !v.generic || len(v.facts.At(p)) > 0
}

// copied returns the allocs that a copy of their code at p makes. free are the literals of
// that code that are not allocated. The compiler's messages do not tell literals apart.
// sure is set if there is no doubt which ones are reported.
func (v *version) copied(p escape.Pos, allocs, free []alloc) (found []alloc, sure bool) {
	var reasons []string // of function literals on the heap
	facts := v.facts.At(p)
	for _, f := range facts {
		if f.Verdict == escape.Heap && f.IsLiteral() {
			reasons = append(reasons, f.Reasons()...)
		}
	}
	// Literals that are not returned escape in the same ways in the copy.
	var unknown []alloc
	for _, a := range slices.Concat(allocs, free) {
		switch {
		case !a.IsLiteral():
			if slices.ContainsFunc(facts, func(f escape.Fact) bool { return f.Verdict == escape.Heap && alike(f, a.Fact) }) {
				found = append(found, a)
			}
			continue
		case a.Reasons()[0] == "" || !slices.Contains(reasons, a.Reasons()[0]):
			unknown = append(unknown, a)
			continue
		}
		i := slices.Index(reasons, a.Reasons()[0])
		reasons = slices.Delete(reasons, i, i+1)
		if !a.free {
			found = append(found, a)
		}
	}
	sure = len(reasons) == 0 || len(reasons) == len(unknown)
	for _, a := range unknown {
		if len(reasons) > 0 && !a.free {
			reasons = reasons[1:]
			found = append(found, a)
		}
	}
	return found, sure
}
