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
	// shared holds the captures whose variables finish shares with other code. It gets
	// their addresses.
	shared map[*pattern.Capture]bool

	// runs holds those of shared that nothing but runs of the cleanup changes after the return. They are
	// fields of a state to which all runs have a pointer.
	runs map[*pattern.Capture]bool

	// resets holds the captures that the cleanup sets before it reads them: finish
	// needs neither the variable nor its value.
	resets map[*pattern.Capture][]Reset
}

// finalityOf finds the captures whose value may change between the return of prepare
// and the run of the cleanup.
//
// The closure reads a captured variable when it runs. Once prepare has returned, only
// code that shares the variable can still change it: the cleanup itself, another
// literal (a goroutine, a callback), or code that has its address. If there is no such
// code, finish can get the value that the variable has when prepare returns:
//
//	n := 0
//	go func() { n = 1 }()                 // or: s.onTick = func() { n++ }
//	return func() { fmt.Println(n) }, nil // a copy of n would print 0
//
// If there is, the variable is on the heap already. The state then holds its address,
// so that all code still shares one variable. Or prepare returns the address of the state,
// which holds the variable itself, if all of that code is in the cleanup.
func finalityOf(p *pattern.Prepare, sites []*pattern.Site) finality {
	f := finality{make(map[*pattern.Capture]bool), make(map[*pattern.Capture]bool), make(map[*pattern.Capture][]Reset)}
	for _, c := range p.Captures {
		if resets := resetsOf(p, c); resets != nil {
			f.resets[c] = resets
		} else if changesLater(p, sites, c) || changesSince(p, c) || holdsLock(c.Var.Type()) {
			f.shared[c] = true
			f.runs[c] = onlyRuns(p, c)
		}
	}
	defineTogether(p, f.resets)
	return f
}

// onlyRuns reports whether nothing but the cleanup uses the variable of a capture once prepare has returned. Prepare
// stores no cleanup before it returns one, and runs none.
//
//	stopped := false
//	return func() {              return &startState{stopped: stopped}
//		if !stopped {
//			stopped = true
func onlyRuns(p *pattern.Prepare, c *pattern.Capture) bool {
	if c.Class != pattern.Local && c.Class != pattern.Param || holdsLock(c.Var.Type()) || len(p.Choices)+len(p.Inner) > 0 {
		return false
	}
	return !slices.ContainsFunc(p.Access[c.Var], func(a flow.Access) bool {
		return a.Mode == flow.Address || a.Lit != nil && !inCleanup(p, a.Ident)
	})
}

// holdsLock reports whether go vet would report a copy of a value of type t, because
// the value holds a lock. The closure makes no copy.
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

// changesSince reports whether a capture may change after its value is stored in the
// state, in a function that assigns its cleanup to a variable before it returns:
//
//	end = func() { fmt.Println(n) }     // end = beginCleanup{n: n}
//	n++                                 // the closure prints the new value
func changesSince(p *pattern.Prepare, c *pattern.Capture) bool {
	return slices.ContainsFunc(p.Literals, func(l *pattern.Literal) bool {
		return l.Choice != nil && changesAfter(p, l, c)
	})
}

// changesAfter reports whether a capture of a literal may change after the statement that assigns
// the literal to a variable.
func changesAfter(p *pattern.Prepare, l *pattern.Literal, c *pattern.Capture) bool {
	if !slices.Contains(l.Captures, c) {
		return false
	}
	if c.Class == pattern.Result || p.OldLoopVar(c.Var) {
		return true // set by return statements, or by the next iteration
	}
	again := flow.Loop(p.At(l.Bind), p.Decl) != nil
	return slices.ContainsFunc(p.Access[c.Var], func(a flow.Access) bool {
		return a.Mode == flow.Write && !flow.Within(a.Ident, l.Lit) && (again || a.Lit != nil || a.Ident.Pos() >= l.Bind.Pos())
	})
}

// changesLater reports whether the value of a capture may change after prepare has
// returned, other than by a single run of its cleanup.
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
			// A second run sees the change, and so does a literal that
			// outlives the cleanup.
			if !once(p, sites) || !runsWith(p, a.Lit) {
				return true
			}
		case a.Mode == flow.Write && a.Lit != nil:
			// A literal that prepare defers has run when the caller
			// continues, and the caller gets a result as it left it.
			if !doneBefore(p, a.Lit) && (c.Class != pattern.Result || !runsBefore(p, a.Lit)) {
				return true
			}
		case written && !inside && !runsBefore(p, a.Lit):
			return true
		}
	}
	return false
}

// runsAside reports whether prepare may run its own cleanup in the midst of its other
// statements: in a literal, or in the body of a range over a function.
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
			return false // its variable may hold one cleanup for several iterations
		}
		calls := 0
		for _, u := range s.Uses {
			switch u.Kind {
			case pattern.NilTest:
			case pattern.DeferCall, pattern.Call, pattern.Forward:
				calls++
				// A for statement repeats its condition, but not itself.
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
