package plan

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// succeededAt reports whether the error that a definition sets last is nil at a statement: an if
// statement that checks it follows, or has the definition as its init, or a call follows that
// panics otherwise.
func succeededAt(p *pattern.Prepare, def *ast.AssignStmt, at ast.Stmt) bool {
	info := p.Unit.Info
	err, ok := info.ObjectOf(identOf(def.Lhs[len(def.Lhs)-1])).(*types.Var)
	if !ok || !flow.IsError(err.Type()) || err.Kind() == types.PackageVar {
		return false
	}
	cur := p.At(def)
	var next ast.Stmt
	if cur.ParentEdgeKind() == edge.IfStmt_Init {
		next = cur.Parent().Node().(*ast.IfStmt)
	} else if list, i, ok := flow.List(cur); ok && i+1 < len(list) {
		next = list[i+1]
	}
	switch s := next.(type) {
	case *ast.ExprStmt:
		return at.Pos() > s.End() && panicsUnlessNil(p, s, err)
	case *ast.IfStmt:
		inside := s.Init == ast.Stmt(def)
		switch {
		case s.Init != nil && !inside || calling(s.Cond):
		case flow.Within(at, s.Body):
			return flow.Implied(info, s.Cond, err, true) == flow.Yes
		case s.Else != nil && flow.Within(at, s.Else):
			return flow.Implied(info, s.Cond, err, false) == flow.Yes
		default:
			return !inside && flow.Implied(info, s.Cond, err, false) == flow.Yes && leaves(info, s.Body) && at.Pos() > s.End()
		}
	}
	return false
}

// panicsUnlessNil reports whether a statement only calls a function of the package with err, which
// begins with a panic if that is not nil.
func panicsUnlessNil(p *pattern.Prepare, s *ast.ExprStmt, err *types.Var) bool {
	info := p.Unit.Info
	call, ok := ast.Unparen(s.X).(*ast.CallExpr)
	if !ok {
		return false
	}
	fn := typeutil.StaticCallee(info, call)
	i := slices.IndexFunc(call.Args, func(e ast.Expr) bool { return info.Uses[identOf(e)] == types.Object(err) })
	if fn == nil || i < 0 || fn.Pkg() != p.Unit.Pkg || i >= fn.Signature().Params().Len() || fn.Signature().Variadic() {
		return false
	}
	for _, f := range p.Unit.Files {
		for _, d := range f.Decls {
			decl, ok := d.(*ast.FuncDecl)
			if !ok || info.Defs[decl.Name] != types.Object(fn) || decl.Body == nil || len(decl.Body.List) == 0 {
				continue
			}
			test, ok := decl.Body.List[0].(*ast.IfStmt)
			return ok && test.Init == nil && !calling(test.Cond) && flow.Implied(info, test.Cond, fn.Signature().Params().At(i), false) == flow.Yes && panics(info, test.Body)
		}
	}
	return false
}

// panics reports whether the last statement of a block is a call of panic, and nothing before it jumps.
func panics(info *types.Info, b *ast.BlockStmt) bool {
	for i, s := range b.List {
		x, ok := s.(*ast.ExprStmt)
		if !ok {
			return false
		}
		if i == len(b.List)-1 {
			call, ok := x.X.(*ast.CallExpr)
			if !ok {
				return false
			}
			f, ok := typeutil.Callee(info, call).(*types.Builtin)
			return ok && f.Name() == "panic"
		}
	}
	return false
}
