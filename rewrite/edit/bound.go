package edit

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
)

// boundEdits returns the edits for a function that returns the receiver of a method
// value in place of the method value. Its doc comment is mended.
func boundEdits(s *source, p *plan.Plan) ([]Edit, error) {
	edits, err := boundResult(s, p)
	if err != nil {
		return nil, err
	}
	for _, b := range p.Bound {
		if folded, err := foldBound(s, p, b); err != nil {
			return nil, err
		} else if folded != nil {
			edits = append(edits, folded...)
			continue
		}
		x := b.Return.Expr
		text := strings.Join(append([]string{s.src(b.Operand)}, b.Path...), ".")
		if b.Address {
			text = "&" + text
		}
		before, err := s.replace(x.Pos(), b.Operand.Pos(), "")
		if err != nil {
			return nil, err
		}
		after, err := s.replace(b.Operand.End(), x.End(), "")
		if err != nil {
			return nil, err
		}
		edits = append(edits, Edit{File: s.name, Start: before.Start, End: after.End, New: text})
	}
	for _, r := range p.Prepare.Returns {
		if r.Idle == pattern.IdleNil && r.Expr != nil && s.src(r.Expr) != "nil" {
			e, err := s.replace(r.Expr.Pos(), r.Expr.End(), "nil") // a converted nil
			if err != nil {
				return nil, err
			}
			edits = append(edits, e)
		}
	}
	return append(edits, docEdits(s, p.Prepare.Decl.Doc, p.Prose())...), nil
}

// foldBound returns the edits that let a return statement return an expression itself if the variable before it was only
// there for the method value, or none:
//
//	t := time.NewTimer(d)                        return time.NewTimer(d)
//	return t.Stop
func foldBound(s *source, p *plan.Plan, b plan.BoundReturn) ([]Edit, error) {
	ret := b.Return.Stmt
	list, i, ok := flow.List(p.Prepare.At(ret))
	id, isIdent := b.Operand.(*ast.Ident)
	if !ok || !isIdent || i == 0 || b.Address || len(b.Path) > 0 || len(ret.Results) != 1 {
		return nil, nil
	}
	def, ok := list[i-1].(*ast.AssignStmt)
	if !ok || def.Tok != token.DEFINE || len(def.Lhs) != 1 || len(def.Rhs) != 1 {
		return nil, nil
	}
	v, ok := p.Prepare.Unit.Info.Uses[id].(*types.Var)
	name, isName := def.Lhs[0].(*ast.Ident)
	if !ok || !isName || p.Prepare.Unit.Info.Defs[name] != types.Object(v) || len(flow.Comments(p.Prepare.File, def.Pos(), ret.End())) > 0 ||
		slices.ContainsFunc(p.Prepare.Access[v], func(a flow.Access) bool { return a.Ident != id && a.Ident != name }) {
		return nil, nil
	}
	before, err := s.replace(def.Pos(), def.Rhs[0].Pos(), "return ")
	if err != nil {
		return nil, err
	}
	after, err := s.replace(def.Rhs[0].End(), ret.End(), "")
	return []Edit{before, after}, err
}

// boundResult returns the edits that give the result the type of the receiver, and a name that is not that of a func.
func boundResult(s *source, p *plan.Plan) ([]Edit, error) {
	f, err := resultField(s, p.Prepare)
	if err != nil {
		return nil, err
	}
	results := p.Prepare.Decl.Type.Results
	switch {
	case len(f.Names) == 1 && p.State.Result == "": // the only result
		e, err := s.replace(results.Pos(), results.End(), p.State.Type)
		return []Edit{e}, err
	case len(f.Names) == 1 && p.State.Result != f.Names[0].Name:
		name, err := s.replace(f.Names[0].Pos(), f.Names[0].End(), p.State.Result)
		if err != nil {
			return nil, err
		}
		typ, err := s.replace(f.Type.Pos(), f.Type.End(), p.State.Type)
		return []Edit{name, typ}, err
	}
	e, err := s.replace(f.Type.Pos(), f.Type.End(), p.State.Type)
	return []Edit{e}, err
}
