package plan

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// bound plans the form Bound. Every return statement returns nil or a method value of the
// same method, whose receiver is a pointer. The receiver is evaluated where the method
// value was, once, and the method is called as before:
//
//	func (t *table) lock() (int, func()) {      func (t *table) lock() (int, *sync.Mutex) {
//		t.mu.Lock()                                 t.mu.Lock()
//		return t.n, t.mu.Unlock                     return t.n, &t.mu
//	}                                           }
//
//	n, unlock := t.lock()                       n, mu := t.lock()
//	defer unlock()                              defer mu.Unlock()
func (d *Decider) bound(p *pattern.Prepare, sites []*pattern.Site, possible []*PossibleForwarder) (plan *Plan, r *refusal.Refusal) {
	if p.Cleanups > 1 {
		return nil, refusal.New(p, refusal.SeveralCleanups, p.Unit, p.Decl.Name.Pos(), "it returns more than one method value at once")
	}
	fs := unchanged(sites, possible)
	plan = &Plan{Prepare: p, Form: Bound, State: &State{}, Types: make(map[*types.Var]string)}
	returns, method, recv, r := boundReturns(p)
	if r != nil {
		return nil, r
	}
	plan.Bound = returns
	if uses := p.Access[p.Func.Signature().Results().At(p.Result)]; len(uses) > 0 {
		return nil, refusal.New(p, refusal.OtherReturn, p.Unit, uses[0].Ident.Pos(), "it uses its result %s for more than to return it", uses[0].Ident.Name)
	}
	if plan.Convert, r = values(p, fs); r != nil {
		return nil, r
	}
	if r := dropped(p, sites); r != nil {
		return nil, r
	}
	idle, r := idleOf(p, fs)
	if r != nil {
		return nil, r
	}
	plan.Idle, plan.Finish.Name = idle.values, method.Name()
	if bad := spell.Unnameable(p.Unit.Pkg, recv); bad != "" {
		return nil, refusal.New(p, refusal.UnnameableType, p.Unit, p.Decl.Name.Pos(), "the type of the receiver cannot be written at package level: %s", bad)
	}
	if ptr, ok := types.Unalias(recv).(*types.Pointer); ok && p.Func.Exported() {
		if obj := spell.NamedObject(ptr.Elem()); obj != nil && !obj.Exported() && obj.Pkg() != nil {
			return nil, refusal.New(p, refusal.UnnameableType, p.Unit, p.Decl.Name.Pos(), "it is exported, and the type %s of the receiver is not", obj.Name())
		}
	}
	file := &spell.File{Unit: p.Unit, Syntax: p.File, Taken: func(name string) bool { return d.names.declared(p, name) }}
	if name, by := file.Hidden(p.Func, recv); name != "" {
		return nil, refusal.New(p, refusal.NameClash, p.Unit, p.Decl.Name.Pos(), "the type of the receiver names %s, which %s shadows", name, by)
	}
	plan.State.Type = file.Type(recv)
	plan.State.Decl = plan.State.Type
	if r := d.callers.CheckSignature(p, plan.signatureWith(recv)); r != nil {
		return nil, r
	}
	if r := boundSites(p, sites, plan, method); r != nil {
		return nil, r
	}
	name := plan.receiverName()
	plan.Nouns = nouns(p, sites, name, spell.LastWord(plan.State.Type), "")
	plan.State.Result = resultName(p, nil, name)
	if r := statements(p, sites, plan); r != nil {
		return nil, r
	}
	plan.Imports, plan.Unused = file.Imports, d.names.unused(plan)
	return plan, nil
}

// boundReturns returns how each return statement returns the receiver of its method value, and the method
// and the type of the receiver, which all have in common.
func boundReturns(p *pattern.Prepare) (bounds []BoundReturn, method *types.Func, recv types.Type, r *refusal.Refusal) {
	for _, ret := range p.Returns {
		if ret.Idle == pattern.IdleNil {
			if !spell.Plain(p.Unit, ret.Stmt.Pos(), "nil") {
				return nil, nil, nil, refusal.New(p, refusal.NameClash, p.Unit, ret.Stmt.Pos(), "a declaration shadows nil here")
			}
			continue
		}
		if ret.Idle == pattern.IdleEmpty {
			return nil, nil, nil, refusal.New(p, refusal.OtherReturn, p.Unit, ret.Stmt.Pos(), "it returns a method value, and here a cleanup that does nothing")
		}
		if ret.Bound == nil {
			if r := known(p); r != nil {
				return nil, nil, nil, r
			}
			return nil, nil, nil, refusal.New(p, refusal.OtherReturn, p.Unit, ret.Stmt.Pos(), "it returns a method value, and here another cleanup")
		}
		b, m, t, why := boundTo(p.Unit.Info, ret)
		if why != "" {
			return nil, nil, nil, refusal.New(p, refusal.OtherReturn, p.Unit, ret.Bound.Pos(), "it returns the method value %s%s", types.ExprString(ret.Bound), why)
		}
		if v := p.Unit.Info.Uses[identOf(b.Operand)]; v != nil && !b.Address && len(b.Path) == 0 && slices.ContainsFunc(ret.Stmt.Results, func(e ast.Expr) bool { return p.Unit.Info.Uses[identOf(e)] == v }) {
			return nil, nil, nil, refusal.New(p, refusal.OtherReturn, p.Unit, ret.Bound.Pos(), "it returns %s beside %s, which callers can call without it", v.Name(), types.ExprString(ret.Bound))
		}
		if method != nil && (m != method || !types.Identical(t, recv)) {
			return nil, nil, nil, refusal.New(p, refusal.OtherReturn, p.Unit, ret.Bound.Pos(), "it returns method values of different methods")
		}
		method, recv = m, t
		bounds = append(bounds, b)
	}
	if ptr, ok := recv.Underlying().(*types.Pointer); ok && p.Func.Exported() && holdsLock(ptr.Elem()) && slices.ContainsFunc(bounds, func(b BoundReturn) bool { return !ownLocal(p, b) }) {
		return nil, nil, nil, refusal.New(p, refusal.OtherReturn, p.Unit, p.Decl.Name.Pos(), "it would hand out a lock to callers in other packages")
	}
	return bounds, method, recv, nil
}

