package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// inCleanup reports whether a node lies in one of the cleanups.
func inCleanup(p *pattern.Prepare, n ast.Node) bool {
	return slices.ContainsFunc(p.Literals, func(l *pattern.Literal) bool { return flow.Within(n, l.Lit) })
}

// runsWith reports whether lit is a cleanup, or a literal that a cleanup defers
// or calls on the spot.
func runsWith(p *pattern.Prepare, lit *ast.FuncLit) bool {
	return slices.ContainsFunc(p.Literals, func(l *pattern.Literal) bool {
		return lit == l.Lit || deferredIn(p, lit, l.Lit)
	})
}

// runsBefore reports whether the code in lit runs before prepare returns: prepare
// defers or calls lit where it stands, or lit is nil and the code is in no literal.
func runsBefore(p *pattern.Prepare, lit *ast.FuncLit) bool {
	return lit == nil || deferredIn(p, lit, nil)
}

// deferredIn reports whether lit is deferred or called where it stands, directly in the
// literal outer, or directly in prepare if outer is nil.
func deferredIn(p *pattern.Prepare, lit, outer *ast.FuncLit) bool {
	fun := flow.Outer(p.At(lit))
	return fun.ParentEdgeKind() == edge.CallExpr_Fun && fun.Parent().ParentEdgeKind() != edge.GoStmt_Call && flow.Lit(fun) == outer
}

// doneBefore reports whether lit runs only before a return statement begins: prepare
// calls it where it stands, or through a variable that has no other use.
//
//	open := func(name string) { files = append(files, create(name)) }
//	open("a")
//	return func() { closeAll(files) }
func doneBefore(p *pattern.Prepare, lit *ast.FuncLit) bool {
	if flow.Lit(p.At(lit)) != nil {
		return false
	}
	at := p.At(lit)
	if at.ParentEdgeKind() == edge.CallExpr_Fun {
		return !atReturn(at.Parent())
	}
	def, ok := at.Parent().Node().(*ast.AssignStmt)
	if !ok || def.Tok != token.DEFINE || len(def.Lhs) != 1 {
		return false
	}
	v, ok := p.Unit.Info.Defs[identOf(def.Lhs[0])].(*types.Var)
	return ok && !slices.ContainsFunc(p.Access[v], func(a flow.Access) bool {
		if a.Ident == def.Lhs[0] {
			return false
		}
		fun := p.At(a.Ident)
		return fun.ParentEdgeKind() != edge.CallExpr_Fun || a.Lit != nil || atReturn(fun.Parent())
	})
}

// atReturn reports whether a call within prepare may run while a return statement is
// evaluated, or later.
func atReturn(call inspector.Cursor) bool {
	switch call.ParentEdgeKind() {
	case edge.DeferStmt_Call, edge.GoStmt_Call:
		return true
	}
	_, ok := flow.Stmt(call).(*ast.ReturnStmt)
	return ok
}

// recovers reports whether one of the cleanups calls recover directly.
func recovers(p *pattern.Prepare) bool {
	return slices.ContainsFunc(p.Literals, func(l *pattern.Literal) bool { return flow.Recovers(p.Unit.Info, l.Lit) })
}

// written reports whether prepare or its cleanup assigns to the capture.
func written(p *pattern.Prepare, c *pattern.Capture) bool {
	return slices.ContainsFunc(p.Access[c.Var], func(a flow.Access) bool { return a.Mode == flow.Write })
}

// replaced reports whether code other than return statements may set result i: a
// literal, or code that has its address.
func replaced(p *pattern.Prepare, i int) bool {
	v := p.Func.Signature().Results().At(i)
	return slices.ContainsFunc(p.Access[v], func(a flow.Access) bool {
		return a.Mode == flow.Address || a.Mode == flow.Write && a.Lit != nil
	})
}
