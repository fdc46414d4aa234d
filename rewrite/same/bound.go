package same

import (
	"go/ast"
	"go/types"
	"strings"
)

// bindsMethod reports whether an expression is a method value of the method that finish is,
// and returns how the receiver to which it is bound is written, with its type. The receiver
// is a pointer, so that it is evaluated in the same way by itself.
func (m *matcher) bindsMethod(e ast.Expr) (receiver string, typ types.Type, ok bool) {
	for {
		call, isCall := ast.Unparen(e).(*ast.CallExpr)
		if !isCall || !m.home.Info.Types[call.Fun].IsType() || len(call.Args) != 1 {
			break
		}
		e = call.Args[0]
	}
	x, isSel := ast.Unparen(e).(*ast.SelectorExpr)
	if !isSel {
		return "", nil, false
	}
	sel := m.home.Info.Selections[x]
	if sel == nil || sel.Kind() != types.MethodVal || x.Sel.Name != m.Finish {
		return "", nil, false
	}
	method := sel.Obj().(*types.Func)
	operand := source(x.X)
	if _, paren := x.X.(*ast.ParenExpr); paren {
		operand = "(" + operand + ")"
	}
	text := []string{operand}
	typ = sel.Recv()
	for _, i := range sel.Index()[:len(sel.Index())-1] {
		if p, isPtr := typ.Underlying().(*types.Pointer); isPtr {
			typ = p.Elem()
		}
		st, isStruct := typ.Underlying().(*types.Struct)
		if !isStruct {
			return "", nil, false
		}
		text, typ = append(text, st.Field(i).Name()), st.Field(i).Type()
	}
	_, takesPointer := types.Unalias(method.Signature().Recv().Type()).(*types.Pointer)
	if types.IsInterface(typ) || !takesPointer {
		return "", nil, false
	}
	if receiver = source(x.X); len(text) > 1 {
		receiver = strings.Join(text, ".")
	}
	if _, isPtr := typ.Underlying().(*types.Pointer); !isPtr {
		return "&" + strings.Join(text, "."), types.NewPointer(typ), true
	}
	return receiver, typ, true
}

// handsReceiver compares the operand of a return statement with the receiver of the method
// value that it was, or with nil.
func (m *matcher) handsReceiver(b *ast.ReturnStmt, n int, a ast.Expr) error {
	if n == 0 {
		if !reads(a, "nil") || m.lookup("nil", b.Pos()) != types.Universe.Lookup("nil") {
			return m.differ(b, a, "%s should be nil", text(a))
		}
		return nil
	}
	receiver, typ, ok := m.bindsMethod(b.Results[m.Result])
	if !ok || !reads(a, receiver) {
		return m.differ(b, a, "%s is not the receiver", text(a))
	}
	if !m.isSpelled(m.bound, typ) {
		return m.differ(b, m.bound, "%s is not the type of the receiver", text(m.bound))
	}
	return nil
}
