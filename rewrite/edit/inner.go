package edit

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
	"github.com/dave/dst"
	"github.com/dave/dst/dstutil"
)

// inner replaces the uses of the cleanup within prepare by calls of finish.
func (d *declarer) inner() error {
	rest, err := d.innerArgs()
	if err != nil {
		return err
	}
	for _, in := range d.Plan.Inner {
		if in.Use.Kind == pattern.NilTest {
			if err := d.innerTest(in.Use); err != nil {
				return err
			}
			continue
		}
		before := rest
		call := d.node(in.Use.Call).(*dst.CallExpr)
		lit := d.literalOf(in.Use)
		callee := d.innerCallee(lit)
		if d.Plan.State != nil && d.Plan.Local != nil {
			state := d.stateLiteral(lit, nil)
			if in.Held {
				state = d.heldAt(in.Use)
			}
			callee, before = d.Plan.Finish.Name, append([]string{state}, rest...)
		} else if in.Held {
			callee = d.heldAt(in.Use) + "." + d.Plan.Finish.Name
		} else if d.Plan.State != nil && d.inHeader(in.Use.Call) {
			callee = "(" + d.stateLiteral(lit, nil) + ")." + d.Plan.Finish.Name
		}
		fun, err := expr(callee)
		if err != nil {
			return err
		}
		args, err := expr("f(" + strings.Join(before, ", ") + ")")
		if err != nil {
			return err
		}
		all := append(args.(*dst.CallExpr).Args, call.Args...)
		if d.Plan.Finish.Context {
			all = slices.Concat(call.Args[:1:1], args.(*dst.CallExpr).Args, call.Args[1:])
		}
		if f := d.Plan.Finish; f.OnParam {
			fun, all = &dst.SelectorExpr{X: all[0], Sel: dst.NewIdent(f.Name)}, all[1:]
		}
		if !in.Wrap {
			call.Fun, call.Args = fun, all
			continue
		}
		call.Fun = &dst.FuncLit{
			Type: &dst.FuncType{Func: true, Params: &dst.FieldList{}},
			Body: &dst.BlockStmt{List: []dst.Stmt{&dst.ExprStmt{X: &dst.CallExpr{Fun: fun, Args: all}}}},
		}
		call.Args = nil
	}
	return nil
}

// innerTest replaces a comparison of a variable of prepare with nil by a test of the state
// that it holds:
//
//	if end != nil {          if end.traced {
func (d *declarer) innerTest(u *pattern.Use) error {
	cleanup := flow.Outer(d.Prepare.At(u.Expr))
	test := d.node(cleanup.Parent().Node()).(*dst.BinaryExpr)
	s := d.Plan.State
	text := d.heldAt(u) + "." + s.Flag
	if test.Op == token.EQL && s.None == "" {
		text = "!" + text
	}
	e, err := expr(text)
	if err != nil {
		return err
	}
	old := dst.Node(test)
	if s.None != "" {
		old = d.node(cleanup.Node())
		null := &test.Y
		if old == dst.Node(test.Y) {
			null = &test.X
		}
		if s.None != "nil" {
			*null = &dst.BasicLit{Kind: token.STRING, Value: s.None, Decs: dst.BasicLitDecorations{NodeDecs: *(*null).Decorations()}}
		}
	}
	*e.Decorations() = *old.Decorations()
	found := false
	dstutil.Apply(d.prepare, func(c *dstutil.Cursor) bool {
		if c.Node() == old {
			found = true
			c.Replace(e)
			return false
		}
		return !found
	}, nil)
	if !found {
		return fmt.Errorf("a comparison of %s with nil was not found", u.Expr)
	}
	return nil
}

// held returns the name of a variable of prepare that holds the state.
func (d *declarer) held(v *types.Var) string {
	if name := d.Plan.Nouns[v]; name != "" {
		return name
	}
	return v.Name()
}

// heldAt returns the name of such a variable, which a use names.
func (d *declarer) heldAt(u *pattern.Use) string {
	id := ast.Unparen(u.Expr).(*ast.Ident)
	if v, ok := d.Prepare.Unit.Info.Uses[id].(*types.Var); ok {
		return d.held(v)
	}
	return id.Name
}

// inHeader reports whether an expression is in the header of an if, for or switch
// statement, where the brace of a composite literal would begin the body:
//
//	if err := (readState{c: c, n: n}).finish(); err != nil {
func (d *declarer) inHeader(e ast.Expr) bool {
	for c := range d.Prepare.At(e).Enclosing() {
		switch c.Node().(type) {
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt:
			return true
		case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause:
			return false
		}
	}
	return false
}

// literalOf returns the literal that a use of the cleanup within prepare calls.
func (d *declarer) literalOf(u *pattern.Use) *pattern.Literal {
	v := d.Prepare.Unit.Info.Uses[ast.Unparen(u.Expr).(*ast.Ident)]
	for _, l := range d.Prepare.Literals {
		if types.Object(l.Var) == v {
			return l
		}
	}
	return d.Prepare.Literals[0]
}

// innerCallee returns the function expression of a call of finish within prepare.
func (d *declarer) innerCallee(lit *pattern.Literal) string {
	f := d.Plan.Finish
	switch {
	case d.Plan.State != nil:
		return d.stateLiteral(lit, nil) + "." + f.Name
	case f.OnRecv:
		return d.Prepare.Decl.Recv.List[0].Names[0].Name + "." + f.Name
	}
	return f.Name
}

// innerArgs returns the arguments of a call of finish within prepare, which are prepare's
// own variables.
func (d *declarer) innerArgs() ([]string, error) {
	var args []string
	for _, p := range d.Plan.Finish.Params {
		arg := p.Name
		switch p.Passage.Route {
		case plan.ByValue:
			if p.Passage.Capture == nil {
				arg = "true"
			}
		case plan.ByArgument:
			if d.Plan.Fresh[p.Passage.Capture.Index] {
				arg = "new(" + strings.TrimPrefix(p.Passage.Type, "*") + ")"
			}
		case plan.ByResult:
		default:
			return nil, noOperand(p)
		}
		args = append(args, arg)
	}
	return args, nil
}
