package pattern

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
)

// NewForwarder returns the function with the given facts as a Prepare without literals if
// it is a forwarder, or nil. A forwarder returns the cleanup of a prepare function to
// its own callers:
//
//	func (c *Conn) beginRead(ctx context.Context) (func(), error) {
//		return c.begin(ctx, "read")
//	}
//
// Its result with the index result is always nil, an empty literal, or the cleanup of
// one of sites. sites are calls in the function. Their results are cleanups of one
// prepare function.
func NewForwarder(facts *flow.Facts, result int, sites []*Site) *Prepare {
	decl, ok := facts.Decl.(*ast.FuncDecl)
	if !ok || decl.Body == nil {
		return nil
	}
	info := facts.Unit.Info
	fn, ok := info.Defs[decl.Name].(*types.Func)
	if !ok {
		return nil
	}
	results := fn.Signature().Results()
	own := results.At(result)
	holds := slices.ContainsFunc(sites, func(s *Site) bool { return s.asResult != nil && s.asResult.Var == own })
	sig, ok := own.Type().Underlying().(*types.Signature)
	if !ok || !holds && len(facts.Access[own]) > 0 || !resultTypes(decl, nil)[result].mayFunc {
		return nil
	}
	p := &Prepare{Facts: facts, Key: KeyOf(fn), Decl: decl, Func: fn, Result: result, Sig: sig, Cleanups: 1}
	forwards := false
	for ret := range returnsOf(decl.Body) {
		r := &Return{Stmt: ret}
		p.Returns = append(p.Returns, r)
		switch len(ret.Results) {
		case results.Len():
			r.Expr = ret.Results[result]
			r.Idle = idleness(facts.Unit, r.Expr, sites)
			if id, ok := ast.Unparen(r.Expr).(*ast.Ident); ok && holds && info.Uses[id] == types.Object(own) {
				r.Idle = Forwarding
			}
		case 0:
			r.Idle = IdleNil // nothing sets the result
			if holds {
				r.Idle = Forwarding
			}
		default:
			r.Idle = Foreign
			if s := siteOf(ret.Results[0], sites); s != nil && s.Result == result {
				r.Idle = Forwarding
			}
		}
		if r.Idle == Foreign {
			return nil
		}
		forwards = forwards || r.Idle == Forwarding
	}
	if !forwards {
		return nil
	}
	return p
}

// idleness classifies an operand of a return statement in a forwarder.
func idleness(u *Unit, e ast.Expr, sites []*Site) Idleness {
	info := u.Info
	if info.Types[e].IsNil() {
		return IdleNil
	}
	if isEmpty(u, e) {
		return IdleEmpty
	}
	if s := siteOf(e, sites); s != nil {
		if _, several := info.TypeOf(s.Call).(*types.Tuple); several {
			return Foreign
		}
		return Forwarding
	}
	if id, ok := ast.Unparen(e).(*ast.Ident); ok {
		v, ok := info.Uses[id].(*types.Var)
		if ok && slices.ContainsFunc(sites, func(s *Site) bool { return s.Var == v && len(s.Nothing) == 0 }) {
			return Forwarding
		}
	}
	return Foreign
}

// siteOf returns the site whose call is e, or nil.
func siteOf(e ast.Expr, sites []*Site) *Site {
	if i := slices.IndexFunc(sites, func(s *Site) bool { return ast.Unparen(e) == ast.Expr(s.Call) }); i >= 0 {
		return sites[i]
	}
	return nil
}

// InForwarder returns a copy of a site in forwarder f, with the uses that f returns marked as
// Forward.
func (s *Site) InForwarder(f *Prepare) *Site {
	in := *s
	if as := s.asResult; as != nil && as.Var == f.Func.Signature().Results().At(f.Result) {
		s, in = as, *as
	}
	in.Uses = nil
	for _, r := range f.Returns {
		if r.Idle == Forwarding && (r.Expr == nil && len(r.Stmt.Results) == 1 && ast.Unparen(r.Stmt.Results[0]) == ast.Expr(s.Call) || r.Expr != nil && ast.Unparen(r.Expr) == ast.Expr(s.Call)) {
			in.Form, in.Obstacle = Forwarded, nil
			return &in
		}
	}
	for _, u := range s.Uses {
		if slices.ContainsFunc(f.Returns, func(r *Return) bool {
			return r.Idle == Forwarding && r.Expr != nil && ast.Unparen(r.Expr) == ast.Unparen(u.Expr)
		}) {
			forwarded := *u
			forwarded.Kind = Forward
			u = &forwarded
		}
		in.Uses = append(in.Uses, u)
	}
	return &in
}
