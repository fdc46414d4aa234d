package edit

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/dave/dst"
)

// unbind removes the statements that assign a literal to a variable. Their comments move
// to the body of finish.
func (d *declarer) unbind() error {
	for _, l := range d.Prepare.Empty {
		if d.onlyReturned(l.Var) {
			if err := d.unbindOne(l); err != nil {
				return err
			}
		}
	}
	for _, l := range d.Prepare.Literals {
		if l.Bind == nil || d.Plan.Keeps(l) {
			continue
		}
		if err := d.unbindOne(l); err != nil {
			return err
		}
	}
	for _, c := range d.Plan.Held {
		if err := d.hold(c); err != nil {
			return err
		}
	}
	return nil
}

// hold changes a variable that holds a cleanup, or one of several, to one that holds the state:
//
//	end := func() {}               var end beginCleanup
//	if traced {                    if traced {
//		end = func() { … }             end = beginCleanup{c: c}
func (d *declarer) hold(c *pattern.Choice) error {
	state, err := expr(d.Plan.State.Returned())
	if err != nil {
		return err
	}
	for _, a := range d.Prepare.Access[c.Var] {
		if id, ok := d.node(a.Ident).(*dst.Ident); ok {
			id.Name = d.held(c.Var)
		}
	}
	if id, ok := d.node(d.Prepare.Def(c.Var).Node()).(*dst.Ident); ok {
		id.Name = d.held(c.Var)
	}
	if c.Decl != nil {
		spec := d.node(c.Decl).(*dst.ValueSpec)
		*state.Decorations() = *spec.Type.Decorations()
		spec.Type = state
	}
	for _, set := range c.Sets {
		if d.Plan.Zeroed[set.Stmt] {
			if err := d.remove(set.Stmt); err != nil {
				return err
			}
			continue
		}
		stmt := d.node(set.Stmt).(*dst.AssignStmt)
		if set.Literal == nil && set.Stmt.Tok == token.DEFINE && len(stmt.Rhs) == 1 && len(comments(stmt.Rhs[0])) == 0 {
			if err := d.declareHeld(c, set.Stmt, stmt); err != nil {
				return err
			}
			continue
		}
		value := d.Plan.State.Zero()
		if set.Literal != nil {
			value = d.stateLiteral(set.Literal, nil)
			if body := d.node(set.Literal.Lit).(*dst.FuncLit).Body; len(stmt.Rhs) == 1 && len(body.List) > 0 && slices.Contains(d.Plan.Literals, set.Literal) {
				moveEnding(stmt.Decorations(), body)
			}
		}
		e, err := expr(value)
		if err != nil {
			return err
		}
		if notes := comments(stmt.Rhs[set.Index]); set.Literal == nil && len(notes) > 0 {
			stmt.Decs.Start = append(stmt.Decs.Start, append(notes, "\n")...)
		}
		stmt.Rhs[set.Index] = e
	}
	return nil
}

// declareHeld replaces the definition of such a variable with an empty literal by a
// declaration without a value.
func (d *declarer) declareHeld(c *pattern.Choice, at ast.Stmt, stmt *dst.AssignStmt) error {
	list := d.listOf(at)
	if list == nil || !slices.Contains(*list, dst.Stmt(stmt)) {
		return fmt.Errorf("a statement was not found in its list")
	}
	f, err := declaration("func f() {\nvar " + d.held(c.Var) + " " + d.Plan.State.Returned() + "\n}")
	if err != nil {
		return err
	}
	v := f.(*dst.FuncDecl).Body.List[0].(*dst.DeclStmt)
	v.Decs.NodeDecs = stmt.Decs.NodeDecs
	(*list)[slices.Index(*list, dst.Stmt(stmt))] = v
	return nil
}

// onlyReturned reports whether a variable is used only as an operand of returns.
func (d *declarer) onlyReturned(v *types.Var) bool {
	return !slices.ContainsFunc(d.Prepare.Access[v], func(a flow.Access) bool {
		return a.Mode == flow.Read && !slices.ContainsFunc(d.Prepare.Returns, func(r *pattern.Return) bool {
			return r.Expr != nil && ast.Unparen(r.Expr) == ast.Expr(a.Ident)
		})
	})
}

// unbindOne removes the statement that assigns one literal to a variable.
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
	// The variable may be declared in an earlier statement, which goes as well.
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

