package plan

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// generic gives finish the type parameters of a generic function, where it is a
// function or method with parameters of its own. Every call of it must come by the
// same type arguments: a site that gives them to prepare gives them to finish, too.
// Elsewhere finish must find them by itself, and does where each type parameter
// appears in the type of a parameter of finish, and the operand given there has the
// very type that prepare found.
//
//	func push[T any](xs *[]T, x T) func()    // defer finishPush(&xs, x)
//	func trace[T any](name string) func()    // defer finishTrace[int](name)
//
// A method of a generic type is as good as any other, since finish is a method of
// the same type; and a method of the state has the type arguments of the state.
func (x *decision) generic() *Refusal {
	p := x.p
	params := p.Decl.Type.TypeParams
	if x.plan.Finish.OnState || params == nil {
		return nil
	}
	told := x.told()
	var names, fields []string
	hidden := "" // a type parameter that no operand tells
	for _, f := range params.List {
		var list []string
		for _, name := range f.Names {
			if obj := p.Unit.Info.Defs[name]; obj == nil || !told[obj] {
				hidden = name.Name
			}
			list = append(list, name.Name)
		}
		names = append(names, list...)
		fields = append(fields, strings.Join(list, ", ")+" "+types.ExprString(f.Type))
	}
	for _, s := range x.sites {
		if len(calls(s)) == 0 {
			continue
		}
		if n := len(s.TypeArgs()); n > 0 {
			if r := x.typeArgs(s, n == len(names)); r != nil {
				return r
			}
			continue
		}
		if hidden != "" {
			return x.refuse(Generic, s.Unit, s.Call.Pos(), "it is generic, and a call of what its cleanup becomes could not infer %s", hidden)
		}
		if !x.infers(s) {
			return x.refuse(Generic, s.Unit, s.Call.Pos(), "it is generic, and an operand does not tell its type to what its cleanup becomes")
		}
	}
	x.plan.Finish.TypeParams = "[" + strings.Join(fields, ", ") + "]"
	if hidden != "" {
		if slices.Contains(names, "_") && len(p.Inner) > 0 {
			return x.refuse(Generic, p.Unit, p.Inner[0].Expr.Pos(), "it is generic, and cannot name its type parameter _ where it runs its cleanup")
		}
		x.plan.Finish.TypeArgs = "[" + strings.Join(names, ", ") + "]"
	}
	return nil
}

// told returns the type parameters that operands of finish tell: those in the types
// of its parameters, and those that such a one determines by its constraint, as S
// does E with S ~[]E.
func (x *decision) told() map[types.Object]bool {
	told := make(map[types.Object]bool)
	for _, fp := range x.plan.Finish.Params {
		if fp.Passage != nil {
			typeParams(fp.Passage.Capture.Var.Type(), false, told)
		}
	}
	list := x.p.Func.Signature().TypeParams()
	for range list.Len() { // each may tell the next
		for tp := range list.TypeParams() {
			if !told[tp.Obj()] {
				continue
			}
			if i, ok := tp.Constraint().Underlying().(*types.Interface); ok && i.NumEmbeddeds() == 1 {
				typeParams(i.EmbeddedType(0), false, told)
			}
		}
	}
	return told
}

