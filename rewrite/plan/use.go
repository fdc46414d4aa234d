package plan

import (
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
				return x.refuse(CleanupValue, s.Unit, u.Expr.Pos(), "its cleanup is used as a value")
			case pattern.Discard:
				return x.refuse(CleanupValue, s.Unit, u.Expr.Pos(), "its cleanup is assigned to the blank identifier")
			}
		}
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
