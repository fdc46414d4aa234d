package plan

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// literals are the cleanups that prepare may return.
type literals struct {
	distinct []*pattern.Literal       // one for each text
	number   map[*pattern.Literal]int // the position of each literal in distinct, from 1
}

// literalsOf returns the cleanups of a prepare function, or a refusal if finish cannot
// implement them all.
func literalsOf(p *pattern.Prepare) (literals, *refusal.Refusal) {
	if r := known(p); r != nil {
		return literals{}, r
	}
	return several(p)
}

// known returns a refusal if it is not known which literal a return statement returns.
func known(p *pattern.Prepare) *refusal.Refusal {
	if p.Cleanups > 1 {
		return refusal.New(p, refusal.SeveralCleanups, p.Unit, p.Decl.Name.Pos(), "it returns more than one function literal at once")
	}
	if n, ok := types.Unalias(p.Type()).(*types.Named); ok && n.Obj().Pkg() != nil {
		for _, spec := range p.File.Imports {
			if spec.Name != nil && spec.Name.Name == "." && spec.Path.Value == strconv.Quote(n.Obj().Pkg().Path()) {
				return refusal.New(p, refusal.NameClash, p.Unit, spec.Pos(), "its result type comes from a dot import, which may be unused after the rewrite")
			}
		}
	}
	if r := namedResult(p); r != nil {
		return r
	}
	for _, r := range p.Returns {
		if r.Idle != pattern.Foreign {
			continue
		}
		switch {
		case r.Expr == nil && len(r.Stmt.Results) == 1:
			return refusal.New(p, refusal.OtherReturn, p.Unit, r.Stmt.Pos(), "it returns the results of another call")
		case r.Expr == nil:
			return refusal.New(p, refusal.OtherReturn, p.Unit, r.Stmt.Pos(), "the cleanup that a bare return returns is not known")
		case isMethodValue(p.Unit.Info, r.Expr):
			return refusal.New(p, refusal.OtherReturn, p.Unit, r.Expr.Pos(), "it returns the method value %s", types.ExprString(r.Expr))
		case callOrValue(r.Expr):
			return refusal.New(p, refusal.OtherReturn, p.Unit, r.Expr.Pos(), "it returns %s, which is not a function literal", handedOut(r.Expr))
		}
		return refusal.New(p, refusal.OtherReturn, p.Unit, r.Expr.Pos(), "%s", unknown(p, r.Expr))
	}
	for _, l := range p.Literals {
		for _, c := range l.Captures {
			if c.Var == l.Var || slices.ContainsFunc(p.Choices, func(o *pattern.Choice) bool { return o.Var == c.Var }) {
				return refusal.New(p, refusal.SelfReference, p.Unit, c.Uses[0].Pos(), "its cleanup refers to itself")
			}
		}
	}
	if len(p.LocalDecls) > 0 {
		return refusal.New(p, refusal.LocalDeclaration, p.Unit, p.Literals[0].Lit.Pos(), "its cleanup uses %s, which is declared inside the function", p.LocalDecls[0].Name())
	}
	return nil
}

// unknown says why it is not known which cleanup a variable holds at a return.
func unknown(p *pattern.Prepare, e ast.Expr) string {
	name := types.ExprString(e)
	v, ok := p.Unit.Info.Uses[identOf(e)].(*types.Var)
	if !ok {
		return "the value of " + name + " at this return is not known"
	}
	for _, a := range p.Access[v] {
		switch {
		case a.Mode == flow.Address:
			return "it returns " + name + ", whose address it takes"
		case a.Mode == flow.Write && a.Lit != nil:
			return "it returns " + name + ", which a function literal sets"
		}
		if value := pattern.ValueSet(p.Facts, a.Ident); a.Mode == flow.Write && strings.HasPrefix(value, "what ") {
			return "it returns " + name + ", which holds " + value
		}
	}
	if id, ok := p.Def(v).Node().(*ast.Ident); ok {
		if value := pattern.ValueSet(p.Facts, id); strings.HasPrefix(value, "what ") {
			return "it returns " + name + ", which holds " + value
		}
		if spec, ok := p.Def(v).Parent().Node().(*ast.ValueSpec); ok && len(spec.Values) > 0 {
			return "it returns " + name + ", which a var declaration sets to a value"
		}
	}
	if v.Kind() == types.ParamVar {
		return "it returns its parameter " + name
	}
	return "the value of " + name + " at this return is not known"
}

