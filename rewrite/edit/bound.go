package edit

import (
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
)

// boundEdits returns the edits for a function that returns the receiver of a method
// value in place of the method value. Its doc comment is mended.
func boundEdits(s *source, p *plan.Plan) ([]Edit, error) {
	typ, err := resultType(s, p.Prepare)
	if err != nil {
		return nil, err
	}
	e, err := s.replace(typ.Pos(), typ.End(), p.State.Type)
	if err != nil {
		return nil, err
	}
	edits := []Edit{e}
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
