package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/prose"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// newFinish chooses the name and parameters of finish.
func newFinish(plan *Plan, fs *forwarders, lits literals, n *names) (Finish, *refusal.Refusal) {
	p, sites, passages, v, s := plan.Prepare, fs.sites, plan.Passages, plan.Value, plan.State
	finish := Finish{Nothing: zeroResult(p), OnRecv: slices.ContainsFunc(passages, func(pass Passage) bool { return pass.Route == ByReceiver })}
	if finish.OnRecv && slices.ContainsFunc(p.Inner, func(u *pattern.Use) bool { return !p.Unit.Sees(u.Expr.Pos(), p.Func.Signature().Recv()) }) {
		return finish, refusal.New(p, refusal.OutOfScope, p.Unit, p.Inner[0].Expr.Pos(), "its receiver is shadowed where it runs its cleanup")
	}
	does := verbOf(p, lits)
	if does == "" {
		does = verbSaid(p)
	}
	candidates := spell.FinishNames(p.Key.Name, authorsWord(p, sites), does)
	if s == nil && p.Key.Recv != "" && !finish.OnRecv {
		finish.Name = functionName(p, fs, candidates, n)
		if finish.OnRecv = finish.Name == "" && freeReceiver(p, sites); !finish.OnRecv && finish.Name == "" {
			return finish, refusal.New(p, refusal.CallForm, p.Unit, p.Decl.Name.Pos(), "callers could not reach the method that its cleanup becomes")
		}
	}
	var r *refusal.Refusal
	if finish.Params, r = parameters(p, passages); r != nil {
		return finish, r
	}
	if v != nil && v.Guard && v.Capture == nil {
		finish.Params = append(finish.Params, Param{Name: v.Name, Type: v.Type, Passage: &Passage{Route: ByValue, Type: v.Type}})
	}
	if len(lits.distinct) == 1 {
		if r := ownNames(p, finish.Params); r != nil {
			return finish, r
		}
	}
	if s != nil && plan.Local == nil {
		candidates = fs.exportedNames(p, candidates)
		if finish.Name = methodName(plan, fs, candidates[0]); finish.Name != "" {
			return finish, nil
		}
	}
	if plan.Local != nil { // nor what callers' variables are called then
		candidates = slices.DeleteFunc(candidates, func(name string) bool {
			return slices.Contains(slices.Collect(maps.Values(plan.Nouns)), name)
		})
	}
	if finish.Name == "" {
		if finish.Name = freeName(p, fs, candidates, s == nil || plan.Local != nil, finish.OnRecv, n); finish.Name == "" {
			return finish, refusal.New(p, refusal.NameClash, p.Unit, p.Decl.Name.Pos(), "all suitable names for the function that its cleanup becomes are taken")
		}
	}
	if v != nil && v.Name == finish.Name {
		return finish, refusal.New(p, refusal.NameClash, p.Unit, p.Decl.Name.Pos(), "callers would call a variable %s as the function that its cleanup becomes", v.Name)
	}
	return finish, nil
}

// freeName returns the first name that is free for finish, or "". It is a method of the state,
// of prepare's receiver, or a function.
func freeName(p *pattern.Prepare, fs *forwarders, candidates []string, stateless, onRecv bool, n *names) string {
	name, _ := n.firstFree(p, fs.exported(p), candidates, func(u *pattern.Unit, name string) bool {
		return stateless && goes(p, fs.sites, u, name) || onRecv && !clashes(p, u, name) ||
			stateless && !onRecv && !hides(p, fs.sites, u, name)
	})
	return name
}

// functionName returns the name of finish as a function, where prepare is a method and the
// cleanup does not use its receiver, or "" if finish should be a method, too. A function has a
// name that says what it is about: stopProfile, but not release.
func functionName(p *pattern.Prepare, fs *forwarders, candidates []string, n *names) string {
	about := func(name string) bool { _, object := spell.VerbOf(name); return object != "" }
	if p.Func.Exported() || p.Func.Signature().RecvTypeParams().Len() > 0 || onlyReturns(p) || !about(candidates[0]) ||
		!everySite(fs.sites, func(s *pattern.Site) bool { return s.Unit.Pkg.Path() == p.Key.Pkg }) {
		return ""
	}
	candidates = slices.DeleteFunc(slices.Clone(candidates), func(name string) bool { return !about(name) })
	return freeName(p, fs, candidates, true, false, n)
}

