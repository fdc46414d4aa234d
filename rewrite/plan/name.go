package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// pairs gives the words that Go code uses for the end of what the first word of
// a prepare function begins.
func pairs() map[string]string {
	return map[string]string{
		"begin": "end", "start": "finish", "prepare": "finish", "open": "close", "acquire": "release",
		"lock": "unlock", "enter": "exit", "setup": "teardown", "setUp": "tearDown", "rlock": "runlock",
		"register": "unregister", "track": "untrack", "push": "pop", "enable": "disable", "hold": "release",
		"suspend": "resume", "pause": "resume", "subscribe": "unsubscribe", "attach": "detach", "mount": "unmount",
		"set": "restore", "clear": "restore", "override": "restore", "replace": "restore", "patch": "restore",
		"mock": "restore", "stub": "restore", "swap": "restore", "redirect": "restore", "change": "restore",
		"get": "release", "claim": "release", "add": "remove", "insert": "delete", "create": "remove", "connect": "disconnect", "reserve": "release", "join": "leave", "pin": "unpin", "block": "unblock", "freeze": "unfreeze",
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
func (x *decision) authorsWord() string {
	says := func(name string) bool {
		verb, _ := verbOf(name)
		return ends()[lowerFirst(verb)]
	}
	if name := x.p.Func.Signature().Results().At(x.p.Result).Name(); says(name) {
		return name
	}
	for _, l := range x.p.Literals {
		if l.Var != nil && says(l.Var.Name()) {
			return l.Var.Name()
		}
	}
	word := ""
	for _, s := range x.sites {
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
// function, import or local, and no interface that a new method would satisfy.
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
	if x.names[u][name] && !x.goes(u, name) {
		return true
	}
	return slices.ContainsFunc(u.Ignored, func(file string) bool {
		f := x.ignoredFile(u, file)
		if f == nil || declares(f, x.p) {
			return false
		}
		names := make(map[string]bool)
		identifiers(f, names)
		return names[name]
	})
}

// goes reports whether everything of the name in the unit is a variable that
// holds the cleanup, or prepare's result, and goes with it.
func (x *decision) goes(u *pattern.Unit, name string) bool {
	vars := make(map[types.Object]bool)
	for _, s := range x.sites {
		if s.Var != nil && s.Var.Name() == name {
			vars[s.Var] = true
		}
	}
	for _, l := range x.p.Literals {
		if l.Var != nil && l.Var.Name() == name {
			vars[l.Var] = true
		}
	}
	if result := x.p.Func.Signature().Results().At(x.p.Result); result.Name() == name {
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

// identifiers adds the names of a file's identifiers and imports to names.
func identifiers(f *ast.File, names map[string]bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			names[id.Name] = true
		}
		return true
	})
	for _, spec := range f.Imports {
		if spec.Name == nil {
			p, _ := strconv.Unquote(spec.Path.Value)
			names[p[strings.LastIndexByte(p, '/')+1:]] = true
		}
	}
}

// freshIn returns name, or name with a number, such that nothing in decl and
// nothing given out there before has it, and no name of the package is hidden.
func (x *decision) freshIn(u *pattern.Unit, decl ast.Decl, name string) string {
	return x.freshAt(u, decl, decl.Pos(), name)
}

// freshAt is freshIn for a variable that is declared at pos: what was given out
// in a block beside it may have the name too.
func (x *decision) freshAt(u *pattern.Unit, decl ast.Decl, pos token.Pos, name string) string {
	given := x.taken[decl]
	if given == nil {
		given = make(map[string][]*types.Scope)
		ast.Inspect(decl, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && !selected(u.Info, id) {
				given[id.Name] = append(given[id.Name], nil)
			}
			return true
		})
		x.taken[decl] = given
	}
	scope := u.Pkg.Scope().Innermost(pos)
	for i := 1; ; i++ {
		try := name
		if i > 1 {
			try += strconv.Itoa(i)
		}
		clash := x.adds(try) || slices.ContainsFunc(given[try], func(s *types.Scope) bool { return s == nil || related(s, scope) })
		if !clash && u.Pkg.Scope().Lookup(try) == nil && !names(scope, pos, try) {
			given[try] = append(given[try], scope)
			return try
		}
	}
}

// adds reports whether the plan declares a function or a type of the name, which a
// variable would hide from the call of finish.
func (x *decision) adds(name string) bool {
	finish, state := x.plan.Finish, x.plan.State
	return name == state.Type || name == finish.Name && !finish.OnRecv && !finish.OnState
}

// names reports whether a name means an imported package, or something of Go's own,
// at pos: linters complain of variables that hide one.
func names(scope *types.Scope, pos token.Pos, name string) bool {
	if scope == nil {
		return false
	}
	at, obj := scope.LookupParent(name, pos)
	_, imported := obj.(*types.PkgName)
	return imported || obj != nil && at == types.Universe
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

// related reports whether one scope holds the other.
func related(a, b *types.Scope) bool {
	for s := a; s != nil; s = s.Parent() {
		if s == b {
			return true
		}
	}
	for s := b; s != nil; s = s.Parent() {
		if s == a {
			return true
		}
	}
	return false
}

// nounAt returns a name for a variable for the state that is declared at pos.
func (x *decision) nounAt(u *pattern.Unit, decl ast.Decl, pos token.Pos) string {
	if n := x.noun(); n != "state" {
		if name := x.freshAt(u, decl, pos, n); name == n {
			return name
		}
	}
	return x.freshAt(u, decl, pos, "state")
}

// noun returns what the name of prepare says it prepares, if that is one word: "read"
// for prepareRead. More words name the thing that prepare returns besides, not the
// state: "loaderForTests" for NewLoaderForTests.
func (x *decision) noun() string {
	_, rest := verbOf(x.p.Key.Name)
	n := lowerFirst(rest)
	if n == "" || strings.ContainsFunc(n, unicode.IsUpper) || token.IsKeyword(n) || types.Universe.Lookup(n) != nil {
		return "state"
	}
	return n
}

// name gives finish, its parameters and the state their names.
func (x *decision) name() *Refusal {
	p, plan := x.p, x.plan
	for _, pass := range plan.Passages {
		if pass.Route != ByReceiver {
			continue
		}
		plan.Finish.OnRecv = true
		for _, u := range p.Inner {
			if !sees(p.Unit, u.Expr.Pos(), pass.Capture.Var) {
				return x.refuse(OutOfScope, p.Unit, u.Expr.Pos(), "its receiver is hidden where it runs its cleanup")
			}
		}
	}
	fields := len(plan.State.Distinct())
	if plan.State.Live != "" {
		fields++
	}
	if plan.State.Kind != "" {
		fields++
	}
	if fields > 1 || fields == 1 && x.passesForCleanup() {
		if r := x.stateType(); r != nil {
			return r
		}
	}
	// The cleanup of a method becomes a method, even if it does not use the
	// receiver: callers reach it as they reach prepare.
	if p.Key.Recv != "" && !plan.Finish.OnRecv && !plan.Finish.OnState {
		named := len(p.Decl.Recv.List[0].Names) > 0 && p.Decl.Recv.List[0].Names[0].Name != "_"
		clash := named && slices.ContainsFunc(p.Captures, func(c *pattern.Capture) bool {
			return c.Var.Name() == p.Decl.Recv.List[0].Names[0].Name
		}) || named && slices.ContainsFunc(p.Literals, func(l *pattern.Literal) bool {
			if slices.Contains(words(paramNames(l.Lit)), p.Decl.Recv.List[0].Names[0].Name) {
				return true
			}
			return slices.ContainsFunc(topLevelNames(l.Lit), func(id *ast.Ident) bool { return id.Name == p.Decl.Recv.List[0].Names[0].Name })
		})
		hidden := slices.ContainsFunc(p.Inner, func(u *pattern.Use) bool {
			return !named || !sees(p.Unit, u.Expr.Pos(), p.Func.Signature().Recv())
		})
		plan.Finish.OnRecv = !clash && !hidden && x.everySite(func(s *pattern.Site) bool {
			return receiver(s) != nil && !x.aliases(s) && x.stableReceiver(s, receiver(s))
		})
		switch {
		case plan.Finish.OnRecv:
		case fields == 1 && genericRecv(p):
			// Whoever has the state has its type arguments.
			if r := x.stateType(); r != nil {
				return r
			}
		case !x.everySite(func(s *pattern.Site) bool { return s.Unit.Pkg.Path() == p.Key.Pkg }):
			return x.refuse(CallForm, p.Unit, p.Decl.Name.Pos(), "callers in other packages could not reach the function that its cleanup becomes")
		}
	}
	params := make(map[string]Passage)
	for _, pass := range plan.Passages {
		if n := pass.Capture.Var.Name(); pass.Route == ByArgument || pass.Route == ByResult {
			if other, ok := params[n]; ok && (other.Route != pass.Route || other.Result != pass.Result) {
				return x.refuse(SeveralLiterals, p.Unit, pass.Capture.Uses[0].Pos(), "its returns hand out cleanups that capture different variables named %s", n)
			}
			params[n] = pass
		}
	}
	if !x.everySite(func(s *pattern.Site) bool { return s.Unit.Pkg == p.Unit.Pkg || !tested(s) }) && plan.State.Type != "" {
		plan.State.Live, plan.State.Kind = upperFirst(plan.State.Live), upperFirst(plan.State.Kind)
	}
	if r := x.ownNames(); r != nil {
		return r
	}
	names := finishNames(p.Key.Name, x.authorsWord())
	var ok bool
	if plan.Finish.Name, ok = x.freeName(names); !ok {
		return x.refuse(NameClash, p.Unit, p.Decl.Name.Pos(), "no good name for the function that its cleanup becomes is free")
	}
	if plan.Finish.OnState {
		// A method of a new type can have the short name, unless a field
		// has it.
		verb, _ := verbOf(names[0])
		taken := false
		for _, f := range plan.State.Fields {
			taken = taken || f.Capture.Var.Name() == lowerFirst(verb)
		}
		if !taken {
			plan.Finish.Name = lowerFirst(verb)
			if p.Func.Exported() {
				plan.Finish.Name = upperFirst(plan.Finish.Name)
			}
		}
	}
	for i := range plan.Passages {
		pass := &plan.Passages[i]
		if _, ok := params[pass.Capture.Var.Name()]; ok && (pass.Route == ByArgument || pass.Route == ByResult) {
			delete(params, pass.Capture.Var.Name()) // one parameter for all of the name
			plan.Finish.Params = append(plan.Finish.Params, Param{Name: pass.Capture.Var.Name(), Type: pass.Type, Passage: pass})
		}
	}
	if name, typ := plan.State.Value(); name != "" && !plan.Finish.OnState && (plan.State.Type != "" || plan.State.Live == "" || plan.State.Guard) {
		plan.Finish.Params = append(plan.Finish.Params, Param{Name: name, Type: typ})
	}
	if r := x.generic(); r != nil {
		return r
	}
	if !plan.State.Empty() {
		for _, r := range p.Returns {
			if len(r.Stmt.Results) > 0 {
				continue
			}
			for v := range p.Func.Signature().Results().Variables() {
				if v.Name() == "_" {
					return x.refuse(OtherReturn, p.Unit, r.Stmt.Pos(), "a bare return would have to name a blank result")
				}
			}
		}
		plan.State.Result = x.nounAt(p.Unit, p.Decl, p.Decl.Pos())
	}
	if r := x.zeroState(); r != nil {
		return r
	}
	return x.typesSeen()
}

// stateType makes the state a struct of its own, which finish is a method of unless it
// is one of the receiver.
func (x *decision) stateType() *Refusal {
	p, plan := x.p, x.plan
	verb, rest := verbOf(p.Key.Name)
	if rest == "" {
		rest = verb
	}
	var ok bool
	if plan.State.Type, ok = x.freeName([]string{lowerFirst(rest) + "State", lowerFirst(p.Key.Name) + "State", lowerFirst(p.Key.Name) + "State2"}); !ok {
		return x.refuse(NameClash, p.Unit, p.Decl.Name.Pos(), "no good name for its state is free")
	}
	if r := x.genericState(); r != nil {
		return r
	}
	plan.State.Name = x.literalName([]string{"s", "st", "state", "state2"})
	plan.Finish.OnState = !plan.Finish.OnRecv
	return nil
}

// typesSeen refuses when a type that an idle return has to write means something
// else there.
func (x *decision) typesSeen() *Refusal {
	p := x.p
	for _, r := range p.Returns {
		if (!r.Live() || x.plan.State.Decl != x.plan.State.Type) && !plainly(p.Unit, r.Stmt.Pos(), x.plan.State.Zero) {
			return x.refuse(NameClash, p.Unit, r.Stmt.Pos(), "a local has the name of a type that the return must write")
		}
		if x.plan.State.Live != "" && !plainly(p.Unit, r.Stmt.Pos(), "true") {
			return x.refuse(NameClash, p.Unit, r.Stmt.Pos(), "true does not mean true here")
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

// wordRune reports whether a rune may be part of an identifier.
func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

// tested reports whether the site compares the cleanup with nil.
func tested(s *pattern.Site) bool {
	return slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool { return u.Kind == pattern.NilTest })
}

// passesForCleanup reports whether a single captured value has a type that could
// stand for the cleanup's: a caller that was not seen would still compile, and
// clean up no more. Such a value travels in a struct.
func (x *decision) passesForCleanup() bool {
	s := x.plan.State
	if s.Kind != "" || s.Live != "" {
		return false
	}
	result := x.p.Func.Signature().Results().At(x.p.Result).Type()
	return !s.Fields[0].Pointer && types.AssignableTo(s.Fields[0].Capture.Var.Type(), result)
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
			_, _, asked := x.asked(n, nil)
			free = !asked
		}
		if free {
			return n, true
		}
	}
	return "", false
}

// literalName returns the first of names that no identifier of prepare has.
func (x *decision) literalName(names []string) string {
	for _, n := range names {
		if f := x.freshIn(x.p.Unit, x.p.Decl, n); f == n {
			return n
		}
	}
	return x.freshIn(x.p.Unit, x.p.Decl, names[0])
}

// genericRecv reports whether the receiver's type has type parameters.
func genericRecv(p *pattern.Prepare) bool {
	return p.Func.Signature().RecvTypeParams().Len() > 0
}

// zeroState finds the value of an idle return.
func (x *decision) zeroState() *Refusal {
	s := &x.plan.State
	switch {
	case s.Type != "":
		s.Zero = s.Type + "{}"
	case s.Kind != "":
		s.Zero = "0"
	case s.Live != "":
		s.Zero = "false"
	case len(s.Fields) > 0:
		s.Zero = "nil"
		if f := s.Fields[0]; !f.Pointer {
			s.Zero = zero(f.Capture.Var.Type(), f.Type)
		}
	}
	return nil
}
