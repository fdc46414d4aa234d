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
	"github.com/dave/dst/dstutil"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
)

// declare replaces the declaration of the prepare function by the new one, the
// state type if there is one, and finish. It works on a dst of the declaration,
// in which comments belong to the statements that they move with.
func (c *Candidate) declare(s *source) *plan.Refusal {
	decl := c.Prepare.Decl
	t, err := newTree(s, decl)
	if err != nil {
		return c.refuse(plan.InternalError, decl.Name.Pos(), err.Error())
	}
	d := &declarer{Candidate: c, tree: t}
	d.prepare = t.node(decl).(*dst.FuncDecl)
	decls, err := d.rewrite()
	if err != nil {
		return c.refuse(plan.InternalError, decl.Name.Pos(), err.Error())
	}
	text, err := print(decls)
	if err != nil {
		return c.refuse(plan.InternalError, decl.Name.Pos(), err.Error())
	}

	from, to := decl.Pos(), decl.End()
	if decl.Doc != nil {
		from = decl.Doc.Pos()
	}
	// A comment behind the closing brace is printed with the declaration.
	for _, g := range s.file.Comments {
		if g.Pos() >= decl.End() && s.sameLine(decl.End(), g.Pos()) {
			to = g.List[0].End()
		}
	}
	if lost := lostComment(s.file, from, to, text); lost != nil {
		return &plan.Refusal{
			Code: plan.CommentLost, Name: c.Prepare.Key.String(), Pos: s.unit.Fset.PositionFor(lost.Pos(), false),
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

// sameLine reports whether no line ends between two positions.
func (s *source) sameLine(from, to token.Pos) bool {
	return !bytes.ContainsRune(s.text[s.offset(from):s.offset(to)], '\n')
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

// A tree is the dst of a file, reached through the nodes of the unit's syntax.
// The file is parsed anew, with line ends that dst can handle, so the nodes
// correspond by their order.
type tree struct {
	fresh map[ast.Node]ast.Node
	dec   *decorator.Decorator
}

func newTree(s *source, decl *ast.FuncDecl) (*tree, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, s.name, toLF(s.text), parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	i := slices.Index(s.file.Decls, ast.Decl(decl))
	if i < 0 || i >= len(f.Decls) {
		return nil, fmt.Errorf("%s is not what was type-checked", s.name)
	}
	t := &tree{fresh: make(map[ast.Node]ast.Node), dec: decorator.NewDecorator(fset)}
	olds, news := preorder(decl), preorder(f.Decls[i])
	if len(olds) != len(news) {
		return nil, fmt.Errorf("%s is not what was type-checked", s.name)
	}
	for j, n := range olds {
		t.fresh[n] = news[j]
	}
	if _, err := t.dec.DecorateFile(f); err != nil {
		return nil, err
	}
	return t, nil
}

// preorder lists the nodes below root, comments left out.
func preorder(root ast.Node) []ast.Node {
	var nodes []ast.Node
	ast.Inspect(root, func(n ast.Node) bool {
		switch n.(type) {
		case nil, *ast.CommentGroup, *ast.Comment:
			return false
		}
		nodes = append(nodes, n)
		return true
	})
	return nodes
}

// node returns the dst node for a node of the unit's syntax.
func (t *tree) node(n ast.Node) dst.Node { return t.dec.Dst.Nodes[t.fresh[n]] }

// print returns the text of declarations, without a trailing newline.
func print(decls []dst.Decl) (string, error) {
	var buf bytes.Buffer
	if err := decorator.Fprint(&buf, &dst.File{Name: dst.NewIdent("p"), Decls: decls}); err != nil {
		return "", err
	}
	_, text, _ := strings.Cut(buf.String(), "package p\n")
	return strings.TrimSpace(text), nil
}

// A declarer rewrites the declaration of one prepare function.
type declarer struct {
	*Candidate
	*tree
	prepare *dst.FuncDecl
}

func (d *declarer) rewrite() ([]dst.Decl, error) {
	keepDoc(d.prepare, d.Prepare.Decl.Doc)
	steps := []func() error{d.inner, d.unbind, d.returns, d.signature}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	decls := []dst.Decl{d.prepare}
	if d.Plan.State.Type != "" {
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

// keepDoc takes comments above the doc comment away: they stand outside of the
// text that is replaced.
func keepDoc(f *dst.FuncDecl, doc *ast.CommentGroup) {
	start := f.Decs.Start
	keep := 0
	if doc != nil {
		keep = len(doc.List)
	}
	for i := len(start) - 1; i >= 0; i-- {
		if keep == 0 {
			start = start[i+1:]
			break
		}
		if start[i] != "\n" {
			keep--
		}
	}
	for doc == nil && len(start) > 0 || len(start) > 0 && start[0] == "\n" {
		start = start[1:]
	}
	f.Decs.Start = start
	f.Decs.Before, f.Decs.After = dst.EmptyLine, dst.EmptyLine
	for i, e := range f.Decs.End {
		if e == "\n" {
			f.Decs.End = f.Decs.End[:i]
			break
		}
	}
}

// inner turns the uses of the cleanup within prepare into calls of finish.
func (d *declarer) inner() error {
	for _, in := range d.Plan.Inner {
		call := d.node(in.Use.Call).(*dst.CallExpr)
		lit := d.literalOf(in.Use)
		fun, err := expr(d.innerCallee(lit))
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
	case f.OnState:
		return d.stateLiteral(lit) + "." + f.Name
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
		case p.Passage == nil:
			args = append(args, d.stateValue(lit))
		case p.Passage.Route == plan.ByArgument && d.Plan.Fresh[p.Passage.Capture.Index]:
			args = append(args, "new("+strings.TrimPrefix(p.Passage.Type, "*")+")")
		default:
			args = append(args, p.Passage.Capture.Var.Name())
		}
	}
	return args
}

// stateValue returns prepare's expression for the state of a cleanup.
func (d *declarer) stateValue(lit *pattern.Literal) string {
	s := d.Plan.State
	switch {
	case s.Type != "":
		return d.stateLiteral(lit)
	case s.Kind != "":
		return d.kind(lit)
	case s.Live != "":
		return "true"
	case len(s.Fields) > 0:
		return operand(s.Fields[0])
	}
	return ""
}

// operand returns prepare's expression for a part of the state.
func operand(p plan.Passage) string {
	if p.Pointer {
		return "&" + p.Capture.Var.Name()
	}
	return p.Capture.Var.Name()
}

func (d *declarer) stateLiteral(lit *pattern.Literal) string {
	s := d.Plan.State
	var fields []string
	if s.Kind != "" {
		fields = append(fields, s.Kind+": "+d.kind(lit))
	}
	for _, f := range s.Fields {
		if slices.Contains(lit.Captures, f.Capture) {
			fields = append(fields, f.Capture.Var.Name()+": "+operand(f))
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
	return !slices.ContainsFunc(d.Prepare.Access[v], func(a pattern.Access) bool {
		return a.Mode == pattern.Read && !slices.ContainsFunc(d.Prepare.Returns, func(r *pattern.Return) bool {
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
		value := d.Plan.State.Zero
		if r.Live() {
			value = d.stateValue(r.Literal)
		}
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

// comments returns the comments within a node.
func comments(n dst.Node) []string {
	var all []string
	dst.Inspect(n, func(n dst.Node) bool {
		if n == nil {
			return false
		}
		_, _, points := dstutil.Decorations(n)
		for _, p := range points {
			for _, c := range p.Decs {
				if strings.HasPrefix(c, "/") {
					all = append(all, c)
				}
			}
		}
		return true
	})
	return all
}

// signature takes the dropped parameters and the cleanup out of the signature.
func (d *declarer) signature() error {
	ft := d.prepare.Type
	i := 0
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
	_, typ := d.Plan.State.Value()
	i = 0
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
		if typ != "" {
			e, err := expr(typ)
			if err != nil {
				return err
			}
			state = &dst.Field{Type: e}
			if len(f.Names) > 0 {
				state.Names = []*dst.Ident{dst.NewIdent(d.Plan.State.Result)}
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
	if len(results) == 1 && len(results[0].Names) == 1 && (results[0].Names[0].Name == d.Plan.State.Result || results[0].Names[0].Name == "_") {
		results[0].Names = nil
	}
	ft.Results.List = results
	if len(results) == 0 {
		ft.Results = nil
	}
	return nil
}

// state returns the declaration of the state struct.
func (d *declarer) state() (dst.Decl, error) {
	s := d.Plan.State
	var b strings.Builder
	fmt.Fprintf(&b, "// %s is what %s hands to %s.\ntype %s struct {\n", s.Type, d.Prepare.Key.Name, d.Plan.Finish.Name, s.Type)
	if s.Kind != "" {
		fmt.Fprintf(&b, "%s int // which cleanup, 0 for none\n", s.Kind)
	}
	for _, f := range s.Distinct() {
		fmt.Fprintf(&b, "%s %s\n", f.Capture.Var.Name(), f.Type)
	}
	if s.Live != "" {
		fmt.Fprintf(&b, "%s bool // there is something to do\n", s.Live)
	}
	b.WriteString("}")
	return declaration(b.String())
}

// finishDecl returns the declaration of finish, with the literals' bodies.
func (d *declarer) finishDecl() (dst.Decl, error) {
	f := d.Plan.Finish
	var b strings.Builder
	fmt.Fprintf(&b, "// %s is the cleanup of %s, for its callers to defer.\nfunc ", f.Name, d.Prepare.Key.Name)
	switch {
	case f.OnRecv:
		recv := d.Prepare.Decl.Recv.List[0]
		if len(recv.Names) > 0 {
			b.WriteString("(" + recv.Names[0].Name + " " + types.ExprString(recv.Type) + ") ")
		} else {
			b.WriteString("(" + types.ExprString(recv.Type) + ") ")
		}
	case f.OnState:
		fmt.Fprintf(&b, "(%s %s) ", d.Plan.State.Name, d.Plan.State.Type)
	}
	b.WriteString(f.Name + f.TypeParams + "(" + paramList(f.Params) + ") {}")
	decl, err := declaration(b.String())
	if err != nil {
		return nil, err
	}
	fn := decl.(*dst.FuncDecl)
	lit := d.node(d.Plan.Literals[0].Lit).(*dst.FuncLit)
	for _, p := range lit.Type.Params.List {
		if len(p.Names) == 0 && len(fn.Type.Params.List) > 0 {
			p.Names = []*dst.Ident{dst.NewIdent("_")}
		}
	}
	fn.Type.Params.List = append(fn.Type.Params.List, lit.Type.Params.List...)
	fn.Type.Results = lit.Type.Results
	for _, l := range d.Plan.Literals {
		d.substitute(d.node(l.Lit).(*dst.FuncLit))
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
		if decs := s.Decorations(); decs.Before == dst.None {
			decs.Before, decs.After = dst.NewLine, dst.NewLine
		}
	}
	return fn, nil
}

// dispatch returns a body that runs the cleanup which the state names.
func (d *declarer) dispatch() (*dst.BlockStmt, error) {
	s := d.Plan.State
	tag := s.Kind
	if s.Type != "" {
		tag = s.Name + "." + tag
	}
	var b strings.Builder
	b.WriteString("func f() {\nswitch " + tag + " {\n")
	for i := range d.Plan.Literals {
		fmt.Fprintf(&b, "case %d:\n", i+1)
	}
	b.WriteString("}\n")
	if d.Prepare.Sig.Results().Len() > 0 {
		b.WriteString("return nil\n")
	}
	b.WriteString("}")
	decl, err := declaration(b.String())
	if err != nil {
		return nil, err
	}
	body := decl.(*dst.FuncDecl).Body
	clauses := body.List[0].(*dst.SwitchStmt).Body.List
	for i, l := range d.Plan.Literals {
		block := d.node(l.Lit).(*dst.FuncLit).Body
		clause := clauses[i].(*dst.CaseClause)
		clause.Body = block.List
		first, last := block.List[0].Decorations(), block.List[len(block.List)-1].Decorations()
		first.Before = dst.NewLine
		first.Start = slices.Concat(block.Decs.Lbrace, first.Start)
		last.After = dst.NewLine
	}
	return body, nil
}

// paramList writes parameters, those of one type together.
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

// substitute makes the captures that travel in the state what finish calls
// them: fields of the struct, what pointers point to.
func (d *declarer) substitute(lit *dst.FuncLit) {
	passages := make(map[dst.Node]plan.Passage)
	for _, f := range d.Plan.State.Fields {
		if d.Plan.State.Type == "" && !f.Pointer {
			continue
		}
		for _, id := range f.Capture.Uses {
			passages[d.node(id)] = f
		}
	}
	if len(passages) == 0 {
		return
	}
	dstutil.Apply(lit, func(c *dstutil.Cursor) bool {
		// &v of a variable whose address travels is that address.
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

// name returns finish's expression for a part of the state.
func (d *declarer) name(f plan.Passage, decs dst.NodeDecs) dst.Expr {
	if d.Plan.State.Type == "" {
		id := dst.NewIdent(f.Capture.Var.Name())
		id.Decs.NodeDecs = decs
		return id
	}
	sel := &dst.SelectorExpr{X: dst.NewIdent(d.Plan.State.Name), Sel: dst.NewIdent(f.Capture.Var.Name())}
	sel.Decs.NodeDecs = decs
	return sel
}

// selectsThrough reports whether the node under the cursor is the operand of a
// selector that follows the pointer by itself: x.f, x.m() for a struct x.
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

// guard makes finish return at once when the state says that there is nothing
// to do.
func (d *declarer) guard(fn *dst.FuncDecl) error {
	s := d.Plan.State
	if !s.Guard {
		return nil
	}
	flag := s.Live
	if s.Type != "" {
		flag = s.Name + "." + flag
	}
	ret := "return"
	if fn.Type.Results != nil && len(fn.Type.Results.List) > 0 && len(fn.Type.Results.List[0].Names) == 0 {
		ret = "return nil"
	}
	decl, err := declaration("func f() {\nif !" + flag + " {\n" + ret + "\n}\n}")
	if err != nil {
		return err
	}
	test := decl.(*dst.FuncDecl).Body.List[0]
	test.Decorations().Before, test.Decorations().After = dst.NewLine, dst.NewLine
	fn.Body.List = append([]dst.Stmt{test}, fn.Body.List...)
	return nil
}

// declaration parses the text of one declaration.
func declaration(text string) (dst.Decl, error) {
	f, err := decorator.Parse("package p\n\n" + text + "\n")
	if err != nil {
		return nil, err
	}
	decl := f.Decls[0]
	decl.Decorations().Before = dst.EmptyLine
	return decl, nil
}

// expr parses the text of an expression.
func expr(text string) (dst.Expr, error) {
	decl, err := declaration("var _ = " + text)
	if err != nil {
		// A type need not be an expression.
		decl, err = declaration("var _ " + text)
		if err != nil {
			return nil, err
		}
		return decl.(*dst.GenDecl).Specs[0].(*dst.ValueSpec).Type, nil
	}
	return decl.(*dst.GenDecl).Specs[0].(*dst.ValueSpec).Values[0], nil
}