// returns replaces the cleanup by the state in every return statement, or removes it.
func (d *declarer) returns() error {
	for _, r := range d.Prepare.Returns {
		if d.Plan.ReturnsHeld(r) {
			continue // its operand is a variable that holds the state
		}
		stmt := d.node(r.Stmt).(*dst.ReturnStmt)
		value := d.stateValue(r)
		if d.keepsResult(r) {
			value = d.resultName()
			if len(stmt.Results) == 0 {
				continue
			}
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
			// Comments in an empty literal stay at the return statement.
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
		d.carry(r, stmt)
		if len(stmt.Results) == 0 {
			d.trim(r.Stmt, stmt)
		}
	}
	return nil
}

// keepsResult reports whether a return statement returns the zero state by naming prepare's
// result, or by a bare return: nothing sets the result but return statements.
func (d *declarer) keepsResult(r *pattern.Return) bool {
	result := d.Prepare.Func.Signature().Results().At(d.Prepare.Result)
	if r.Live() || r.Bound != nil || d.resultType() == "" || d.resultName() == "" || !d.onlyReturned(result) ||
		slices.ContainsFunc(d.Plan.Held, func(c *pattern.Choice) bool { return c.Var == result }) {
		return false
	}
	for n := range ast.Preorder(d.Prepare.Decl.Body) {
		if id, ok := n.(*ast.Ident); ok && id.Name == d.resultName() && id.Name != "_" && d.Prepare.Unit.Info.Uses[id] != types.Object(result) {
			return false // perhaps declared anew
		}
	}
	if r.Expr == nil {
		return true
	}
	id, ok := ast.Unparen(r.Expr).(*ast.Ident)
	return ok && d.Prepare.Unit.Info.Uses[id] == types.Object(result) && d.resultName() != "_"
}

// spell adds operands to a bare return: the named results and the state.
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

// trims reports whether a return statement without operands is removed, because it is
// at the end of the function.
func (d *declarer) trims(at *ast.ReturnStmt, stmt *dst.ReturnStmt) bool {
	body := d.prepare.Body
	return d.Prepare.At(at).Parent().Node() == d.Prepare.Decl.Body && body.List[len(body.List)-1] == dst.Stmt(stmt) &&
		(len(body.List) > 1 || len(comments(stmt)) == 0)
}

// trim removes a return statement without operands at the end of the function.
func (d *declarer) trim(at *ast.ReturnStmt, stmt *dst.ReturnStmt) {
	body := d.prepare.Body
	if !d.trims(at, stmt) {
		return
	}
	if len(body.List) == 1 {
		body.List = nil
		return
	}
	prev := body.List[len(body.List)-2].Decorations()
	if len(stmt.Decs.Start)+len(stmt.Decs.Return)+len(stmt.Decs.End) > 0 {
		prev.End = slices.Concat(prev.End, []string{"\n"}, stmt.Decs.Start, stmt.Decs.Return, stmt.Decs.End)
	}
	body.List = body.List[:len(body.List)-1]
	prev.After = dst.NewLine
}

// signature removes the dropped parameters and the cleanup from the signature.
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
		if k := d.Prepare.Result - i; 0 <= k && k < n {
			fields, err := d.result(f, k)
			if err != nil {
				return err
			}
			results = append(results, fields...)
		} else {
			results = append(results, f)
		}
		i += n
	}
	if v := d.Plan.Value; v != nil {
		results = resultFields(results, v.Result)
	}
	if d.Plan.State == nil && d.Plan.Value == nil && len(results) == 1 && len(results[0].Names) == 1 && results[0].Names[0].Name == "_" {
		results[0].Names = nil
	}
	inLines(results)
	if v := d.Plan.Value; v != nil {
		results = resultFields(results, v.Result)
	}
	if d.Plan.State == nil && d.Plan.Value == nil && len(results) == 1 && len(results[0].Names) == 0 {
		results[0].Decs.Before, results[0].Decs.After = dst.None, dst.None
	}
	ft.Results.List = results
	if len(results) == 0 {
		ft.Results = nil
	}
	return nil
}

// resultFields returns the fields of results, with the given name for the value that
// prepare returns in place of the cleanup. If the name is "", no result has a name.
// Neighbors of one predeclared type share a field.
func resultFields(results []*dst.Field, name string) []*dst.Field {
	if name == "" {
		for _, f := range results {
			f.Names = nil
		}
		return results
	}
	var merged []*dst.Field
	for _, f := range results {
		if len(merged) > 0 && len(f.Names) > 0 {
			last := merged[len(merged)-1]
			a, _ := last.Type.(*dst.Ident)
			b, _ := f.Type.(*dst.Ident)
			if a != nil && b != nil && a.Name == b.Name && len(comments(last))+len(comments(f)) == 0 && f.Decs.Before == dst.None {
				last.Names = append(slices.Clip(last.Names), f.Names...)
				continue
			}
		}
		merged = append(merged, f)
	}
	return merged
}

// resultType returns the type of what prepare returns in place of the cleanup, or "" if
// it returns nothing.
func (d *declarer) resultType() string {
	switch {
	case d.Plan.State != nil:
		return d.Plan.State.Returned()
	case d.Plan.Value != nil:
		return d.Plan.Value.Type
	}
	return ""
}

// resultName returns the name of that result, or "".
func (d *declarer) resultName() string {
	if d.Plan.State != nil {
		return d.Plan.State.Result
	}
	return d.Plan.Value.Result
}

// result returns the fields that replace a field of results whose name with index k is
// the cleanup. The cleanup becomes the state or the value, if there is one. Other results
// in the field keep their type.
func (d *declarer) result(f *dst.Field, k int) ([]*dst.Field, error) {
	var state []*dst.Field
	if typ := d.resultType(); typ != "" {
		e, err := expr(typ)
		if err != nil {
			return nil, err
		}
		state = []*dst.Field{{Type: e}}
		if len(f.Names) <= 1 {
			state[0].Decs = f.Decs
			*e.Decorations() = *f.Type.Decorations()
		}
		switch name := d.resultName(); {
		case name == "" && d.Plan.State != nil:
		case len(f.Names) > 0 && name != f.Names[k].Name:
			state[0].Names = []*dst.Ident{dst.NewIdent(name)}
		case len(f.Names) > 0:
			state[0].Names = f.Names[k : k+1 : k+1]
		}
	}
	if len(f.Names) <= 1 {
		return state, nil
	}
	var fields []*dst.Field
	if before := f.Names[:k]; len(before) > 0 {
		fields = append(fields, &dst.Field{Names: before, Type: f.Type})
	}
	fields = append(fields, state...)
	if after := f.Names[k+1:]; len(after) > 0 {
		fields = append(fields, &dst.Field{Names: after, Type: dst.Clone(f.Type).(dst.Expr)})
	}
	return fields, nil
}

// lines returns a function that lays out the remaining parameters or results as the
// whole list was: on the lines of the brackets, or on separate lines.
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
