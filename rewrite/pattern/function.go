package pattern

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"

	"github.com/closurefix/closurefix/rewrite/flow"
)

// A Function is a prepare function that is a function literal in a variable:
//
//	enter := func(name string) func() {
//		depth++
//		return func() { depth-- }
//	}
//	defer enter("x")()
//
// Its Prepare has a synthetic declaration, with the name of the variable and the type and
// body of the literal. Variables of the enclosing function that the cleanup uses are
// captures, too.
type Function struct {
	*Prepare
	Var   *types.Var
	Sites []*Site
	Local *LocalLiteral // nil if a statement in a list does not declare the variable alone
}

// A LocalLiteral is a prepare function in a local variable, as it is rewritten. Its Prepare has facts
// about the literal alone, as if that were a declared function. So the variables of the enclosing
// function are like those of the package: they are no captures, and a literal beside this one sees the same ones.
type LocalLiteral struct {
	*Prepare
	Var    *types.Var
	Lit    *ast.FuncLit
	Stmt   ast.Stmt          // declares the variable; in a list
	Doc    *ast.CommentGroup // on the lines before Stmt, or nil
	Around *flow.Facts       // of the top-level declaration around it
	Others []flow.Access     // of the variable, other than to call it
}

// Functions returns the prepare functions of a unit that are literals in variables, with
// the calls of these variables.
func Functions(u *Unit) []*Function {
	var found []*Function
	for _, file := range u.Files {
		for _, d := range file.Decls {
			var facts *flow.Facts
			named := namedLiterals(d)
			count := make(map[string]int) // of the literals in variables of one name
			for _, id := range slices.SortedFunc(maps.Keys(named), func(a, b *ast.Ident) int { return cmp.Compare(a.Pos(), b.Pos()) }) {
				lit := named[id]
				count[id.Name]++
				v, ok := u.Info.Defs[id].(*types.Var)
				if !ok || lit.Type.Results == nil || !mayMake(u.Info, lit.Body) {
					continue
				}
				if facts == nil {
					facts = flow.FactsOf(u, file, d)
				}
				if f := functionOf(facts, id, v, lit, count[id.Name]); f != nil {
					found = append(found, f)
				}
			}
		}
	}
	for _, f := range found {
		f.Sites = callsOf(u, f)
	}
	return found
}

// namedLiterals returns the function literals that are the initial values of variables
// in a declaration.
func namedLiterals(d ast.Decl) map[*ast.Ident]*ast.FuncLit {
	named := make(map[*ast.Ident]*ast.FuncLit)
	for n := range ast.Preorder(d) {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, l := range n.Lhs {
				if id, ok := l.(*ast.Ident); ok && len(n.Lhs) == len(n.Rhs) {
					if lit, ok := ast.Unparen(n.Rhs[i]).(*ast.FuncLit); ok {
						named[id] = lit
					}
				}
			}
		case *ast.ValueSpec:
			for i, id := range n.Names {
				if len(n.Names) == len(n.Values) {
					if lit, ok := ast.Unparen(n.Values[i]).(*ast.FuncLit); ok {
						named[id] = lit
					}
				}
			}
		}
	}
	return named
}

// functionOf returns the Function for a literal, or nil if it is not a prepare function. It is the
// nth literal in a variable of its name in the declaration.
func functionOf(facts *flow.Facts, id *ast.Ident, v *types.Var, lit *ast.FuncLit, nth int) *Function {
	sig, ok := v.Type().Underlying().(*types.Signature)
	if !ok {
		return nil
	}
	u := facts.Unit
	name := id.Name
	if fn, ok := facts.Decl.(*ast.FuncDecl); ok {
		if f, ok := u.Info.Defs[fn.Name].(*types.Func); ok {
			name = KeyOf(f).String() + "." + id.Name
		}
	}
	if nth > 1 {
		name += "#" + strconv.Itoa(nth)
	}
	for i := range sig.Results().Len() {
		result, ok := sig.Results().At(i).Type().Underlying().(*types.Signature)
		if !ok || !Shaped(result) {
			continue
		}
		p := &Prepare{
			Facts: facts, Key: Key{Pkg: u.Pkg.Path(), Name: name},
			Decl:   &ast.FuncDecl{Name: id, Type: lit.Type, Body: lit.Body},
			Func:   types.NewFunc(id.Pos(), u.Pkg, id.Name, types.NewSignatureType(nil, nil, nil, sig.Params(), sig.Results(), sig.Variadic())),
			Result: i, Sig: result, Cleanups: 1,
		}
		s := &scan{Prepare: p, bindings: make(map[*types.Var]*binding), choices: make(map[*types.Var]*Choice), methods: make(map[*ast.SelectorExpr]*ast.FuncLit), around: facts.Decl}
		s.returns()
		if len(p.Literals)+len(p.Made) == 0 {
			continue
		}
		s.captures()
		return &Function{Prepare: p, Var: v, Local: localOf(p, v, lit)}
	}
	return nil
}

