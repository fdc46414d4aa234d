package edit

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/dave/dst"
	"github.com/dave/dst/dstutil"

	"github.com/closurefix/closurefix/rewrite/plan"
	"github.com/closurefix/closurefix/rewrite/prose"
)

// state returns the type declaration of the state.
func (d *declarer) state() (dst.Decl, error) {
	s := d.Plan.State
	var b strings.Builder
	if text := d.stateSentence(); text != "" {
		b.WriteString(strings.Join(prose.Wrap(text, 100), "\n") + "\n")
	}
	fmt.Fprintf(&b, "type %s struct {\n", s.Decl)
	if w := s.Which; w.Name != "" && !w.Nil {
		fmt.Fprintf(&b, "%s bool\n", w.Name)
	}
	for _, f := range s.Distinct() {
		fmt.Fprintf(&b, "%s %s\n", f.Capture.Var.Name(), f.Type)
	}
	if s.Mark != plan.Unmarked && s.None == "" {
		fmt.Fprintf(&b, "%s bool\n", s.Flag)
	}
	b.WriteString("}")
	if len(s.Fields) == 0 && s.Mark == plan.Unmarked && s.Which.Name == "" {
		return declaration(strings.Replace(b.String(), "{\n}", "{}", 1))
	}
	return declaration(b.String())
}

// finishDecl returns the declaration of finish, with the bodies of the literals.
func (d *declarer) finishDecl() (dst.Decl, error) {
	f := d.Plan.Finish
	var b strings.Builder
	if text := d.sentence(); text != "" && d.Plan.Local == nil {
		b.WriteString(strings.Join(prose.Wrap(text, 100), "\n") + "\n")
	}
	b.WriteString("func ")
	switch {
	case f.OnRecv:
		recv := d.Prepare.Decl.Recv.List[0]
		if len(recv.Names) > 0 {
			b.WriteString("(" + recv.Names[0].Name + " " + types.ExprString(recv.Type) + ") ")
		} else {
			b.WriteString("(" + types.ExprString(recv.Type) + ") ")
		}
	case d.Plan.State != nil && d.Plan.Local == nil:
		fmt.Fprintf(&b, "(%s %s) ", d.Plan.State.Name, d.Plan.State.Returned())
	}
	params := f.Params
	if s := d.Plan.State; s != nil && d.Plan.Local != nil {
		params = append([]plan.Param{{Name: s.Name, Type: s.Type}}, params...)
	}
	b.WriteString(f.Name + "(" + paramList(params) + ") {}")
	decl, err := declaration(b.String())
	if err != nil {
		return nil, err
	}
	fn := decl.(*dst.FuncDecl)
	lit := d.node(d.Plan.Signature().Lit).(*dst.FuncLit)
	for _, p := range lit.Type.Params.List {
		if len(p.Names) == 0 && len(fn.Type.Params.List) > 0 {
			p.Names = []*dst.Ident{dst.NewIdent("_")}
		}
	}
	own := lit.Type.Params.List
	if f.Context {
		fn.Type.Params.List = slices.Concat(own[:1:1], fn.Type.Params.List, own[1:])
	} else {
		fn.Type.Params.List = append(fn.Type.Params.List, own...)
	}
	fn.Type.Results = lit.Type.Results
	for _, l := range d.Plan.Literals {
		d.substitute(d.node(l.Lit).(*dst.FuncLit))
	}
	if err := d.anew(); err != nil {
		return nil, err
	}
	fn.Body = lit.Body
	if len(d.Plan.Literals) > 1 {
		if fn.Body, err = d.dispatch(); err != nil {
			return nil, err
		}
	}
	if err := d.guard(fn); err != nil {
		return nil, err
	}
	for _, s := range fn.Body.List {
		if decs := s.Decorations(); decs.Before == dst.None && (d.Plan.Local == nil || len(fn.Body.List) > 1) {
			decs.Before, decs.After = dst.NewLine, dst.NewLine
		}
	}
	fn.Decs.End = d.closing
	return fn, nil
}

// anew declares the variables of finish for captures that it sets before reading (route
// Anew).
func (d *declarer) anew() error {
	for _, p := range d.Plan.Passages {
		for _, r := range p.Resets {
			if r.Define {
				d.node(r.Assign).(*dst.AssignStmt).Tok = token.DEFINE
				continue
			}
			list, stmt := d.listOf(r.Stmt), d.node(r.Stmt).(dst.Stmt)
			if list == nil || !slices.Contains(*list, stmt) {
				return fmt.Errorf("a statement was not found in its list")
			}
			i := slices.Index(*list, stmt)
			f, err := declaration("func f() {\nvar " + p.Capture.Var.Name() + " " + p.Type + "\n}")
			if err != nil {
				return err
			}
			v := f.(*dst.FuncDecl).Body.List[0].(*dst.DeclStmt)
			if a, ok := stmt.(*dst.AssignStmt); ok && len(a.Lhs) == 1 {
				// var n int64 = 1
				v.Decl.(*dst.GenDecl).Specs[0].(*dst.ValueSpec).Values = a.Rhs
				v.Decs.NodeDecs = a.Decs.NodeDecs
				(*list)[i] = v
				continue
			}
			v.Decs.Before, stmt.Decorations().Before = stmt.Decorations().Before, dst.NewLine
			v.Decs.After = dst.NewLine
			*list = slices.Insert(*list, i, dst.Stmt(v))
		}
	}
	return nil
}

