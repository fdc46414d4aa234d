package rewrite

import (
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/internal/escape"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// A Heap is what a prepare function costs today, by the compiler's account.
type Heap struct {
	// Least and Most count the allocations of one call of the function that are
	// there because of the cleanup, over all callers: the closure, variables of
	// the function that it captures, and variables of the caller that it has the
	// address of. They are exact for a call that returns a cleanup.
	Least, Most int

	// Unclear is set if the compiler did not say of everything where it is, or
	// not in a form that is known. Least and Most then count what it did say.
	Unclear bool

	Allocations []Allocation // each once, by position
}

// An Allocation is something that the compiler puts on the heap.
type Allocation struct {
	Pos    token.Position
	What   string   // the expression or variable, as the compiler writes it
	Func   string   // the function that allocates it, as in "(*Conn).readFrameHeader"
	Reason []string // the compiler's account, line by line; empty: no reason available
}

// stack reports whether the compiler keeps everything on the stack.
func (h *Heap) stack() bool { return h.Most == 0 && !h.Unclear }

// facts asks the compiler about the packages that hold the prepare functions of
// changes and their callers, with the files of the overlay in place: one answer
// for each configuration, nil where there is nothing to ask.
func (r *run) facts(ctx context.Context, over overlay, changes []*change) ([]*escape.Facts, error) {
	flags, remove, err := over.flag()
	if err != nil {
		return nil, err
	}
	defer remove()
	facts := make([]*escape.Facts, len(r.Configs))
	for i, config := range r.Configs {
		build := escape.Build{
			Dir:   r.Dir,
			Env:   config.env(r.Env),
			Flags: append(config.flags(), flags...),
		}
		for _, c := range changes {
			if c.config != i {
				continue
			}
			for _, d := range functionsOf(c) {
				path := d.unit.Pkg.Path()
				if strings.HasSuffix(d.file(), "_test.go") {
					build.Tests = true
					path = strings.TrimSuffix(path, "_test")
				}
				build.Packages = append(build.Packages, path)
			}
		}
		if len(build.Packages) == 0 {
			continue
		}
		if facts[i], err = escape.Compile(ctx, build); err != nil {
			return nil, err
		}
	}
	return facts, nil
}

// A function is a top-level declaration that a change is about.
type function struct {
	unit *pattern.Unit
	decl ast.Decl
}

func (f function) position() token.Position {
	return f.unit.Fset.PositionFor(f.decl.Pos(), false)
}

func (f function) file() string { return f.position().Filename }

// place returns where a node of f begins.
func (f function) place(n ast.Node) escape.Pos { return placeOf(f.unit.Fset, n.Pos()) }

// object returns the function or method that f declares, nil if f is no function.
func (f function) object() *types.Func {
	d, ok := f.decl.(*ast.FuncDecl)
	if !ok {
		return nil
	}
	fn, _ := f.unit.Info.Defs[d.Name].(*types.Func)
	return fn
}

// name returns the name of f as Go people write it.
func (f function) name() string { return declName(f.decl) }

// functionsOf returns the prepare function of c and then those of its sites, each
// once.
func functionsOf(c *change) []function {
	all := []function{{c.first.Prepare.Unit, c.first.Prepare.Decl}}
	for _, s := range c.first.Sites {
		if f := (function{s.Unit, s.Decl}); !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	return all
}

// declName returns the name of a declaration: (*Conn).prepareRead, prepare, or
// var x.
func declName(d ast.Decl) string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil || len(d.Recv.List) == 0 {
			return d.Name.Name
		}
		recv, star := d.Recv.List[0].Type, false
		for {
			switch t := recv.(type) {
			case *ast.StarExpr:
				recv, star = t.X, true
				continue
			case *ast.ParenExpr:
				recv = t.X
				continue
			case *ast.IndexExpr:
				recv = t.X
				continue
			case *ast.IndexListExpr:
				recv = t.X
				continue
			}
			break
		}
		name := types.ExprString(recv)
		if star {
			name = "(*" + name + ")"
		}
		return name + "." + d.Name.Name
	case *ast.GenDecl:
		for _, s := range d.Specs {
			if s, ok := s.(*ast.ValueSpec); ok {
				return "var " + s.Names[0].Name
			}
		}
	}
	return "a declaration"
}

