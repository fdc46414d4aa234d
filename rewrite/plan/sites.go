package plan

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// calls returns the uses of a site that call the cleanup, or pass it to code that may
// call it.
func calls(s *pattern.Site) []*pattern.Use {
	var us []*pattern.Use
	for _, u := range s.Uses {
		if u.Call != nil || u.Kind == pattern.Value {
			us = append(us, u)
		}
	}
	return us
}

// called reports whether the site calls the cleanup.
func called(s *pattern.Site) bool {
	return slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool { return u.Call != nil })
}

// wrapped reports whether the site uses the cleanup as a value. If finish has
// parameters, such a use becomes a literal that calls it.
func wrapped(s *pattern.Site) bool {
	return slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool { return u.Kind == pattern.Value })
}

// forwarded reports whether the function around the site is a forwarder that returns the
// cleanup.
func forwarded(s *pattern.Site) bool {
	return s.Form == pattern.Forwarded || slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool { return u.Kind == pattern.Forward })
}

// nilTested reports whether the site compares the cleanup with nil.
func nilTested(s *pattern.Site) bool {
	return slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool { return u.Kind == pattern.NilTest })
}

// receiver returns the receiver operand of the site's call.
func receiver(s *pattern.Site) ast.Expr {
	if sel, ok := s.Fun().(*ast.SelectorExpr); ok {
		return sel.X
	}
	return nil
}

// spread reports whether the call's arguments are the results of another call.
func spread(s *pattern.Site) bool {
	if len(s.Call.Args) != 1 {
		return false
	}
	_, ok := s.Unit.Info.TypeOf(s.Call.Args[0]).(*types.Tuple)
	return ok
}

// ownStatement reports whether an Immediate site is a statement in a list: p()(), defer
// p()() or go p()().
func ownStatement(s *pattern.Site) bool {
	u := s.Uses[0]
	if _, _, ok := flow.List(s.At(u.Stmt)); !ok {
		return false
	}
	switch stmt := u.Stmt.(type) {
	case *ast.ExprStmt:
		return stmt.X == ast.Expr(u.Call)
	case *ast.DeferStmt:
		return stmt.Call == u.Call
	case *ast.GoStmt:
		return stmt.Call == u.Call
	}
	return false
}

// everySite reports whether ok holds for all sites.
func everySite(sites []*pattern.Site, ok func(*pattern.Site) bool) bool {
	return !slices.ContainsFunc(sites, func(s *pattern.Site) bool { return !ok(s) })
}

// instance returns the signature of prepare as the site calls it, with the type
// arguments in place of type parameters.
func instance(s *pattern.Site) *types.Signature {
	return s.Unit.Info.TypeOf(s.Call.Fun).Underlying().(*types.Signature)
}

// signatureOf returns the signature of a function, declared or literal.
func signatureOf(info *types.Info, fn ast.Node) *types.Signature {
	switch fn := fn.(type) {
	case *ast.FuncDecl:
		if obj, ok := info.Defs[fn.Name].(*types.Func); ok {
			return obj.Signature()
		}
	case *ast.FuncLit:
		sig, _ := info.TypeOf(fn).(*types.Signature)
		return sig
	}
	return nil
}

// identOf returns the identifier that e is, or nil.
func identOf(e ast.Expr) *ast.Ident {
	id, _ := ast.Unparen(e).(*ast.Ident)
	return id
}

// typeArgsOf returns the type arguments of prepare and of its receiver's type at a
// site, whether written out or inferred.
func typeArgsOf(s *pattern.Site) []types.Type {
	var list *types.TypeList
	switch f := s.Fun().(type) {
	case *ast.Ident:
		list = s.Unit.Info.Instances[f].TypeArgs
	case *ast.SelectorExpr:
		list = s.Unit.Info.Instances[f.Sel].TypeArgs
		if fn, ok := s.Unit.Info.Uses[f.Sel].(*types.Func); ok && fn.Signature().Recv() != nil {
			recv := fn.Signature().Recv().Type()
			if ptr, ok := recv.(*types.Pointer); ok {
				recv = ptr.Elem()
			}
			if named, ok := recv.(*types.Named); ok {
				return slices.Concat(slices.Collect(named.TypeArgs().Types()), slices.Collect(list.Types()))
			}
		}
	}
	return slices.Collect(list.Types())
}

// isFalse reports whether e is a constant that is false.
func isFalse(info *types.Info, e ast.Expr) bool {
	tv := info.Types[e]
	return tv.Value != nil && tv.Value.String() == "false"
}
