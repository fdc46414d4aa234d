package pattern

import (
	"cmp"
	"go/ast"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/flow"
)

// Find returns the functions of the unit that create a func with the type of a cleanup
// (see Shaped) and return it, in source order. Whether it is used as a cleanup depends
// on their sites.
func Find(u *Unit) []*Prepare {
	var found []*Prepare
	for _, file := range u.Files {
		for _, d := range file.Decls {
			if decl, ok := d.(*ast.FuncDecl); ok {
				if p := Examine(u, file, decl); p != nil {
					found = append(found, p)
				}
			}
		}
	}
	return found
}

// Examine returns the Prepare of a function, or nil if it is not a prepare function.
func Examine(u *Unit, file *ast.File, decl *ast.FuncDecl) *Prepare {
	if decl.Body == nil || decl.Type.Results == nil {
		return nil
	}
	fn, ok := u.Info.Defs[decl.Name].(*types.Func)
	if !ok {
		return nil
	}
	results := fn.Signature().Results()
	funcs := shapedResults(results)
	if len(funcs) == 0 || !mayMake(u.Info, decl.Body) {
		return nil
	}

	all := examine(flow.FactsOf(u, file, decl), KeyOf(fn), decl, fn, funcs)
	if len(all) == 0 {
		return nil
	}
	// Results with a literal come first, since others are never rewritten.
	slices.SortStableFunc(all, func(a, b *Prepare) int { return min(len(b.Literals), 1) - min(len(a.Literals), 1) })
	all[0].Cleanups, all[0].Others = len(all), all[1:]
	return all[0]
}

// shapedResults returns the indices of the results that may be cleanups.
func shapedResults(results *types.Tuple) (indices []int) {
	for i := range results.Len() {
		if sig, ok := results.At(i).Type().Underlying().(*types.Signature); ok && Shaped(sig) {
			indices = append(indices, i)
		}
	}
	return indices
}

// examine returns a Prepare for each of the results with the given indices that is a cleanup.
func examine(facts *flow.Facts, key Key, decl *ast.FuncDecl, fn *types.Func, results []int) []*Prepare {
	var all []*Prepare
	for _, i := range results {
		p := &Prepare{
			Facts: facts, Key: key, Decl: decl, Func: fn,
			Result: i, Sig: fn.Signature().Results().At(i).Type().Underlying().(*types.Signature),
		}
		s := &scan{Prepare: p, bindings: make(map[*types.Var]*binding), choices: make(map[*types.Var]*Choice), methods: make(map[*ast.SelectorExpr]*ast.FuncLit)}
		s.returns()
		if len(p.Literals)+len(p.Made) == 0 {
			continue
		}
		s.inner()
		s.captures()
		s.order()
		all = append(all, p)
	}
	return all
}

// mayMake reports whether a body contains an expression that creates a func: a literal
// or a method value.
func mayMake(info *types.Info, body *ast.BlockStmt) bool {
	for n := range ast.Preorder(body) {
		switch n := n.(type) {
		case *ast.FuncLit:
			return true
		case *ast.SelectorExpr:
			if s := info.Selections[n]; s != nil && s.Kind() == types.MethodVal {
				return true
			}
		}
	}
	return false
}

// A scan collects the facts for one Prepare.
type scan struct {
	*Prepare
	bindings map[*types.Var]*binding
	choices  map[*types.Var]*Choice             // nil for a variable that is not a Choice
	methods  map[*ast.SelectorExpr]*ast.FuncLit // the literals that stand for method values
	around   ast.Node                           // the declaration around a function literal; nil for a declared function
}

// A binding is the only assignment to a variable of func type.
type binding struct {
	lit   *Literal // the only value ever assigned, if that is a literal
	empty bool     // the literal does nothing
	assig ast.Stmt // the statement that assigns it
	fresh bool     // the same statement declares the variable
}

