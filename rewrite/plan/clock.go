package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// clockOf returns the variable that holds the time at which prepare was called, if that is all that
// prepare does besides returning its cleanup, and every caller calls both in one statement, or in two that follow each other. Then callers
// read the clock instead, and finish replaces prepare:
//
//	func elapsed(what string) func() {               func elapsed(what string, start time.Time) {
//		start := time.Now()                              log.Println(what, time.Since(start))
//		return func() {                              }
//			log.Println(what, time.Since(start))
//		}
//	}
//
//	defer elapsed("parse")()                         defer elapsed("parse", time.Now())
//
// The arguments of a deferred call are evaluated where prepare was called.
func clockOf(p *pattern.Prepare, sites []*pattern.Site) *types.Var {
	list := p.Decl.Body.List
	if len(list) != 2 || p.Func.Signature().Results().Len() != 1 || len(p.Inner) > 0 || len(p.Choices) > 0 || len(p.Literals) != 1 {
		return nil
	}
	def, ok := list[0].(*ast.AssignStmt)
	ret, isReturn := list[1].(*ast.ReturnStmt)
	if !ok || !isReturn || def.Tok != token.DEFINE || len(def.Lhs) != 1 || len(def.Rhs) != 1 || len(ret.Results) != 1 ||
		ast.Unparen(ret.Results[0]) != ast.Expr(p.Literals[0].Lit) || !readsClock(p.Unit.Info, def.Rhs[0]) {
		return nil
	}
	v, ok := p.Unit.Info.Defs[identOf(def.Lhs[0])].(*types.Var)
	if !ok || setAfter(p, v) || commentsApart(p) || !everySite(sites, func(s *pattern.Site) bool {
		return (s.Form == pattern.Immediate && ownStatement(s) || calledNext(s)) && nowAt(s) != ""
	}) {
		return nil
	}
	return v
}

// readsClockFor reports whether callers read the clock for one of the captures.
func readsClockFor(passages []Passage) bool {
	return slices.ContainsFunc(passages, func(pass Passage) bool { return pass.Route == ByClock })
}

// calledNext reports whether a caller keeps the cleanup in a variable only to call or defer it in the next statement.
func calledNext(s *pattern.Site) bool {
	list, i, ok := flow.List(s.At(s.Stmt))
	if !ok || s.Form != pattern.Assigned || s.Shared || s.Part != nil || len(s.Uses) != 1 || i+1 == len(list) {
		return false
	}
	u := s.Uses[0]
	switch next := list[i+1].(type) {
	case *ast.ExprStmt:
		return next.X == ast.Expr(u.Call)
	case *ast.DeferStmt:
		return next.Call == u.Call
	}
	return false
}

// commentsApart reports whether there are comments in prepare that do not go with its cleanup.
func commentsApart(p *pattern.Prepare) bool {
	return slices.ContainsFunc(flow.Comments(p.File, p.Decl.Name.End(), p.Decl.End()), func(g *ast.CommentGroup) bool {
		return !flow.Within(g, p.Literals[0].Lit.Body)
	})
}

// readsClock reports whether an expression is time.Now(), under whatever name package time is imported.
func readsClock(info *types.Info, e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	f, ok := info.Uses[sel.Sel].(*types.Func)
	return ok && f.FullName() == "time.Now"
}

// nowAt returns how a caller writes time.Now, or "" if its file does not import package time, or something
// hides that.
func nowAt(s *pattern.Site) string {
	for name, imported := range importsOf(s) {
		if imported.Imported().Path() == "time" && name != "." && name != "_" && s.Unit.Sees(s.Call.Pos(), imported) {
			return name + ".Now"
		}
	}
	return ""
}
