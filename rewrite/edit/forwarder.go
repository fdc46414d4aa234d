package edit

import (
	"fmt"
	"go/ast"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// forwarderEdits returns the edits for a forwarder. Its result gets the type of the state,
// and return statements without a cleanup return the zero state.
//
//	func (c *conn) read() (func(), error) {      func (c *conn) read() (beginCleanup, error) {
//		if c.closed {                                if c.closed {
//			return nil, errClosed                        return beginCleanup{}, errClosed
//		}                                            }
//		return c.begin("read")                       return c.begin("read")
//	}                                            }
func forwarderEdits(s *source, fw *plan.Forwarder) ([]Edit, error) {
	typ, err := resultType(s, fw.Prepare)
	if err != nil {
		return nil, err
	}
	e, err := s.replace(typ.Pos(), typ.End(), fw.Type)
	if err != nil {
		return nil, err
	}
	edits := []Edit{e}
	for _, r := range fw.Returns {
		if r.Idle == pattern.Forwarding || r.Expr == nil {
			continue
		}
		e, err := s.replace(r.Expr.Pos(), r.Expr.End(), fw.Type+"{}")
		if err != nil {
			return nil, err
		}
		edits = append(edits, e)
	}
	return edits, nil
}

// resultType returns the type of the result that is the cleanup.
func resultType(s *source, p *pattern.Prepare) (ast.Expr, error) {
	i := 0
	for _, f := range p.Decl.Type.Results.List {
		n := max(1, len(f.Names))
		if i <= p.Result && p.Result < i+n {
			if n > 1 {
				return nil, &obstacle{
					code: refusal.CallForm, pos: s.unit.Fset.PositionFor(f.Pos(), false),
					reason: p.Key.String() + " declares its cleanup together with another result",
				}
			}
			return f.Type, nil
		}
		i += n
	}
	return nil, fmt.Errorf("%s has no result %d", p.Key, p.Result)
}
