package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// newState builds the struct that prepare returns in place of the cleanup. A single
// value gets a struct, too: callers that are not known might call or compare the bare
// value as they did the cleanup, and still compile.
func newState(p *pattern.Prepare, fs *forwarders, lits literals, idle idle, passages []Passage, n *names, file *spell.File) (*State, *refusal.Refusal) {
	s := &State{Name: receiverName(p)}
	if idle.guarded && p.Sig.Results().Len() > 0 && zeroResult(p) == "" {
		return nil, refusal.New(p, refusal.OtherReturn, p.Unit, p.Decl.Name.Pos(), "where there is nothing to do, its cleanup would have to return an empty %s", types.TypeString(p.Sig.Results().At(0).Type(), types.RelativeTo(p.Unit.Pkg)))
	}
	for _, pass := range passages {
		if pass.Route == ByState {
			s.Fields = append(s.Fields, pass)
			s.Shared = s.Shared || pass.Runs
		}
	}
	if r := s.tooLarge(p, fs.sites); r != nil {
		return nil, r
	}
	exported := fs.exported(p)
	s.mark(p, fs, idle, exported)
	if len(lits.distinct) > 1 {
		own := slices.ContainsFunc(passages, func(pass Passage) bool { return len(pass.Resets) > 0 })
		var r *refusal.Refusal
		if s.Which, r = newWhich(p, lits, s, own); r != nil {
			return nil, r
		}
	}
	if s.hasBool() {
		if by := spell.HiddenBy(p.Func, "bool"); by != "" {
			return nil, refusal.New(p, refusal.NameClash, p.Unit, p.Decl.Name.Pos(), "its state needs a field of type bool, which %s hides", by)
		}
	}
	about, kind := p.Key.Name, kindOf(p, fs, lits)
	if kind != "Lock" {
		about += begunThing(p, fs.sites)
	}
	types := fs.exportedNames(p, spell.StateNames(p.Key.Recv, about, kind, hasNamesake(p)))
	var ok bool
	if s.Type, ok = n.firstFree(p, exported, types, func(*pattern.Unit, string) bool { return false }); !ok {
		return nil, refusal.New(p, refusal.NameClash, p.Unit, p.Decl.Name.Pos(), "all suitable names for its state are taken")
	}
	return s, s.generalize(p, passages, file)
}

// tooLarge refuses a state that a caller would allocate besides the call that it defers in a loop, where it allocates a closure
// now. A closure holds values of up to 128 bytes, and the addresses of larger ones (cmd/compile/internal/escape).
func (s *State) tooLarge(p *pattern.Prepare, sites []*pattern.Site) *refusal.Refusal {
	var fields []*types.Var
	for _, f := range s.Fields {
		t := f.Capture.Var.Type()
		if f.Pointer {
			t = types.NewPointer(t)
		}
		if s.Shared || spell.HasTypeParam(t) {
			return nil // a pointer, or of no known size
		}
		fields = append(fields, types.NewField(p.Decl.Pos(), nil, "_", t, false))
	}
	size := types.SizesFor("gc", "amd64").Sizeof(types.NewStruct(fields, nil))
	for _, site := range sites {
		i := slices.IndexFunc(site.Uses, func(u *pattern.Use) bool { return p.Repeats(site, u) })
		if size > 128 && i >= 0 && !strings.HasSuffix(site.Unit.Filename(site.Call.Pos()), "_test.go") {
			return refusal.New(p, refusal.NoGain, site.Unit, site.Uses[i].Expr.Pos(), "a caller defers its cleanup in a loop, where its state of %d bytes would be allocated besides", size)
		}
	}
	return nil
}

// mark finds out what says whether there is something to do: the address of the state, a field for a capture, or a bool.
func (s *State) mark(p *pattern.Prepare, fs *forwarders, idle idle, exported bool) {
	switch {
	case idle.guarded:
		s.Mark = Guarded
	case idle.nilTested:
		s.Mark = Live
	default:
		return
	}
	if s.Shared {
		s.None = "nil"
		return
	}
	s.Flag = flagName(p, fs.sites)
	across := exported && slices.ContainsFunc(fs.sites, func(s *pattern.Site) bool {
		return s.Unit.Pkg != p.Unit.Pkg && (nilTested(s) || s.Form == pattern.Returned)
	})
	field, none := zeroField(p, s.Fields, idle.nilTested)
	own := idleField(p, fs.sites, s.Fields)
	if own != "" {
		field, none = own, "nil"
	}
	switch {
	case own != "" && !idle.nilTested:
		s.Mark, s.Flag, across = Unmarked, "", false
	case field != "" && (!across || ast.IsExported(field)):
		s.Flag, s.None, across = field, none, false
		if own != "" {
			s.Mark = Live
		}
	}
	if across {
		s.Flag = spell.UpperFirst(s.Flag)
	}
}

