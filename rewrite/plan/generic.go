package plan

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// parts calls f for t and for the types that the text of t is made of, until f
// returns false.
func parts(t types.Type, f func(types.Type) bool) bool {
	if t == nil {
		return true
	}
	if !f(t) {
		return false
	}
	all := func(list ...types.Type) bool {
		return !slices.ContainsFunc(list, func(t types.Type) bool { return !parts(t, f) })
	}
	switch t := t.(type) {
	case *types.Alias:
		return all(slices.Collect(t.TypeArgs().Types())...)
	case *types.Named:
		return all(slices.Collect(t.TypeArgs().Types())...)
	case interface{ Elem() types.Type }: // a pointer, slice, array or channel
		if m, ok := t.(*types.Map); ok {
			return all(m.Key(), m.Elem())
		}
		return all(t.Elem())
	case *types.Signature:
		for _, tuple := range []*types.Tuple{t.Params(), t.Results()} {
			for v := range tuple.Variables() {
				if !parts(v.Type(), f) {
					return false
				}
			}
		}
	case *types.Struct:
		for v := range t.Fields() {
			if !parts(v.Type(), f) {
				return false
			}
		}
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			if !parts(m.Type(), f) {
				return false
			}
		}
		return all(slices.Collect(t.EmbeddedTypes())...)
	case *types.Union:
		for term := range t.Terms() {
			if !parts(term.Type(), f) {
				return false
			}
		}
	}
	return true
}

// hasTypeParam reports whether the text of t names a type parameter.
func hasTypeParam(t types.Type) bool {
	return !parts(t, func(t types.Type) bool {
		_, param := t.(*types.TypeParam)
		return !param
	})
}

// genericState makes the struct for the state generic where it, or the method that
// finish becomes, names a type parameter of prepare or of its receiver. It has all
// of them then, as their constraints may name each other:
//
//	type pushState[T any] struct { xs *[]T; n int }
//	func (s pushState[T]) pop() { *s.xs = (*s.xs)[:s.n] }
func (x *decision) genericState() *refusal.Refusal {
	p, s := x.p, &x.plan.State
	s.Decl = s.Type
	sig := p.Func.Signature()
	list := slices.Concat(slices.Collect(sig.RecvTypeParams().TypeParams()), slices.Collect(sig.TypeParams().TypeParams()))
	if len(list) == 0 || !x.stateNamesTypeParam() {
		return nil
	}
	var args, params []string
	for _, tp := range list {
		name := tp.Obj().Name()
		if name == "_" || slices.Contains(args, name) {
			return refusal.New(x.p, refusal.Generic, p.Unit, p.Decl.Name.Pos(), "it is generic, and the state of its cleanup would need a type parameter that is called %s", name)
		}
		if bad := unnameable(x.p, tp.Constraint()); bad != "" {
			return refusal.New(x.p, refusal.Generic, p.Unit, p.Decl.Name.Pos(), "it is generic, and the constraint of %s cannot be written in its package: %s", name, bad)
		}
		text := types.TypeString(tp.Constraint(), x.importName)
		if len(list) == 1 && strings.HasPrefix(text, "*") {
			text = "interface{ " + text + " }" // [P *int] would be the length of an array
		}
		args, params = append(args, name), append(params, name+" "+text)
	}
	s.Decl = s.Type + "[" + strings.Join(params, ", ") + "]"
	s.Type += "[" + strings.Join(args, ", ") + "]"
	return nil
}

// stateNamesTypeParam reports whether the state or finish names a type parameter.
func (x *decision) stateNamesTypeParam() bool {
	for _, pass := range x.plan.Passages {
		if hasTypeParam(pass.Capture.Var.Type()) {
			return true
		}
	}
	found := false
	for _, l := range x.p.Literals {
		ast.Inspect(l.Lit, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if tn, ok := x.p.Unit.Info.Uses[id].(*types.TypeName); ok {
					_, param := tn.Type().(*types.TypeParam)
					found = found || param
				}
			}
			return !found
		})
	}
	return found
}

// typeArgsOf returns the type arguments that a site gives to prepare, or to the type
// that it is a method of, written out or not.
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