// weigher counts what the cleanup of one prepare function costs.
type weigher struct {
	facts *escape.Facts
	side  *side
	p     *pattern.Prepare
	heap  *Heap
}

// weigh joins the verdicts of the compiler to the places that c is about.
func weigh(c *change, facts *escape.Facts) *Heap {
	w := &weigher{facts: facts, side: oldSide(facts, c), p: c.first.Prepare, heap: new(Heap)}
	var apart int // for a call that is not inlined
	var own []escape.Fact
	if len(w.p.Captures) > 0 { // a literal that captures nothing is no allocation
		// Only one of the literals is made in a call.
		for _, l := range w.p.Literals {
			f := facts.Literal(w.at(w.p.Unit, l.Lit.Pos()))
			if n := w.count(f); n > apart {
				apart = n
			}
			own = append(own, f)
		}
	}
	for _, capture := range w.p.Captures {
		f := facts.Variable(w.at(w.p.Unit, capture.Var.Pos()), capture.Var.Name())
		apart += w.count(f)
		own = append(own, f)
	}
	first := true
	for _, s := range c.first.Sites {
		n, inlined := w.inlined(s)
		if !inlined {
			n = apart
			for _, f := range own {
				w.add(f, c.key.String())
			}
		}
		n += w.variables(s)
		if first || n < w.heap.Least {
			w.heap.Least = n
		}
		w.heap.Most = max(w.heap.Most, n)
		first = false
	}
	slices.SortFunc(w.heap.Allocations, func(a, b Allocation) int { return comparePlaces(a.Pos, b.Pos) })
	return w.heap
}