// begunThing returns what callers say that a function begins whose own name is a verb alone, or "": Usage for start, if half of
// the callers' variables are called stopUsage, and the others stop.
func begunThing(p *pattern.Prepare, sites []*pattern.Site) string {
	if _, object := spell.VerbOf(p.Key.Name); object != "" || !spell.Begins(p.Key.Name) || begins(p) == "" {
		return ""
	}
	thing, say, all := "", 0, 0
	for _, s := range sites {
		if s.Var == nil {
			continue
		}
		_, object := spell.VerbOf(spell.Act(s.Var.Name()))
		if all++; len(object) < 3 {
			continue
		}
		if thing != "" && object != thing {
			return ""
		}
		thing = object
		say++
	}
	if 2*say < all {
		return ""
	}
	return thing
}

// kindOf returns a word for what the state of a prepare function is: a Timer if a cleanup
// takes the time since one of its variables, or what the name for finish says.
func kindOf(p *pattern.Prepare, fs *forwarders, lits literals) string {
	if slices.ContainsFunc(p.Literals, func(l *pattern.Literal) bool { return isTimer(p, l) }) {
		return "Timer"
	}
	finish := finishNames(p, fs, lits)[0]
	if verb, _ := spell.VerbOf(finish); strings.EqualFold(verb, "reset") && verbOfFormer(lits) != "" {
		return spell.KindOf("restore")
	}
	kind := spell.KindOf(finish)
	if verb, _ := spell.VerbOf(authorsWord(p, fs.sites)); kind == "State" && verb != "" {
		return spell.KindOf(verb) // the author calls it a cleanup
	}
	return kind
}

// hasNamesake reports whether a method of another type of the package has the name of prepare and returns a literal, or the
// state that the rewrite made of it. Then each state has the name of its receiver, whichever is rewritten first. Exported
// methods of one name are mostly those of an interface, and stay as they are.
func hasNamesake(p *pattern.Prepare) bool {
	if p.Key.Recv == "" || p.Func.Exported() {
		return false
	}
	for _, f := range p.Unit.Files {
		for _, d := range f.Decls {
			d, ok := d.(*ast.FuncDecl)
			if !ok || d == p.Decl || d.Recv == nil || d.Name.Name != p.Key.Name || d.Body == nil {
				continue
			}
			fn, _ := p.Unit.Info.Defs[d.Name].(*types.Func)
			if fn == nil || p.Result >= fn.Signature().Results().Len() {
				continue
			}
			recv := pattern.KeyOf(fn).Recv
			if state := spell.NamedObject(fn.Signature().Results().At(p.Result).Type()); state != nil && strings.Contains(strings.ToLower(state.Name()), strings.ToLower(recv)) {
				return true
			}
			for n := range ast.Preorder(d.Body) {
				if r, ok := n.(*ast.ReturnStmt); ok && p.Result < len(r.Results) {
					if _, ok := ast.Unparen(r.Results[p.Result]).(*ast.FuncLit); ok {
						return true
					}
				}
			}
		}
	}
	return false
}

// isTimer reports whether a cleanup takes the time since a variable that it captures, or captures nothing but a timer.
func isTimer(p *pattern.Prepare, l *pattern.Literal) bool {
	if len(l.Captures) == 1 && types.TypeString(l.Captures[0].Var.Type(), nil) == "*time.Timer" {
		return true
	}
	for n := range ast.Preorder(l.Lit) {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 1 {
			continue
		}
		f, ok := typeutil.Callee(p.Unit.Info, call).(*types.Func)
		if ok && f.FullName() == "time.Since" && slices.ContainsFunc(l.Captures, func(c *pattern.Capture) bool { return p.Unit.Info.Uses[identOf(call.Args[0])] == types.Object(c.Var) }) {
			return true
		}
	}
	return false
}

// generalize makes the struct for the state generic where it, or the method that
// finish becomes, names a type parameter of prepare or of its receiver. It has all
// of them then, as their constraints may name each other:
//
//	type pushState[T any] struct { xs *[]T; n int }
//	func (s pushState[T]) pop() { *s.xs = (*s.xs)[:s.n] }
func (s *State) generalize(p *pattern.Prepare, passages []Passage, file *spell.File) *refusal.Refusal {
	s.Decl = s.Type
	sig := p.Func.Signature()
	list := slices.Concat(slices.Collect(sig.RecvTypeParams().TypeParams()), slices.Collect(sig.TypeParams().TypeParams()))
	if len(list) == 0 || !namesTypeParam(p, passages) {
		return nil
	}
	var args, params []string
	for _, tp := range list {
		name := tp.Obj().Name()
		if name == "_" || slices.Contains(args, name) {
			return refusal.New(p, refusal.Generic, p.Unit, p.Decl.Name.Pos(), "it is generic, and the state of its cleanup would need a type parameter named %s", name)
		}
		if bad := spell.Unnameable(p.Unit.Pkg, tp.Constraint()); bad != "" {
			return refusal.New(p, refusal.Generic, p.Unit, p.Decl.Name.Pos(), "it is generic, and the constraint of %s cannot be written in its package: %s", name, bad)
		}
		text := file.Type(tp.Constraint())
		if len(list) == 1 && strings.HasPrefix(text, "*") {
			text = "interface{ " + text + " }" // [P *int] would be the length of an array
		}
		args, params = append(args, name), append(params, name+" "+text)
	}
	s.Decl = s.Type + "[" + strings.Join(params, ", ") + "]"
	s.Type += "[" + strings.Join(args, ", ") + "]"
	return nil
}

