package allocs

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/closurefix/closurefix/rewrite/internal/escape"
)

// An alloc is a fact with the verdict heap.
type alloc struct {
	escape.Fact
	inner bool // inside a function literal
	free  bool // a function literal that captures nothing and is not allocated
}

// A code is a function with the allocs that are attributed to it.
type code struct {
	Function
	allocs []alloc
}

// allocsOf returns the allocs reported in f, without those of constants.
func allocsOf(f Function, facts *escape.Facts) []alloc {
	type body struct{ from, to escape.Pos }
	var bodies []body
	literals := make(map[escape.Pos]*ast.FuncLit)
	ast.Inspect(f.Decl, func(n ast.Node) bool {
		if lit, ok := n.(*ast.FuncLit); ok {
			literals[f.place(lit)] = lit
			bodies = append(bodies, body{f.place(lit.Body), placeOf(f.Unit, lit.Body.End())})
		}
		return true
	})
	// Facts at the name of a generic function are about a copy of it, in a wrapper
	// that passes the type arguments.
	var name escape.Pos
	if d, ok := f.Decl.(*ast.FuncDecl); ok {
		name = f.place(d.Name)
	}
	var all []alloc
	for _, fact := range facts.Heap(f.place(f.Decl), placeOf(f.Unit, f.Decl.End())) {
		if fact.Constant() || fact.Pos == name {
			continue
		}
		a := alloc{Fact: fact}
		a.inner = slices.ContainsFunc(bodies, func(b body) bool { return b.from.Compare(fact.Pos) < 0 && fact.Pos.Compare(b.to) < 0 })
		if lit := literals[fact.Pos]; lit != nil && fact.IsLiteral() {
			a.free = !captures(f.Unit.Info, lit)
		}
		all = append(all, a)
	}
	return append(all, repeated(f)...)
}

// repeated returns the calls that loops of f defer and for which the compiler allocates a closure, which it does not report.
func repeated(f Function) []alloc {
	var all []alloc
	ast.PreorderStack(f.Decl, nil, func(n ast.Node, stack []ast.Node) bool {
		if d, ok := n.(*ast.DeferStmt); ok && wrapped(f.Unit.Info, d.Call) && inLoop(d, stack) {
			all = append(all, alloc{Fact: escape.Fact{Pos: placeOf(f.Unit, d.Call.Lparen), Verdict: escape.Heap, What: "call deferred in a loop"}})
		}
		return true
	})
	return all
}

// wrapped reports whether a deferred call needs a closure that holds something. A func without arguments and results is deferred as it
// is. Any other call is made by a closure, which holds the func, the receiver and the arguments, unless they are constant.
func wrapped(info *types.Info, call *ast.CallExpr) bool {
	if slices.ContainsFunc(call.Args, func(e ast.Expr) bool { return info.Types[e].Value == nil }) {
		return true
	}
	sig, isFunc := info.TypeOf(call.Fun).Underlying().(*types.Signature)
	if !isFunc || info.Types[ast.Unparen(call.Fun)].IsBuiltin() {
		return false
	}
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
		if s := info.Selections[sel]; s != nil && s.Kind() == types.MethodVal {
			return true
		}
	}
	_, isDeclared := typeutil.Callee(info, call).(*types.Func)
	return !isDeclared && len(call.Args)+sig.Results().Len() > 0
}

// inLoop reports whether a loop of the function around a statement repeats it. stack has the nodes around it.
func inLoop(s ast.Stmt, stack []ast.Node) bool {
	for _, n := range slices.Backward(stack) {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ForStmt:
			return true
		case *ast.RangeStmt:
			return n.Body.Pos() <= s.Pos()
		}
	}
	return false
}

// captures reports whether a literal uses a variable of a function around it.
func captures(info *types.Info, lit *ast.FuncLit) bool {
	for n := range ast.Preorder(lit) {
		id, ok := n.(*ast.Ident)
		if !ok {
			continue
		}
		v, ok := info.Uses[id].(*types.Var)
		if ok && !v.IsField() && v.Kind() != types.PackageVar && (v.Pos() < lit.Pos() || lit.End() <= v.Pos()) {
			return true
		}
	}
	return false
}

// outer returns the allocs that a copy of the code reports at the call. Those inside
// function literals keep their position.
func outer(allocs []alloc) []alloc {
	return slices.DeleteFunc(slices.Clone(allocs), func(a alloc) bool { return a.inner })
}

// alike reports whether two facts at different positions may be about the same allocation.
func alike(f, g escape.Fact) bool { return f.Moved == g.Moved && f.Words() == g.Words() }

func has(allocs []alloc, a alloc) bool {
	return slices.ContainsFunc(allocs, func(b alloc) bool { return alike(b.Fact, a.Fact) })
}
