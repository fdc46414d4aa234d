package plan

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// A Decider decides about the prepare functions of one world.
type Decider struct {
	world *World
	names map[*pattern.Unit]map[string]bool     // identifiers, by unit
	extra map[*pattern.Unit]map[string]ast.Node // parsed ignored files, by name

	// demands and imported hold the methods of interfaces, by name; nil
	// until somebody asks.
	demands  map[string][]demand
	imported map[string][]*types.Func
}

// NewDecider returns a Decider for the world.
func NewDecider(w *World) *Decider {
	return &Decider{
		world: w,
		names: make(map[*pattern.Unit]map[string]bool),
		extra: make(map[*pattern.Unit]map[string]ast.Node),
	}
}

// A decision is under way for one prepare function.
type decision struct {
	*Decider
	p     *pattern.Prepare
	sites []*pattern.Site
	refs  []pattern.Ref
	plan  *Plan

	// shared holds the captures whose variable must stay the one that
	// prepare has: finish gets its address.
	shared map[*pattern.Capture]bool
	// resets holds the captures that the cleanup sets before it reads them:
	// finish needs neither the variable nor its value.
	resets   map[*pattern.Capture][]Reset
	early    pattern.Accesses // see untilReturn
	errIndex int              // prepare's error result, -1 if none
	// taken holds the names that the plan has given out, by declaration.
	taken map[ast.Decl]map[string][]*types.Scope
}

// Decide returns the plan for p, or the reason why there is none. sites and
// refs are all the appearances of its name in the world.
func (d *Decider) Decide(p *pattern.Prepare, sites []*pattern.Site, refs []pattern.Ref) (*Plan, *Refusal) {
	x := &decision{
		Decider: d, p: p, sites: sites, refs: refs,
		plan:     &Plan{Prepare: p, Drop: make(map[int]bool), Fresh: make(map[int]bool), Outer: make(map[*types.Var]*Outer), Number: make(map[*pattern.Literal]int), Idle: make(map[*pattern.Use]string)},
		errIndex: errorResult(p),
		taken:    make(map[ast.Decl]map[string][]*types.Scope),
		shared:   make(map[*pattern.Capture]bool),
		resets:   make(map[*pattern.Capture][]Reset),
	}
	steps := []func() *Refusal{
		x.visible,   // gate.go: who may call it, and from where
		x.shape,     // shape.go: what it returns
		x.uses,      // use.go: what the sites do with it
		x.finality,  // final.go: which values the cleanup would have seen
		x.routes,    // route.go: how each capture reaches finish
		x.idle,      // idle.go: the returns without a cleanup
		x.inner,     // inner.go: uses within prepare itself
		x.drop,      // drop.go: parameters that are not needed any more
		x.name,      // name.go: finish, its parameters, the state
		x.satisfies, // gate.go: what the new signature would be taken for
		x.settle,    // site.go: the statements of each site
	}
	for _, step := range steps {
		if r := step(); r != nil {
			return nil, r
		}
	}
	return x.plan, nil
}

// refuse builds a refusal. The reason is a format of a clause that follows
// "cannot rewrite NAME: "; the position is appended to it.
func (x *decision) refuse(code Code, u *pattern.Unit, pos token.Pos, format string, args ...any) *Refusal {
	r := &Refusal{Code: code, Name: x.p.Key.String(), Reason: fmt.Sprintf(format, args...)}
	if pos.IsValid() {
		r.Pos = u.Fset.PositionFor(pos, false)
	}
	return r
}

// errorResult returns the index of the last error among p's results other than
// the cleanup, or -1.
func errorResult(p *pattern.Prepare) int { return lastResult(p, isError) }

// lastResult returns the index of the last result, other than the cleanup, whose
// type is wanted, or -1.
func lastResult(p *pattern.Prepare, wanted func(types.Type) bool) int {
	results := p.Func.Signature().Results()
	for i := results.Len() - 1; i >= 0; i-- {
		if i != p.Result && wanted(results.At(i).Type()) {
			return i
		}
	}
	return -1
}
