package edit

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/dave/dst"
	"github.com/dave/dst/decorator"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// declare replaces the declaration of the prepare function by the new one, the
// state type if there is one, and finish. It works on a dst of the declaration,
// in which comments belong to the statements that they move with.
func (c *maker) declare(s *source) *refusal.Refusal {
	decl := c.Prepare.Decl
	from, to := s.extent(decl)
	t, err := newTree(s, decl, from, to)
	if err != nil {
		return c.refuse(refusal.InternalError, decl.Name.Pos(), err.Error())
	}
	d := &declarer{maker: c, tree: t}
	d.prepare = t.node(decl).(*dst.FuncDecl)
	decls, err := d.rewrite()
	if err != nil {
		return c.refuse(refusal.InternalError, decl.Name.Pos(), err.Error())
	}
	text, err := print(decls)
	if err != nil {
		return c.refuse(refusal.InternalError, decl.Name.Pos(), err.Error())
	}
	if lost := lostComment(s.file, from, to, text); lost != nil {
		return &refusal.Refusal{
			Code: refusal.CommentLost, Name: c.Prepare.Key.String(), Pos: s.unit.Fset.PositionFor(lost.Pos(), false),
			Reason: "a comment stands in code that goes away",
		}
	}
	// Finish is no neighbour for a row of one-line methods.
	if rest := toLF(s.text[s.offset(to):]); len(rest) > 1 && rest[0] == '\n' && rest[1] != '\n' {
		text += "\n"
	}
	if s.newline() == "\r\n" {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	s.splices = append(s.splices, Edit{File: s.name, Start: s.offset(from), End: s.offset(to), New: text})
	return nil
}

// extent returns where the text of a declaration begins and ends, with its doc
// comment, and with comments behind the closing brace, which are printed with it.
func (s *source) extent(decl *ast.FuncDecl) (from, to token.Pos) {
	from, to = decl.Pos(), decl.End()
	if decl.Doc != nil {
		from = decl.Doc.Pos()
	}
	for _, g := range s.file.Comments {
		for _, c := range g.List {
			if c.Pos() >= to && s.sameLine(decl.End(), c.Pos()) && s.blank(to, c.Pos()) {
				to = c.End()
			}
		}
	}
	return from, to
}

// sameLine reports whether no line ends between two positions.
func (s *source) sameLine(from, to token.Pos) bool {
	return !bytes.ContainsRune(s.text[s.offset(from):s.offset(to)], '\n')
}

// blank reports whether nothing but white space stands between two positions.
func (s *source) blank(from, to token.Pos) bool {
	return len(bytes.TrimSpace(s.text[s.offset(from):s.offset(to)])) == 0
}

// lostComment returns a comment of the source range that the new text lacks.
func lostComment(f *ast.File, from, to token.Pos, text string) *ast.Comment {
	fset := token.NewFileSet()
	printed, err := parser.ParseFile(fset, "", "package p\n"+text, parser.ParseComments|parser.SkipObjectResolution)
	have := make(map[string]int)
	if err == nil {
		for _, g := range printed.Comments {
			for _, c := range g.List {
				have[squeeze(c.Text)]++
			}
		}
	}
	for _, g := range f.Comments {
		for _, c := range g.List {
			if c.Pos() < from || c.Pos() >= to {
				continue
			}
			if have[squeeze(c.Text)] == 0 {
				return c
			}
			have[squeeze(c.Text)]--
		}
	}
	return nil
}

// squeeze leaves out the white space of a comment, which printing may change in
// a block comment.
func squeeze(comment string) string { return strings.Join(strings.Fields(comment), " ") }

// A tree is the dst of a declaration, reached through the nodes of the unit's
// syntax. Its text is parsed anew, with line ends that dst can handle, so the
// nodes correspond by their order.
type tree struct {
	fresh map[ast.Node]ast.Node
	dec   *decorator.Decorator
}

// A declarer rewrites the declaration of one prepare function.
type declarer struct {
	*maker
	*tree
	prepare *dst.FuncDecl
}

func (d *declarer) rewrite() ([]dst.Decl, error) {
	d.prepare.Decs.Before, d.prepare.Decs.After = dst.EmptyLine, dst.EmptyLine
	steps := []func() error{d.inner, d.unbind, d.returns, d.signature}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	decls := []dst.Decl{d.prepare}
	if d.Plan.Form == plan.Handed {
		state, err := d.state()
		if err != nil {
			return nil, err
		}
		decls = append(decls, state)
	}
	finish, err := d.finishDecl()
	if err != nil {
		return nil, err
	}
	return append(decls, finish), nil
}

// inner turns the uses of the cleanup within prepare into calls of finish.
func (d *declarer) inner() error {
	for _, in := range d.Plan.Inner {
		call := d.node(in.Use.Call).(*dst.CallExpr)
		lit := d.literalOf(in.Use)
		callee := d.innerCallee(lit)
		if d.Plan.State != nil && d.inHeader(in.Use.Call) {
			callee = "(" + d.stateLiteral(lit, nil) + ")." + d.Plan.Finish.Name
		}
		fun, err := expr(callee)
		if err != nil {
			return err
		}
		args, err := expr("f(" + strings.Join(d.innerArgs(lit), ", ") + ")")
		if err != nil {
			return err
		}
		all := append(args.(*dst.CallExpr).Args, call.Args...)
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

// inHeader reports whether an expression stands in the head of an if, a for or a
// switch, where the brace of a composite literal would start the body:
//
//	if err := (readState{c: c, n: n}).finish(); err != nil {
func (d *declarer) inHeader(e ast.Expr) bool {
	for n := d.Prepare.Up[e]; n != nil; n = d.Prepare.Up[n] {
		switch n.(type) {
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt:
			return true
		case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause:
			return false
		}
	}
	return false
}

// literalOf returns the cleanup that a use within prepare runs.
func (d *declarer) literalOf(u *pattern.Use) *pattern.Literal {
	v := d.Prepare.Unit.Info.Uses[ast.Unparen(u.Expr).(*ast.Ident)]
	for _, l := range d.Prepare.Literals {
		if types.Object(l.Var) == v {
			return l
		}
	}
	return d.Prepare.Literals[0]
}

// innerCallee returns the expression that names finish within prepare.
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

// innerArgs returns the arguments of a call of finish within prepare: its own
// variables.
func (d *declarer) innerArgs(lit *pattern.Literal) []string {
	var args []string
	for _, p := range d.Plan.Finish.Params {
		switch {
		case p.Passage.Route == plan.ByArgument && d.Plan.Fresh[p.Passage.Capture.Index]:
			args = append(args, "new("+strings.TrimPrefix(p.Passage.Type, "*")+")")
		default:
			args = append(args, p.Passage.Capture.Var.Name())
		}
	}
	return args
}

// stateValue returns prepare's expression for the state at a return, "" if nothing is
// handed over.
func (d *declarer) stateValue(r *pattern.Return) string {
	switch {
	case d.Plan.State == nil:
		return ""
	case !r.Live():
		return d.Plan.State.Zero()
	}
	return d.stateLiteral(r.Literal, r.Stmt)
}

// operand returns prepare's expression for a part of the state.
func operand(p plan.Passage) string {
	if p.Pointer {
		return "&" + p.Capture.Var.Name()
	}
	return p.Capture.Var.Name()
}

func (d *declarer) stateLiteral(lit *pattern.Literal, ret *ast.ReturnStmt) string {
	s := d.Plan.State
	var fields []string
	if s.Kind != "" {
		fields = append(fields, s.Kind+": "+d.kind(lit))
	}
	for _, f := range s.Fields {
		if slices.Contains(lit.Captures, f.Capture) {
			value := operand(f)
			if i := f.Capture.Index; f.Capture.Class == pattern.Result && !f.Pointer && ret != nil && i < len(ret.Results) {
				value = types.ExprString(ret.Results[i]) // what the return assigns to it
			}
			fields = append(fields, f.Capture.Var.Name()+": "+value)
		}
	}
	if s.Live != "" {
		fields = append(fields, s.Live+": true")
	}
	text := s.Type + "{" + strings.Join(fields, ", ") + "}"
	if len(text) > 80 {
		return s.Type + "{\n" + strings.Join(fields, ",\n") + ",\n}"
	}
	return text
}

// kind returns the number of a cleanup among several.
func (d *declarer) kind(lit *pattern.Literal) string {
	return strconv.Itoa(d.Plan.Number[lit])
}

// unbind removes the statements that bind literals to variables; their comments
// move to the body of finish.
func (d *declarer) unbind() error {
	for _, l := range d.Prepare.Empty {
		if d.onlyReturned(l.Var) {
			if err := d.unbindOne(l); err != nil {
				return err
			}
		}
	}
	for _, l := range d.Prepare.Literals {
		if l.Bind == nil {
			continue
		}
		if err := d.unbindOne(l); err != nil {
			return err
		}
	}
	return nil
}

// onlyReturned reports whether a variable serves nothing but returns.
func (d *declarer) onlyReturned(v *types.Var) bool {
	return !slices.ContainsFunc(d.Prepare.Access[v], func(a flow.Access) bool {
		return a.Mode == flow.Read && !slices.ContainsFunc(d.Prepare.Returns, func(r *pattern.Return) bool {
			return r.Expr != nil && ast.Unparen(r.Expr) == ast.Expr(a.Ident)
		})
	})
}

func (d *declarer) unbindOne(l *pattern.Literal) error {
	lit := d.node(l.Lit).(*dst.FuncLit)
	bind := d.node(l.Bind).(dst.Stmt)
	decs := bind.Decorations()
	if err := d.remove(l.Bind); err != nil {
		return err
	}
	move := slices.Concat(decs.Start, decs.End)
	if len(move) > 0 && len(lit.Body.List) > 0 {
		b := lit.Body.List[0].Decorations()
		b.Start = slices.Concat(move, b.Start)
		b.Before = dst.NewLine
	}
	// A variable that was declared before it got the literal.
	v := l.Var
	var gone ast.Stmt
	var spec *ast.ValueSpec
	ast.Inspect(d.Prepare.Decl, func(n ast.Node) bool {
		stmt, ok := n.(*ast.DeclStmt)
		if !ok || stmt == l.Bind {
			return true
		}
		for _, sp := range stmt.Decl.(*ast.GenDecl).Specs {
			vs, ok := sp.(*ast.ValueSpec)
			if !ok {
				continue
			}
			for _, id := range vs.Names {
				if d.Prepare.Unit.Info.Defs[id] == v {
					gone, spec = stmt, vs
				}
			}
		}
		return true
	})
	if gone == nil {
		return nil
	}
	decl := d.node(gone).(*dst.DeclStmt).Decl.(*dst.GenDecl)
	switch {
	case len(spec.Names) > 1:
		vs := d.node(spec).(*dst.ValueSpec)
		i := slices.IndexFunc(spec.Names, func(id *ast.Ident) bool { return d.Prepare.Unit.Info.Defs[id] == v })
		vs.Names = slices.Delete(vs.Names, i, i+1)
	case len(decl.Specs) > 1:
		i := slices.Index(decl.Specs, dst.Spec(d.node(spec).(*dst.ValueSpec)))
		decl.Specs = slices.Delete(decl.Specs, i, i+1)
	default:
		return d.remove(gone)
	}
	return nil
}

// remove takes a statement out of its list. The blank line before it stays.
func (d *declarer) remove(s ast.Stmt) error {
	list := d.listOf(s)
	if list == nil {
		return fmt.Errorf("the statement that binds the cleanup is not in a list")
	}
	stmt := d.node(s).(dst.Stmt)
	i := slices.Index(*list, stmt)
	if i < 0 {
		return fmt.Errorf("a statement is not where it was")
	}
	if i+1 < len(*list) {
		next := (*list)[i+1].Decorations()
		switch {
		case i == 0:
			next.Before = dst.NewLine
		case stmt.Decorations().Before == dst.EmptyLine:
			next.Before = dst.EmptyLine
		}
	}
	*list = slices.Delete(*list, i, i+1)
	return nil
}

// listOf returns the statement list that holds s.
func (d *declarer) listOf(s ast.Stmt) *[]dst.Stmt {
	switch p := d.node(d.Prepare.Up[s]).(type) {
	case *dst.BlockStmt:
		return &p.List
	case *dst.CaseClause:
		return &p.Body
	case *dst.CommClause:
		return &p.Body
	}
	return nil
}

// returns puts the state in the cleanup's place at every return.
func (d *declarer) returns() error {
	for _, r := range d.Prepare.Returns {
		stmt := d.node(r.Stmt).(*dst.ReturnStmt)
		value := d.stateValue(r)
		if len(stmt.Results) == 0 {
			if value != "" {
				if err := d.spell(stmt, value); err != nil {
					return err
				}
			}
			continue
		}
		i := d.Prepare.Result
		old := stmt.Results[i]
		if !r.Live() {
			// What an empty literal says of itself stays at the return.
			if notes := comments(old); len(notes) > 0 {
				stmt.Decs.Start = append(stmt.Decs.Start, append(notes, "\n")...)
			}
		}
		if value == "" {
			stmt.Results = slices.Delete(stmt.Results, i, i+1)
		} else {
			e, err := expr(value)
			if err != nil {
				return err
			}
			stmt.Results[i] = e
		}
		for _, e := range stmt.Results {
			e.Decorations().Before, e.Decorations().After = dst.None, dst.None
		}
		if len(stmt.Results) == 0 {
			d.trim(r.Stmt, stmt)
		}
	}
	return nil
}

// spell writes out the results of a bare return, with the state.
func (d *declarer) spell(stmt *dst.ReturnStmt, value string) error {
	results := d.Prepare.Func.Signature().Results()
	for i := range results.Len() {
		name := results.At(i).Name()
		if i == d.Prepare.Result {
			name = value
		}
		e, err := expr(name)
		if err != nil {
			return err
		}
		stmt.Results = append(stmt.Results, e)
	}
	return nil
}

// trim removes a return without results at the end of the function.
func (d *declarer) trim(at *ast.ReturnStmt, stmt *dst.ReturnStmt) {
	body := d.prepare.Body
	if len(body.List) == 1 && body.List[0] == dst.Stmt(stmt) && len(comments(stmt)) == 0 {
		body.List = nil
		return
	}
	if d.Prepare.Up[at] != ast.Node(d.Prepare.Decl.Body) || body.List[len(body.List)-1] != dst.Stmt(stmt) || len(body.List) < 2 {
		return
	}
	prev := body.List[len(body.List)-2].Decorations()
	if len(stmt.Decs.Start)+len(stmt.Decs.Return)+len(stmt.Decs.End) > 0 {
		prev.End = slices.Concat(prev.End, []string{"\n"}, stmt.Decs.Start, stmt.Decs.Return, stmt.Decs.End)
	}
	body.List = body.List[:len(body.List)-1]
	prev.After = dst.NewLine
}

// signature takes the dropped parameters and the cleanup out of the signature.
func (d *declarer) signature() error {
	ft := d.prepare.Type
	i := 0
	inLines := lines(ft.Params.List)
	ft.Params.List = slices.DeleteFunc(ft.Params.List, func(f *dst.Field) bool {
		n := max(1, len(f.Names))
		first := i
		i += n
		if len(f.Names) == 0 {
			return d.Plan.Drop[first]
		}
		j := first
		f.Names = slices.DeleteFunc(f.Names, func(*dst.Ident) bool { j++; return d.Plan.Drop[j-1] })
		return len(f.Names) == 0
	})
	inLines(ft.Params.List)
	i = 0
	inLines = lines(ft.Results.List)
	var results []*dst.Field
	for _, f := range ft.Results.List {
		n := max(1, len(f.Names))
		k := d.Prepare.Result - i
		i += n
		if k < 0 || k >= n {
			results = append(results, f)
			continue
		}
		var state *dst.Field
		if d.Plan.State != nil {
			e, err := expr(d.Plan.State.Type)
			if err != nil {
				return err
			}
			state = &dst.Field{Type: e}
			if len(f.Names) <= 1 {
				state.Decs = f.Decs
				*e.Decorations() = *f.Type.Decorations()
			}
			if len(f.Names) > 0 {
				state.Names = f.Names[k : k+1 : k+1]
			}
		}
		// Named results that share the type keep it.
		if len(f.Names) > 1 {
			before, after := f.Names[:k], f.Names[k+1:]
			if len(before) > 0 {
				results = append(results, &dst.Field{Names: before, Type: f.Type})
			}
			if state != nil {
				results = append(results, state)
			}
			if len(after) > 0 {
				results = append(results, &dst.Field{Names: after, Type: dst.Clone(f.Type).(dst.Expr)})
			}
			continue
		}
		if state != nil {
			results = append(results, state)
		}
	}
	if len(results) == 1 && len(results[0].Names) == 1 && results[0].Names[0].Name == "_" {
		results[0].Names = nil
	}
	inLines(results)
	if len(results) == 1 && len(results[0].Names) == 0 {
		results[0].Decs.Before, results[0].Decs.After = dst.None, dst.None
	}
	ft.Results.List = results
	if len(results) == 0 {
		ft.Results = nil
	}
	return nil
}

// lines returns a function that makes what is left of a list of parameters or results
// start and end on the lines of its brackets as the list does, or apart from them.
func lines(list []*dst.Field) func([]*dst.Field) {
	if len(list) == 0 {
		return func([]*dst.Field) {}
	}
	before, after := list[0].Decs.Before, list[len(list)-1].Decs.After
	return func(left []*dst.Field) {
		if len(left) > 0 {
			left[0].Decs.Before, left[len(left)-1].Decs.After = before, after
		}
	}
}
