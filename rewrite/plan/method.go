package plan

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// methodValues returns a refusal if a method value among the cleanups differs from a
// literal that calls the method when it runs:
//
//	return l.Unlock, nil                 return func() { l.Unlock() }, nil
//
// The method value evaluates its operand at once. So the variable must keep its value, the
// operand must not panic, and what it leads to must be at the same address later. The
// method is called by finish and not by the defer statement, so it must not call recover.
func methodValues(p *pattern.Prepare, fs *forwarders, f finality) *refusal.Refusal {
	for _, l := range p.Literals {
		if l.Method == nil {
			continue
		}
		name := types.ExprString(l.Method)
		if why := differs(p, l, f); why != "" {
			return refusal.New(p, refusal.OtherReturn, p.Unit, l.Method.Pos(), "it returns the method value %s, %s", name, why)
		}
		fn := p.Unit.Info.Selections[l.Method].Obj().(*types.Func)
		if runsDeferred(p, fs.sites) && recoversItself(p.Unit, fn) {
			return refusal.New(p, refusal.RecoverWrapped, p.Unit, l.Method.Pos(), "it returns the method value %s, and the method may call recover, which has an effect only if the method itself is deferred", name)
		}
	}
	return nil
}

// differs says how a method value may differ from a literal that calls the method later, or
// returns "".
func differs(p *pattern.Prepare, l *pattern.Literal, f finality) string {
	o := operandOf(p.Unit.Info, l.Method)
	if why := o.differs(types.ExprString(l.Method.X)); why != "" {
		return why
	}
	i := slices.IndexFunc(p.Captures, func(c *pattern.Capture) bool { return c.Var == o.root })
	if i < 0 {
		if o.addressed && !o.through {
			return "" // the address of a variable of the package
		}
		return "whose operand is a variable of the package"
	}
	at := l.Bind
	for _, r := range p.Returns {
		if at == nil && r.Literal == l {
			at = r.Stmt
		}
	}
	switch c := p.Captures[i]; {
	case c.Class == pattern.Result && (o.addressed && !o.through || !returnsAsIs(p, l, o.root)):
		return "whose operand is the result " + o.root.Name() + ", which may be set after that"
	case (o.through || types.IsInterface(o.typ)) && !nonZero(p, o.root, at):
		return "which panics at once if " + o.root.Name() + " is nil"
	case o.addressed && !o.through:
		if !f.shared[c] {
			return "whose operand might be copied"
		}
	case f.shared[c] || l.Bind != nil && setSince(p, o.root, l.Bind):
		return "and " + o.root.Name() + " may change before the cleanup runs"
	}
	return ""
}

// returnsAsIs reports whether the return of a method value returns the named result v as it is,
// and nothing sets it afterwards:
//
//	return rt, rt.Release, nil
func returnsAsIs(p *pattern.Prepare, l *pattern.Literal, v *types.Var) bool {
	if l.Bind != nil {
		return false
	}
	index := slices.Index(slices.Collect(p.Func.Signature().Results().Variables()), v)
	for _, r := range p.Returns {
		if r.Literal == l && (len(r.Stmt.Results) <= index || p.Unit.Info.Uses[identOf(r.Stmt.Results[index])] != v) {
			return false
		}
	}
	return !slices.ContainsFunc(p.Access[v], func(a flow.Access) bool { return a.Mode != flow.Read && (a.Lit != nil || a.Mode == flow.Address) })
}

// An operand describes the operand of a method value: a variable, or a field of one.
type operand struct {
	root      *types.Var
	fields    bool       // it is a field
	typ       types.Type // its type
	through   bool       // the variable is a pointer, and the field is one of what it points to
	again     bool       // a field is a pointer or an interface, and a field is selected from it
	pointer   bool       // the method has a pointer receiver
	addressed bool       // the method gets the address of the operand
}

// operandOf returns the operand of a method value. It includes the embedded fields through
// which the method is selected.
func operandOf(info *types.Info, method *ast.SelectorExpr) operand {
	var path []int
	var e ast.Expr = method
	for {
		sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
		if !ok {
			break
		}
		index := info.Selections[sel].Index()
		if sel == method {
			index = index[:len(index)-1]
		}
		path, e = slices.Concat(index, path), sel.X
	}
	o := operand{root: info.Uses[identOf(e)].(*types.Var), fields: len(path) > 0}
	o.typ = o.root.Type()
	for depth, i := range path {
		if ptr, ok := o.typ.Underlying().(*types.Pointer); ok {
			o.through, o.again, o.typ = true, o.again || depth > 0, ptr.Elem()
		}
		st, ok := o.typ.Underlying().(*types.Struct)
		if !ok {
			o.again = true
			return o
		}
		o.typ = st.Field(i).Type()
	}
	_, o.pointer = types.Unalias(info.Selections[method].Obj().(*types.Func).Signature().Recv().Type()).(*types.Pointer)
	_, isPointer := o.typ.Underlying().(*types.Pointer)
	o.addressed = o.pointer && !isPointer
	return o
}

// differs says what the types tell about the operand, whose source is text, or returns "".
func (o operand) differs(text string) string {
	_, isPointer := o.typ.Underlying().(*types.Pointer)
	switch {
	case spell.IsTypeParam(o.typ):
		return "whose operand has the type of a type parameter"
	case o.again, o.fields && (isPointer || types.IsInterface(o.typ)):
		return "and " + text + " may have another value when the cleanup runs"
	case !types.IsInterface(o.typ) && !o.pointer && (o.through || isPointer):
		return "which copies the operand at the return"
	}
	return ""
}

// setSince reports whether prepare may set a variable after a statement.
func setSince(p *pattern.Prepare, v *types.Var, at ast.Stmt) bool {
	again := flow.HasGoto(p.Decl) || flow.Loop(p.At(at), p.Decl) != nil
	return slices.ContainsFunc(p.Access[v], func(a flow.Access) bool {
		return a.Mode == flow.Write && (again && ast.Node(a.Ident) != p.Def(v).Node() || a.Lit != nil || a.Ident.Pos() >= at.Pos())
	})
}

// runsDeferred reports whether a cleanup may be deferred: by a caller, by code that gets it
// as a value, or by prepare.
func runsDeferred(p *pattern.Prepare, sites []*pattern.Site) bool {
	defers := func(u *pattern.Use) bool { return u.Kind == pattern.DeferCall || u.Kind == pattern.Value }
	return slices.ContainsFunc(p.Inner, defers) ||
		slices.ContainsFunc(sites, func(s *pattern.Site) bool { return slices.ContainsFunc(s.Uses, defers) })
}
