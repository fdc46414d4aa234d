package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// settle plans the statements of each site.
//
// := stays only while it still declares a variable. Without the cleanup,
// "done, err := p()" may declare nothing, and becomes "err = p()": the same err
// as before. An err that the statement did declare stays declared by it, also
// where an outer err has the name.
func (x *decision) settle() *Refusal {
	seen := make(map[*types.Var]bool)
	for _, s := range x.sites {
		sp := &SitePlan{Site: s}
		if len(calls(s)) > 0 {
			x.hoists(sp)
		}
		if len(x.plan.Drop) > 0 && spread(s) {
			return x.refuse(CallForm, s.Unit, s.Call.Pos(), "a caller passes on the results of another call as its arguments")
		}
		info := s.Unit.Info
		for i, l := range s.Lhs {
			if i == x.p.Result {
				continue
			}
			if id := identOf(l); id != nil && id.Name != "_" && info.Defs[id] != nil {
				sp.Keep = true
			}
		}
		if name, _ := x.plan.State.Value(); name != "" && (s.Var != nil || s.Form == pattern.Immediate) && x.wanted(s) {
			if o := x.plan.Outer[s.Var]; o != nil {
				if r := x.outerState(s, o, name); r != nil {
					return r
				}
				sp.State = o.State
				sp.Keep = sp.Keep || info.Defs[identOf(s.Lhs[x.p.Result])] != nil
			} else if s.Form == pattern.Immediate {
				sp.State = name // needs no variable: it goes from call to call
			} else {
				sp.State = x.stateVar(s, s.Stmt.Pos(), name)
				sp.Keep = true
			}
		}
		if o := x.plan.Outer[s.Var]; o != nil {
			sp.Shares = seen[s.Var]
			seen[s.Var] = true
		}
		if sel, ok := s.Fun().(*ast.SelectorExpr); ok && x.p.Key.Recv == "" && !x.plan.Finish.OnState {
			for _, u := range calls(s) {
				if id := identOf(sel.X); id == nil || !sees(s.Unit, u.Expr.Pos(), info.Uses[id]) {
					return x.refuse(NameClash, s.Unit, u.Expr.Pos(), "a local has the name of its package")
				}
			}
		}
		if x.plan.Finish.OnRecv {
			if r := x.methodFree(s); r != nil {
				return r
			}
		}
		x.plan.Sites = append(x.plan.Sites, sp)
	}
	return nil
}

// wanted reports whether the site needs the state: it compares the cleanup with
// nil, or runs a finish that takes the state.
func (x *decision) wanted(s *pattern.Site) bool {
	f := x.plan.Finish
	takes := f.OnState || slices.ContainsFunc(f.Params, func(p Param) bool { return p.Passage == nil })
	return slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool {
		return u.Kind == pattern.NilTest || takes && u.Kind != pattern.Discard && x.plan.Idle[u] == ""
	})
}

// stateVar names the variable for the state at a site: after the captured one
// if it is a single value, after what prepare prepares if it is a struct.
func (x *decision) stateVar(s *pattern.Site, pos token.Pos, name string) string {
	if x.plan.State.Type != "" {
		return x.nounAt(s.Unit, s.Decl, pos)
	}
	return x.freshAt(s.Unit, s.Decl, pos, name)
}

// outerState names the variable for the state that takes the place of one for
// the cleanup, and refuses where its type cannot be written.
func (x *decision) outerState(s *pattern.Site, o *Outer, name string) *Refusal {
	_, typ := x.plan.State.Value()
	if o.Stmt != nil && (s.Unit.Pkg.Path() != x.p.Key.Pkg || strings.Contains(typ, ".") && s.File != x.p.File || !plainly(s.Unit, o.At, typ)) {
		return x.refuse(Reassigned, s.Unit, s.Call.Pos(), "a caller keeps its cleanup in a variable declared elsewhere, whose new type %s cannot be written there", typ)
	}
	if o.Stmt != nil && x.namesAnyTypeParam(typ) {
		return x.refuse(Generic, s.Unit, s.Call.Pos(), "it is generic, and a caller declares a variable whose new type %s cannot be written there", typ)
	}
	if x.namesAnyTypeParam(typ) && slices.ContainsFunc(x.sites, func(t *pattern.Site) bool {
		return t.Var == s.Var && !slices.EqualFunc(typeArgsOf(t), typeArgsOf(s), types.Identical)
	}) {
		return x.refuse(Generic, s.Unit, s.Call.Pos(), "it is generic, and a caller keeps cleanups of different type arguments in one variable")
	}
	if o.State == "" {
		o.State = x.stateVar(s, o.At, name)
	}
	return nil
}

// hoists puts the operands that finish needs, and that are not stable, in fresh
// variables, in the order of evaluation: an operand with an effect that comes
// before a hoisted one is hoisted too.
func (x *decision) hoists(sp *SitePlan) {
	s := sp.Site
	need := make(map[int]bool)
	last := -2
	for _, pass := range x.plan.Passages {
		switch pass.Route {
		case ByReceiver:
			if !x.stableReceiver(s, receiver(s)) {
				need[-1] = true
				last = max(last, -1)
			}
		case ByArgument:
			i := pass.Capture.Index
			if !x.stable(s, s.Call.Args[i]) {
				need[i] = true
				last = max(last, i)
			}
		}
	}
	for i := -1; i <= last; i++ {
		var e ast.Expr
		name := ""
		if i < 0 {
			if e = receiver(s); e == nil || x.p.Key.Recv == "" {
				continue
			}
			if r := x.p.Func.Signature().Recv(); r != nil {
				name = r.Name()
			}
		} else {
			e = s.Call.Args[i]
			name = x.p.Func.Signature().Params().At(i).Name()
		}
		if !need[i] && !effects(s.Unit.Info, e) {
			continue
		}
		if name == "" || name == "_" {
			name = "arg"
		}
		h := Hoist{Arg: i, Expr: e, Name: x.freshAt(s.Unit, s.Decl, s.Stmt.Pos(), name)}
		if i < 0 {
			_, wantsPtr := x.p.Func.Signature().Recv().Type().Underlying().(*types.Pointer)
			_, isPtr := s.Unit.Info.TypeOf(e).Underlying().(*types.Pointer)
			h.Address = wantsPtr && !isPtr
		}
		sp.Hoists = append(sp.Hoists, h)
	}
}

// effects reports whether the evaluation of e may do something or depend on
// what is done: it calls a function or receives from a channel.
func effects(info *types.Info, e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			if !info.Types[n.Fun].IsType() {
				found = true
			}
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				found = true
			}
		}
		return !found
	})
	return found
}

// methodFree refuses when the type through which a site calls prepare has
// something of finish's name already, which would hide the new method.
func (x *decision) methodFree(s *pattern.Site) *Refusal {
	e := receiver(s)
	if e == nil {
		return nil
	}
	obj, _, _ := types.LookupFieldOrMethod(s.Unit.Info.TypeOf(e), true, s.Unit.Pkg, x.plan.Finish.Name)
	if obj == nil {
		return nil
	}
	return x.refuse(NameClash, s.Unit, s.Call.Pos(), "the type that it is called through has a %s already", x.plan.Finish.Name)
}
