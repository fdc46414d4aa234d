package same

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strconv"
)

// isType reports whether a type expression after the change denotes the type t at a
// place before it. Type parameters go by their names: those of finish and of the state
// are others than those of prepare.
func (m *matcher) isType(a ast.Expr, t types.Type, at ast.Node) bool {
	a = ast.Unparen(a)
	if named, ok := a.(*ast.Ident); ok {
		if p, ok := t.(*types.TypeParam); ok && p.Obj().Name() == named.Name {
			return true
		}
		obj, ok := m.lookup(named.Name, at.Pos()).(*types.TypeName)
		return ok && types.Identical(obj.Type(), t) || ok && sameOrigin(obj.Type(), t)
	}
	if x, ok := a.(*ast.SelectorExpr); ok {
		return m.isQualified(x, t)
	}
	if base, args := typeArgs(a); base != nil {
		n, ok := t.(interface {
			TypeArgs() *types.TypeList
			Obj() *types.TypeName
		})
		if !ok || n.TypeArgs().Len() != len(args) || !m.isNamed(base, n.Obj(), at) {
			return false
		}
		for i, arg := range args {
			if !m.isType(arg, n.TypeArgs().At(i), at) {
				return false
			}
		}
		return true
	}
	switch t := types.Unalias(t).(type) {
	case *types.Pointer:
		x, ok := a.(*ast.StarExpr)
		return ok && m.isType(x.X, t.Elem(), at)
	case *types.Slice:
		x, ok := a.(*ast.ArrayType)
		return ok && x.Len == nil && m.isType(x.Elt, t.Elem(), at)
	case *types.Array:
		x, ok := a.(*ast.ArrayType)
		return ok && x.Len != nil && m.isLength(x.Len, t.Len(), at) && m.isType(x.Elt, t.Elem(), at)
	case *types.Map:
		x, ok := a.(*ast.MapType)
		return ok && m.isType(x.Key, t.Key(), at) && m.isType(x.Value, t.Elem(), at)
	case *types.Chan:
		x, ok := a.(*ast.ChanType)
		dirs := map[types.ChanDir]ast.ChanDir{types.SendRecv: ast.SEND | ast.RECV, types.SendOnly: ast.SEND, types.RecvOnly: ast.RECV}
		return ok && x.Dir == dirs[t.Dir()] && m.isType(x.Value, t.Elem(), at)
	case *types.Signature:
		x, ok := a.(*ast.FuncType)
		return ok && m.isTuple(flatten(x.Params), t.Params(), t.Variadic(), at) && m.isTuple(flatten(x.Results), t.Results(), false, at)
	case *types.Struct:
		x, ok := a.(*ast.StructType)
		return ok && m.isStruct(flatten(x.Fields), t, at)
	case *types.Union:
		terms := alternatives(a)
		for i := range terms {
			if len(terms) != t.Len() || t.Term(i).Tilde() != terms[i].tilde || !m.isType(terms[i].typ, t.Term(i).Type(), at) {
				return false
			}
		}
		return true
	case *types.Interface:
		x, ok := a.(*ast.InterfaceType)
		if !ok && t.IsImplicit() {
			return m.isType(a, t.EmbeddedType(0), at)
		}
		return ok && m.isInterface(x, t, at)
	}
	return false
}

// isNamed reports whether an expression after the change names a type.
func (m *matcher) isNamed(a ast.Expr, obj *types.TypeName, at ast.Node) bool {
	switch a := a.(type) {
	case *ast.Ident:
		return m.lookup(a.Name, at.Pos()) == types.Object(obj)
	case *ast.SelectorExpr:
		pkg, ok := a.X.(*ast.Ident)
		return ok && obj.Pkg() != nil && a.Sel.Name == obj.Name() && m.imported(pkg.Name, obj.Pkg())
	}
	return false
}

// sameOrigin reports whether two types are the same generic type, whatever its type
// arguments.
func sameOrigin(a, b types.Type) bool {
	x, ok1 := a.(*types.Named)
	y, ok2 := b.(*types.Named)
	return ok1 && ok2 && x.Origin() == y.Origin() && y == y.Origin()
}

func typeArgs(a ast.Expr) (base ast.Expr, args []ast.Expr) {
	switch x := a.(type) {
	case *ast.IndexExpr:
		return x.X, []ast.Expr{x.Index}
	case *ast.IndexListExpr:
		return x.X, x.Indices
	}
	return nil, nil
}

