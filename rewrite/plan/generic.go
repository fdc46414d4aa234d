package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// generic handles the type parameters of a generic function: finish has the
// same, and every call of it must come by the same type arguments. A site that gives
// them to prepare gives them to finish, too. Elsewhere finish must find them by
// itself, and does where each type parameter appears in the type of a parameter of
// finish, and the operand given there has a type of its own:
//
//	func push[T any](xs *[]T, x T) func()    // defer finishPush(&xs, x)
//	func trace[T any](name string) func()    // defer finishTrace[int](name)
//
// A method of a generic type is as good as any other, since finish is a method
// of the same type; and a method of the state has the type arguments of the state.
func (x *decision) generic() *Refusal {
	p := x.p
	if x.plan.Finish.OnState {
		return nil
	}
	if genericRecv(p) && !x.plan.Finish.OnRecv {
		return x.refuse(Generic, p.Unit, p.Decl.Name.Pos(), "it is a method of a generic type, and its cleanup does not use the receiver")
	}
	params := p.Decl.Type.TypeParams
	if params == nil {
		return nil
	}
	var names []string
	text := ""
	told, hidden := x.told(), "" // hidden is one that no operand tells
	for i, f := range params.List {
		if i > 0 {
			text += ", "
		}
		for _, name := range f.Names {
			if !told[name.Name] {
				hidden = name.Name
			}
			names = append(names, name.Name)
			text += name.Name + ", "
		}
		text = strings.TrimSuffix(text, ", ") + " " + types.ExprString(f.Type)
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
	x.plan.Finish.TypeParams = "[" + text + "]"
	if hidden != "" {
		if slices.Contains(names, "_") && len(p.Inner) > 0 {
			return x.refuse(Generic, p.Unit, p.Inner[0].Expr.Pos(), "it is generic, and cannot name its type parameter _ where it runs its cleanup")
		}
		x.plan.Finish.TypeArgs = "[" + strings.Join(names, ", ") + "]"
	}
	return nil
}

// told returns the type parameters that operands of finish tell: those that the type
// of a parameter names, and those that such a one determines by its constraint, as
// S does E with S ~[]E.
func (x *decision) told() map[string]bool {
	told := make(map[string]bool)
	for _, fp := range x.plan.Finish.Params {
		for _, w := range words(fp.Type) {
			told[w] = true
		}
	}
	list := x.p.Decl.Type.TypeParams.List
	for range list { // each may tell the next
		for _, f := range list {
			core, ok := f.Type.(*ast.UnaryExpr)
			if !ok || !slices.ContainsFunc(f.Names, func(id *ast.Ident) bool { return told[id.Name] }) {
				continue
			}
			for _, w := range words(types.ExprString(core.X)) {
				told[w] = true
			}
		}
	}
	return told
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
				if obj := s.Unit.Info.Uses[id]; obj != nil && !sees(s.Unit, u.Expr.Pos(), obj) {
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
// type arguments as prepare has found, from more of them. An operand that has the
// very type which prepare found tells it. An untyped constant takes the type that the
// others tell, or where they tell nothing, its default type.
func (x *decision) infers(s *pattern.Site) bool {
	told := make(map[string]bool)
	var untold []string // types of parameters that get a constant
	for _, fp := range x.plan.Finish.Params {
		if !x.namesTypeParam(fp.Type) {
			continue
		}
		if fp.Passage != nil && fp.Passage.Route == ByArgument {
			i := fp.Passage.Capture.Index
			sig := instance(s)
			if i >= len(s.Call.Args) || i >= sig.Params().Len() {
				return false
			}
			e, want := s.Call.Args[i], sig.Params().At(i).Type()
			if constant(s, e) && !types.Identical(ownType(s.Unit.Info, e), want) {
				if !types.Identical(types.Default(ownType(s.Unit.Info, e)), want) {
					untold = append(untold, fp.Type)
				}
				continue
			}
			if !types.Identical(s.Unit.Info.TypeOf(e), want) {
				return false
			}
		}
		for _, w := range words(fp.Type) {
			told[w] = true
		}
	}
	return !slices.ContainsFunc(untold, func(typ string) bool {
		return slices.ContainsFunc(words(typ), func(w string) bool { return x.namesTypeParam(w) && !told[w] })
	})
}

// ownType returns the type that a constant has by itself, whatever it is converted
// to: an untyped one for 1.
func ownType(info *types.Info, e ast.Expr) types.Type {
	switch e := ast.Unparen(e).(type) {
	case *ast.BasicLit:
		switch e.Kind {
		case token.INT:
			return types.Typ[types.UntypedInt]
		case token.FLOAT:
			return types.Typ[types.UntypedFloat]
		case token.IMAG:
			return types.Typ[types.UntypedComplex]
		case token.CHAR:
			return types.Typ[types.UntypedRune]
		case token.STRING:
			return types.Typ[types.UntypedString]
		}
	case *ast.Ident:
		if c, ok := info.Uses[e].(*types.Const); ok {
			return c.Type()
		}
	case *ast.SelectorExpr:
		return ownType(info, e.Sel)
	case *ast.UnaryExpr:
		return ownType(info, e.X)
	case *ast.CallExpr:
		if info.Types[e.Fun].IsType() {
			return info.TypeOf(e)
		}
	}
	return types.Typ[types.Invalid]
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
	list := sig.TypeParams()
	if sig.RecvTypeParams().Len() > 0 {
		list = sig.RecvTypeParams()
	}
	if list.Len() == 0 || !x.stateNamesTypeParam(list) {
		return nil
	}
	var args, params []string
	for tp := range list.TypeParams() {
		name := tp.Obj().Name()
		if name == "_" {
			return x.refuse(Generic, p.Unit, p.Decl.Name.Pos(), "it is a method of a generic type, and the state of its cleanup would need the type parameter that it calls _")
		}
		if bad := x.unnameable(tp.Constraint()); bad != "" {
			return x.refuse(Generic, p.Unit, p.Decl.Name.Pos(), "it is generic, and the constraint of %s cannot be written in its package: %s", name, bad)
		}
		clash := ""
		text := types.TypeString(tp.Constraint(), func(pkg *types.Package) string {
			qualifier, ok := x.importName(pkg)
			if !ok {
				clash = pkg.Path()
			}
			return qualifier
		})
		if clash != "" {
			return x.refuse(NameClash, p.Unit, p.Decl.Name.Pos(), "the constraint of %s needs an import of %s, whose name is taken", name, clash)
		}
		if list.Len() == 1 && strings.HasPrefix(text, "*") {
			text = "interface{ " + text + " }" // [P *int] would be the length of an array
		}
		args, params = append(args, name), append(params, name+" "+text)
	}
	s.Decl = s.Type + "[" + strings.Join(params, ", ") + "]"
	s.Type += "[" + strings.Join(args, ", ") + "]"
	return nil
}

// stateNamesTypeParam reports whether the state names a type parameter of list, or
// the method that has nothing but the state to take it from.
func (x *decision) stateNamesTypeParam(list *types.TypeParamList) bool {
	names := make(map[string]bool)
	for tp := range list.TypeParams() {
		names[tp.Obj().Name()] = true
	}
	for _, pass := range x.plan.Passages {
		if pass.Route != ByState && x.plan.Finish.OnRecv {
			continue
		}
		if slices.ContainsFunc(words(pass.Type), func(w string) bool { return names[w] }) {
			return true
		}
	}
	if x.plan.Finish.OnRecv {
		return false
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

// instance returns the signature of prepare as the site calls it, with the type
// arguments in place of type parameters.
func instance(s *pattern.Site) *types.Signature {
	return s.Unit.Info.TypeOf(s.Call.Fun).Underlying().(*types.Signature)
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
				list = named.TypeArgs()
			}
		}
	}
	return slices.Collect(list.Types())
}

// namesAnyTypeParam reports whether the text of a type names a type parameter of
// the function or of its receiver.
func (x *decision) namesAnyTypeParam(typ string) bool {
	for tp := range x.p.Func.Signature().RecvTypeParams().TypeParams() {
		if slices.Contains(words(typ), tp.Obj().Name()) {
			return true
		}
	}
	return x.p.Decl.Type.TypeParams != nil && x.namesTypeParam(typ)
}

// namesTypeParam reports whether the text of a type names a type parameter.
func (x *decision) namesTypeParam(typ string) bool {
	for _, f := range x.p.Decl.Type.TypeParams.List {
		for _, name := range f.Names {
			if slices.Contains(words(typ), name.Name) {
				return true
			}
		}
	}
	return false
}

// words returns the identifiers of a source text that no package qualifies.
func words(text string) []string {
	all := strings.FieldsFunc(text, func(r rune) bool { return !wordRune(r) && r != '.' })
	for i, w := range all {
		all[i], _, _ = strings.Cut(strings.TrimLeft(w, "."), ".")
	}
	return all
}

// infersFrom reports whether a parameter's type holds a type parameter, so
// that a call may need it to infer a type argument.
func (x *decision) infersFrom(c *pattern.Capture) bool {
	if x.p.Decl.Type.TypeParams == nil {
		return false
	}
	return x.namesTypeParam(types.ExprString(paramType(x.p.Decl, c.Index)))
}
