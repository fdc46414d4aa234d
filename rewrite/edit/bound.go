package edit

import (
	"strings"

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