// localOf returns the LocalLiteral for a literal with the synthetic Prepare p, or nil.
func localOf(p *Prepare, v *types.Var, lit *ast.FuncLit) *LocalLiteral {
	stmt := declaresAlone(p.Facts, v, lit)
	if stmt == nil {
		return nil
	}
	decl := &ast.FuncDecl{Name: ast.NewIdent(v.Name()), Type: lit.Type, Body: lit.Body}
	decl.Name.NamePos = p.Decl.Name.NamePos
	facts := flow.FactsOf(p.Unit, p.File, decl)
	all := examine(facts, Key{Pkg: p.Key.Pkg, Name: v.Name()}, decl, p.Func, shapedResults(p.Func.Signature().Results()))
	l := &LocalLiteral{Var: v, Lit: lit, Stmt: stmt, Doc: commentAbove(p.Facts, stmt), Around: p.Facts}
	for _, own := range all {
		if own.Cleanups = len(all); own.Result == p.Result {
			l.Prepare = own
		}
	}
	if l.Prepare == nil {
		return nil
	}
	for _, a := range p.Access[v] {
		if callOf(p.Unit.Info, p.At(a.Ident)) == nil {
			l.Others = append(l.Others, a)
		}
	}
	return l
}

// declaresAlone returns the statement, in a list, that declares a local variable with a literal
// and does nothing else, or nil.
func declaresAlone(facts *flow.Facts, v *types.Var, lit *ast.FuncLit) ast.Stmt {
	var stmt ast.Stmt
	def := facts.Def(v)
	switch p := def.Parent().Node().(type) {
	case *ast.AssignStmt:
		if len(p.Lhs) == 1 && p.Rhs[0] == ast.Expr(lit) {
			stmt = p
		}
	case *ast.ValueSpec:
		group := def.Parent().Parent()
		decl, ok := group.Parent().Node().(*ast.DeclStmt)
		if ok && p.Type == nil && len(p.Names) == 1 && p.Values[0] == ast.Expr(lit) && !group.Node().(*ast.GenDecl).Lparen.IsValid() {
			stmt = decl
		}
	}
	if stmt == nil || v.Kind() == types.PackageVar {
		return nil
	}
	if _, _, ok := flow.List(facts.At(stmt)); !ok {
		return nil
	}
	return stmt
}

// callsOf returns the calls of a variable in a unit.
func callsOf(u *Unit, f *Function) []*Site {
	var all []*Site
	for _, file := range u.Files {
		for _, d := range file.Decls {
			if f.Var.Kind() != types.PackageVar && d != f.Facts.Decl {
				continue
			}
			var facts *flow.Facts
			var here []*Site
			for n := range ast.Preorder(d) {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					continue
				}
				id, ok := ast.Unparen(call.Fun).(*ast.Ident)
				if !ok || u.Info.Uses[id] != types.Object(f.Var) {
					continue
				}
				if facts == nil {
					facts = flow.FactsOf(u, file, d)
				}
				s := &Site{Facts: facts, Func: flow.Func(facts.At(call)), Call: call}
				if f.Local != nil {
					s.Literal = f.Local.Lit
				}
				s.fill(f.Func.Signature().Results(), f.Result)
				here = append(here, s)
			}
			bind(here)
			all = append(all, here...)
		}
	}
	return all
}

// commentAbove returns the comment on the lines before a statement in a list, or nil.
func commentAbove(facts *flow.Facts, stmt ast.Stmt) *ast.CommentGroup {
	line := func(pos token.Pos) int { return facts.Unit.Fset.PositionFor(pos, false).Line }
	before := flow.EndBefore(facts.At(stmt))
	for _, g := range flow.Comments(facts.File, before, stmt.Pos()) {
		if before < g.Pos() && line(before) < line(g.Pos()) && line(g.End())+1 == line(stmt.Pos()) {
			return g
		}
	}
	return nil
}
