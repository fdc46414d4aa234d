package plan

import (
	"go/ast"
	"go/types"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// uses refuses the sites whose handling of the cleanup has no counterpart in
// calls of finish.
func (x *decision) uses() *Refusal {
	for _, s := range x.sites {
		switch s.Form {
		case pattern.Otherwise:
			return x.refuse(CallForm, s.Unit, s.Call.Pos(), "a caller hands its results on at once")
		case pattern.Immediate:
			u := s.Uses[0]
			if _, _, ok := s.Up.List(u.Stmt); !ok || u.Kind != pattern.DeferCall && !statement(s, u) {
				return x.refuse(CallForm, s.Unit, s.Call.Pos(), "a caller calls what it returns within an expression")
			}
		case pattern.Assigned, pattern.Declared:
			if r := x.variable(s); r != nil {
				return r
			}
		}
		if s.Func == nil {
			return x.refuse(CallForm, s.Unit, s.Call.Pos(), "it is called outside of any function")
		}
		for _, u := range s.Uses {
			switch u.Kind {
			case pattern.Value:
				if r := x.value(s, u); r != nil {
					return r
				}
			case pattern.Discard:
				if a, ok := u.Stmt.(*ast.AssignStmt); !ok || len(a.Lhs) > 1 {
					return x.refuse(CleanupValue, s.Unit, u.Expr.Pos(), "its cleanup is assigned to the blank identifier along with other values")
				}
			}
		}
	}
	return nil
}

// value refuses a use of the cleanup as a value that a literal around a call of
// finish would not stand for. The literal is called by whoever calls the value,
// so it cannot recover, and its type is not a named one.
//
//	t.Cleanup(done)      // t.Cleanup(func() { finish(n) })
func (x *decision) value(s *pattern.Site, u *pattern.Use) *Refusal {
	p := x.p
	if recovers(p.Unit.Info, x.lit.Lit) {
		return x.refuse(RecoverWrapped, s.Unit, u.Expr.Pos(), "its cleanup recovers, and is used as a value, where a wrapper could no longer do so")
	}
	result := p.Func.Signature().Results().At(p.Result).Type()
	if _, ok := types.Unalias(result).(*types.Signature); !ok {
		return x.refuse(CleanupValue, s.Unit, u.Expr.Pos(), "its cleanup is used as a value of type %s", types.TypeString(result, types.RelativeTo(s.Unit.Pkg)))
	}
	for v := range p.Sig.Params().Variables() {
		t := v.Type()
		if ptr, ok := t.(*types.Pointer); ok {
			t = ptr.Elem()
		}
		if _, basic := types.Unalias(t).(*types.Basic); !basic && !isError(t) {
			return x.refuse(CleanupValue, s.Unit, u.Expr.Pos(), "its cleanup, which takes a %s, is used as a value", types.TypeString(v.Type(), types.RelativeTo(s.Unit.Pkg)))
		}
	}
	if p.Sig.Variadic() {
		return x.refuse(CleanupValue, s.Unit, u.Expr.Pos(), "its variadic cleanup is used as a value")
	}
	return nil
}

// statement reports whether the call of the cleanup is a statement of its own.
func statement(s *pattern.Site, u *pattern.Use) bool {
	return u.Kind == pattern.Call && u.Call != nil && s.Up[u.Call] == u.Stmt && u.Stmt == s.Stmt
}

// variable checks what the site keeps the cleanup in: a variable that this one
// statement declares and sets, so that each use runs this cleanup and no other.
func (x *decision) variable(s *pattern.Site) *Refusal {
	lhs := s.Lhs[x.p.Result]
	if s.Var == nil {
		if id, ok := lhs.(interface{ String() string }); ok && id.String() == "_" {
			return nil
		}
		return x.refuse(CleanupValue, s.Unit, lhs.Pos(), "its cleanup is stored in %s", types.ExprString(lhs))
	}
	if s.Unit.Info.Defs[identOf(lhs)] == nil {
		return x.refuse(Reassigned, s.Unit, lhs.Pos(), "a caller assigns its cleanup to a variable declared elsewhere")
	}
	for _, a := range s.Access[s.Var] {
		if a.Mode != pattern.Read {
			return x.refuse(Reassigned, s.Unit, a.Ident.Pos(), "a caller changes the variable that holds its cleanup")
		}
	}
	return nil
}
