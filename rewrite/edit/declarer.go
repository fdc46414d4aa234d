package edit

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
	"github.com/dave/dst"
)

// A declarer rewrites the declaration of one prepare function.
type declarer struct {
	*plan.Plan
	*tree
	prepare *dst.FuncDecl
	closing []string // comments to print after finish's closing brace
}

// remove removes a statement from its list. The blank line before it stays.
func (d *declarer) remove(s ast.Stmt) error {
	list := d.listOf(s)
	if list == nil {
		return fmt.Errorf("the statement that sets the variable of the cleanup is not in a list")
	}
	stmt := d.node(s).(dst.Stmt)
	i := slices.Index(*list, stmt)
	if i < 0 {
		return fmt.Errorf("a statement was not found in its list")
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

// listOf returns the statement list that contains s, or nil.
func (d *declarer) listOf(s ast.Stmt) *[]dst.Stmt {
	switch p := d.node(d.Prepare.At(s).Parent().Node()).(type) {
	case *dst.BlockStmt:
		return &p.List
	case *dst.CaseClause:
		return &p.Body
	case *dst.CommClause:
		return &p.Body
	}
	return nil
}

// stateValue returns the expression for the state or value in a return statement of
// prepare, or "" if there is neither.
func (d *declarer) stateValue(r *pattern.Return) string {
	switch v := d.Plan.Value; {
	case v != nil && !r.Live():
		return v.Zero
	case v != nil && v.Capture == nil:
		return "true"
	case v != nil:
		return v.Name
	case d.Plan.State == nil:
		return ""
	case !r.Live():
		return d.Plan.State.Zero()
	}
	return d.stateLiteral(r.Literal, r.Stmt)
}

// operand returns the expression in prepare for a field of the state.
func operand(p plan.Passage) string {
	if p.Pointer {
		return "&" + p.Capture.Var.Name()
	}
	return p.Capture.Var.Name()
}

// stateLiteral returns the state for the captures of a literal, as source.
func (d *declarer) stateLiteral(lit *pattern.Literal, ret *ast.ReturnStmt) string {
	s := d.Plan.State
	var fields []string
	if w := s.Which; w.Name != "" && !w.Nil && d.Plan.Number[lit] == w.True {
		fields = append(fields, w.Name+": true")
	}
	for _, f := range s.Fields {
		if slices.Contains(lit.Captures, f.Capture) {
			value := operand(f)
			if i := f.Capture.Index; f.Capture.Class == pattern.Result && !f.Pointer && ret != nil && i < len(ret.Results) {
				value = types.ExprString(ret.Results[i]) // the return statement assigns this to the variable
			}
			fields = append(fields, f.Capture.Var.Name()+": "+value)
		}
	}
	if s.Mark != plan.Unmarked && s.None == "" {
		fields = append(fields, s.Flag+": true")
	}
	typ := s.Type
	if s.Shared {
		typ = "&" + typ
	}
	text := typ + "{" + strings.Join(fields, ", ") + "}"
	if len(text) > 80 {
		return typ + "{\n" + strings.Join(fields, ",\n") + ",\n}"
	}
	return text
}
