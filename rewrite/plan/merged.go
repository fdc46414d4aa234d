package plan

import (
	"go/ast"
	"go/token"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
)

// mergedName returns the name of finish that takes prepare's place: prepare's, unless that
// says that something begins, or finish has a better word for the end of something.
func mergedName(prepare, finish string) string {
	verb, _ := spell.VerbOf(spell.LowerFirst(finish))
	if spell.Begins(prepare) || spell.Ends(verb) && verb != "end" {
		return finish
	}
	return prepare
}

// merges reports whether prepare does nothing but return its cleanup, and each site only
// calls that, so that finish can take prepare's place. Prepare would be empty
// otherwise, and its calls would do nothing.
//
//	func (c *conn) catch(err *error) func() {     func (c *conn) catch(err *error) {
//		return func() { … }                           …
//	}                                             }
//
//	defer c.catch(&err)()                         defer c.catch(&err)
func merges(p *pattern.Prepare, sites []*pattern.Site, passages []Passage, idle idle) bool {
	body := p.Decl.Body
	if len(body.List) != 1 || p.Func.Signature().Results().Len() != 1 || len(p.Inner) > 0 || len(sites) == 0 || len(p.Choices) > 0 {
		return false
	}
	ret, ok := body.List[0].(*ast.ReturnStmt)
	if !ok || len(ret.Results) != 1 || ast.Unparen(ret.Results[0]) != ast.Expr(p.Literals[0].Lit) {
		return false
	}
	line := func(pos token.Pos) int { return p.Unit.Fset.Position(pos).Line }
	for _, g := range flow.Comments(p.File, p.Decl.Name.End(), p.Decl.End()) {
		above := line(body.Lbrace) < line(g.Pos()) && line(g.End()) < line(ret.Pos())
		if g.End() > p.Decl.Name.End() && g.Pos() < p.Decl.End() && !above && !flow.Within(g, p.Literals[0].Lit.Body) {
			return false
		}
	}
	return everySite(sites, func(s *pattern.Site) bool {
		switch s.Form {
		case pattern.Immediate:
		case pattern.Assigned:
			a, ok := s.Stmt.(*ast.AssignStmt)
			if _, _, list := flow.List(s.At(s.Stmt)); !ok || !list || len(a.Lhs) != 1 || s.Var == nil {
				return false
			}
		default:
			return false
		}
		if s.Decl == ast.Decl(p.Decl) || spread(s) || !runs(s, idle.values) || wrapped(s) {
			return false
		}
		for i, arg := range s.Call.Args {
			passed := slices.ContainsFunc(passages, func(pass Passage) bool {
				return pass.Route == ByArgument && pass.Capture.Index == i
			})
			if !passed && !constant(s, arg) {
				return false
			}
		}
		return true
	})
}
