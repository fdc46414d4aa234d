package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"golang.org/x/tools/go/ast/edge"
)

// which returns the name of a field that tells two cleanups apart, and the number of the
// cleanup for which it is true. It is named after the condition under which prepare makes
// one of them:
//
//	if c.traced {                                  traced
//		return func() { c.log(n); c.close() }
//	}
//	return func() { c.close() }
func which(p *pattern.Prepare, lits literals, flag string) (name string, number int) {
	for _, l := range lits.distinct {
		for c := range p.At(placeOf(p, l)).Enclosing() {
			kind := c.ParentEdgeKind()
			if kind != edge.IfStmt_Body && kind != edge.IfStmt_Else {
				continue
			}
			name, holds := wordFor(p.Unit.Info, c.Parent().Node().(*ast.IfStmt).Cond, kind == edge.IfStmt_Body)
			n := lits.number[l]
			if !holds {
				n = 3 - n
			}
			if name != "" && name != flag && !token.IsKeyword(name) && fieldName(p, name) == name {
				return name, n
			}
			break
		}
	}
	return fieldName(p, "first"), 1
}

// placeOf returns the statement that returns a literal or assigns it to a variable.
func placeOf(p *pattern.Prepare, l *pattern.Literal) ast.Stmt {
	for _, r := range p.Returns {
		if r.Live() && r.Literal == l {
			return r.Stmt
		}
	}
	for _, c := range p.Choices {
		for _, set := range c.Sets {
			if set.Literal == l {
				return set.Stmt
			}
		}
	}
	return l.Bind
}

// wordFor returns a word for a condition that holds or does not, and whether the word is
// true then. It returns "" if there is none.
func wordFor(info *types.Info, cond ast.Expr, holds bool) (string, bool) {
	switch e := ast.Unparen(cond).(type) {
	case *ast.Ident:
		if _, ok := info.Uses[e].(*types.Var); ok {
			return e.Name, holds
		}
	case *ast.SelectorExpr:
		return spell.LowerFirst(e.Sel.Name), holds
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			return wordFor(info, e.X, !holds)
		}
	case *ast.BinaryExpr:
		id := identOf(e.X)
		if id == nil || !info.Types[e.Y].IsNil() || e.Op != token.EQL && e.Op != token.NEQ {
			return "", holds
		}
		holds = holds == (e.Op == token.NEQ)
		if flow.IsError(info.TypeOf(id)) {
			return "failed", holds
		}
		return "has" + spell.UpperFirst(id.Name), holds
	}
	return "", holds
}

// fieldTaken reports whether a field of the state has a name.
func (s *State) fieldTaken(name string) bool {
	return name == s.Flag || name == s.Which || slices.ContainsFunc(s.Fields, func(f Passage) bool { return f.Capture.Var.Name() == name })
}
