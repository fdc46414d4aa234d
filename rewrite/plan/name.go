package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// pairs gives the words that Go code uses for the end of what the first word of
// a prepare function begins. Only those are here that leave no doubt about what the
// cleanup does: the opposite of add need not be remove.
func pairs() map[string]string {
	return map[string]string{
		"begin": "end", "start": "stop", "prepare": "finish", "open": "close", "acquire": "release",
		"lock": "unlock", "rlock": "runlock", "enter": "exit", "setup": "teardown", "setUp": "tearDown",
		"register": "unregister", "push": "pop", "hold": "release", "suspend": "resume", "pause": "resume",
		"subscribe": "unsubscribe", "attach": "detach", "mount": "unmount", "connect": "disconnect",
		"override": "restore", "mock": "restore", "stub": "restore", "swap": "restore", "redirect": "restore",
		"reserve": "release", "pin": "unpin", "block": "unblock", "enable": "disable",
	}
}

// ends are the words for the end of something that authors give their cleanups:
// where the result, the literal's variable or the callers have one, finish has
// it too.
func ends() map[string]bool {
	return map[string]bool{
		"stop": true, "cancel": true, "close": true, "shutdown": true, "release": true, "unlock": true, "restore": true,
		"flush": true, "undo": true, "rollback": true, "end": true, "leave": true, "exit": true, "reset": true, "revert": true,
		"cleanup": true, "unregister": true, "unsubscribe": true, "remove": true, "drop": true, "free": true, "detach": true,
		"abort": true, "resume": true, "teardown": true, "unmount": true, "disconnect": true, "unset": true, "quit": true,
		"delete": true, "discard": true, "dispose": true, "kill": true, "put": true, "unpin": true, "untrack": true,
	}
}

// authorsWord returns what the author calls the cleanup, if that says what it
// does: by its result, by the variable that holds it, or by all callers alike.
func authorsWord(p *pattern.Prepare, sites []*pattern.Site) string {
	says := func(name string) bool {
		verb, _ := verbOf(name)
		return ends()[lowerFirst(verb)]
	}
	if name := p.Func.Signature().Results().At(p.Result).Name(); says(name) {
		return name
	}
	for _, l := range p.Literals {
		if l.Var != nil && says(l.Var.Name()) {
			return l.Var.Name()
		}
	}
	word := ""
	for _, s := range sites {
		if s.Var == nil {
			continue
		}
		if word != "" && word != s.Var.Name() {
			return ""
		}
		word = s.Var.Name()
	}
	if says(word) {
		return word
	}
	return ""
}

// finishNames returns the names to try for finish, best first. The author's own
// word comes first: newTempSocket, whose callers say "defer cleanup()", gives
// cleanupTempSocket. Then the pairs: prepareRead gives finishRead, beginWrite
// gives endWrite.
func finishNames(prepare, word string) []string {
	exported := ast.IsExported(prepare)
	verb, rest := verbOf(prepare)
	if object, ok := strings.CutPrefix(rest, "To"); ok && ast.IsExported(object) {
		rest = object // prepareToDrop: finishDrop
	}
	end, paired := pairs()[lowerFirst(verb)]
	var names []string
	if verb, _ := verbOf(word); paired && verb == "cleanup" {
		word = "" // says less than the pair
	}
	if word != "" {
		does, object := verbOf(word)
		if rest == "" && !paired {
			rest = upperFirst(prepare) // trace: stopTrace
		}
		names = append(names, does+rest)
		if object != "" {
			names = append(names, word)
		}
	}
	if paired {
		names = append(names, end+rest)
		if end != "finish" && rest != "" {
			names = append(names, "finish"+rest)
		}
	}
	whole := upperFirst(prepare)
	names = append(names, "finish"+whole, "cleanup"+whole)
	for i := 2; i < 10; i++ {
		names = append(names, "finish"+whole+strconv.Itoa(i))
	}
	for i, n := range names {
		names[i] = lowerFirst(n)
		if exported {
			names[i] = upperFirst(n)
		}
	}
	return names
}