// literal returns the function literal that e is, perhaps in parentheses or converted, or
// nil.
func literal(info *types.Info, e ast.Expr) *ast.FuncLit {
	for {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.CallExpr:
			if tv := info.Types[x.Fun]; !tv.IsType() || len(x.Args) != 1 {
				return nil
			}
			e = x.Args[0]
		case *ast.FuncLit:
			return x
		default:
			return nil
		}
	}
}

// own returns the Literal for lit, and adds one if there is none.
func (s *scan) own(lit *ast.FuncLit, v *types.Var, bind ast.Stmt) *Literal {
	for _, l := range s.Literals {
		if l.Lit == lit {
			return l
		}
	}
	l := &Literal{Lit: lit, Method: s.methodOf(lit), Var: v, Bind: bind}
	s.Literals = append(s.Literals, l)
	return l
}

// returns classifies every return statement of the function.
func (s *scan) returns() {
	n := s.Func.Signature().Results().Len()
	ast.Inspect(s.Decl.Body, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			r := &Return{Stmt: node, Idle: Foreign}
			s.Returns = append(s.Returns, r)
			switch {
			case len(node.Results) == n:
				r.Expr = node.Results[s.Result]
				s.classify(r, r.Expr)
			case len(node.Results) == 0:
				v := s.Func.Signature().Results().At(s.Result)
				s.classifyVar(r, v)
				s.choose(r, v)
			}
		}
		return true
	})
}

// classify finds what a return statement returns with operand e as the cleanup.
func (s *scan) classify(r *Return, e ast.Expr) {
	info := s.Unit.Info
	r.Bound = methodValue(info, e)
	if lit := s.literal(e); lit != nil {
		if doesNothing(info, lit) {
			r.Idle = IdleEmpty
			return
		}
		r.Idle, r.Literal = Live, s.own(lit, nil, nil)
		return
	}
	e = ast.Unparen(e)
	if info.Types[e].IsNil() {
		r.Idle = IdleNil
		return
	}
	if isEmpty(s.Unit, e) {
		r.Idle = IdleEmpty
		return
	}
	if id, ok := e.(*ast.Ident); ok {
		if v, ok := info.Uses[id].(*types.Var); ok {
			s.classifyVar(r, v)
			s.choose(r, v)
		}
		return
	}
	s.made(e)
}

// classifyVar finds the value of variable v at a return statement. It succeeds only if
// the source order decides: the only assignment precedes the return statement in a
// statement list, or it follows the return statement and no loop or goto leads back.
func (s *scan) classifyVar(r *Return, v *types.Var) {
	b := s.binding(v)
	if b == nil {
		if s.neverSet(v) {
			r.Idle = IdleNil
		}
		return
	}
	set := func() {
		if b.empty {
			r.Idle = IdleEmpty
			if !slices.Contains(s.Empty, b.lit) {
				s.Empty = append(s.Empty, b.lit)
			}
		} else {
			r.Idle, r.Literal = Live, s.own(b.lit.Lit, v, b.assig)
		}
	}
	if b.fresh {
		set()
		return
	}
	switch assig := s.At(b.assig); {
	case flow.HasGoto(s.Decl.Body):
	case flow.Before(assig, r.Stmt):
		set()
	case r.Stmt.Pos() < b.assig.Pos() && flow.Loop(assig, s.Decl) == nil:
		r.Idle = IdleNil
	}
}

// neverSet reports whether only return statements set the result v. A bare return then
// returns nil:
//
//	func begin() (end func(), err error) {
//		if err = check(); err != nil {
//			return
//		}
//		return func() { … }, nil
//	}
func (s *scan) neverSet(v *types.Var) bool {
	return s.Func.Signature().Results().At(s.Result) == v &&
		!slices.ContainsFunc(s.Access[v], func(a flow.Access) bool { return a.Mode != flow.Read })
}

