package plan

import (
	"bytes"
	"cmp"
	"go/ast"
	"go/format"
	"go/token"
	"go/types"
	"slices"
	"strconv"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/refusal"
	"golang.org/x/tools/go/ast/edge"
)

// newWhich finds out how a state can tell two cleanups apart: by a captured value that is nil for
// one of them, or by a bool. The bool has a telling name, or the function is refused: it is named
// after what one of the cleanups does, in the shorter words, or its variable or the condition for it.
func newWhich(p *pattern.Prepare, lits literals, s *State, own bool) (Which, *refusal.Refusal) {
	var w Which
	if !own {
		w.Head, w.Tail = shared(p, lits)
	}
	if name, number := heldByOne(p, lits, s.Fields); name != "" {
		w.Name, w.True, w.Nil = name, number, true
		return w, nil
	}
	free := func(name string) bool {
		return name != "" && name != s.Flag && !token.IsKeyword(name) && fieldName(p, name) == name
	}
	for _, l := range lits.distinct {
		list, other := l.Lit.Body.List, lits.distinct[2-lits.number[l]]
		for _, stmt := range list[w.Head : len(list)-w.Tail] {
			if name := cmp.Or(reading(stmt, other), deed(p, stmt, other)); free(name) {
				if w.Name == "" || len(name) < len(w.Name) {
					w.Name, w.True = name, lits.number[l]
				}
				break
			}
		}
	}
	if w.Name != "" {
		return w, nil
	}
	for _, l := range lits.distinct {
		if name, holds := condition(p, l); free(name) {
			if w.Name, w.True = name, lits.number[l]; !holds {
				w.True = 3 - w.True
			}
			return w, nil
		}
	}
	return w, refusal.New(p, refusal.SeveralLiterals, p.Unit, p.Literals[1].Lit.Pos(), "it returns two cleanups, and no word of the code tells them apart")
}

// shared returns how many statements two cleanups share at their start and at their end. They
// share none that declare something, and none after other statements that do. If each has others, they
// do not share only a return.
func shared(p *pattern.Prepare, lits literals) (head, tail int) {
	a, b := lits.distinct[0].Lit.Body.List, lits.distinct[1].Lit.Body.List
	same := func(a, b ast.Stmt) bool {
		return len(declared(a))+len(declared(b)) == 0 && printed(p, a) == printed(p, b)
	}
	n := min(len(a), len(b))
	for head < n && same(a[head], b[head]) {
		head++
	}
	for tail < n-head && same(a[len(a)-1-tail], b[len(b)-1-tail]) {
		tail++
	}
	apart := slices.Concat(a[head:len(a)-tail], b[head:len(b)-tail])
	if slices.ContainsFunc(apart, func(s ast.Stmt) bool { return len(declared(s)) > 0 }) {
		tail = 0
	}
	if head+tail == 1 && len(apart) > 0 && len(a) > 1 && len(b) > 1 {
		if _, ok := a[len(a)-1].(*ast.ReturnStmt); ok && tail == 1 {
			tail = 0
		}
	}
	return head, tail
}

// declared returns the identifiers that a statement of a literal's outermost block declares there.
func declared(s ast.Stmt) []*ast.Ident {
	return topLevelNames(&ast.FuncLit{Body: &ast.BlockStmt{List: []ast.Stmt{s}}})
}

// printed returns the source of a statement without its comments.
func printed(p *pattern.Prepare, s ast.Stmt) string {
	var b bytes.Buffer
	if err := format.Node(&b, p.Unit.Fset, s); err != nil {
		return p.Unit.Fset.Position(s.Pos()).String() // equal to no other
	}
	return b.String()
}

// heldByOne returns the name of a field that is not nil for one of two cleanups, and that the
// other one does not have.
func heldByOne(p *pattern.Prepare, lits literals, fields []Passage) (name string, number int) {
	if spell.HiddenBy(p.Func, "nil") != "" {
		return "", 0
	}
	for _, l := range lits.distinct {
		for _, f := range fields {
			if f.Capture.Class == pattern.Receiver || flow.IsError(f.Capture.Var.Type()) {
				continue // to compare it with nil would puzzle readers
			}
			name, number := f.Capture.Var.Name(), lits.number[l]
			if everywhereLive(p, func(l *pattern.Literal, at ast.Stmt) bool {
				c := captured(l, name)
				return lits.number[l] != number && c == nil || lits.number[l] == number && c != nil && (f.Pointer || zeroOf(c.Var.Type(), "") == "nil" && nonZero(p, c.Var, at))
			}) {
				return name, number
			}
		}
	}
	return "", 0
}

// captured returns the capture of a literal with a name, or nil.
func captured(l *pattern.Literal, name string) *pattern.Capture {
	for _, c := range l.Captures {
		if c.Var.Name() == name {
			return c
		}
	}
	return nil
}

// reading returns read for a cleanup that ends a read lock where the other one ends a write lock, or "".
func reading(stmt ast.Stmt, other *pattern.Literal) string {
	if call := callOf(stmt); call != nil && lastName(call.Fun) == "RUnlock" && mentions(other.Lit.Body, "Unlock") {
		return "read"
	}
	return ""
}

