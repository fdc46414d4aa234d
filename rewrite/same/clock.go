package same

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// readsClock reports whether the first of some statements only sets the variable with Way Clock to the time.
func (m *matcher) readsClock(list []ast.Stmt) bool {
	if len(list) == 0 {
		return false
	}
	def, ok := list[0].(*ast.AssignStmt)
	if !ok || def.Tok != token.DEFINE || len(def.Lhs) != 1 || len(def.Rhs) != 1 {
		return false
	}
	c := m.capture[variable(m.home.Info, def.Lhs[0])]
	if c == nil || c.Way != Clock || m.setTwice(c.Var) {
		return false
	}
	call, ok := def.Rhs[0].(*ast.CallExpr)
	if !ok || len(call.Args) > 0 {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	f, ok := m.home.Info.Uses[sel.Sel].(*types.Func)
	return ok && f.FullName() == "time.Now"
}

// operandOfClock compares the argument of finish for the time, which must be time.Now(). Prepare read the clock when it was
// called, which was in the same statement, before the cleanup was called or deferred, or in the one before.
func (m *matcher) operandOfClock(h *holder, use, a ast.Expr) error {
	bad := m.differ(use, a, "%s does not read the clock where %s did", text(a), m.Prepare.Name.Name)
	call, ok := a.(*ast.CallExpr)
	if !ok || !m.Merged || h.inner || !h.call && !m.calledNext(h, use) || !m.readsClock(m.Prepare.Body.List) || len(call.Args) > 0 {
		return bad
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Now" {
		return bad
	}
	id, ok := sel.X.(*ast.Ident)
	if !ok {
		return bad
	}
	pkg, ok := m.lookup(id.Name, use.Pos()).(*types.PkgName)
	if !ok || pkg.Imported().Path() != "time" || m.importName(pkg.Imported()) != id.Name {
		return bad
	}
	return nil
}

// calledNext reports whether the statement that calls or defers a cleanup follows the only one that sets its variable.
func (m *matcher) calledNext(h *holder, use ast.Expr) bool {
	if len(h.sites) != 1 {
		return false
	}
	for i := len(m.path) - 1; i > 0; i-- {
		stmt, ok := m.path[i].(ast.Stmt)
		if !ok {
			continue
		}
		var call ast.Expr
		switch stmt := stmt.(type) {
		case *ast.ExprStmt:
			call = stmt.X
		case *ast.DeferStmt:
			call = stmt.Call
		}
		if c, ok := call.(*ast.CallExpr); !ok || c.Fun != use {
			return false
		}
		list := listOf(m.path[i-1])
		at := slices.Index(list, stmt)
		if at < 1 {
			return false
		}
		set, ok := list[at-1].(*ast.AssignStmt)
		return ok && len(set.Rhs) == 1 && ast.Unparen(set.Rhs[0]) == ast.Expr(h.sites[0].call)
	}
	return false
}
