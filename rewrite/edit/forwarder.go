package edit

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
	"github.com/closurefix/closurefix/rewrite/prose"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// forwarderEdits returns the edits for a forwarder. Its result gets the type of the state,
// return statements without a cleanup return the zero state, and its doc comment is mended.
//
//	func (c *conn) read() (func(), error) {      func (c *conn) read() (beginCleanup, error) {
//		if c.closed {                                if c.closed {
//			return nil, errClosed                        return beginCleanup{}, errClosed
//		}                                            }
//		return c.begin("read")                       return c.begin("read")
//	}                                            }
func forwarderEdits(p *plan.Plan, s *source, fw *plan.Forwarder) ([]Edit, error) {
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
		zero := fw.Type + "{}"
		if p.State.Shared {
			zero = "nil"
		}
		e, err := s.replace(r.Expr.Pos(), r.Expr.End(), zero)
		if err != nil {
			return nil, err
		}
		edits = append(edits, e)
	}
	return append(edits, docEdits(s, fw.Decl.Doc, p.ForwarderProse(fw))...), nil
}

// docEdits returns the edit that mends a doc comment, or none if it stays as it is.
func docEdits(s *source, doc *ast.CommentGroup, words prose.Change) []Edit {
	if doc == nil {
		return nil
	}
	var lines []string
	for _, c := range doc.List {
		lines = append(lines, c.Text)
	}
	mended := words.MendDoc(slices.Clone(lines))
	if slices.Equal(lines, mended) || len(mended) == 0 {
		return nil
	}
	return []Edit{{File: s.name, Start: s.offset(doc.Pos()), End: s.offset(doc.End()), New: strings.Join(mended, s.newline())}}
}

// resultType returns the type of the result that is the cleanup.
func resultType(s *source, p *pattern.Prepare) (ast.Expr, error) {
	f, err := resultField(s, p)
	if err != nil {
		return nil, err
	}
	return f.Type, nil
}

// resultField returns the field of the result that is the cleanup, and declares no other one.
func resultField(s *source, p *pattern.Prepare) (*ast.Field, error) {
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
			return f, nil
		}
		i += n
	}
	return nil, fmt.Errorf("%s has no result %d", p.Key, p.Result)
}
