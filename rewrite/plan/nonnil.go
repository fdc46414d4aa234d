package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/types/typeutil"
)

// nilField returns the name of a field of the state that is nil in the zero value of the
// state and in no other, or "": it can say whether there is something to do.
//
//	f, err := os.Open(name)             type openState struct { f *os.File }
//	if err != nil {
//		return func() {}, err           func (s openState) close() {
//	}                                       if s.f == nil {
//	return func() { f.Close() }, nil            return
func nilField(p *pattern.Prepare, passages []Passage) string {
	for _, pass := range passages {
		name := pass.Capture.Var.Name()
		if pass.Route != ByState || pass.Capture.Class == pattern.Receiver && !pass.Pointer {
			continue
		}
		if everywhereLive(p, func(l *pattern.Literal, at ast.Stmt) bool {
			i := slices.IndexFunc(l.Captures, func(c *pattern.Capture) bool { return c.Var.Name() == name })
			return i >= 0 && (pass.Pointer || nonNil(p, l.Captures[i].Var, at))
		}) {
			return name
		}
	}
	return ""
}

// everywhereLive reports whether something holds wherever prepare returns a cleanup or
// runs it.
func everywhereLive(p *pattern.Prepare, holds func(*pattern.Literal, ast.Stmt) bool) bool {
	for _, r := range p.Returns {
		if r.Live() && !holds(r.Literal, r.Stmt) {
			return false
		}
	}
	for _, c := range p.Choices {
		for _, set := range c.Sets {
			if set.Literal != nil && !holds(set.Literal, set.Stmt) {
				return false
			}
		}
	}
	for _, u := range p.Inner {
		if choiceOf(p, u) == nil && !holds(literalOf(p, u), u.Stmt) {
			return false
		}
	}
	return true
}

// nonNil reports whether a variable of prepare that nothing assigns is certainly not nil at
// a statement that sees it.
func nonNil(p *pattern.Prepare, v *types.Var, at ast.Stmt) bool {
	switch v.Type().Underlying().(type) {
	case *types.Pointer, *types.Map, *types.Chan, *types.Signature, *types.Interface:
	default:
		return false
	}
	if spell.IsTypeParam(v.Type()) || flow.HasGoto(p.Decl) || slices.ContainsFunc(p.Access[v], func(a flow.Access) bool { return a.Mode != flow.Read }) {
		return false
	}
	if madeNonNil(p, v, at) {
		return true
	}
	is := func(e ast.Expr) bool { return p.Unit.Info.Uses[identOf(e)] == types.Object(v) }
	for list, i := range flow.Lists(p.At(at), p.Decl) {
		if slices.ContainsFunc(list[:i], func(s ast.Stmt) bool { return leavesIfNil(p, s, is) || dereferences(p, s, is) }) {
			return true
		}
	}
	for c := range p.At(at).Enclosing() {
		if c.ParentEdgeKind() == edge.IfStmt_Body && compares(p.Unit.Info, c.Parent().Node().(*ast.IfStmt).Cond, token.NEQ, token.LAND, is) {
			return true
		}
	}
	return false
}

// compares reports whether a condition is a comparison with nil of what is accepts, or has
// one among the operands of junction.
func compares(info *types.Info, cond ast.Expr, op, junction token.Token, is func(ast.Expr) bool) bool {
	x, ok := ast.Unparen(cond).(*ast.BinaryExpr)
	switch {
	case !ok:
		return false
	case x.Op == junction:
		return compares(info, x.X, op, junction, is) || compares(info, x.Y, op, junction, is)
	}
	return x.Op == op && is(x.X) && info.Types[x.Y].IsNil()
}

// leavesIfNil reports whether a statement leaves prepare if something is nil.
func leavesIfNil(p *pattern.Prepare, s ast.Stmt, is func(ast.Expr) bool) bool {
	test, ok := s.(*ast.IfStmt)
	return ok && compares(p.Unit.Info, test.Cond, token.EQL, token.LOR, is) && endsPrepare(p.Unit.Info, test.Body)
}

// endsPrepare reports whether a block ends with a return, or a panic.
func endsPrepare(info *types.Info, b *ast.BlockStmt) bool {
	if len(b.List) == 0 {
		return false
	}
	switch last := b.List[len(b.List)-1].(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.ExprStmt:
		call, ok := last.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		f, ok := typeutil.Callee(info, call).(*types.Builtin)
		return ok && f.Name() == "panic"
	}
	return false
}