// ownLocal reports whether a return statement returns the address of a variable that prepare declares, so that each
// caller has one of its own.
func ownLocal(p *pattern.Prepare, b BoundReturn) bool {
	v, ok := p.Unit.Info.Uses[identOf(b.Operand)].(*types.Var)
	return ok && b.Address && v.Kind() == types.LocalVar
}

// receiverName returns what prepare calls the receiver, or the last word of its type.
func (pl *Plan) receiverName() string {
	name := ""
	for i, b := range pl.Bound {
		last := ""
		switch e := ast.Unparen(b.Operand).(type) {
		case *ast.Ident:
			last = e.Name
		case *ast.SelectorExpr:
			last = e.Sel.Name
		}
		if len(b.Path) > 0 {
			last = b.Path[len(b.Path)-1]
		}
		if i > 0 && last != name {
			last = ""
		}
		if name = last; name == "" {
			return spell.LastWord(pl.State.Type)
		}
	}
	return name
}

// unchanged returns forwarders that do not change.
func unchanged(sites []*pattern.Site, possible []*PossibleForwarder) *forwarders {
	fs := &forwarders{sites: sites, why: make(map[ast.Decl]string)}
	for _, maybe := range possible {
		fs.why[maybe.Call.Decl] = "it would have to return the receiver of the method"
	}
	return fs
}

// boundTo returns how a return statement returns the receiver of its method value, with the
// method and the type of the receiver. why completes "it returns the method value x.m", or is
// "".
func boundTo(info *types.Info, ret *pattern.Return) (b BoundReturn, m *types.Func, recv types.Type, why string) {
	sel := info.Selections[ret.Bound]
	m = sel.Obj().(*types.Func)
	b = BoundReturn{Return: ret, Operand: ret.Bound.X}
	recv = sel.Recv()
	for _, i := range sel.Index()[:len(sel.Index())-1] {
		if ptr, ok := recv.Underlying().(*types.Pointer); ok {
			recv = ptr.Elem()
		}
		st, ok := recv.Underlying().(*types.Struct)
		if !ok {
			return b, m, recv, ""
		}
		f := st.Field(i)
		if !f.Exported() && f.Pkg() != m.Pkg() {
			return b, m, recv, ", which passes an embedded field of another package"
		}
		b.Path, recv = append(b.Path, f.Name()), f.Type()
	}
	_, pointer := types.Unalias(m.Signature().Recv().Type()).(*types.Pointer)
	_, isPointer := recv.Underlying().(*types.Pointer)
	switch {
	case spell.IsTypeParam(recv):
		return b, m, recv, ", whose operand has the type of a type parameter"
	case types.IsInterface(recv):
		return b, m, recv, ", which panics at the return if its operand is a nil interface"
	case !pointer:
		return b, m, recv, ", which copies the operand at the return"
	case !isPointer:
		b.Address, recv = true, types.NewPointer(recv)
	}
	return b, m, recv, ""
}

// boundSites returns a refusal if a site cannot use the receiver in place of the method
// value.
func boundSites(p *pattern.Prepare, sites []*pattern.Site, plan *Plan, method *types.Func) *refusal.Refusal {
	generic := p.Func.Signature().TypeParams().Len()+p.Func.Signature().RecvTypeParams().Len() > 0
	mayBeNil := slices.ContainsFunc(plan.Bound, func(b BoundReturn) bool { return !b.Address })
	for _, s := range sites {
		switch {
		case len(s.Nothing) > 0:
			return refusal.New(p, refusal.CallForm, s.Unit, s.Nothing[0].Pos(), "a caller keeps a func that does nothing in the variable of its cleanup, too")
		case s.Form == pattern.Returned:
			return refusal.New(p, refusal.CallForm, s.Unit, s.Call.Pos(), "a caller returns its results directly")
		case nilTested(s) && mayBeNil:
			return refusal.New(p, refusal.NilTest, s.Unit, s.Call.Pos(), "a caller compares its cleanup with nil, and the receiver of the method may be nil")
		case !method.Exported() && s.Unit.Pkg.Path() != method.Pkg().Path():
			return refusal.New(p, refusal.CallForm, s.Unit, s.Call.Pos(), "a caller in another package cannot call the method %s", method.Name())
		case s.DeclaredAt().IsValid() && (generic || s.Unit.Pkg != p.Unit.Pkg || strings.Contains(plan.State.Type, ".")):
			return refusal.New(p, refusal.Reassigned, s.Unit, s.Call.Pos(), "a caller keeps its cleanup in a variable declared elsewhere, whose new type %s might not be known there", plan.State.Type)
		}
	}
	return nil
}

// signatureWith returns the signature of prepare with a result of type t in the cleanup's
// place.
func (pl *Plan) signatureWith(t types.Type) *types.Signature {
	sig := pl.Prepare.Func.Signature()
	results := slices.Collect(sig.Results().Variables())
	old := results[pl.Prepare.Result]
	results[pl.Prepare.Result] = types.NewParam(old.Pos(), old.Pkg(), "", t)
	return types.NewSignatureType(nil, nil, nil, sig.Params(), types.NewTuple(results...), sig.Variadic())
}
