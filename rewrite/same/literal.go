package same

import (
	"go/ast"
	"go/types"
	"maps"
)

// methods makes a literal for each cleanup that is a method value. It contains the method
// value, and calls it with parameters that get their names from finish (see methodParams).
func (f *facts) methods() {
	own := *f.Change
	own.Literals = maps.Clone(own.Literals)
	f.Change = &own
	sig, _ := f.fn.Signature().Results().At(f.Result).Type().Underlying().(*types.Signature)
	for sel, n := range f.Methods {
		call := &ast.CallExpr{Fun: sel, Lparen: sel.End() - 1, Rparen: sel.End() - 1}
		var stmt ast.Stmt = &ast.ExprStmt{X: call}
		if sig != nil && sig.Results().Len() > 0 {
			stmt = &ast.ReturnStmt{Return: sel.Pos(), Results: []ast.Expr{call}}
		}
		lit := &ast.FuncLit{
			Type: &ast.FuncType{Func: sel.Pos(), Params: &ast.FieldList{}},
			Body: &ast.BlockStmt{Lbrace: sel.Pos(), List: []ast.Stmt{stmt}, Rbrace: sel.End() - 1},
		}
		f.method[sel], f.calls[lit] = lit, call
		own.Literals[lit] = n
	}
}

// cleanupLit returns the literal in prepare that e is, or that stands for the method value
// that e is, or nil.
func (f *facts) cleanupLit(e ast.Expr) *ast.FuncLit {
	if lit := literal(f.home.Info, e); lit != nil {
		return lit
	}
	for {
		call, ok := ast.Unparen(e).(*ast.CallExpr)
		if !ok || !f.home.Info.Types[call.Fun].IsType() || len(call.Args) != 1 {
			break
		}
		e = call.Args[0]
	}
	sel, _ := ast.Unparen(e).(*ast.SelectorExpr)
	return f.method[sel]
}
