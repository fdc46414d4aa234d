package allocs

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/internal/escape"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// A Heap lists the allocations that the compiler reports for a cleanup.
type Heap struct {
	// Least and Most are the numbers of allocations in one call of the function that
	// the cleanup causes, over all callers: the closure, variables of
	// the function that it captures, and variables of the caller whose address it
	// has. They are exact for a call that returns a cleanup.
	Least, Most int

	// Unclear is set if the compiler did not report on every closure and variable, or
	// not in a known form. Least and Most then count what it did report.
	Unclear bool

	Allocations []Allocation // ordered by position, without duplicates
}

// OnStack reports whether the cleanup causes no allocation.
func (h *Heap) OnStack() bool { return h.Most == 0 && !h.Unclear }

// A counter counts the allocations that the cleanup of one prepare function causes.
type counter struct {
	facts   *escape.Facts
	version *version
	p       *pattern.Prepare
	heap    *Heap
}

// Count returns what the cleanup of c costs, given the facts about its functions.
func Count(c *candidate.Candidate, facts *escape.Facts) *Heap {
	w := &counter{facts: facts, version: before(c, facts), p: c.Prepare, heap: new(Heap)}
	var apart int // for a call that is not inlined
	var own []escape.Fact
	// The compiler says nothing about a literal in a local variable whose calls are all inlined.
	if !w.local() || slices.ContainsFunc(c.Sites, func(s *pattern.Site) bool { return !facts.InlinedLiteral(placeOf(s.Unit, s.Call.Lparen)) }) {
		apart, own = w.apart()
	}
	first := true
	for _, s := range c.Sites {
		n, inlined := w.inlined(s)
		if !inlined {
			n = apart
			for _, f := range own {
				w.add(f, w.p.Key.String())
			}
		}
		n += w.variables(s)
		if first || n < w.heap.Least {
			w.heap.Least = n
		}
		w.heap.Most = max(w.heap.Most, n)
		first = false
	}
	slices.SortFunc(w.heap.Allocations, byPosition)
	return w.heap
}

// apart counts the allocations in a call of the prepare function that is not inlined. own has the
// facts about its cleanups and what they capture.
func (w *counter) apart() (apart int, own []escape.Fact) {
	if len(w.p.Captures) > 0 { // a literal that captures nothing is not allocated
		// A call makes only one of the literals.
		for _, l := range w.p.Literals {
			f := w.facts.Literal(placeOf(w.p.Unit, l.Lit.Pos()))
			if l.Method != nil {
				f = madeFact(w.p.Unit, w.facts, l.Method)
			}
			if n := w.count(f); n > apart {
				apart = n
			}
			own = append(own, f)
		}
		for _, e := range w.p.Made {
			f := madeFact(w.p.Unit, w.facts, e)
			apart = max(apart, w.count(f))
			own = append(own, f)
		}
	}
	for _, capture := range w.p.Captures {
		f := w.facts.Variable(placeOf(w.p.Unit, capture.Var.Pos()), capture.Var.Name())
		apart += w.count(f)
		own = append(own, f)
	}
	return apart, own
}

// local reports whether the prepare function is a literal in a variable.
func (w *counter) local() bool { return w.p.Facts.Decl != ast.Decl(w.p.Decl) }

// madeFact returns what the compiler says about a func that is made in another way than
// as a literal at a return: a method value, or a literal that a call gets.
func madeFact(u *pattern.Unit, facts *escape.Facts, e ast.Expr) escape.Fact {
	for n := range ast.Preorder(e) {
		switch n := n.(type) {
		case *ast.FuncLit:
			return facts.Literal(placeOf(u, n.Pos()))
		case *ast.SelectorExpr:
			if s := u.Info.Selections[n]; s == nil || s.Kind() != types.MethodVal || ast.Expr(n) != e {
				continue
			}
			at := placeOf(u, n.X.End()) // the compiler names the dot
			for _, f := range facts.At(at) {
				if f.Verdict == escape.Heap && !f.Moved {
					return f
				}
			}
			return escape.Fact{Pos: at, What: types.ExprString(n)}
		}
	}
	return escape.Fact{Pos: placeOf(u, e.Pos())}
}