// used reports whether an identifier of the name appears anywhere in the
// unit's package, in the files that the build leaves out too. A new name that
// nobody uses can clash with nothing: no field, method, promoted method,
// function, import or local, and no interface that a new method would satisfy. For
// a method, only fields and methods count.
//
// A file that declares the function's twin is never built together with it, and
// may well have the name that we are after.
func (x *decision) used(u *pattern.Unit, name string) bool {
	if x.names[u] == nil {
		x.names[u] = make(map[string]bool)
		for _, f := range u.Files {
			identifiers(f, x.names[u])
		}
	}
	if x.names[u][name] && !(x.plan.Form == Direct && goes(x.p, x.sites, u, name)) && (!x.plan.Finish.OnRecv || member(u, name)) {
		return true
	}
	return slices.ContainsFunc(x.callers.LeftOut(u), func(f *ast.File) bool {
		if callers.Declares(f, x.p) {
			return false
		}
		names := make(map[string]bool)
		identifiers(f, names)
		return names[name]
	})
}

// member reports whether a field or method of the name appears in the unit. A local
// variable does not stand in the way of a method.
func member(u *pattern.Unit, name string) bool {
	found := false
	for _, f := range u.Files {
		ast.Inspect(f, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && id.Name == name {
				found = found || selected(u.Info, id)
			}
			return !found
		})
	}
	return found
}

// goes reports whether everything of the name in the unit is a variable that
// holds the cleanup, or prepare's result, and goes with it.
func goes(p *pattern.Prepare, sites []*pattern.Site, u *pattern.Unit, name string) bool {
	vars := make(map[types.Object]bool)
	for _, s := range sites {
		if s.Var != nil && s.Var.Name() == name {
			vars[s.Var] = true
		}
	}
	for _, l := range p.Literals {
		if l.Var != nil && l.Var.Name() == name {
			vars[l.Var] = true
		}
	}
	if result := p.Func.Signature().Results().At(p.Result); result.Name() == name {
		vars[result] = true
	}
	if len(vars) == 0 {
		return false
	}
	for _, f := range u.Files {
		only := true
		ast.Inspect(f, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && id.Name == name && !vars[u.Info.ObjectOf(id)] {
				only = false
			}
			return only
		})
		if !only {
			return false
		}
	}
	return true
}

// identifiers adds the names of the identifiers and imports below n to names.
func identifiers(n ast.Node, names map[string]bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			names[n.Name] = true
		case *ast.ImportSpec:
			p, _ := strconv.Unquote(n.Path.Value)
			names[pathBase(p)] = true
		}
		return true
	})
}

// selected reports whether id names a field or a method, which are only reached
// through something: a local may have their name.
func selected(info *types.Info, id *ast.Ident) bool {
	switch obj := info.ObjectOf(id).(type) {
	case *types.Var:
		return obj.IsField()
	case *types.Func:
		return obj.Signature().Recv() != nil
	}
	return false
}

// name gives finish, its parameters and the state their names.
func (x *decision) name() *refusal.Refusal {
	p, plan := x.p, x.plan
	plan.Finish.OnRecv = slices.ContainsFunc(plan.Passages, func(pass Passage) bool { return pass.Route == ByReceiver })
	if plan.Finish.OnRecv && slices.ContainsFunc(p.Inner, func(u *pattern.Use) bool { return !p.Unit.Sees(u.Expr.Pos(), p.Func.Signature().Recv()) }) {
		return refusal.New(x.p, refusal.OutOfScope, p.Unit, p.Inner[0].Expr.Pos(), "its receiver is hidden where it runs its cleanup")
	}
	// The cleanup of a method becomes a method, even if it does not use the
	// receiver: callers reach it as they reach prepare.
	if plan.Form == Handed {
		if r := x.state(); r != nil {
			return r
		}
	} else if p.Key.Recv != "" && !plan.Finish.OnRecv {
		if plan.Finish.OnRecv = freeReceiver(x.p, x.sites); !plan.Finish.OnRecv {
			return refusal.New(x.p, refusal.CallForm, p.Unit, p.Decl.Name.Pos(), "callers could not reach the method that its cleanup becomes")
		}
	}
	if r := x.parameters(); r != nil {
		return r
	}
	if r := x.ownNames(); r != nil {
		return r
	}
	if r := x.finishName(); r != nil {
		return r
	}
	if plan.Form == Handed {
		return x.typesSeen()
	}
	return nil
}

