package plan

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
)

// tellerOf returns a parameter, or the receiver if the cleanup uses it, that tells whether there is something to do, and that all
// sites can pass to finish, with its Passage, or nil.
func tellerOf(p *pattern.Prepare, sites []*pattern.Site, idle idle, f finality, file *spell.File) (*Teller, Passage) {
	if !idle.guarded || idle.nilTested || len(p.Inner) > 0 || p.Sig.Results().Len() > 0 && zeroResult(p) == "" || atCall(p, sites) != nil || onlyAsks(p) {
		return nil, Passage{}
	}
	var asked []*pattern.Capture
	for i, v := range slices.Collect(p.Func.Signature().Params().Variables()) {
		asked = append(asked, &pattern.Capture{Var: v, Class: pattern.Param, Index: i, Uses: []*ast.Ident{p.Decl.Name}})
	}
	for _, own := range p.Captures {
		switch own.Class {
		case pattern.Param:
			asked[own.Index] = own
		case pattern.Receiver:
			asked = append(asked, own)
		}
	}
	for _, c := range asked {
		none := noneIf(p, c.Var)
		if none == "" {
			continue
		}
		pass, r := again(p, sites, idle, f, c)
		if r == nil && (pass.Route == ByArgument || pass.Route == ByReceiver) && typed(p, file, &pass) == nil {
			return &Teller{c, none}, pass
		}
	}
	return nil, Passage{}
}

// onlyAsks reports whether prepare does nothing but find out which cleanup to return. It would be left without
// any effect.
func onlyAsks(p *pattern.Prepare) (only bool) {
	only = p.Func.Signature().Results().Len() == 1
	ast.Inspect(p.Decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.IfStmt:
			only = only && n.Init == nil
		case *ast.BlockStmt, *ast.ReturnStmt:
		case ast.Stmt:
			only = false
		}
		return true
	})
	return only
}

// noneIf returns the condition on a parameter that holds wherever prepare returns an empty cleanup, and
// nowhere where it returns another one, or "".
func noneIf(p *pattern.Prepare, v *types.Var) string {
	if name := v.Name(); name == "" || name == "_" || flow.HasGoto(p.Decl) || setAfter(p, v) {
		return ""
	}
	tells := func(live, empty flow.Answer) bool {
		return everywhereLive(p, func(_ *pattern.Literal, at ast.Stmt) bool { return impliedAt(p, v, at) == live }) &&
			!slices.ContainsFunc(idlesOf(p).empties, func(r *pattern.Return) bool { return impliedAt(p, v, r.Stmt) != empty })
	}
	switch zero := zeroOf(v.Type(), ""); {
	case flow.IsBool(v.Type()) && tells(flow.Yes, flow.No):
		return "!" + v.Name()
	case flow.IsBool(v.Type()) && tells(flow.No, flow.Yes):
		return v.Name()
	case zero == "nil" && mayTell(p, zero, false) && tells(flow.No, flow.Yes):
		return v.Name() + " == nil"
	}
	return ""
}