// namesTypeParam reports whether the state or finish names a type parameter.
func namesTypeParam(p *pattern.Prepare, passages []Passage) bool {
	if slices.ContainsFunc(passages, func(pass Passage) bool { return spell.HasTypeParam(pass.Capture.Var.Type()) }) {
		return true
	}
	for _, l := range p.Literals {
		for n := range ast.Preorder(l.Lit) {
			if id, ok := n.(*ast.Ident); ok {
				if tn, ok := p.Unit.Info.Uses[id].(*types.TypeName); ok && spell.IsTypeParam(tn.Type()) {
					return true
				}
			}
		}
	}
	return false
}

// typesSeen refuses if a local declaration shadows a name that a return statement has
// to write for the state.
func typesSeen(p *pattern.Prepare, s *State) *refusal.Refusal {
	if r := spelledOut(p); r != nil {
		return r
	}
	for _, r := range p.Returns {
		if !spell.Plain(p.Unit, r.Stmt.Pos(), s.Type) || !spell.Plain(p.Unit, r.Stmt.Pos(), s.Zero()) {
			return refusal.New(p, refusal.NameClash, p.Unit, r.Stmt.Pos(), "a local declaration shadows a type that the return must name")
		}
		if s.hasBool() && !spell.Plain(p.Unit, r.Stmt.Pos(), "true") {
			return refusal.New(p, refusal.NameClash, p.Unit, r.Stmt.Pos(), "a declaration shadows true here")
		}
	}
	return nil
}

// spelledOut refuses if a bare return statement would have to name a result that has no
// name there.
func spelledOut(p *pattern.Prepare) *refusal.Refusal {
	for _, r := range p.Returns {
		if len(r.Stmt.Results) > 0 {
			continue
		}
		for v := range p.Func.Signature().Results().Variables() {
			if v == p.Func.Signature().Results().At(p.Result) {
				continue
			}
			if v.Name() == "_" {
				return refusal.New(p, refusal.OtherReturn, p.Unit, r.Stmt.Pos(), "a bare return would have to name a blank result")
			}
			if !p.Unit.Sees(r.Stmt.Pos(), v) {
				return refusal.New(p, refusal.NameClash, p.Unit, r.Stmt.Pos(), "a local declaration shadows the result %s", v.Name())
			}
		}
	}
	return nil
}

// hasBool reports whether the state has a field that prepare sets to true.
func (s *State) hasBool() bool {
	return s.Mark != Unmarked && s.None == "" || s.Which.Name != "" && !s.Which.Nil
}

// flagName returns a name for the field that says whether there is something to do.
func flagName(p *pattern.Prepare, sites []*pattern.Site) string {
	names := flagNames(p, sites)
	for _, name := range names {
		if fieldName(p, name) == name {
			return name
		}
	}
	return fieldName(p, names[0])
}

// flagNames returns names for a bool that says whether there is something to do, best first.
func flagNames(p *pattern.Prepare, sites []*pattern.Site) []string {
	names := spell.FlagNames(p.Key.Name, authorsWord(p, sites))
	if state := stateWhere(p); state != "" {
		names = slices.Insert(names, 0, state)
	}
	return names
}

// stateWhere returns the participle in the name of what must not be nil where prepare returns a cleanup, or "":
//
//	if c.bufferedWriter != nil {           buffered
//		return func() { … }
//	}
//	return func() {}
func stateWhere(p *pattern.Prepare) string {
	if len(p.Literals) != 1 {
		return ""
	}
	place := placeOf(p, p.Literals[0])
	if place == nil || p.At(place).Parent().ParentEdgeKind() != edge.IfStmt_Body {
		return ""
	}
	cond, ok := ast.Unparen(p.At(place).Parent().Parent().Node().(*ast.IfStmt).Cond).(*ast.BinaryExpr)
	if !ok || cond.Op != token.NEQ || !p.Unit.Info.Types[cond.Y].IsNil() {
		return ""
	}
	word, rest := spell.VerbOf(lastName(cond.X))
	used := make(map[string]bool)
	identifiers(p.Decl, used)
	if rest == "" || len(word) < 5 || !strings.HasSuffix(word, "ed") || used[word] {
		return ""
	}
	return word
}

// receiverName returns a name for the receiver of the state's method that does not
// occur in prepare.
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
