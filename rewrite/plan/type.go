package plan

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// typed fills in how the type of a capture is written.
func typed(p *pattern.Prepare, file *spell.File, pass *Passage) *refusal.Refusal {
	if pass.Route == Anew && !slices.ContainsFunc(pass.Resets, func(r Reset) bool { return !r.Define }) {
		return nil // := needs no type
	}
	var r *refusal.Refusal
	if pass.As != nil {
		pass.Type, r = spelled(p, file, pass.Capture, pass.As)
	} else {
		pass.Type, r = typeName(p, file, pass.Capture)
	}
	if r != nil {
		return r
	}
	for _, reset := range pass.Resets {
		if !reset.Define && !spell.Plain(p.Unit, reset.Stmt.Pos(), pass.Type) {
			return refusal.New(p, refusal.NameClash, p.Unit, reset.Stmt.Pos(), "a local declaration shadows a type that the cleanup must name")
		}
	}
	if pass.Pointer {
		pass.Type = "*" + pass.Type
	}
	return nil
}

// typeName returns how to write the type of a capture in prepare's file: as
// the parameter list has it, or from the type itself. A type that cannot be
// written at package level refuses.
func typeName(p *pattern.Prepare, file *spell.File, c *pattern.Capture) (string, *refusal.Refusal) {
	if c.Class == pattern.Param {
		if e := spell.ParamType(p.Decl, c.Index); e != nil && !spell.HasStruct(e) {
			if el, ok := e.(*ast.Ellipsis); ok {
				return "[]" + types.ExprString(el.Elt), nil
			}
			return types.ExprString(e), nil
		}
	}
	return spelled(p, file, c, c.Var.Type())
}

// spelled returns how to write the type with which a capture reaches finish.
func spelled(p *pattern.Prepare, file *spell.File, c *pattern.Capture, t types.Type) (string, *refusal.Refusal) {
	if bad := spell.Unnameable(p.Unit.Pkg, t); bad != "" {
		return "", refusal.New(p, refusal.UnnameableType, p.Unit, c.Uses[0].Pos(), "the type of %s cannot be written at package level: %s", c.Var.Name(), bad)
	}
	if name, by := file.Hidden(p.Func, t); name != "" {
		return "", refusal.New(p, refusal.NameClash, p.Unit, c.Uses[0].Pos(), "the type of %s names %s, which %s shadows", c.Var.Name(), name, by)
	}
	return file.Type(t), nil
}