// binding returns the binding of v, or nil unless v is a variable of the function that
// exactly one statement sets, to a function literal.
func (s *scan) binding(v *types.Var) *binding {
	if b, ok := s.bindings[v]; ok {
		return b
	}
	b := s.bind(v)
	s.bindings[v] = b
	return b
}

// bind computes the binding of v.
func (s *scan) bind(v *types.Var) *binding {
	info := s.Unit.Info
	if v.Pos() < s.Decl.Pos() || v.Pos() >= s.Decl.End() || isParam(v) {
		return nil
	}
	var set []setting
	for _, a := range s.Access[v] {
		switch a.Mode {
		case flow.Address:
			return nil
		case flow.Write:
			stmt, ok := s.At(a.Ident).Parent().Node().(*ast.AssignStmt)
			if !ok || a.Lit != nil {
				return nil
			}
			set = append(set, setting{stmt, stmt.Lhs, stmt.Rhs, false})
		}
	}
	declared, ok := s.declared(v)
	if set = append(set, declared...); !ok || len(set) != 1 {
		return nil
	}
	one := set[0]
	if len(one.lhs) != 1 || len(one.rhs) != 1 {
		return nil
	}
	lit := s.literal(one.rhs[0])
	if lit == nil {
		return nil
	}
	if _, _, ok := flow.List(s.At(one.stmt)); !ok {
		return nil // the init of an if
	}
	if !one.fresh && s.readAround(v, one.stmt) {
		return nil
	}
	return &binding{
		lit: &Literal{Lit: lit, Var: v, Bind: one.stmt}, empty: doesNothing(info, lit),
		assig: one.stmt, fresh: one.fresh,
	}
}

// returnsOf returns the return statements of a function body, except those of literals
// in it.
func returnsOf(body *ast.BlockStmt) func(func(*ast.ReturnStmt) bool) {
	return func(yield func(*ast.ReturnStmt) bool) {
		done := false
		ast.Inspect(body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ReturnStmt:
				done = done || !yield(n)
			}
			return !done
		})
	}
}

// readAround reports whether a literal reads a variable, perhaps before the only statement
// that sets it, or where a return statement has set it to something else. It is a Choice
// then: the literal reads the variable that holds the state.
func (s *scan) readAround(v *types.Var, set ast.Stmt) bool {
	other := s.resultIndex(v) >= 0 && slices.ContainsFunc(slices.Collect(returnsOf(s.Decl.Body)), func(r *ast.ReturnStmt) bool {
		if s.Result >= len(r.Results) {
			return false
		}
		id, ok := ast.Unparen(r.Results[s.Result]).(*ast.Ident)
		return !ok || s.Unit.Info.Uses[id] != types.Object(v)
	})
	return slices.ContainsFunc(s.Access[v], func(a flow.Access) bool {
		return a.Mode == flow.Read && a.Lit != nil &&
			(other || useOf(s.Facts, a.Ident, s.Decl).Kind == NilTest || !flow.Before(s.At(set), a.Ident))
	})
}

// A setting is a statement that sets a variable.
type setting struct {
	stmt     ast.Stmt
	lhs, rhs []ast.Expr
	fresh    bool // it declares the variable
}

// declared returns the statement that declares a variable with a value, if any. ok is
// false for a range clause and for one of several specs of a declaration.
func (s *scan) declared(v *types.Var) (set []setting, ok bool) {
	id := s.Def(v)
	switch p := id.Parent().Node().(type) {
	case *ast.AssignStmt:
		return []setting{{p, p.Lhs, p.Rhs, true}}, true
	case *ast.RangeStmt:
		return nil, false
	case *ast.ValueSpec:
		group := id.Parent().Parent()
		if stmt, ok := group.Parent().Node().(*ast.DeclStmt); ok && len(p.Values) > 0 {
			return []setting{{stmt, make([]ast.Expr, len(p.Names)), p.Values, true}}, len(group.Node().(*ast.GenDecl).Specs) == 1
		}
	}
	return nil, true
}