// namedResult refuses a named result for the cleanup that has other uses than to return
// a cleanup. Return statements set it, so a literal that reads or sets it depends on
// more than their operands.
func namedResult(p *pattern.Prepare) *refusal.Refusal {
	named := p.Func.Signature().Results().At(p.Result)
	if slices.ContainsFunc(p.Choices, func(c *pattern.Choice) bool { return c.Var == named }) {
		return nil // it becomes a variable for the state
	}
	same := !slices.ContainsFunc(p.Returns, func(r *pattern.Return) bool {
		return !r.Live() || r.Expr != nil && p.Unit.Info.Uses[identOf(r.Expr)] != named
	})
	for _, a := range p.Access[named] {
		if a.Lit != nil && !(same && a.Mode == flow.Read) || a.Mode == flow.Address {
			return refusal.New(p, refusal.OtherReturn, p.Unit, a.Ident.Pos(), "a function literal uses its result %s", a.Ident.Name)
		}
		if !accounted(p, a) {
			return refusal.New(p, refusal.OtherReturn, p.Unit, a.Ident.Pos(), "it uses its result %s for more than to return it", a.Ident.Name)
		}
	}
	return nil
}

// several numbers cleanups that differ between return statements. The state tells finish
// which one to run. More than two are refused, since the code would be hard to read.
//
//	if fast {
//		return func() { c.mu.Unlock() }
//	}
//	return func() { c.flush(n); c.mu.Unlock() }
func several(p *pattern.Prepare) (literals, *refusal.Refusal) {
	found := literals{number: make(map[*pattern.Literal]int)}
	var texts []string
	for _, l := range p.Literals {
		text := text(p, l)
		i := slices.Index(texts, text)
		if i < 0 {
			i = len(texts)
			texts = append(texts, text)
			found.distinct = append(found.distinct, l)
		}
		found.number[l] = i + 1
	}
	if len(p.Literals) == 1 {
		return found, nil
	}
	second := p.Literals[1].Lit
	if n := len(found.distinct); n > 2 {
		return found, refusal.New(p, refusal.SeveralLiterals, p.Unit, second.Pos(), "it returns %d different cleanups", n)
	}
	types := make(map[string]string) // of captures, by name
	for _, l := range p.Literals {
		if hasLabel(l.Lit) {
			return found, refusal.New(p, refusal.SeveralLiterals, p.Unit, l.Lit.Pos(), "it returns different cleanups, and one has a label")
		}
		if name := unfit(p.Unit.Info, l.Lit, mostNamed(found.distinct).Lit); name != "" {
			return found, refusal.New(p, refusal.SeveralLiterals, p.Unit, l.Lit.Pos(), "it returns cleanups with parameters or results of different names, such as %s", name)
		}
		if id := otherMeaning(p, l); id != nil {
			return found, refusal.New(p, refusal.SeveralLiterals, p.Unit, id.Pos(), "it returns cleanups in which %s means different things", id.Name)
		}
		for _, c := range l.Captures {
			typ := c.Var.Type().String()
			if old, ok := types[c.Var.Name()]; ok && old != typ {
				return found, refusal.New(p, refusal.SeveralLiterals, p.Unit, c.Uses[0].Pos(), "it returns cleanups that capture different variables named %s", c.Var.Name())
			}
			types[c.Var.Name()] = typ
		}
	}
	return found, nil
}

// otherMeaning returns an identifier of literal l, neither declared nor captured by it,
// that has the name of a variable which another literal captures. In finish it would
// refer to the parameter for that variable.
func otherMeaning(p *pattern.Prepare, l *pattern.Literal) *ast.Ident {
	captured := make(map[string]bool)
	for _, c := range p.Captures {
		captured[c.Var.Name()] = true
	}
	var found *ast.Ident
	ast.Inspect(l.Lit, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok || found != nil || !captured[id.Name] {
			return true
		}
		obj := p.Unit.Info.Uses[id]
		if obj == nil || flow.Within(l.Lit, p.Decl) && l.Lit.Pos() <= obj.Pos() && obj.Pos() < l.Lit.End() {
			return true
		}
		if v, ok := obj.(*types.Var); ok && (v.IsField() || slices.ContainsFunc(l.Captures, func(c *pattern.Capture) bool { return c.Var == v })) {
			return true
		}
		if f, ok := obj.(*types.Func); ok && f.Signature().Recv() != nil {
			return true
		}
		found = id
		return false
	})
	return found
}

