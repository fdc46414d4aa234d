package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
)

// held returns the variables of prepare that hold the state: those that hold one of several
// cleanups, and those of a single one that would be spelled out at several places.
//
//	cleanup := func() { unix.Close(fd) }           cleanup := openState{fd: fd}
//	if err := check(fd); err != nil {              if err := check(fd); err != nil {
//		return cleanup, err                            return cleanup, err
//	}                                              }
//	return cleanup, nil                            return cleanup, nil
func held(p *pattern.Prepare, passages []Passage, s *State) []*pattern.Choice {
	all := p.Choices
	for _, l := range p.Literals {
		bind, ok := l.Bind.(*ast.AssignStmt)
		isResult := l.Var == p.Func.Signature().Results().At(p.Result)
		if !ok || l.Choice != nil || l.Var == nil || l.Var.Kind() != types.LocalVar && !isResult || len(s.Fields) == 0 || flow.HasGoto(p.Decl) || !spell.Plain(p.Unit, bind.Pos(), s.Type) {
			continue
		}
		var decl *ast.ValueSpec // var cleanup func()
		if bind.Tok == token.ASSIGN && !isResult {
			if decl, ok = p.Def(l.Var).Parent().Node().(*ast.ValueSpec); !ok || len(decl.Names) != 1 || len(decl.Values) > 0 {
				continue
			}
		}
		if _, _, inList := flow.List(p.At(bind)); inList && spelledOften(p, l) && staysSame(p, l, passages) {
			all = append(all[:len(all):len(all)], &pattern.Choice{Var: l.Var, Decl: decl, Sets: []pattern.Set{{Stmt: bind, Literal: l}}})
		}
	}
	return all
}

// spelledOften reports whether prepare returns or calls what the variable of a literal holds at several places, and
// does nothing else with it.
func spelledOften(p *pattern.Prepare, l *pattern.Literal) bool {
	named := func(e ast.Expr) bool { return e != nil && p.Unit.Info.Uses[identOf(e)] == types.Object(l.Var) }
	bare, uses, reads := 0, 0, 0
	for _, r := range p.Returns {
		switch {
		case !r.Live() || r.Literal != l:
		case len(r.Stmt.Results) == 0:
			bare++
		case named(r.Expr):
			uses++
		}
	}
	for _, u := range p.Inner {
		if named(u.Expr) && u.Call != nil && flow.Lit(p.At(u.Expr)) == nil {
			uses++
		}
	}
	for _, a := range p.Access[l.Var] {
		if a.Mode == flow.Read {
			reads++
		}
	}
	return bare+uses > 1 && reads == uses
}

// staysSame reports whether the state for a literal is the same at the statement that binds it and
// at all later ones.
func staysSame(p *pattern.Prepare, l *pattern.Literal, passages []Passage) bool {
	for _, pass := range passages {
		if pass.Route == ByState && !pass.Pointer && changesAfter(p, l, pass.Capture) {
			return false
		}
	}
	return true
}

// Keeps reports whether a variable of prepare holds the state for a literal.
func (pl *Plan) Keeps(l *pattern.Literal) bool {
	return slices.ContainsFunc(pl.Held, func(c *pattern.Choice) bool {
		return slices.ContainsFunc(c.Sets, func(set pattern.Set) bool { return set.Literal == l })
	})
}

// ReturnsHeld reports whether a return statement of prepare returns a variable that holds the state.
func (pl *Plan) ReturnsHeld(r *pattern.Return) bool {
	return r.Idle == pattern.Chosen || r.Live() && pl.Keeps(r.Literal)
}