// zeroResult returns the source of the zero value of the cleanup's result. It returns ""
// if there is no result, or if the value has no short form.
func zeroResult(p *pattern.Prepare) string {
	if p.Sig.Results().Len() == 0 {
		return ""
	}
	switch t := p.Sig.Results().At(0).Type().Underlying().(type) {
	case *types.Basic:
		switch {
		case t.Info()&types.IsBoolean != 0:
			return "false"
		case t.Info()&types.IsString != 0:
			return `""`
		case t.Info()&types.IsNumeric != 0:
			return "0"
		}
		return "nil" // an unsafe.Pointer
	case *types.Struct, *types.Array:
		return ""
	}
	if spell.IsTypeParam(types.Unalias(p.Sig.Results().At(0).Type())) {
		return ""
	}
	return "nil"
}

// methodName returns a short name for a method of the state, or "" if fields have all
// such names. The name must not repeat the variables of most callers, which may say
// what the cleanup does:
//
//	cleanup := begin()
//	defer cleanup.finish() // not cleanup.cleanup()
func methodName(plan *Plan, fs *forwarders, long string) string {
	p := plan.Prepare
	verb, _ := spell.VerbOf(long)
	stutters := func(n string) bool {
		count := 0
		for _, s := range fs.sites {
			if s.Var == nil || len(calls(s)) == 0 {
				continue
			}
			name := s.Var.Name()
			if noun := plan.Nouns[s.Var]; noun != "" {
				name = noun
			}
			switch first, _ := spell.VerbOf(name); {
			case strings.EqualFold(name, n) && strings.EqualFold(n, "cleanup"):
				return true // cleanup.cleanup()
			case strings.EqualFold(first, n) || strings.EqualFold(spell.LastWord(name), n):
				count++ // endSpan.end()
			}
		}
		return 2*count > len(fs.sites)
	}
	names := []string{verb, "finish", "end"}
	if end := spell.EndOf(p.Key.Name); end != "" {
		names = []string{verb, end, "finish", "end"}
	}
	names = append(slices.DeleteFunc(slices.Clone(names), stutters), names...)
	for _, n := range names {
		if n = spell.LowerFirst(n); fs.exported(p) {
			n = spell.UpperFirst(n)
		}
		if !plan.State.fieldTaken(n) && !token.IsKeyword(n) {
			return n
		}
	}
	return ""
}

// verbOf returns a verb for what the only cleanup does, if its statements say so, or "". If
// there are two or three, all are calls, and exactly one ends something:
//
//	return func() { m.Observe(time.Since(start).Seconds()) }   // Observe
//	return func() error { return f.Close() }                   // Close
//	return func() { c.state = old }                            // restore
//	return func() { span.SetStatus(ok); span.End() }           // End
func verbOf(p *pattern.Prepare, lits literals) string {
	if len(lits.distinct) > 1 {
		return ""
	}
	list := lits.distinct[0].Lit.Body.List
	if len(list) > 3 {
		return ""
	}
	found := ""
	for _, stmt := range list {
		verb := verbOfStatement(p, stmt)
		_, isCall := stmt.(*ast.ExprStmt)
		switch {
		case len(list) > 1 && !isCall:
			return ""
		case verb == "" || len(list) > 1 && spell.Ends(verb) == "":
		case found != "" && found != verb:
			return ""
		default:
			found = verb
		}
	}
	return found
}

// verbSaid returns the verb with which the doc comment of prepare says what the cleanup does, or "":
// restore for "returns a function that restores the hook".
func verbSaid(p *pattern.Prepare) string {
	if p.Decl.Doc == nil {
		return ""
	}
	var lines []string
	for _, c := range p.Decl.Doc.List {
		lines = append(lines, c.Text)
	}
	word, _, _ := strings.Cut(prose.Does(lines), " ")
	for _, suffix := range []string{"s", "es"} {
		if verb, ok := strings.CutSuffix(word, suffix); ok && spell.Ends(verb) == word {
			return verb
		}
	}
	return ""
}

