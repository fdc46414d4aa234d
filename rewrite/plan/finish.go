package plan

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/prose"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// newFinish chooses the name and parameters of finish.
func newFinish(plan *Plan, fs *forwarders, lits literals, n *names) (Finish, *refusal.Refusal) {
	p, passages, v, s := plan.Prepare, plan.Passages, plan.Value, plan.State
	finish := Finish{Nothing: zeroResult(p), OnRecv: slices.ContainsFunc(passages, func(pass Passage) bool { return pass.Route == ByReceiver })}
	if finish.OnRecv && slices.ContainsFunc(p.Inner, func(u *pattern.Use) bool { return !p.Unit.Sees(u.Expr.Pos(), p.Func.Signature().Recv()) }) {
		return finish, refusal.New(p, refusal.OutOfScope, p.Unit, p.Inner[0].Expr.Pos(), "its receiver is shadowed where it runs its cleanup")
	}
	candidates := finishNames(p, fs, lits)
	if s == nil && p.Key.Recv != "" && !finish.OnRecv {
		if finish.Name, finish.OnRecv = withoutReceiver(plan, fs, candidates, n); finish.Name == "" && !finish.OnRecv {
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
	finish.Context = contextFirst(plan, fs.sites, finish.Params)
	if s != nil && plan.Local == nil {
		candidates = fs.exportedNames(p, candidates)
		if finish.Name = methodName(plan, fs, candidates[0]); finish.Name != "" {
			return finish, nil
		}
	}
	if plan.Local != nil {
		finish.Name = localName(plan, fs, candidates)
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

// contextFirst reports whether what the cleanup captures follows the context that its calls pass, which is the first
// argument by convention. Where a call of prepare is an argument of finish, the context would be evaluated before it.
func contextFirst(plan *Plan, sites []*pattern.Site, params []Param) bool {
	p := plan.Prepare
	own := p.Sig.Params()
	if len(params) == 0 || own.Len() == 0 || !isContext(own.At(0).Type()) || plan.Local != nil ||
		slices.ContainsFunc(params, func(param Param) bool {
			return param.Passage.Capture != nil && isContext(param.Passage.Capture.Var.Type())
		}) {
		return false
	}
	each := func(u *pattern.Use) bool { return u.Call == nil || len(u.Call.Args) >= own.Len() }
	return !slices.ContainsFunc(p.Literals, func(l *pattern.Literal) bool { return len(l.Lit.Type.Params.List[0].Names) > 1 }) &&
		!slices.ContainsFunc(p.Inner, func(u *pattern.Use) bool { return !each(u) }) &&
		everySite(sites, func(s *pattern.Site) bool {
			return (s.Form != pattern.Immediate || plan.Value == nil) && !slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool { return !each(u) })
		})
}

// finishNames returns the names to try for finish, best first.
func finishNames(p *pattern.Prepare, fs *forwarders, lits literals) []string {
	_, most := callersWord(fs.sites)
	typ := ""
	if named := spell.NamedObject(p.Func.Signature().Results().At(p.Result).Type()); named != nil {
		typ = spell.Act(named.Name()) // CancelFunc
	}
	does := cmp.Or(verbOf(p, lits), verbSaid(p, fs), most, verbOfFormer(lits), typ)
	word := authorsWord(p, fs.sites)
	if hasPair(p) {
		word = ""
	}
	names := spell.FinishNames(p.Key.Name, word, does)
	if partner := partnerOf(p); word == "" && partner != "" {
		names = slices.Insert(names, 0, partner)
	}
	return names
}

// partnerOf returns the name of prepare's result, or of a variable of prepare that holds the cleanup, if it is a name for what goes with
// prepare, or "".
func partnerOf(p *pattern.Prepare) string {
	names := []string{p.Func.Signature().Results().At(p.Result).Name()}
	for _, l := range p.Literals {
		if l.Var != nil {
			names = append(names, l.Var.Name())
		}
	}
	i := slices.IndexFunc(names, func(name string) bool { return spell.Partner(p.Key.Name, name) })
	switch {
	case i < 0:
		return ""
	case p.Func.Exported():
		return spell.UpperFirst(names[i])
	}
	return spell.LowerFirst(names[i])
}

// hasPair reports whether a method of prepare's receiver ends something else and begins with the usual word
// for it, as DidParse beside WillParse and WillResolve.
func hasPair(p *pattern.Prepare) bool {
	recv, end := p.Func.Signature().Recv(), spell.EndOf(p.Key.Name)
	if recv == nil || end == "" {
		return false
	}
	t := types.Unalias(recv.Type())
	if ptr, ok := t.(*types.Pointer); ok {
		t = types.Unalias(ptr.Elem())
	}
	named, ok := t.(*types.Named)
	return ok && slices.ContainsFunc(slices.Collect(named.Methods()), func(m *types.Func) bool {
		verb, _ := spell.VerbOf(m.Name())
		return strings.EqualFold(verb, end)
	})
}

// freeName returns the first name that is free for finish, or "". It is a method of the state,
// of prepare's receiver, or a function.
func freeName(p *pattern.Prepare, fs *forwarders, candidates []string, stateless, onRecv bool, n *names) string {
	name, _ := n.firstFree(p, fs.exported(p), candidates, func(u *pattern.Unit, name string) bool {
		return stateless && goes(p, fs.sites, u, name, u.Files...) || onRecv && !clashes(p, u, name) ||
			stateless && !onRecv && !hides(p, fs.sites, u, name)
	})
	return name
}

// localName returns the name of finish as a local literal, or "". If callers have no variable for the cleanup any more, it
// gets their name for that: they call cleanup(f) where they called cleanup(). It is not called what a variable of theirs is called then.
func localName(plan *Plan, fs *forwarders, candidates []string) string {
	leaves := func(name string) bool {
		return plan.Form == Direct && goes(plan.Prepare, fs.sites, plan.Prepare.Unit, name, plan.Local.Around.Decl)
	}
	if name := callersName(fs.sites); name != "" && leaves(name) {
		candidates = slices.Insert(slices.Clone(candidates), 0, name)
	}
	candidates = slices.DeleteFunc(candidates, func(name string) bool {
		return slices.Contains(slices.Collect(maps.Values(plan.Nouns)), name)
	})
	name, _ := freeLocal(plan.Local, candidates, leaves)
	return name
}

// callersName returns the name of the variable in all callers if it says what the cleanup does, or "".
func callersName(sites []*pattern.Site) string {
	name := ""
	for _, s := range sites {
		if s.Var == nil || name != "" && s.Var.Name() != name {
			return ""
		}
		name = s.Var.Name()
	}
	if spell.Act(name) != name {
		return ""
	}
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

// withoutReceiver returns the name of finish as a function, where prepare is a method and the cleanup does not use its receiver, or
// reports whether it can be a method, too.
func withoutReceiver(plan *Plan, fs *forwarders, candidates []string, n *names) (name string, method bool) {
	p, v := plan.Prepare, plan.Value
	if !readsClockFor(plan.Passages) { // else the call of prepare goes, and its receiver would be unused
		name = functionName(p, fs, candidates, n)
	}
	switch {
	case name != "" || freeReceiver(p, fs.sites):
		return name, name == ""
	case v != nil:
		return functionName(p, fs, aboutValue(candidates, v), n), false
	}
	return "", false
}

// aboutValue returns names for finish with the name of the value that prepare returns, in place of names that say nothing of
// what finish is about: releaseBucket for release, with the argument bucket.
func aboutValue(names []string, v *Handover) []string {
	if v.Capture == nil || len(v.Name) < 3 {
		return names
	}
	var about []string
	for _, name := range names {
		if verb, object := spell.VerbOf(name); object == "" && !strings.EqualFold(verb, v.Name) {
			about = append(about, verb+spell.UpperFirst(v.Name))
		}
	}
	return append(about, names...)
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
//	defer cleanup.run() // not cleanup.cleanup()
func methodName(plan *Plan, fs *forwarders, long string) string {
	verb, _ := spell.VerbOf(long)
	if strings.EqualFold(verb, "did") { // says nothing alone
		verb = long
	}
	names := []string{verb, long, spell.EndOf(plan.Prepare.Key.Name), "finish", "run", "end"}
	stutters := func(n string) bool {
		verb, _ := spell.VerbOf(n)
		count := 0
		for _, s := range fs.sites {
			if s.Var == nil || len(calls(s)) == 0 {
				continue
			}
			name := s.Var.Name()
			if noun := plan.Nouns[s.Var]; noun != "" {
				name = noun
			}
			first, _ := spell.VerbOf(name)
			last := strings.ToLower(strings.TrimRight(spell.LastWord(name), "0123456789"))
			if strings.EqualFold(first, verb) || strings.EqualFold(last, verb) || (last == "cleanup" || last == "rollback") && spell.Weak(verb) {
				count++ // endSpan.end()
			}
		}
		return 2*count > len(fs.sites)
	}
	names = append(slices.DeleteFunc(slices.Clone(names), stutters), names...)
	for _, n := range names {
		if n = spell.LowerFirst(n); fs.exported(plan.Prepare) {
			n = spell.UpperFirst(n)
		}
		if n != "" && !plan.State.fieldTaken(n) && !token.IsKeyword(n) {
			return n
		}
	}
	return ""
}

// verbOf returns a verb for what the only cleanup does, if its statements say so, or "". If
// there are two or three, all are calls, and exactly one ends something. Of several, the last one may hand on what the others measure:
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
	if len(list) > 1 {
		if verb := verbOfStatement(p, list[len(list)-1]); spell.Measures(verb) { // after what it measures
			return verb
		}
	}
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
		case verb == "" || len(list) > 1 && !spell.Ends(verb):
		case found != "" && found != verb:
			return ""
		default:
			found = verb
		}
	}
	return found
}

// verbSaid returns the verb with which the doc comment of prepare, or of a forwarder, says what the cleanup
// does, or "": restore for "returns a function that restores the hook".
func verbSaid(p *pattern.Prepare, fs *forwarders) string {
	docs := []*ast.CommentGroup{p.Decl.Doc}
	for _, fw := range fs.changed {
		docs = append(docs, fw.Decl.Doc)
	}
	for _, doc := range docs {
		var lines []string
		if doc != nil {
			for _, c := range doc.List {
				lines = append(lines, c.Text)
			}
		}
		for _, verb := range prose.Verbs(lines) {
			if spell.Ends(verb) {
				return verb
			}
		}
	}
	return ""
}

// verbOfFormer returns restore if each cleanup hands back or stores what one of its variables has kept, as the name of that
// says, or "":
//
//	old := swap(repo)
//	return func() { swap(old) }
func verbOfFormer(lits literals) string {
	for _, l := range lits.distinct {
		if !slices.ContainsFunc(l.Captures, func(c *pattern.Capture) bool {
			return c.Class == pattern.Local && spell.Former(c.Var.Name()) && handsBack(l, c)
		}) {
			return ""
		}
	}
	return "restore"
}

// handsBack reports whether a cleanup stores a variable, or passes it to a call.
func handsBack(l *pattern.Literal, c *pattern.Capture) bool {
	is := func(e ast.Expr) bool { id := identOf(e); return id != nil && slices.Contains(c.Uses, id) }
	for n := range ast.Preorder(l.Lit.Body) {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok == token.ASSIGN && slices.ContainsFunc(n.Rhs, is) {
				return true
			}
		case *ast.CallExpr:
			if id := calleeName(n); id != nil && !spell.Logs(id.Name) && slices.ContainsFunc(n.Args, is) {
				return true
			}
		}
	}
	return false
}

// verbOfStatement returns a verb for what a statement does, or "".
func verbOfStatement(p *pattern.Prepare, stmt ast.Stmt) string {
	if a, ok := stmt.(*ast.AssignStmt); ok && len(a.Rhs) == 1 && a.Tok == token.ASSIGN && saved(p, a.Rhs[0]) == types.ExprString(a.Lhs[0]) {
		return "restore"
	}
	x := callOf(stmt)
	if x == nil {
		return ""
	}
	if id := calleeName(x); id != nil && !(id.Name == "delete" && p.Unit.Info.Types[x.Fun].IsBuiltin()) {
		if verb, _ := spell.VerbOf(id.Name); spell.Does(verb) {
			return verb
		}
	}
	return ""
}

// calleeName returns the name of what a call calls, or nil.
func calleeName(x *ast.CallExpr) *ast.Ident {
	if sel, ok := ast.Unparen(x.Fun).(*ast.SelectorExpr); ok {
		return sel.Sel
	}
	return identOf(x.Fun)
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
// or "". It is the name of the variable in all callers, or the verb with which all these begin, or that of
// the result, or of the variable that holds the cleanup: the first that says more than cleanup, if there is one.
func authorsWord(p *pattern.Prepare, sites []*pattern.Site) string {
	word, _ := callersWord(sites)
	words := []string{word, spell.Act(p.Func.Signature().Results().At(p.Result).Name())}
	for _, l := range p.Literals {
		if l.Var != nil {
			words = append(words, spell.Act(l.Var.Name()))
		}
	}
	words = slices.DeleteFunc(words, func(word string) bool { return word == "" })
	i := slices.IndexFunc(words, func(word string) bool { verb, _ := spell.VerbOf(word); return !spell.Weak(verb) })
	switch {
	case i >= 0:
		return words[i]
	case len(words) > 0:
		return words[0]
	}
	return ""
}

// callersWord returns the name of the variable in all callers as a name of what the cleanup does, or
// the verb with which all these begin, or "". Otherwise most is the verb of most callers who have one.
func callersWord(sites []*pattern.Site) (word, most string) {
	names := make(map[string]int)
	for _, s := range sites {
		if s.Var != nil {
			names[s.Var.Name()]++
		}
	}
	named, total, words, verbs := 0, 0, make(map[string]bool), make(map[string]int)
	for name, n := range names {
		named += n
		word = spell.Act(name)
		words[word] = true
		if verb, _ := spell.VerbOf(word); verb != "" { // stopCPU, stopHeap
			verbs[verb] += n
			total += n
		}
	}
	if len(words) == 1 {
		return word, ""
	}
	for verb, n := range verbs {
		switch {
		case n == named:
			return verb, ""
		case 2*n > total && !spell.Weak(verb):
			return "", verb
		}
	}
	return "", ""
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
	return everySite(sites, func(s *pattern.Site) bool {
		return !s.Shared && (sameReceiver(p, s) == "" || embedded(p, s))
	})
}

// embedded reports whether the receiver of prepare at a site is a pointer that is embedded in a variable, or in what that
// points to, and that finish can be selected through it, too. It does not matter to a finish that does not use
// its receiver whether that is another pointer then.
func embedded(p *pattern.Prepare, s *pattern.Site) bool {
	x := receiver(s)
	if x == nil {
		return false
	}
	sel := s.Unit.Info.Selections[s.Fun().(*ast.SelectorExpr)]
	_, wantsPtr := p.Func.Signature().Recv().Type().Underlying().(*types.Pointer)
	_, isPtr := s.Unit.Info.TypeOf(x).Underlying().(*types.Pointer)
	return wantsPtr && sel != nil && len(sel.Index()) == 2 && flow.EmbeddedPointer(sel) && everywhere(s, func(at flow.Later) string {
		if isPtr {
			return s.SameValue(x, at)
		}
		return s.SameAddress(x, at)
	}) == ""
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
		if pass.Route != ByArgument && pass.Route != ByResult && pass.Route != ByValue && pass.Route != ByClock {
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