// inlined counts what the copy of the prepare function allocates that inlining
// made at s, if it made one.
func (w *weigher) inlined(s *pattern.Site) (n int, yes bool) {
	at := w.at(s.Unit, s.Call.Lparen)
	if !w.facts.Inlined(at, w.p.Key.Name) {
		return 0, false
	}
	lit := w.copy(at)
	if lit.Verdict == escape.Unknown && w.side.generic {
		return 0, false // a wrapper was inlined, that hands over the types
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

// copy returns the verdict on the copy of the cleanup that is made at p, where
// other literals of the function are copied as well.
func (w *weigher) copy(p escape.Pos) escape.Fact {
	all := w.facts.Literal(p)
	copied, sure := w.side.copied(p, outer(w.side.prepare.entries), outer(w.side.free))
	for _, e := range copied {
		if slices.ContainsFunc(w.p.Literals, func(l *pattern.Literal) bool { return w.at(w.p.Unit, l.Lit.Pos()) == e.Pos }) {
			if !sure {
				break
			}
			if all.Verdict == escape.Heap {
				return all
			}
			return escape.Fact{Pos: p, Verdict: escape.Heap, What: e.What}
		}
	}
	// The others are on the heap, or there are none.
	onStack := slices.ContainsFunc(w.facts.At(p), func(f escape.Fact) bool { return f.Verdict == escape.Stack && f.IsLiteral() })
	if sure && onStack {
		return escape.Fact{Pos: p, Verdict: escape.Stack, What: all.What}
	}
	return escape.Fact{Pos: p, What: all.What}
}

// variables counts the variables at s that are on the heap because their address
// goes to the prepare function or to the cleanup. A variable that is there for
// another reason, by the compiler's account, is not counted.
func (w *weigher) variables(s *pattern.Site) int {
	calls := callsAt(s)
	n := 0
	for _, v := range addressedAt(s) {
		f := w.facts.Variable(w.at(s.Unit, v.Pos()), v.Name())
		if len(f.Through) > 0 && !slices.ContainsFunc(calls, func(c *ast.CallExpr) bool { return w.passes(f, s.Unit, c) }) {
			continue
		}
		w.add(f, declName(s.Decl))
		n += w.count(f)
	}
	return n
}

// callsAt returns the calls of the prepare function and of the cleanup at s.
func callsAt(s *pattern.Site) []*ast.CallExpr {
	calls := []*ast.CallExpr{s.Call}
	for _, u := range s.Uses {
		if u.Call != nil && u.Call != s.Call {
			calls = append(calls, u.Call)
		}
	}
	return calls
}

// addressedAt returns the variables whose address those calls get, each once.
func addressedAt(s *pattern.Site) []*types.Var {
	var found []*types.Var
	for _, call := range callsAt(s) {
		for _, arg := range call.Args {
			if v := addressed(s.Unit.Info, arg); v != nil && !slices.Contains(found, v) {
				found = append(found, v)
			}
		}
	}
	return found
}

// passes reports whether the compiler's account of f mentions the call.
func (w *weigher) passes(f escape.Fact, u *pattern.Unit, call *ast.CallExpr) bool {
	from, to := u.Fset.PositionFor(call.Pos(), false), u.Fset.PositionFor(call.End(), false)
	return slices.ContainsFunc(f.Through, func(p escape.Pos) bool {
		return p.File == from.Filename && (p.Line > from.Line || p.Line == from.Line && p.Col >= from.Column) &&
			(p.Line < to.Line || p.Line == to.Line && p.Col < to.Column)
	})
}

// count returns the allocations that a verdict stands for.
func (w *weigher) count(f escape.Fact) int {
	switch f.Verdict {
	case escape.Heap:
		return 1
	case escape.Unknown:
		w.heap.Unclear = true
	}
	return 0
}

// add notes an allocation, once.
func (w *weigher) add(f escape.Fact, in string) {
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

// allocation makes an Allocation of a verdict on a function.
func allocation(f escape.Fact, in string) Allocation {
	return Allocation{
		Pos:    token.Position{Filename: f.File, Line: f.Line, Column: f.Col},
		What:   f.What,
		Func:   in,
		Reason: f.Reason,
	}
}

// at turns a position of the syntax into one of the compiler.
func (w *weigher) at(u *pattern.Unit, p token.Pos) escape.Pos { return placeOf(u.Fset, p) }

func placeOf(fset *token.FileSet, p token.Pos) escape.Pos {
	pos := fset.PositionFor(p, false)
	return escape.Pos{File: pos.Filename, Line: pos.Line, Col: pos.Column}
}

// addressed returns the variable whose address e is, or of a part of which.
func addressed(info *types.Info, e ast.Expr) *types.Var {
	u, ok := ast.Unparen(e).(*ast.UnaryExpr)
	if !ok || u.Op != token.AND {
		return nil
	}
	for e = u.X; ; {
		switch x := ast.Unparen(e).(type) {
		case *ast.Ident:
			v, _ := info.Uses[x].(*types.Var)
			if v == nil || v.Pkg() == nil || v.Parent() == v.Pkg().Scope() {
				return nil // a global is not on the stack in the first place
			}
			return v
		case *ast.SelectorExpr:
			s := info.Selections[x]
			if s == nil || s.Indirect() {
				return nil
			}
			e = x.X
		case *ast.IndexExpr:
			t := info.TypeOf(x.X)
			if t == nil {
				return nil
			}
			if _, ok := t.Underlying().(*types.Array); !ok {
				return nil
			}
			e = x.X
		default:
			return nil
		}
	}
}

func comparePlaces(a, b token.Position) int {
	if a.Filename != b.Filename {
		return strings.Compare(a.Filename, b.Filename)
	}
	if a.Line != b.Line {
		return a.Line - b.Line
	}
	return a.Column - b.Column
}

// ask weighs the changes of the first round, and sets those aside that cost
// nothing: they are no findings.
func (r *run) ask(ctx context.Context) error {
	if len(r.changes) == 0 {
		return nil
	}
	r.Status("asking the compiler")
	facts, err := r.facts(ctx, nil, r.changes)
	if err != nil {
		return fmt.Errorf("the compiler cannot be asked: %w", err)
	}
	n := 0
	for _, c := range r.changes {
		f := r.findings[c.id()]
		f.Heap = weigh(c, facts[c.config])
		if f.Heap.stack() {
			r.settled[c.id()] = true
			r.stack = append(r.stack, *f)
			delete(r.findings, c.id())
			n++
		}
	}
	r.Progress(fmt.Sprintf("the compiler was asked: %d of %s on the heap", len(r.changes)-n, count(len(r.changes), "cleanup")))
	return nil
}
