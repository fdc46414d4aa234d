package plan

import (
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// A Decider decides about the prepare functions of one world.
type Decider struct {
	callers *callers.Index
	names   *names
}

// NewDecider returns a Decider for the world.
func NewDecider(w *callers.World) *Decider {
	index := callers.NewIndex(w)
	return &Decider{index, &names{world: w, callers: index, seen: make(map[*pattern.Unit]map[string]bool)}}
}

// A subject holds the facts about a prepare function that do not depend on the form of
// the rewrite. Each field is computed by one stage, from the fields before it.
type subject struct {
	p          *pattern.Prepare
	forwarders *forwarders // forward.go: the forwarders of the cleanup
	sites      []*pattern.Site
	local      *pattern.LocalLiteral // local.go: set if it is a literal in a local variable

	literals literals                // literals.go: the cleanups that it returns
	convert  map[*pattern.Use]string // values.go: conversions that the sites need
	finality finality                // shared.go: the captures that may still change
	idle     idle                    // idle.go: the returns of nil and empty cleanups
}

// Decide returns the plan for p, or the refusal if there is none. sites and refs are
// all calls and other uses of p in the world. possible are the functions that may return the
// cleanup to their own callers. Decide takes the first of the forms
// Direct, Value and Handed whose conditions hold.
//
// If the only capture is a result of prepare, its forwarders return that to their callers, or
// can. The form is Direct then, too: in the next round, the forwarders are prepare functions of
// a literal that calls finish. It is not if a variable holds the cleanup of one of several functions.
func (d *Decider) Decide(p *pattern.Prepare, sites []*pattern.Site, refs []pattern.Ref, possible []*PossibleForwarder) (*Plan, *refusal.Refusal) {
	if r := d.callers.Check(p, sites, refs); r != nil {
		return nil, r
	}
	if slices.ContainsFunc(p.Returns, func(r *pattern.Return) bool { return r.Bound != nil }) {
		plan, r := d.bound(p, sites, possible)
		if r == nil || len(p.Literals) == 0 || slices.ContainsFunc(p.Returns, func(r *pattern.Return) bool { return r.Idle == pattern.Foreign }) {
			return plan, r
		}
	}
	if len(p.Literals) > 0 && onlyReturns(p) {
		if example := d.names.exampleOf(p); example != "" {
			return nil, refusal.New(p, refusal.NameClash, p.Unit, p.Decl.Name.Pos(), "it would be empty, and %s in a test file is its example", example)
		}
	}
	fs := d.findForwarders(p, sites, possible)
	var now *Plan // without changes of forwarders, which make a literal of finish
	if len(possible) > 0 && !fs.mixed {
		if x, r := newSubject(p, &forwarders{sites: sites, later: possible}); r == nil {
			now, _ = d.plan(x, Direct)
		}
		if now != nil && slices.ContainsFunc(now.Sites, func(sp *SitePlan) bool { return called(sp.Site) }) {
			return now, nil // the callers of forwarders follow in the next round
		}
	}
	x, r := newSubject(p, fs)
	if r != nil {
		return nil, r
	}
	if now != nil && len(now.Passages) == 1 && now.Passages[0].Route == ByResult && everySite(sites, fs.changes) {
		if _, r := d.plan(x, Handed); r == nil {
			now.Later = true
			return now, nil
		}
	}
	return d.forms(x)
}

// forms returns the plan for the first of the forms Direct, Value and Handed whose conditions hold.
func (d *Decider) forms(x *subject) (*Plan, *refusal.Refusal) {
	plan, why := d.plan(x, Direct)
	if why == nil {
		return plan, nil
	}
	plan, r := d.plan(x, Value)
	if r != nil {
		whyNotValue := r
		if plan, r = d.plan(x, Handed); r != nil {
			return nil, r
		}
		plan.WhyNotValue = whyNotValue
	}
	plan.WhyNotDirect = why
	return plan, nil
}

// newSubject runs the stages that are the same for all forms.
func newSubject(p *pattern.Prepare, fs *forwarders) (x *subject, r *refusal.Refusal) {
	sites := fs.sites
	x = &subject{p: p, forwarders: fs, sites: sites}
	if x.literals, r = literalsOf(p); r != nil {
		return nil, r
	}
	if x.convert, r = values(p, fs); r != nil {
		return nil, r
	}
	if r := printLike(p, sites); r != nil {
		return nil, r
	}
	if r := dropped(p, sites); r != nil {
		return nil, r
	}
	x.finality = finalityOf(p, sites)
	if r := methodValues(p, fs, x.finality); r != nil {
		return nil, r
	}
	if x.idle, r = idleOf(p, fs); r != nil {
		return nil, r
	}
	return x, nil
}

// plan makes the plan for a form: how each capture reaches finish, and then the parts
// that are the same for all forms.
func (d *Decider) plan(x *subject, form Form) (plan *Plan, r *refusal.Refusal) {
	p, sites := x.p, x.sites
	plan = &Plan{
		Prepare: p, Form: form, Local: x.local, Literals: x.literals.distinct, Number: x.literals.number,
		Forwarders: x.forwarders.changed, Idle: x.idle.values, Convert: x.convert, Types: make(map[*types.Var]string),
	}
	file := &spell.File{Unit: p.Unit, Syntax: p.File, Taken: func(name string) bool { return d.names.declared(p, name) }}
	if r = x.pass(plan, file); r != nil {
		return nil, r
	}
	if plan.Inner, r = inner(p, plan.Passages); r != nil {
		return nil, r
	}
	plan.Drop, plan.Fresh = drop(p, sites, plan.Passages, x.idle)
	if form == Handed {
		if plan.State, r = newState(p, x.forwarders, x.literals, x.idle, plan.Passages, d.names, file); r != nil {
			return nil, r
		}
		verb, _ := spell.VerbOf(finishNames(p, x.forwarders, x.literals)[0])
		typ := strings.Split(plan.State.Type, "[")[0]
		kind := spell.KindIn(typ)
		plan.Held = held(p, plan.Passages, plan.State)
		plan.Inner = innerHeld(p, plan.Held, plan.Inner)
		plan.Nouns, plan.State.Result = nouns(p, sites, kind, typ, verb), resultName(p, plan.Held, kind)
		maps.Copy(plan.Nouns, ownNouns(p, plan.Held, kind, typ, plan.State.Result))
		if name := plan.Nouns[p.Func.Signature().Results().At(p.Result)]; name != "" {
			plan.State.Result = name
		}
		plan.Zeroed = zeroed(p)
	}
	var exists bool
	if exists, r = existing(sites, plan); r == nil && !exists {
		plan.Finish, r = newFinish(plan, x.forwarders, x.literals, d.names)
	}
	if r != nil {
		return nil, r
	}
	if r = x.merge(plan); r != nil {
		return nil, r
	}
	if form == Handed {
		if r = typesSeen(p, plan.State); r == nil {
			r = spellForwarders(p, x.forwarders, plan.State)
		}
	} else {
		r = d.callers.CheckSignature(p, plan.signature())
	}
	if r != nil {
		return nil, r
	}
	if r := statements(p, sites, plan); r != nil {
		return nil, r
	}
	if plan.Imports = file.Imports; x.local == nil {
		plan.Unused = d.names.unused(plan)
	}
	return plan, nil
}

// pass finds out how each capture reaches finish in the form of a plan.
func (x *subject) pass(plan *Plan, file *spell.File) (r *refusal.Refusal) {
	p := x.p
	if plan.Form == Handed {
		f := x.finality
		if x.local != nil || len(x.literals.distinct) > 1 {
			f.runs = nil // finish is no method; the address of a variable may tell one cleanup from the other
		}
		plan.Passages, r = handed(p, x.forwarders, f, file)
		return r
	}
	if r := formatCaptured(p); r != nil {
		return r
	}
	if len(p.Choices) > 0 {
		return refusal.New(p, refusal.SeveralLiterals, p.Unit, p.Choices[0].Var.Pos(), "its variable %s holds one of several cleanups, or none", p.Choices[0].Var.Name())
	}
	if len(x.forwarders.changed) > 0 {
		fw := x.forwarders.changed[0]
		return refusal.New(p, refusal.CallForm, fw.Unit, fw.Decl.Name.Pos(), "%s returns its cleanup to its own callers", fw.Key)
	}
	idle := x.idle
	teller, pass := tellerOf(p, x.sites, idle, x.finality, file)
	if teller != nil {
		idle.guarded = false // finish asks the parameter
	}
	if plan.Form == Direct {
		plan.Passages, r = direct(p, x.sites, x.literals, idle, x.finality, file)
	} else {
		plan.Passages, plan.Value, r = value(p, x.sites, x.literals, idle, x.finality, file)
	}
	if plan.Teller = teller; teller != nil && !slices.ContainsFunc(plan.Passages, func(pass Passage) bool { return pass.Capture == teller.Capture }) {
		at := slices.IndexFunc(plan.Passages, func(pass Passage) bool { return pass.Route == ByValue })
		if at < 0 {
			at = len(plan.Passages)
		}
		plan.Passages = slices.Insert(plan.Passages, at, pass)
	}
	return r
}

// merge lets finish take the place of a prepare function that would be empty. A literal that would be
// empty is refused.
func (x *subject) merge(plan *Plan) *refusal.Refusal {
	p := x.p
	switch {
	case plan.Form != Direct:
	case x.local != nil && onlyReturns(p):
		return refusal.New(p, refusal.CallForm, p.Unit, p.Decl.Name.Pos(), "it does nothing but return its cleanup")
	case merges(p, x.sites, plan.Passages, x.idle):
		plan.Merged, plan.Finish.Name = true, mergedName(p.Key.Name, plan.Finish.Name)
	}
	return nil
}

// signature returns the signature of prepare after the rewrite, unless the form is Handed.
func (pl *Plan) signature() *types.Signature {
	sig := pl.Prepare.Func.Signature()
	var params, results []*types.Var
	if pl.Merged {
		own := pl.Prepare.Sig
		params = slices.Collect(own.Params().Variables())
		at := 0
		if pl.Finish.Context {
			at = 1
		}
		for i, param := range pl.Finish.Params {
			params = slices.Insert(params, at+i, param.Passage.Capture.Var)
		}
		return types.NewSignatureType(nil, nil, nil, types.NewTuple(params...), own.Results(), own.Variadic())
	}
	for i := range sig.Params().Len() {
		if !pl.Drop[i] {
			params = append(params, sig.Params().At(i))
		}
	}
	for i := range sig.Results().Len() {
		switch v := sig.Results().At(i); {
		case i != pl.Prepare.Result:
			results = append(results, v)
		case pl.Value != nil && pl.Value.Capture != nil:
			results = append(results, types.NewParam(v.Pos(), v.Pkg(), "", pl.Value.Capture.Var.Type()))
		case pl.Value != nil:
			results = append(results, types.NewParam(v.Pos(), v.Pkg(), "", types.Typ[types.Bool]))
		}
	}
	return types.NewSignatureType(nil, nil, nil, types.NewTuple(params...), types.NewTuple(results...), sig.Variadic() && !pl.Drop[sig.Params().Len()-1])
}