// deed returns a name for what a statement of a cleanup does, unless the other cleanup calls the same
// function, or "":
//
//	trace.Close()            closeTrace
//	cgroupns.DecRef(ctx)     decRefCgroupns
//	m.deleteToken(path)      deleteToken, of prepare's receiver m
//	os.RemoveAll(dir)        removeAllDir
//	deleteCgroup(path)       deleteCgroup
//	c.state = old            restoreState
func deed(p *pattern.Prepare, stmt ast.Stmt, other *pattern.Literal) string {
	if a, ok := stmt.(*ast.AssignStmt); ok && verbOfStatement(p, stmt) == "restore" {
		return named("restore", objectOf(p, a.Lhs[0]))
	}
	call := callOf(stmt)
	if call == nil || mentions(other.Lit.Body, lastName(call.Fun)) {
		return ""
	}
	info, operand := p.Unit.Info, ""
	if len(call.Args) > 0 {
		operand = objectOf(p, call.Args[0])
	}
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.SelectorExpr:
		verb, _ := spell.VerbOf(fun.Sel.Name)
		logs := spell.Logs(spell.UpperFirst(verb))
		if s := info.Selections[fun]; s != nil && s.Kind() == types.MethodVal && !logs {
			if v, ok := info.Uses[identOf(fun.X)].(*types.Var); ok && v.Kind() == types.RecvVar {
				return spell.LowerFirst(fun.Sel.Name)
			}
			return named(fun.Sel.Name, objectOf(p, fun.X))
		}
		if f, ok := info.Uses[fun.Sel].(*types.Func); ok && f.Signature().Recv() == nil && !logs && f.Pkg().Path() != "errors" && f.Pkg().Path() != "fmt" {
			return named(fun.Sel.Name, operand)
		}
	case *ast.Ident:
		verb, object := spell.VerbOf(fun.Name)
		logs := spell.Logs(spell.UpperFirst(verb))
		switch obj := info.Uses[fun].(type) {
		case *types.Builtin:
			if obj.Name() == "close" || obj.Name() == "delete" {
				return named(obj.Name(), operand)
			}
		case *types.Func:
			if logs {
				return ""
			}
			if object != "" {
				return fun.Name
			}
			return named(fun.Name, operand)
		case *types.Var:
			return spell.Act(fun.Name)
		}
	}
	return ""
}

// named returns a name for what is done with an object, or "" if it would be long, or say too
// little.
func named(does, object string) string {
	name := spell.LowerFirst(does) + spell.UpperFirst(object)
	if object == "" || len(name) > 24 {
		return ""
	}
	return name
}

// objectOf returns the name of what an operand is: its last name, or, if that is a letter or two,
// the name of its type. It returns "" if it has none.
func objectOf(p *pattern.Prepare, e ast.Expr) string {
	switch x := ast.Unparen(e).(type) {
	case *ast.UnaryExpr:
		return objectOf(p, x.X)
	case *ast.StarExpr:
		return objectOf(p, x.X)
	}
	name := lastName(e)
	t := p.Unit.Info.TypeOf(e)
	if name == "" || len(name) > 2 || t == nil {
		return name
	}
	t = types.Unalias(t)
	if ptr, ok := t.(*types.Pointer); ok {
		t = types.Unalias(ptr.Elem())
	}
	if n, ok := t.(*types.Named); ok && len(n.Obj().Name()) > 2 {
		return n.Obj().Name()
	}
	return ""
}

// mentions reports whether an identifier with the name is below n.
func mentions(n ast.Node, name string) bool {
	seen := make(map[string]bool)
	identifiers(n, seen)
	return seen[name]
}

// lastName returns the last name of an operand or a function: Close of f.Close. It returns "" for
// other expressions.
func lastName(e ast.Expr) string {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// condition returns the name of the variable that holds a literal, or of a variable or field that is
// the condition for it, and whether the literal is returned if that is true. It returns "" if there is
// none.
func condition(p *pattern.Prepare, l *pattern.Literal) (name string, holds bool) {
	if l.Var != nil && (l.Choice == nil || len(l.Choice.Sets) == 1) && len(l.Var.Name()) > 2 && spell.Act(l.Var.Name()) == "" {
		return l.Var.Name(), true
	}
	for c := range p.At(placeOf(p, l)).Enclosing() {
		kind := c.ParentEdgeKind()
		if kind != edge.IfStmt_Body && kind != edge.IfStmt_Else {
			continue
		}
		cond, holds := ast.Unparen(c.Parent().Node().(*ast.IfStmt).Cond), kind == edge.IfStmt_Body
		if not, ok := cond.(*ast.UnaryExpr); ok && not.Op == token.NOT {
			cond, holds = ast.Unparen(not.X), !holds
		}
		switch e := cond.(type) {
		case *ast.Ident:
			name = e.Name
		case *ast.SelectorExpr:
			name = spell.LowerFirst(e.Sel.Name)
		}
		if name == "ok" || name == "err" || len(name) < 2 {
			name = ""
		}
		return name, holds
	}
	return "", false
}

// placeOf returns the statement that returns a literal or assigns it to a variable.
func placeOf(p *pattern.Prepare, l *pattern.Literal) ast.Stmt {
	for _, r := range p.Returns {
		if r.Live() && r.Literal == l {
			return r.Stmt
		}
	}
	for _, c := range p.Choices {
		for _, set := range c.Sets {
			if set.Literal == l {
				return set.Stmt
			}
		}
	}
	return l.Bind
}

// fieldName returns a name for a field of the state that no capture has: name, or name
// with a number.
func fieldName(p *pattern.Prepare, name string) string {
	try := name
	for i := 2; slices.ContainsFunc(p.Captures, func(c *pattern.Capture) bool { return c.Var.Name() == try }); i++ {
		try = name + strconv.Itoa(i)
	}
	return try
}
