package plan

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// finality tells which captured variables may still change after prepare has returned.
type finality struct {
	// shared holds the captures whose variable must stay the one that prepare has:
	// finish gets its address.
	shared map[*pattern.Capture]bool

	// resets holds the captures that the cleanup sets before it reads them: finish
	// needs neither the variable nor its value.
	resets map[*pattern.Capture][]Reset
}

// finalityOf finds the captures whose value at the run of the cleanup need not be
// the one that prepare returned with.
//
// The closure reads a captured variable when it runs. Once prepare has
// returned, only code that shares the variable can still change it: the cleanup
// itself, another literal (a goroutine, a callback), or whoever holds its
// address. Where there is none of these, the value at the return is the value
// at the run:
//
//	n := 0
//	go func() { n = 1 }()                 // or: s.onTick = func() { n++ }
//	return func() { fmt.Println(n) }, nil // a copy of n would print 0
//
// Otherwise the variable is on the heap already, and its address travels in the
// state: what is shared stays one.
func finalityOf(p *pattern.Prepare, sites []*pattern.Site) finality {
	f := finality{make(map[*pattern.Capture]bool), make(map[*pattern.Capture][]Reset)}
	for _, c := range p.Captures {
		if resets := resetsOf(p, c); resets != nil {
			f.resets[c] = resets
		} else if changesLater(p, sites, c) || changesSince(p, c) || holdsLock(c.Var.Type()) {
			f.shared[c] = true
		}
	}
	defineTogether(p, f.resets)
	return f
}

// holdsLock reports whether values of a type hold a lock, as go vet sees it: a copy
// of one, which the closure did not make, would be reported.
func holdsLock(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Array:
		return holdsLock(u.Elem())
	case *types.Struct:
		value, pointer := types.NewMethodSet(t), types.NewMethodSet(types.NewPointer(t))
		locks := func(name string) bool { return pointer.Lookup(nil, name) != nil && value.Lookup(nil, name) == nil }
		if locks("Lock") && locks("Unlock") {
			return true
		}
		for f := range u.Fields() {
			if holdsLock(f.Type()) {
				return true
			}
		}
	}
	return false
}

// changesSince reports whether a capture may change after the statement that puts the state
// for it into a variable, where a return does not make the state.
//
//	end = func() { fmt.Println(n) }     // end = beginState{n: n}
//	n++                                 // no: the closure sees this
func changesSince(p *pattern.Prepare, c *pattern.Capture) bool {
	return slices.ContainsFunc(p.Literals, func(l *pattern.Literal) bool {
		if l.Choice == nil || !slices.Contains(l.Captures, c) {
			return false
		}
		if c.Class == pattern.Result || p.OldLoopVar(c.Var) {
			return true // a return assigns the one, the next turn the other
		}
		again := flow.Loop(p.At(l.Bind), p.Decl) != nil
		return slices.ContainsFunc(p.Access[c.Var], func(a flow.Access) bool {
			return a.Mode == flow.Write && !flow.Within(a.Ident, l.Lit) && (again || a.Lit != nil || a.Ident.Pos() >= l.Bind.Pos())
		})
	})
}

// changesLater reports whether the value of a capture may change after prepare
// has returned, other than by the one run of its cleanup.
func changesLater(p *pattern.Prepare, sites []*pattern.Site, c *pattern.Capture) bool {
	written := slices.ContainsFunc(p.Access[c.Var], func(a flow.Access) bool {
		return a.Mode == flow.Write && inCleanup(p, a.Ident)
	})
	aside := runsAside(p)
	if aside && c.Class == pattern.Result {
		return true
	}
	for _, a := range p.Access[c.Var] {
		inside := inCleanup(p, a.Ident)
		switch {
		case a.Mode == flow.Address || a.Mode == flow.Write && aside:
			return true
		case a.Mode == flow.Write && inside:
			// The change is seen by a second run, or by a literal that
			// outlives this one.
			if !once(p, sites) || !runsWith(p, a.Lit) {
				return true
			}
		case a.Mode == flow.Write && a.Lit != nil:
			// Prepare's own deferred literal is done before the caller
			// goes on, and what it does to a result reaches the caller.
			if !doneBefore(p, a.Lit) && (c.Class != pattern.Result || !runsBefore(p, a.Lit)) {
				return true
			}
		case written && !inside && !runsBefore(p, a.Lit):
			return true
		}
	}
	return false
}

// runsAside reports whether prepare runs its own cleanup in a literal, or in the body of
// a range over a function: its other statements may run meanwhile.
func runsAside(p *pattern.Prepare) bool {
	return slices.ContainsFunc(p.Inner, func(u *pattern.Use) bool {
		for c := range p.At(u.Expr).Enclosing((*ast.FuncLit)(nil), (*ast.RangeStmt)(nil)) {
			loop, ok := c.Node().(*ast.RangeStmt)
			if !ok {
				return true
			}
			if _, ok := p.Unit.Info.TypeOf(loop.X).Underlying().(*types.Signature); ok {
				return true
			}
		}
		return false
	})
}

// once reports whether the cleanup runs at most once for each call of prepare:
// every site has a single use, a call that no loop repeats, and prepare does
// not run it itself.
func once(p *pattern.Prepare, sites []*pattern.Site) bool {
	if len(p.Inner) > 0 {
		return false
	}
	for _, s := range sites {
		if s.Shared {
			return false // it may keep its cleanup for more than one iteration
		}
		calls := 0
		for _, u := range s.Uses {
			switch u.Kind {
			case pattern.NilTest:
			case pattern.DeferCall, pattern.Call:
				calls++
				// From the expression on: the condition of a for runs in its loop.
				if u.Lit != nil || flow.Loop(s.At(u.Expr), s.Func) != flow.Loop(s.At(s.Stmt), s.Func) || flow.HasGoto(s.Decl) {
					return false
				}
			default:
				return false
			}
		}
		if calls > 1 {
			return false
		}
	}
	return true
}