// typeParams adds the type parameters in t to found. With spelled, those count that
// the text of t has, though an alias ignores them.
func typeParams(t types.Type, spelled bool, found map[types.Object]bool) {
	list := func(args *types.TypeList) {
		for t := range args.Types() {
			typeParams(t, spelled, found)
		}
	}
	switch t := t.(type) {
	case *types.Alias:
		if spelled {
			list(t.TypeArgs())
		} else {
			typeParams(types.Unalias(t), spelled, found)
		}
	case *types.TypeParam:
		found[t.Obj()] = true
	case *types.Named:
		list(t.TypeArgs())
	case *types.Pointer:
		typeParams(t.Elem(), spelled, found)
	case *types.Slice:
		typeParams(t.Elem(), spelled, found)
	case *types.Array:
		typeParams(t.Elem(), spelled, found)
	case *types.Chan:
		typeParams(t.Elem(), spelled, found)
	case *types.Map:
		typeParams(t.Key(), spelled, found)
		typeParams(t.Elem(), spelled, found)
	case *types.Signature:
		for _, tuple := range []*types.Tuple{t.Params(), t.Results()} {
			for v := range tuple.Variables() {
				typeParams(v.Type(), spelled, found)
			}
		}
	case *types.Struct:
		for f := range t.Fields() {
			typeParams(f.Type(), spelled, found)
		}
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			typeParams(m.Type(), spelled, found)
		}
		for e := range t.EmbeddedTypes() {
			typeParams(e, spelled, found)
		}
	case *types.Union:
		for term := range t.Terms() {
			typeParams(term.Type(), spelled, found)
		}
	}
}

// hasTypeParam reports whether the text of t names a type parameter.
func hasTypeParam(t types.Type) bool {
	found := make(map[types.Object]bool)
	typeParams(t, true, found)
	return len(found) > 0
}

// typeArgs refuses where the explicit type arguments of a site cannot be given to
// finish in the same words: they are not all, or mean something else there.
func (x *decision) typeArgs(s *pattern.Site, all bool) *Refusal {
	if !all {
		return x.refuse(Generic, s.Unit, s.Call.Pos(), "it is generic, and a caller gives some of the type arguments")
	}
	for _, u := range calls(s) {
		for _, arg := range s.TypeArgs() {
			same := true
			check := func(id *ast.Ident) {
				if obj := s.Unit.Info.Uses[id]; obj != nil && !s.Unit.Sees(u.Expr.Pos(), obj) {
					same = false
				}
			}
			ast.Inspect(arg, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.SelectorExpr:
					if id := identOf(n.X); id != nil {
						check(id)
					}
					return false
				case *ast.Ident:
					check(n)
				}
				return true
			})
			if !same {
				return x.refuse(NameClash, s.Unit, u.Expr.Pos(), "a local has the name of a type argument")
			}
		}
	}
	return nil
}

// infers reports whether the operands that a site gives to finish tell it the same
// type arguments as prepare has found, from more of them: each has the very type
// that prepare found. A constant has the type that its place gives it.
func (x *decision) infers(s *pattern.Site) bool {
	for _, fp := range x.plan.Finish.Params {
		if fp.Passage == nil || fp.Passage.Route != ByArgument || !hasTypeParam(fp.Passage.Capture.Var.Type()) {
			continue
		}
		i := fp.Passage.Capture.Index
		sig := instance(s)
		if i >= len(s.Call.Args) || i >= sig.Params().Len() || constant(s, s.Call.Args[i]) ||
			!types.Identical(s.Unit.Info.TypeOf(s.Call.Args[i]), sig.Params().At(i).Type()) {
			return false
		}
	}
	return true
}

// genericState makes the struct for the state generic where it, or the method that
// finish becomes, names a type parameter of prepare or of its receiver. It has all
// of them then, as their constraints may name each other:
//
//	type pushState[T any] struct { xs *[]T; n int }
//	func (s pushState[T]) pop() { *s.xs = (*s.xs)[:s.n] }
func (x *decision) genericState() *Refusal {
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
			return x.refuse(Generic, p.Unit, p.Decl.Name.Pos(), "it is generic, and the state of its cleanup would need a type parameter that is called %s", name)
		}
		if bad := x.unnameable(tp.Constraint()); bad != "" {
			return x.refuse(Generic, p.Unit, p.Decl.Name.Pos(), "it is generic, and the constraint of %s cannot be written in its package: %s", name, bad)
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

// infersFrom reports whether a parameter's type holds a type parameter, so that a
// call may need it to infer a type argument.
func (x *decision) infersFrom(c *pattern.Capture) bool {
	return x.p.Decl.Type.TypeParams != nil && hasTypeParam(c.Var.Type())
}
