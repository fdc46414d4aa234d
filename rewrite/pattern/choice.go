package pattern

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"

	"github.com/closurefix/closurefix/rewrite/flow"
)

// choose classifies a return statement that returns a variable with several possible
// values. The variable may be a Choice.
func (s *scan) choose(r *Return, v *types.Var) {
	if r.Idle != Foreign {
		return
	}
	c, known := s.choices[v]
	if !known {
		if c = s.choiceOf(v); c != nil {
			s.addLiterals(c)
		}
		s.choices[v] = c
	}
	if c == nil {
		s.makes(v)
		return
	}
	r.Idle, r.Choice = Chosen, c
	if !s.definite(c, r.Stmt) {
		c.Nil = true
	}
}

// choiceOf returns the Choice for a variable, or nil if the variable is not one.
func (s *scan) choiceOf(v *types.Var) *Choice {
	if v.Pos() < s.Decl.Pos() || v.Pos() >= s.Decl.End() || isParam(v) || flow.HasGoto(s.Decl.Body) {
		return nil
	}
	if i := s.resultIndex(v); i >= 0 && i != s.Result {
		return nil
	}
	c := &Choice{Var: v}
	for _, a := range s.Access[v] {
		stmt, _ := s.At(a.Ident).Parent().Node().(*ast.AssignStmt)
		switch {
		case a.Mode == flow.Read:
			if !s.returned(a.Ident) && !s.called(a.Ident) {
				return nil
			}
		case a.Lit != nil || a.Mode == flow.Address || stmt == nil || !s.sets(c, stmt):
			return nil
		}
	}
	if s.resultIndex(v) < 0 && !s.declaration(c) {
		return nil
	}
	if !slices.ContainsFunc(c.Sets, func(t Set) bool { return t.Literal != nil }) {
		return nil
	}
	slices.SortFunc(c.Sets, func(a, b Set) int { return int(a.Stmt.Pos() - b.Stmt.Pos()) })
	return c
}

// sets adds the value that a statement assigns to a variable. ok is false if the value is
// neither nil nor a literal.
func (s *scan) sets(c *Choice, stmt *ast.AssignStmt) (ok bool) {
	i := slices.IndexFunc(stmt.Lhs, func(e ast.Expr) bool {
		id, ok := ast.Unparen(e).(*ast.Ident)
		return ok && s.Unit.Info.ObjectOf(id) == types.Object(c.Var)
	})
	if i < 0 || len(stmt.Lhs) != len(stmt.Rhs) || stmt.Tok != token.ASSIGN && stmt.Tok != token.DEFINE {
		return false
	}
	if _, _, inList := flow.List(s.At(stmt)); !inList {
		return false
	}
	set := Set{Stmt: stmt, Index: i}
	switch lit := s.literal(stmt.Rhs[i]); {
	case isEmpty(s.Unit, stmt.Rhs[i]):
		c.Empty = true
	case lit != nil:
		set.Literal = &Literal{Lit: lit, Var: c.Var, Bind: stmt, Choice: c}
	case !s.Unit.Info.Types[stmt.Rhs[i]].IsNil():
		return false
	}
	c.Sets = append(c.Sets, set)
	return true
}

// declaration finds how a Choice's variable is declared: var end func(), or end :=
// func() { … }.
func (s *scan) declaration(c *Choice) bool {
	switch stmt := s.Def(c.Var).Parent().Node().(type) {
	case *ast.AssignStmt:
		return s.sets(c, stmt)
	case *ast.ValueSpec:
		c.Decl = stmt
		return len(stmt.Names) == 1 && len(stmt.Values) == 0
	}
	return false
}

// addLiterals adds the literals of a choice to those of the prepare function.
func (s *scan) addLiterals(c *Choice) {
	for i, t := range c.Sets {
		if t.Literal != nil {
			l := s.own(t.Literal.Lit, c.Var, t.Stmt)
			l.Choice = c
			c.Sets[i].Literal = l
		}
	}
	s.Choices = append(s.Choices, c)
}

// returned reports whether an identifier is the operand of a return statement that
// becomes the cleanup.
func (s *scan) returned(id *ast.Ident) bool {
	e := flow.Outer(s.At(id))
	kind, i := e.ParentEdge()
	return flow.Lit(e) == nil && kind == edge.ReturnStmt_Results && i == s.Result &&
		len(e.Parent().Node().(*ast.ReturnStmt).Results) == s.Func.Signature().Results().Len()
}

// called reports whether an identifier is called or compared with nil.
func (s *scan) called(id *ast.Ident) bool {
	switch useOf(s.Facts, id, s.Decl).Kind {
	case DeferCall, Call, NilTest:
		return true
	}
	return false
}

// resultIndex returns the index of v among the results of the function, or -1.
func (s *scan) resultIndex(v *types.Var) int {
	return slices.Index(slices.Collect(s.Func.Signature().Results().Variables()), v)
}

// definite reports whether the variable certainly holds a literal when control reaches a
// statement.
func (s *scan) definite(c *Choice, at ast.Stmt) bool {
	for list, i := range flow.Lists(s.At(at), s.Decl) {
		for j := i - 1; j >= 0; j-- {
			if s.setsAlways(c, list[j]) {
				return true
			}
			if s.setsNil(c, list[j]) {
				return false
			}
		}
	}
	return false
}

// setsAlways reports whether a statement assigns a literal to a variable on each path
// that continues after it.
func (s *scan) setsAlways(c *Choice, stmt ast.Stmt) bool {
	switch stmt := stmt.(type) {
	case *ast.AssignStmt:
		return slices.ContainsFunc(c.Sets, func(t Set) bool { return t.Stmt == stmt && !s.Unit.Info.Types[stmt.Rhs[t.Index]].IsNil() })
	case *ast.ReturnStmt:
		return true
	case *ast.BlockStmt:
		return s.listSets(c, stmt.List)
	case *ast.IfStmt:
		return stmt.Else != nil && s.setsAlways(c, stmt.Body) && s.setsAlways(c, stmt.Else)
	case *ast.SwitchStmt:
		return s.clausesSet(c, stmt.Body)
	case *ast.TypeSwitchStmt:
		return s.clausesSet(c, stmt.Body)
	}
	return false
}

// listSets is like setsAlways for a list of statements.
func (s *scan) listSets(c *Choice, list []ast.Stmt) (set bool) {
	for _, t := range list {
		set = s.setsAlways(c, t) || set && !s.setsNil(c, t)
	}
	return set
}

// clausesSet is like setsAlways for a switch statement. It must have a default clause, and
// nothing in it may break or fall through.
func (s *scan) clausesSet(c *Choice, body *ast.BlockStmt) bool {
	whole := false
	for _, t := range body.List {
		clause := t.(*ast.CaseClause)
		whole = whole || clause.List == nil
		if !s.listSets(c, clause.Body) {
			return false
		}
	}
	for n := range ast.Preorder(body) {
		if b, ok := n.(*ast.BranchStmt); ok && b.Tok != token.CONTINUE {
			return false
		}
	}
	return whole
}

// setsNil reports whether a statement may assign nil to a variable.
func (s *scan) setsNil(c *Choice, stmt ast.Stmt) bool {
	return slices.ContainsFunc(c.Sets, func(t Set) bool {
		return t.Literal == nil && flow.Within(t.Stmt, stmt) && s.Unit.Info.Types[t.Stmt.Rhs[t.Index]].IsNil()
	})
}