// dispatch returns a function body that runs one of two cleanups, as the state says. What they share
// is outside of the if statement:
//
//	if s.traced {                 if s.traced {            s.c.close()
//		s.c.log(s.n)                  return s.c.log(s.n)  if s.flushConn {
//	} else {                      }                            s.c.flush()
//		s.c.close()               return s.c.close()       }
//	}
func (d *declarer) dispatch() (*dst.BlockStmt, error) {
	w := d.Plan.State.Which
	var blocks [2]*dst.BlockStmt // for the cleanup for which the field is true, and for the other one
	for i, l := range d.Plan.Literals {
		block := d.node(l.Lit).(*dst.FuncLit).Body
		block.List[0].Decorations().Before = dst.NewLine
		block.List[len(block.List)-1].Decorations().After = dst.NewLine
		if i+1 == w.True {
			blocks[0] = block
		} else {
			blocks[1] = block
		}
	}
	body, head, tail := &dst.BlockStmt{}, []dst.Stmt(nil), []dst.Stmt(nil)
	if whole, list := d.common(blocks); whole != nil {
		body = whole
		head, tail = list[:w.Head:w.Head], list[len(list)-w.Tail:]
		for i, b := range blocks {
			blocks[i] = &dst.BlockStmt{List: slices.Clone(b.List[w.Head : len(b.List)-w.Tail])}
		}
	}
	test, space, err := d.test(blocks[0], blocks[1])
	if err != nil {
		return nil, err
	}
	rest := []dst.Stmt{test}
	if other, ok := test.Else.(*dst.BlockStmt); ok && len(tail) == 0 && d.unindents(test.Body, other) {
		test.Else = nil
		rest = append(rest, other.List...)
	}
	if len(head) > 0 {
		test.Decs.Before = space
	}
	body.List = slices.Concat(head, rest, tail)
	return body, nil
}

// common returns the block whose statements at the start and at the end stand for those of both
// cleanups, and its statements, or nil if there are none, or a comment would be lost.
func (d *declarer) common(blocks [2]*dst.BlockStmt) (*dst.BlockStmt, []dst.Stmt) {
	w := d.Plan.State.Which
	if w.Head+w.Tail == 0 {
		return nil, nil
	}
	whole, goes := blocks[0], blocks[1]
	if len(goes.List) > len(whole.List) {
		whole, goes = goes, whole
	}
	if len(goes.Decs.Start)+len(goes.Decs.Lbrace)+len(goes.Decs.End) > 0 {
		return nil, nil
	}
	for i, s := range goes.List {
		if (i < w.Head || i >= len(goes.List)-w.Tail) && len(comments(s)) > 0 {
			return nil, nil
		}
	}
	return whole, whole.List
}

// test returns an if statement for the statements of two cleanups, and the space before them. One
// block may be empty.
func (d *declarer) test(block, other *dst.BlockStmt) (*dst.IfStmt, dst.SpaceType, error) {
	s := d.Plan.State
	cond := s.Name + "." + s.Which.Name
	not := len(block.List) == 0
	if not {
		block, other = other, block
	}
	switch {
	case s.Which.Nil && not:
		cond += " == nil"
	case s.Which.Nil:
		cond += " != nil"
	case not:
		cond = "!" + cond
	}
	decl, err := declaration("func f() {\nif " + cond + " {\n}\n}")
	if err != nil {
		return nil, dst.None, err
	}
	test := decl.(*dst.FuncDecl).Body.List[0].(*dst.IfStmt)
	if test.Body = block; len(other.List) > 0 {
		test.Else = other
	}
	space := block.List[0].Decorations().Before
	for _, b := range []*dst.BlockStmt{block, other} {
		if n := len(b.List); n > 0 {
			b.List[0].Decorations().Before, b.List[n-1].Decorations().After = dst.NewLine, dst.NewLine
		}
	}
	return test, space, nil
}