// isQualified compares pkg.T with a type, by the imports of the file after the change.
func (m *matcher) isQualified(a *ast.SelectorExpr, t types.Type) bool {
	pkg, ok := a.X.(*ast.Ident)
	if !ok {
		return false
	}
	if types.Identical(t, types.Typ[types.UnsafePointer]) {
		return a.Sel.Name == "Pointer" && m.imported(pkg.Name, types.Unsafe)
	}
	for {
		var obj *types.TypeName
		switch t := t.(type) {
		case *types.Named:
			obj = t.Obj()
		case *types.Alias:
			obj = t.Obj()
		}
		if obj == nil {
			return false
		}
		if obj.Name() == a.Sel.Name && obj.Pkg() != nil && m.imported(pkg.Name, obj.Pkg()) {
			return true
		}
		alias, ok := t.(*types.Alias)
		if !ok {
			return false
		}
		t = alias.Rhs()
	}
}

type alternative struct {
	tilde bool
	typ   ast.Expr
}

// alternatives returns the terms of a union, ~int | string.
func alternatives(a ast.Expr) []alternative {
	if x, ok := a.(*ast.BinaryExpr); ok && x.Op == token.OR {
		return append(alternatives(x.X), alternatives(x.Y)...)
	}
	if x, ok := a.(*ast.UnaryExpr); ok && x.Op == token.TILDE {
		return []alternative{{true, x.X}}
	}
	return []alternative{{false, a}}
}

// typeParams compares the type parameters of finish or the state with those of
// prepare, or of its receiver, by name.
func (m *matcher) typeParams(a *ast.FieldList) error {
	sig := m.fn.Signature()
	var list []*types.TypeParam
	list = slices.AppendSeq(list, sig.RecvTypeParams().TypeParams())
	list = slices.AppendSeq(list, sig.TypeParams().TypeParams())
	for _, p := range flatten(a) {
		same := false
		for _, t := range list {
			same = same || t.Obj().Name() == p.name.Name && m.isType(p.typ, t.Constraint(), m.Prepare)
		}
		if !same {
			return m.differ(nil, p.typ, "the type parameter %s is another one", p.name.Name)
		}
	}
	return nil
}

func (m *matcher) isLength(a ast.Expr, n int64, at ast.Node) bool {
	if lit, ok := a.(*ast.BasicLit); ok {
		v, err := strconv.ParseInt(lit.Value, 0, 64)
		return err == nil && v == n
	}
	id, ok := a.(*ast.Ident)
	if !ok {
		return false
	}
	c, ok := m.lookup(id.Name, at.Pos()).(*types.Const)
	if !ok {
		return false
	}
	v, exact := constant.Int64Val(constant.ToInt(c.Val()))
	return exact && v == n
}

func (m *matcher) isTuple(a []param, t *types.Tuple, variadic bool, at ast.Node) bool {
	if len(a) != t.Len() {
		return false
	}
	for i, p := range a {
		typ, want := p.typ, t.At(i).Type()
		if dots, ok := typ.(*ast.Ellipsis); ok || variadic && i == len(a)-1 {
			s, isSlice := want.(*types.Slice)
			if !ok || !variadic || !isSlice {
				return false
			}
			typ, want = dots.Elt, s.Elem()
		}
		if !m.isType(typ, want, at) {
			return false
		}
	}
	return true
}

func (m *matcher) isStruct(a []param, t *types.Struct, at ast.Node) bool {
	if len(a) != t.NumFields() {
		return false
	}
	for i, p := range a {
		f := t.Field(i)
		if p.name == nil != f.Embedded() || p.name != nil && p.name.Name != f.Name() || !m.isType(p.typ, f.Type(), at) {
			return false
		}
	}
	return true
}

// isInterface compares the explicit methods of an interface with its type; what it
// embeds is compared as types.
func (m *matcher) isInterface(a *ast.InterfaceType, t *types.Interface, at ast.Node) bool {
	methods := make(map[string]types.Type)
	for f := range t.ExplicitMethods() {
		methods[f.Name()] = f.Type()
	}
	embedded := 0
	for _, p := range flatten(a.Methods) {
		switch {
		case p.name == nil:
			if embedded >= t.NumEmbeddeds() || !m.isType(p.typ, t.EmbeddedType(embedded), at) {
				return false
			}
			embedded++
		case methods[p.name.Name] == nil || !m.isType(p.typ, methods[p.name.Name], at):
			return false
		default:
			delete(methods, p.name.Name)
		}
	}
	return len(methods) == 0 && embedded == t.NumEmbeddeds()
}
