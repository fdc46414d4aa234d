package plan

import (
	"go/ast"
	"go/token"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
)

// mergedName returns the name of a finish that replaces prepare. That is prepare's name,
// unless it says that something begins, or the name of finish says that something ends.
func mergedName(prepare, finish string) string {
	verb, _ := spell.VerbOf(spell.LowerFirst(finish))
	if spell.Begins(prepare) || spell.Ends(finish) && verb != "end" && verb != "finish" {
		return finish
	}
	return prepare
}

// merges reports whether prepare does nothing but return its cleanup, and each site only
// calls the cleanup. Finish then replaces prepare, which would be empty otherwise.
//
//	func (c *conn) catch(err *error) func() {     func (c *conn) catch(err *error) {
//		return func() { … }                           …
//	}                                             }
//
//	defer c.catch(&err)()                         defer c.catch(&err)
func merges(p *pattern.Prepare, sites []*pattern.Site, passages []Passage, idle idle) bool {
	return len(sites) > 0 && (readsClockFor(passages) || onlyReturns(p)) && everySite(sites, func(s *pattern.Site) bool {
		if !onlyCalled(s) || s.Decl == ast.Decl(p.Decl) || spread(s) || !runs(s, idle.values) || wrapped(s) {
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

// onlyReturns reports whether the body of prepare is a return statement with a literal, and
// no comment would be lost with it.
func onlyReturns(p *pattern.Prepare) bool {
	body := p.Decl.Body
	if len(body.List) != 1 || p.Func.Signature().Results().Len() != 1 || len(p.Inner) > 0 || len(p.Choices) > 0 {
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
	return true
}

// onlyCalled reports whether a site calls the cleanup at once, or assigns it alone to a
// variable, in a statement list.
func onlyCalled(s *pattern.Site) bool {
	if s.Form == pattern.Immediate {
		return true
	}
	a, ok := s.Stmt.(*ast.AssignStmt)
	_, _, list := flow.List(s.At(s.Stmt))
	return s.Form == pattern.Assigned && ok && list && len(a.Lhs) == 1 && s.Var != nil
}