// unindents reports whether the statements of the second block can follow an if statement with the
// first one, which returns. They may not declare a parameter of finish, nor be the whole of a block with
// comments of its own.
func (d *declarer) unindents(block, other *dst.BlockStmt) bool {
	if _, ok := block.List[len(block.List)-1].(*dst.ReturnStmt); !ok || len(other.Decs.Lbrace)+len(other.Decs.End)+len(other.Decs.Start) > 0 {
		return false
	}
	names := make(map[string]bool)
	for _, l := range d.Plan.Literals {
		for _, f := range slices.Concat(l.Lit.Type.Params.List, results(l.Lit)) {
			for _, id := range f.Names {
				names[id.Name] = true
			}
		}
	}
	for _, p := range d.Plan.Finish.Params {
		names[p.Name] = true
	}
	for _, l := range d.Plan.Literals {
		for n := range ast.Preorder(l.Lit.Body) {
			if id, ok := n.(*ast.Ident); ok && names[id.Name] && d.Prepare.Unit.Info.Defs[id] != nil {
				return false
			}
		}
	}
	return true
}

func results(lit *ast.FuncLit) []*ast.Field {
	if lit.Type.Results == nil {
		return nil
	}
	return lit.Type.Results.List
}

// paramList returns the source of parameters. Adjacent ones with the same type are
// grouped.
func paramList(params []plan.Param) string {
	var b strings.Builder
	for i, p := range params {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(p.Name)
		if i+1 == len(params) || params[i+1].Type != p.Type {
			b.WriteString(" " + p.Type)
		}
	}
	return b.String()
}

// substitute replaces uses of captured variables in a literal with fields of the state,
// dereferenced if the field holds the address.
func (d *declarer) substitute(lit *dst.FuncLit) {
	if d.Plan.State == nil {
		return
	}
	passages := make(map[dst.Node]plan.Passage)
	for _, f := range d.Plan.State.Fields {
		for _, id := range f.Capture.Uses {
			passages[d.node(id)] = f
		}
	}
	if len(passages) == 0 {
		return
	}
	dstutil.Apply(lit, func(c *dstutil.Cursor) bool {
		// If the state holds the address of v, &v is the field itself.
		if u, ok := c.Node().(*dst.UnaryExpr); ok && u.Op == token.AND {
			if f, ok := passages[u.X]; ok && f.Pointer {
				c.Replace(d.name(f, u.Decs.NodeDecs))
				return false
			}
		}
		f, ok := passages[c.Node()]
		if !ok {
			return true
		}
		old := c.Node().(*dst.Ident)
		if !f.Pointer || selectsThrough(c, f) {
			c.Replace(d.name(f, old.Decs.NodeDecs))
			return false
		}
		c.Replace(&dst.StarExpr{X: d.name(f, dst.NodeDecs{}), Decs: dst.StarExprDecorations{NodeDecs: old.Decs.NodeDecs}})
		return false
	}, nil)
}

// name returns the expression in finish for a field of the state.
func (d *declarer) name(f plan.Passage, decs dst.NodeDecs) dst.Expr {
	sel := &dst.SelectorExpr{X: dst.NewIdent(d.Plan.State.Name), Sel: dst.NewIdent(f.Capture.Var.Name())}
	sel.Decs.NodeDecs = decs
	return sel
}

// selectsThrough reports whether the node under the cursor is the operand of a selector
// that dereferences a pointer implicitly: x.f or x.m() for a struct x.
func selectsThrough(c *dstutil.Cursor, f plan.Passage) bool {
	sel, ok := c.Parent().(*dst.SelectorExpr)
	if !ok || sel.X != c.Node() {
		return false
	}
	switch f.Capture.Var.Type().Underlying().(type) {
	case *types.Pointer, *types.Interface:
		return false
	}
	return true
}

// guard inserts a statement with which finish returns if the state, or the bool or parameter that
// it takes, says that there is nothing to clean up.
func (d *declarer) guard(fn *dst.FuncDecl) error {
	var test string
	switch s, v := d.Plan.State, d.Plan.Value; {
	case s != nil && s.Mark == plan.Guarded && s.Shared:
		test = s.Name + " == nil"
	case s != nil && s.Mark == plan.Guarded:
		test = unless(s.Name+"."+s.Flag, s.None)
	case d.Plan.Teller != nil:
		test = d.Plan.Teller.None
	case v != nil && v.Guard:
		test = unless(v.Name, v.None())
	default:
		return nil
	}
	ret := "return"
	if fn.Type.Results != nil && len(fn.Type.Results.List) > 0 && len(fn.Type.Results.List[0].Names) == 0 {
		ret = "return " + d.Plan.Finish.Nothing
	}
	decl, err := declaration("func f() {\nif " + test + " {\n" + ret + "\n}\n}")
	if err != nil {
		return err
	}
	stmt := decl.(*dst.FuncDecl).Body.List[0]
	stmt.Decorations().Before, stmt.Decorations().After = dst.NewLine, dst.NewLine
	fn.Body.List = append([]dst.Stmt{stmt}, fn.Body.List...)
	return nil
}

// unless returns the condition that there is nothing to clean up: a bool is false, or a
// value is zero.
func unless(flag, none string) string {
	if none != "" {
		return flag + " == " + none
	}
	return "!" + flag
}
