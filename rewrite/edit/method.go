package edit

import (
	"fmt"
	"go/types"
	"strings"

	"github.com/dave/dst"
)

// callMethods makes a literal for each cleanup that is a method value. It calls the method:
//
//	t.mu.Unlock           func() { t.mu.Unlock() }
func (d *declarer) callMethods() error {
	for _, l := range d.Prepare.Literals {
		if l.Method == nil {
			continue
		}
		var params, args []string
		for _, f := range l.Lit.Type.Params.List {
			params = append(params, f.Names[0].Name+" "+types.ExprString(f.Type))
			args = append(args, f.Names[0].Name)
		}
		result, ret := "", ""
		if l.Lit.Type.Results != nil {
			result, ret = types.ExprString(l.Lit.Type.Results.List[0].Type), "return "
		}
		e, err := expr(fmt.Sprintf("func(%s) %s {\n%sm(%s)\n}", strings.Join(params, ", "), result, ret, strings.Join(args, ", ")))
		if err != nil {
			return err
		}
		lit := e.(*dst.FuncLit)
		call, ok := d.node(l.Method).(*dst.SelectorExpr)
		if !ok {
			return fmt.Errorf("a method value was not found")
		}
		switch stmt := lit.Body.List[0].(type) {
		case *dst.ExprStmt:
			stmt.X.(*dst.CallExpr).Fun = call
		case *dst.ReturnStmt:
			stmt.Results[0].(*dst.CallExpr).Fun = call
		}
		call.Decs.Before, call.Decs.After = dst.None, dst.None
		d.add(l.Lit, lit)
	}
	return nil
}