// inlined counts the allocations in the copy of the prepare function at s, if the call is
// inlined.
func (w *counter) inlined(s *pattern.Site) (n int, yes bool) {
	at := placeOf(s.Unit, s.Call.Lparen)
	inlined := w.facts.Inlined(at, w.p.Key.Name)
	if w.local() {
		inlined = w.facts.InlinedLiteral(at)
	}
	if !inlined {
		return 0, false
	}
	lit := w.copy(at)
	if lit.Verdict == escape.Unknown && w.version.generic {
		return 0, false // only a wrapper that passes type arguments was inlined
	}
	if len(w.p.Captures) > 0 {
		w.add(lit, declName(s.Decl))
		n += w.count(lit)
	}
	for _, capture := range w.p.Captures {
		f := w.facts.Variable(at, capture.Var.Name())
		w.add(f, declName(s.Decl))
		n += w.count(f)
	}
	return n, true
}

// copy returns the verdict on the copy of the cleanup at p, where copies of other literals
// of the function may be as well.
func (w *counter) copy(p escape.Pos) escape.Fact {
	all := w.facts.Literal(p)
	copied, sure := w.version.copied(p, outer(w.version.prepare.allocs), outer(w.version.free))
	for _, e := range copied {
		if slices.ContainsFunc(w.p.Literals, func(l *pattern.Literal) bool { return placeOf(w.p.Unit, l.Lit.Pos()) == e.Pos }) {
			if !sure {
				break
			}
			if all.Verdict == escape.Heap {
				return all
			}
			return escape.Fact{Pos: p, Verdict: escape.Heap, What: e.What}
		}
	}
	// Other literals are on the heap, or there are none.
	onStack := slices.ContainsFunc(w.facts.At(p), func(f escape.Fact) bool { return f.Verdict == escape.Stack && f.IsLiteral() })
	if sure && onStack {
		return escape.Fact{Pos: p, Verdict: escape.Stack, What: all.What}
	}
	return escape.Fact{Pos: p, What: all.What}
}

// variables counts the variables at s that are on the heap because their address is passed
// to the prepare function or to the cleanup. It does not count a variable that is on the
// heap for another reason according to the compiler.
func (w *counter) variables(s *pattern.Site) int {
	calls := callsAt(s)
	n := 0
	for _, v := range Addressed(s) {
		f := w.facts.Variable(placeOf(s.Unit, v.Pos()), v.Name())
		if len(f.Through) > 0 && !slices.ContainsFunc(calls, func(c *ast.CallExpr) bool { return w.passes(f, s.Unit, c) }) {
			continue
		}
		w.add(f, declName(s.Decl))
		n += w.count(f)
	}
	return n
}

// passes reports whether the compiler's explanation of f mentions the call.
func (w *counter) passes(f escape.Fact, u *pattern.Unit, call *ast.CallExpr) bool {
	from, to := u.Fset.PositionFor(call.Pos(), false), u.Fset.PositionFor(call.End(), false)
	return slices.ContainsFunc(f.Through, func(p escape.Pos) bool {
		return p.File == from.Filename && (p.Line > from.Line || p.Line == from.Line && p.Col >= from.Column) &&
			(p.Line < to.Line || p.Line == to.Line && p.Col < to.Column)
	})
}

// count returns the number of allocations for a verdict: 0 or 1.
func (w *counter) count(f escape.Fact) int {
	switch f.Verdict {
	case escape.Heap:
		return 1
	case escape.Unknown:
		w.heap.Unclear = true
	}
	return 0
}

// add records an allocation, without duplicates.
func (w *counter) add(f escape.Fact, in string) {
	if f.Verdict != escape.Heap {
		return
	}
	a := allocation(f, in)
	for _, b := range w.heap.Allocations {
		if a.Pos == b.Pos && a.What == b.What {
			return
		}
	}
	w.heap.Allocations = append(w.heap.Allocations, a)
}