// verbOfStatement returns a verb for what a statement does, or "".
func verbOfStatement(p *pattern.Prepare, stmt ast.Stmt) string {
	if a, ok := stmt.(*ast.AssignStmt); ok && len(a.Rhs) == 1 && a.Tok == token.ASSIGN && Saved(p, a.Rhs[0]) == types.ExprString(a.Lhs[0]) {
		return "restore"
	}
	x := callOf(stmt)
	if x == nil {
		return ""
	}
	id := identOf(x.Fun)
	if sel, ok := ast.Unparen(x.Fun).(*ast.SelectorExpr); ok {
		id = sel.Sel
	}
	if id == nil {
		return ""
	}
	if verb, _ := spell.VerbOf(id.Name); spell.Does(verb) {
		return verb
	}
	return ""
}

// callOf returns the call that a statement makes, with or without its error, or nil.
func callOf(stmt ast.Stmt) *ast.CallExpr {
	var e ast.Expr
	switch stmt := stmt.(type) {
	case *ast.ExprStmt:
		e = stmt.X
	case *ast.GoStmt:
		e = stmt.Call
	case *ast.ReturnStmt:
		if len(stmt.Results) == 1 {
			e = stmt.Results[0]
		}
	case *ast.AssignStmt:
		if len(stmt.Rhs) == 1 && types.ExprString(stmt.Lhs[0]) == "_" {
			e = stmt.Rhs[0]
		}
	case *ast.IfStmt: // if err := f.Close(); err != nil {
		if a, ok := stmt.Init.(*ast.AssignStmt); ok && len(a.Rhs) == 1 {
			e = a.Rhs[0]
		}
	}
	call, _ := ast.Unparen(e).(*ast.CallExpr)
	return call
}

// authorsWord returns the author's name for the cleanup, as a name of what the cleanup does,
// or "". It is the name of the result, of the variable that holds the cleanup, or of the
// variable in all callers, or the verb with which all these begin.
func authorsWord(p *pattern.Prepare, sites []*pattern.Site) string {
	if act := spell.Act(p.Func.Signature().Results().At(p.Result).Name()); act != "" {
		return act
	}
	for _, l := range p.Literals {
		if l.Var == nil {
			continue
		}
		if act := spell.Act(l.Var.Name()); act != "" {
			return act
		}
	}
	act := ""
	for _, s := range sites {
		if s.Var == nil {
			continue
		}
		word := spell.Act(s.Var.Name())
		if act != "" && word != act {
			word, _ = spell.VerbOf(word) // stopCPU, stopHeap
			if act, _ = spell.VerbOf(act); word != act {
				return ""
			}
		}
		if act = word; act == "" {
			return ""
		}
	}
	return act
}

// freeReceiver reports whether finish can be a method of prepare's receiver without
// using it: every site can write the receiver operand again, and the receiver's name is
// unused in the cleanup.
func freeReceiver(p *pattern.Prepare, sites []*pattern.Site) bool {
	named := len(p.Decl.Recv.List[0].Names) > 0 && p.Decl.Recv.List[0].Names[0].Name != "_"
	if named {
		name := p.Decl.Recv.List[0].Names[0].Name
		for _, l := range p.Literals {
			if slices.ContainsFunc(topLevelNames(l.Lit), func(id *ast.Ident) bool { return id.Name == name }) ||
				slices.Contains(allNames(l.Lit), name) || otherNamed(p, l, name) {
				return false
			}
		}
	}
	for _, u := range p.Inner {
		if !named || !p.Unit.Sees(u.Expr.Pos(), p.Func.Signature().Recv()) {
			return false
		}
	}
	return everySite(sites, func(s *pattern.Site) bool { return !s.Shared && sameReceiver(p, s) == "" })
}