// text prints a literal and the names that it captures. Literals with the same text do
// the same with the variables of these names, since all other names in them are
// declared in the literal or in the package.
func text(p *pattern.Prepare, l *pattern.Literal) string {
	var b strings.Builder
	if l.Method != nil {
		b.WriteString(types.ExprString(l.Method))
	} else if err := format.Node(&b, p.Unit.Fset, l.Lit); err != nil {
		return fmt.Sprint(l.Lit.Pos()) // equal to no other
	}
	for _, c := range l.Captures {
		fmt.Fprintf(&b, "\n%s %d", c.Var.Name(), c.Class)
	}
	return b.String()
}

func hasLabel(lit *ast.FuncLit) bool {
	for n := range ast.Preorder(lit) {
		if _, ok := n.(*ast.LabeledStmt); ok {
			return true
		}
	}
	return false
}

// mostNamed returns the literal that names the most of its parameters and results. Finish has
// its names.
func mostNamed(lits []*pattern.Literal) *pattern.Literal {
	named := func(l *pattern.Literal) int {
		return len(slices.DeleteFunc(allNames(l.Lit), func(n string) bool { return n == "" }))
	}
	return slices.MaxFunc(lits, func(a, b *pattern.Literal) int { return named(a) - named(b) })
}

// unfit returns a name because of which the body of a literal may mean something else with the
// parameters and results of another one, or "". They must have the same names. One may be
// unnamed if all that has the other's name for it is declared in the literal:
//
//	func(err error) { log(err) }                   // with
//	func(error) { _, err := flush(); log(err) }    // lit, whose body becomes a block of its own
func unfit(info *types.Info, lit, with *ast.FuncLit) string {
	if lit == with {
		return ""
	}
	own := allNames(lit)
	for i, name := range allNames(with) {
		if name == own[i] {
			continue
		}
		if own[i] != "" {
			return own[i]
		}
		for n := range ast.Preorder(lit) {
			id, ok := n.(*ast.Ident)
			if !ok || id.Name != name {
				continue
			}
			obj := info.ObjectOf(id)
			if v, ok := obj.(*types.Var); ok && v.IsField() {
				continue
			}
			if obj == nil || obj.Pos() < lit.Pos() || obj.Pos() >= lit.End() {
				return name
			}
		}
	}
	return ""
}

// allNames returns the names of the parameters and results of a literal, with "" for one
// without a name.
func allNames(lit *ast.FuncLit) []string {
	var names []string
	for _, list := range []*ast.FieldList{lit.Type.Params, lit.Type.Results} {
		if list == nil {
			continue
		}
		for _, f := range list.List {
			if len(f.Names) == 0 {
				names = append(names, "")
			}
			for _, id := range f.Names {
				names = append(names, blankless(id.Name))
			}
		}
	}
	return names
}

// blankless returns a name, or "" if it is blank.
func blankless(name string) string {
	if name == "_" {
		return ""
	}
	return name
}

// accounted reports whether the rewrite removes an access to the named result for the
// cleanup: it sets the result to a cleanup, returns it, or calls it.
func accounted(p *pattern.Prepare, a flow.Access) bool {
	if slices.ContainsFunc(p.Returns, func(r *pattern.Return) bool {
		return r.Expr != nil && ast.Unparen(r.Expr) == ast.Expr(a.Ident)
	}) {
		return true
	}
	if slices.ContainsFunc(p.Inner, func(u *pattern.Use) bool { return u.Expr == ast.Expr(a.Ident) }) {
		return true
	}
	return slices.ContainsFunc(p.Literals, func(l *pattern.Literal) bool {
		bind, ok := l.Bind.(*ast.AssignStmt)
		return ok && bind.Lhs[0] == ast.Expr(a.Ident)
	})
}

// isMethodValue reports whether e is a method value.
func isMethodValue(info *types.Info, e ast.Expr) bool {
	sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
	return ok && info.Selections[sel] != nil && info.Selections[sel].Kind() == types.MethodVal
}

// handedOut describes the operand of a return statement in a message. If it is a call,
// that is the result of the callee.
func handedOut(e ast.Expr) string {
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok {
		return "what " + types.ExprString(call.Fun) + " returns"
	}
	return types.ExprString(e)
}

// callOrValue reports whether e is something other than a plain variable.
func callOrValue(e ast.Expr) bool {
	_, ok := ast.Unparen(e).(*ast.Ident)
	return !ok
}