// dereferences reports whether a statement, if it does not panic, has used a field of what
// a pointer points to, or called a method of an interface value.
func dereferences(p *pattern.Prepare, s ast.Stmt, is func(ast.Expr) bool) (found bool) {
	info := p.Unit.Info
	switch s.(type) {
	case *ast.ExprStmt, *ast.AssignStmt, *ast.IncDecStmt, *ast.SendStmt:
	default:
		return false
	}
	ast.Inspect(s, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		if !ok || found {
			return !found
		}
		if info.Types[e].Value != nil {
			return false // len(v.array) does not evaluate v
		}
		switch e := e.(type) {
		case *ast.FuncLit:
			return false
		case *ast.BinaryExpr:
			return e.Op != token.LAND && e.Op != token.LOR
		case *ast.StarExpr:
			found = is(e.X)
		case *ast.SelectorExpr:
			sel := info.Selections[e]
			if sel != nil && is(e.X) {
				_, isPtr := info.TypeOf(e.X).Underlying().(*types.Pointer)
				found = isPtr && sel.Kind() == types.FieldVal || types.IsInterface(info.TypeOf(e.X)) && sel.Kind() == types.MethodVal
			}
		}
		return !found
	})
	return found
}

// madeNonNil reports whether the statement that declares a local variable gives it a value
// that is not nil.
func madeNonNil(p *pattern.Prepare, v *types.Var, at ast.Stmt) bool {
	for n := range ast.Preorder(p.Decl) {
		def, ok := n.(*ast.AssignStmt)
		if !ok || def.Tok != token.DEFINE {
			continue
		}
		i := slices.IndexFunc(def.Lhs, func(e ast.Expr) bool {
			id, ok := e.(*ast.Ident)
			return ok && p.Unit.Info.Defs[id] == types.Object(v)
		})
		switch {
		case i < 0:
			continue
		case len(def.Rhs) == len(def.Lhs):
			return notNil(p.Unit.Info, def.Rhs[i], 0)
		case notNil(p.Unit.Info, def.Rhs[0], i):
			return true
		}
		return i == 0 && opens(p.Unit.Info, def.Rhs[0]) && checked(p, def, at)
	}
	return false
}

// notNil reports whether result i of an expression is certainly not nil.
func notNil(info *types.Info, e ast.Expr, i int) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.FuncLit:
		return true
	case *ast.UnaryExpr:
		return e.Op == token.AND
	case *ast.CompositeLit:
		_, isMap := info.TypeOf(e).Underlying().(*types.Map)
		return isMap
	case *ast.CallExpr:
		switch f := typeutil.Callee(info, e).(type) {
		case *types.Builtin:
			return f.Name() == "new" || f.Name() == "make"
		case *types.Func:
			switch f.FullName() {
			case "context.WithCancel", "context.WithCancelCause", "context.WithTimeout", "context.WithDeadline", "context.WithTimeoutCause", "context.WithDeadlineCause":
				return i < 2
			case "context.AfterFunc", "context.Background", "time.NewTimer", "time.NewTicker", "time.AfterFunc":
				return true
			}
		}
	}
	return false
}

// opens reports whether e is a call of a function of package os that returns a file, or an
// error.
func opens(info *types.Info, e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	f, ok := typeutil.Callee(info, call).(*types.Func)
	return ok && slices.Contains([]string{"os.Open", "os.OpenFile", "os.Create", "os.CreateTemp"}, f.FullName())
}

// checked reports whether the statement after a definition leaves prepare if the last
// variable that it sets, an error, is not nil, and at comes after that.
func checked(p *pattern.Prepare, def *ast.AssignStmt, at ast.Stmt) bool {
	list, i, ok := flow.List(p.At(def))
	if !ok || i+1 >= len(list) {
		return false
	}
	err := p.Unit.Info.ObjectOf(identOf(def.Lhs[len(def.Lhs)-1]))
	test, ok := list[i+1].(*ast.IfStmt)
	is := func(e ast.Expr) bool { return err != nil && p.Unit.Info.Uses[identOf(e)] == err }
	return ok && test.Init == nil && compares(p.Unit.Info, test.Cond, token.NEQ, token.LOR, is) && endsPrepare(p.Unit.Info, test.Body) && at.Pos() > test.End()
}
