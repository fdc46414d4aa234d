package plan

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// A Decider decides about the prepare functions of one world.
type Decider struct {
	world   *callers.World
	callers *callers.Index
	names   map[*pattern.Unit]map[string]bool // identifiers, by unit
}

// NewDecider returns a Decider for the world.
func NewDecider(w *callers.World) *Decider {
	return &Decider{
		world:   w,
		callers: callers.NewIndex(w),
		names:   make(map[*pattern.Unit]map[string]bool),
	}
}

// A decision is under way for one prepare function.
type decision struct {
	*Decider
	p     *pattern.Prepare
	sites []*pattern.Site
	plan  *Plan

	// shared holds the captures whose variable must stay the one that
	// prepare has: finish gets its address.
	shared map[*pattern.Capture]bool
	// resets holds the captures that the cleanup sets before it reads them:
	// finish needs neither the variable nor its value.
	resets map[*pattern.Capture][]Reset

	decls map[types.Object]ast.Node // functions and variables of the package; nil until somebody asks

	nilTested bool // a caller compares the cleanup with nil
	guarded   bool // finish has to know that there is nothing to do
}

// Decide returns the plan for p, or the reason why there is none. sites and
// refs are all the appearances of its name in the world.
//
// It takes the form Direct if all of that form's conditions hold, and Handed
// otherwise.
func (d *Decider) Decide(p *pattern.Prepare, sites []*pattern.Site, refs []pattern.Ref) (*Plan, *refusal.Refusal) {
	x := &decision{
		Decider: d, p: p, sites: sites,
		shared: make(map[*pattern.Capture]bool),
		resets: make(map[*pattern.Capture][]Reset),
	}
	if r := d.callers.Check(p, sites, refs); r != nil {
		return nil, r
	}
	x.begin(Direct)
	if r := x.steps(
		x.shape,       // shape.go: what it returns
		x.uses,        // use.go: what the sites do with it
		x.dropped,     // initialize.go: what package initialization refers to
		x.finality,    // final.go: which values the cleanup would have seen
		x.nothingToDo, // nothing.go: the returns without a cleanup
	); r != nil {
		return nil, r
	}
	first := *x.plan
	why := x.steps(x.direct, x.rest)
	if why == nil {
		return x.plan, nil
	}
	x.begin(Handed)
	x.plan.Literals, x.plan.Number, x.plan.Idle, x.plan.Convert = first.Literals, first.Number, first.Idle, first.Convert
	x.plan.WhyNotDirect = why
	if r := x.steps(x.handed, x.rest); r != nil {
		return nil, r
	}
	return x.plan, nil
}

// begin starts a plan of a form.
func (x *decision) begin(f Form) {
	x.plan = &Plan{
		Prepare: x.p, Form: f,
		Number: make(map[*pattern.Literal]int), Drop: make(map[int]bool), Fresh: make(map[int]bool),
		Types: make(map[*types.Var]string), Idle: make(map[*pattern.Use]string), Convert: make(map[*pattern.Use]string),
	}
}

// rest decides what both forms have in common, once it is known how each capture
// reaches finish.
func (x *decision) rest() *refusal.Refusal {
	return x.steps(
		x.inner,     // inner.go: uses within prepare itself
		x.drop,      // drop.go: parameters that are not needed any more
		x.name,      // name.go: finish, its parameters, the state
		x.satisfies, // what the new signature would be taken for
		x.settle,    // site.go: the statements of each site
	)
}

// steps takes steps until one refuses.
func (x *decision) steps(steps ...func() *refusal.Refusal) *refusal.Refusal {
	for _, step := range steps {
		if r := step(); r != nil {
			return r
		}
	}
	return nil
}

// refuse builds a refusal. The reason is a format of a clause that follows
// "cannot rewrite NAME: "; the position is appended to it.
func (x *decision) refuse(code refusal.Code, u *pattern.Unit, pos token.Pos, format string, args ...any) *refusal.Refusal {
	return refusal.New(x.p, code, u, pos, format, args...)
}

// satisfies refuses when an interface asks for prepare's new signature.
func (x *decision) satisfies() *refusal.Refusal {
	if x.plan.Form == Handed {
		return nil
	}
	sig := x.p.Func.Signature()
	var params, results []*types.Var
	for i := range sig.Params().Len() {
		if !x.plan.Drop[i] {
			params = append(params, sig.Params().At(i))
		}
	}
	for i := range sig.Results().Len() {
		if i != x.p.Result {
			results = append(results, sig.Results().At(i))
		}
	}
	changed := types.NewSignatureType(nil, nil, nil, types.NewTuple(params...), types.NewTuple(results...), sig.Variadic() && !x.plan.Drop[sig.Params().Len()-1])
	return x.callers.CheckSignature(x.p, changed)
}