// inner collects the uses of cleanup variables within the prepare function.
func (s *scan) inner() {
	operands := make(map[ast.Expr]bool)
	for _, r := range s.Returns {
		if r.Expr != nil {
			operands[ast.Unparen(r.Expr)] = true
		}
	}
	seen := make(map[*types.Var]bool)
	for _, l := range s.Literals {
		if l.Var == nil || seen[l.Var] {
			continue
		}
		seen[l.Var] = true
		for _, a := range s.Access[l.Var] {
			if a.Mode == flow.Read && !operands[a.Ident] {
				s.Inner = append(s.Inner, useOf(s.Facts, a.Ident, s.Decl))
			}
		}
	}
}

// captures collects the variables of the prepare function that its cleanups use.
func (s *scan) captures() {
	info := s.Unit.Info
	index := make(map[*types.Var]*Capture)
	decls := make(map[types.Object]bool)
	type made struct {
		expr ast.Expr
		lit  *Literal // nil if no return statement certainly returns it
	}
	var all []made
	for _, l := range s.Literals {
		all = append(all, made{l.Lit, l})
	}
	for _, e := range s.Made {
		all = append(all, made{e, nil})
	}
	for _, m := range all {
		l := m.lit
		ast.Inspect(m.expr, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			obj := info.Uses[id]
			if obj == nil || !s.local(obj) ||
				m.expr.Pos() <= obj.Pos() && obj.Pos() < m.expr.End() {
				return true
			}
			if f, ok := obj.(*types.Func); ok && f.Signature().Recv() != nil {
				return true // a method of an interface type in the function
			}
			v, ok := obj.(*types.Var)
			if !ok {
				if !s.isTypeParam(obj) && !decls[obj] {
					decls[obj] = true
					s.LocalDecls = append(s.LocalDecls, obj)
				}
				return true
			}
			if v.IsField() {
				return true // a field of a struct type in the function
			}
			c := index[v]
			if c == nil {
				c = &Capture{Var: v}
				c.Class, c.Index = s.classOf(v)
				index[v] = c
				s.Captures = append(s.Captures, c)
			}
			c.Uses = append(c.Uses, id)
			if l != nil && !slices.Contains(l.Captures, c) {
				l.Captures = append(l.Captures, c)
			}
			return true
		})
	}
}

// local reports whether an object is declared in the function, or in one around it.
func (s *scan) local(obj types.Object) bool {
	node := s.around
	if node == nil {
		node = s.Decl
	}
	return node.Pos() <= obj.Pos() && obj.Pos() < node.End() && (obj.Pkg() == nil || obj.Parent() != obj.Pkg().Scope())
}

// order sorts the captures by their declarations: receiver, parameters, results, locals.
func (s *scan) order() {
	slices.SortStableFunc(s.Captures, func(a, b *Capture) int {
		if a.Class != b.Class {
			return int(a.Class - b.Class)
		}
		return cmp.Compare(a.Var.Pos(), b.Var.Pos())
	})
}

// isTypeParam reports whether obj is a type parameter.
func (s *scan) isTypeParam(obj types.Object) bool {
	tn, ok := obj.(*types.TypeName)
	if !ok {
		return false
	}
	_, ok = tn.Type().(*types.TypeParam)
	return ok
}

// isParam reports whether a variable is a parameter or a receiver.
func isParam(v *types.Var) bool { return v.Kind() == types.ParamVar || v.Kind() == types.RecvVar }

// classOf returns the origin of a captured variable, and its index among the parameters
// or results.
func (s *scan) classOf(v *types.Var) (Class, int) {
	sig := s.Func.Signature()
	if v == sig.Recv() {
		return Receiver, 0
	}
	for i := range sig.Params().Len() {
		if sig.Params().At(i) == v {
			return Param, i
		}
	}
	if i := s.resultIndex(v); i >= 0 {
		return Result, i
	}
	return Local, 0
}