// otherNamed reports whether a literal uses a name that is declared outside of it, so
// that a receiver of that name would shadow it.
func otherNamed(p *pattern.Prepare, l *pattern.Literal, name string) bool {
	for n := range ast.Preorder(l.Lit) {
		if id, ok := n.(*ast.Ident); ok && id.Name == name && !selected(p.Unit.Info, id) {
			if obj := p.Unit.Info.Uses[id]; obj != nil && !(l.Lit.Pos() <= obj.Pos() && obj.Pos() < l.Lit.End()) {
				return true
			}
		}
	}
	return false
}

// parameters returns the parameters of finish for captures, one for each name.
func parameters(p *pattern.Prepare, passages []Passage) ([]Param, *refusal.Refusal) {
	var params []Param
	seen := make(map[string]Passage)
	for i := range passages {
		pass := &passages[i]
		name := pass.Capture.Var.Name()
		if pass.Route != ByArgument && pass.Route != ByResult && pass.Route != ByValue {
			continue
		}
		if other, ok := seen[name]; ok {
			if other.Route != pass.Route || other.Result != pass.Result {
				return nil, refusal.New(p, refusal.SeveralLiterals, p.Unit, pass.Capture.Uses[0].Pos(), "it returns cleanups that capture different variables named %s", name)
			}
			continue
		}
		seen[name] = *pass
		params = append(params, Param{Name: name, Type: pass.Type, Passage: pass})
	}
	for _, pass := range passages {
		if _, ok := seen[pass.Capture.Var.Name()]; ok && pass.Route == ByState {
			return nil, refusal.New(p, refusal.SeveralLiterals, p.Unit, pass.Capture.Uses[0].Pos(), "it returns cleanups that capture different variables named %s", pass.Capture.Var.Name())
		}
	}
	return params, hidesPredeclared(p, params)
}

// hidesPredeclared refuses a cleanup if finish would have a parameter or result that is called like a
// value of the language, with which finish may say that there is nothing to do.
func hidesPredeclared(p *pattern.Prepare, params []Param) *refusal.Refusal {
	hides := func(name string) bool { return name == "nil" || name == "true" || name == "false" }
	for _, param := range params {
		if hides(param.Name) {
			return refusal.New(p, refusal.NameClash, p.Unit, p.Decl.Name.Pos(), "its cleanup captures a variable %s", param.Name)
		}
	}
	for _, l := range p.Literals {
		for n := range ast.Preorder(l.Lit.Type) {
			if id, ok := n.(*ast.Ident); ok && hides(id.Name) {
				return refusal.New(p, refusal.NameClash, p.Unit, id.Pos(), "its cleanup has a parameter or result %s", id.Name)
			}
		}
	}
	return nil
}

// ownNames refuses a cleanup whose outermost block declares the name of a parameter of
// finish, because both would be in one block:
//
//	func() { c := c; … }   // as a parameter of finish, c := c would not compile
//
// Captures that are fields of the state have no such conflict.
func ownNames(p *pattern.Prepare, params []Param) *refusal.Refusal {
	for _, id := range topLevelNames(p.Literals[0].Lit) {
		for _, param := range params {
			if param.Name == id.Name {
				return refusal.New(p, refusal.NameClash, p.Unit, id.Pos(), "its cleanup captures %s and declares another variable of that name", id.Name)
			}
		}
	}
	return nil
}

// topLevelNames returns the identifiers that the outermost block of a literal
// declares.
func topLevelNames(lit *ast.FuncLit) []*ast.Ident {
	var ids []*ast.Ident
	for _, s := range lit.Body.List {
		for labeled, ok := s.(*ast.LabeledStmt); ok; labeled, ok = s.(*ast.LabeledStmt) {
			s = labeled.Stmt
		}
		switch s := s.(type) {
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				for _, l := range s.Lhs {
					if id, ok := l.(*ast.Ident); ok {
						ids = append(ids, id)
					}
				}
			}
		case *ast.DeclStmt:
			decl, ok := s.Decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.ValueSpec:
					ids = append(ids, spec.Names...)
				case *ast.TypeSpec:
					ids = append(ids, spec.Name)
				}
			}
		}
	}
	return ids
}