// freeReceiver reports whether finish can be a method of prepare's receiver that
// does not use it: every site can write the receiver operand again, and its name
// is free in the cleanup.
func freeReceiver(p *pattern.Prepare, sites []*pattern.Site) bool {
	named := len(p.Decl.Recv.List[0].Names) > 0 && p.Decl.Recv.List[0].Names[0].Name != "_"
	if named {
		name := p.Decl.Recv.List[0].Names[0].Name
		for _, l := range p.Literals {
			if slices.ContainsFunc(topLevelNames(l.Lit), func(id *ast.Ident) bool { return id.Name == name }) ||
				slices.Contains(words(paramNames(l.Lit)), name) || otherNamed(p, l, name) {
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

// otherNamed reports whether a literal uses a name for something from outside of
// it, which a receiver of the name would hide.
func otherNamed(p *pattern.Prepare, l *pattern.Literal, name string) bool {
	found := false
	ast.Inspect(l.Lit, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name == name && !selected(p.Unit.Info, id) {
			obj := p.Unit.Info.Uses[id]
			found = found || obj != nil && !(l.Lit.Pos() <= obj.Pos() && obj.Pos() < l.Lit.End())
		}
		return !found
	})
	return found
}

// state gives the state its type, a struct that finish is a method of, and names. It
// is always a struct, for one value too: a caller that nobody sees could call or
// compare that value as it did the cleanup, and "defer begin().end()" reads as the
// call of a cleanup does.
func (x *decision) state() *refusal.Refusal {
	p, s := x.p, &x.plan.State
	verb, rest := verbOf(p.Key.Name)
	if _, paired := pairs()[lowerFirst(verb)]; !paired || rest == "" {
		rest = p.Key.Name // oneOffState, but readState for prepareRead
	}
	names := []string{lowerFirst(rest) + "State", lowerFirst(p.Key.Name) + "State"}
	if p.Key.Recv != "" {
		names = append(names, lowerFirst(p.Key.Recv)+upperFirst(rest)+"State")
	}
	names = append(names, lowerFirst(p.Key.Name)+"State2")
	if p.Func.Exported() {
		for i, n := range names {
			names[i] = upperFirst(n)
		}
	}
	var ok bool
	if s.Type, ok = x.freeName(names); !ok {
		return refusal.New(x.p, refusal.NameClash, p.Unit, p.Decl.Name.Pos(), "no good name for its state is free")
	}
	if r := x.genericState(); r != nil {
		return r
	}
	s.Name = receiverName(x.p)
	s.Zero = s.Type + "{}"
	x.plan.Finish.OnState = true
	if p.Func.Exported() && !everySite(x.sites, func(site *pattern.Site) bool { return site.Unit.Pkg == p.Unit.Pkg || !nilTested(site) }) {
		s.Live, s.Kind = upperFirst(s.Live), upperFirst(s.Kind)
	}
	return nil
}

// parameters gives finish its parameters: the captures that are arguments, one for
// all of a name.
func (x *decision) parameters() *refusal.Refusal {
	plan := x.plan
	seen := make(map[string]Passage)
	for i := range plan.Passages {
		pass := &plan.Passages[i]
		name := pass.Capture.Var.Name()
		if pass.Route != ByArgument && pass.Route != ByResult {
			continue
		}
		if other, ok := seen[name]; ok {
			if other.Route != pass.Route || other.Result != pass.Result {
				return refusal.New(x.p, refusal.SeveralLiterals, x.p.Unit, pass.Capture.Uses[0].Pos(), "its returns hand out cleanups that capture different variables named %s", name)
			}
			continue
		}
		seen[name] = *pass
		plan.Finish.Params = append(plan.Finish.Params, Param{Name: name, Type: pass.Type, Passage: pass})
	}
	for _, pass := range plan.Passages {
		if _, ok := seen[pass.Capture.Var.Name()]; ok && pass.Route == ByState {
			return refusal.New(x.p, refusal.SeveralLiterals, x.p.Unit, pass.Capture.Uses[0].Pos(), "its returns hand out cleanups that capture different variables named %s", pass.Capture.Var.Name())
		}
	}
	return nil
}

// finishName finds a name for finish. A method of a new type can have the short
// one, unless a field has it.
func (x *decision) finishName() *refusal.Refusal {
	p, plan := x.p, x.plan
	names := finishNames(p.Key.Name, authorsWord(x.p, x.sites))
	if plan.Finish.OnState {
		verb, _ := verbOf(names[0])
		for _, n := range []string{verb, "finish", "end"} {
			if n = lowerFirst(n); p.Func.Exported() {
				n = upperFirst(n)
			}
			if n != plan.State.Live && n != plan.State.Kind && !token.IsKeyword(n) &&
				!slices.ContainsFunc(plan.State.Fields, func(f Passage) bool { return f.Capture.Var.Name() == n }) {
				plan.Finish.Name = n
				return nil
			}
		}
	}
	var ok bool
	if plan.Finish.Name, ok = x.freeName(names); !ok {
		return refusal.New(x.p, refusal.NameClash, p.Unit, p.Decl.Name.Pos(), "no good name for the function that its cleanup becomes is free")
	}
	return nil
}

// typesSeen refuses when a type that an idle return has to write means something
// else there.
func (x *decision) typesSeen() *refusal.Refusal {
	p := x.p
	for _, r := range p.Returns {
		if len(r.Stmt.Results) == 0 {
			for v := range p.Func.Signature().Results().Variables() {
				if v.Name() == "_" {
					return refusal.New(x.p, refusal.OtherReturn, p.Unit, r.Stmt.Pos(), "a bare return would have to name a blank result")
				}
				if v != p.Func.Signature().Results().At(p.Result) && !p.Unit.Sees(r.Stmt.Pos(), v) {
					return refusal.New(x.p, refusal.NameClash, p.Unit, r.Stmt.Pos(), "a local has the name of the result %s", v.Name())
				}
			}
		}
		if !plainly(p.Unit, r.Stmt.Pos(), x.plan.State.Zero) {
			return refusal.New(x.p, refusal.NameClash, p.Unit, r.Stmt.Pos(), "a local has the name of a type that the return must write")
		}
		if x.plan.State.Live != "" && !plainly(p.Unit, r.Stmt.Pos(), "true") {
			return refusal.New(x.p, refusal.NameClash, p.Unit, r.Stmt.Pos(), "true does not mean true here")
		}
	}
	return nil
}

// plainly reports whether no local hides a name of the text of a type or of its
// zero value at pos, nor the package one of those that it takes from the language.
func plainly(u *pattern.Unit, pos token.Pos, text string) bool {
	scope := u.Pkg.Scope().Innermost(pos)
	if scope == nil {
		return false
	}
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !wordRune(r) && r != '.' }) {
		name, _, _ := strings.Cut(w, ".")
		at, obj := scope.LookupParent(name, pos)
		if tn, ok := obj.(*types.TypeName); ok {
			if _, ok := tn.Type().(*types.TypeParam); ok {
				continue
			}
		}
		if obj != nil && at != types.Universe && at != u.Pkg.Scope() && at.Parent() != u.Pkg.Scope() {
			return false
		}
		switch name {
		case "nil", "true", "false", "new":
			if at != types.Universe {
				return false
			}
		}
	}
	return true
}

// nilTested reports whether the site compares the cleanup with nil.
func nilTested(s *pattern.Site) bool {
	return slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool { return u.Kind == pattern.NilTest })
}

// freeName returns the first of names that is free in prepare's package and on
// the types that the sites call it through.
func (x *decision) freeName(names []string) (string, bool) {
	for _, n := range names {
		// A function called close would hide the predeclared one.
		free := x.p.Key.Recv != "" || types.Universe.Lookup(n) == nil && !token.IsKeyword(n)
		for _, u := range x.world.Units {
			if u.Pkg.Path() == x.p.Key.Pkg || u.Pkg.Path() == x.p.Key.Pkg+"_test" || x.p.Func.Exported() {
				free = free && !x.used(u, n)
			}
		}
		if free && x.p.Key.Recv != "" && ast.IsExported(n) {
			// A new method could make the type satisfy an interface.
			free = !x.callers.Asked(x.p, n)
		}
		if free {
			return n, true
		}
	}
	return "", false
}

// receiverName returns a name for the receiver of a method of the state that
// nothing in prepare has.
func receiverName(p *pattern.Prepare) string {
	used := make(map[string]bool)
	identifiers(p.Decl, used)
	for i := 1; ; i++ {
		for _, n := range []string{"s", "st", "state"} {
			if i > 1 {
				n += strconv.Itoa(i)
			}
			if !used[n] {
				return n
			}
		}
	}
}
