package plan

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// idle provides for the returns that hand out no cleanup, or one that does
// nothing. A direct call of finish would do there what the closure did not:
//
//	return nil, errClosed          // a site that did not check err would have panicked, not cleaned up
//	if fast { return func() {} }   // there was nothing to undo
//
// Where each idle return carries an error, and each site looks at the error
// first, finish is never called. Otherwise the state tells.
func (x *decision) idle() *Refusal {
	var nils, empties []*pattern.Return
	ws := witnesses(x.p)
	failing := make(map[*pattern.Return][]witness)
	for _, r := range x.p.Returns {
		switch r.Idle {
		case pattern.IdleNil:
			nils = append(nils, r)
		case pattern.IdleEmpty:
			empties = append(empties, r)
		default:
			continue
		}
		for _, w := range ws {
			if x.fails(r, w) {
				failing[r] = append(failing[r], w)
			}
		}
	}
	if r := x.bindsBeforePanic(); r != nil {
		return r
	}
	if pos, ok := x.swallows(false); ok {
		for _, s := range x.sites {
			for _, u := range calls(s) {
				if !x.checksNil(s, u) {
					return x.refuse(UnguardedNil, x.p.Unit, pos, "it recovers from a panic, and may then return a nil cleanup without an error")
				}
			}
		}
	}
	if pos, ok := x.swallows(true); ok && x.errIndex >= 0 {
		// The error that comes of the panic comes with a nil cleanup.
		for _, s := range x.sites {
			for _, u := range calls(s) {
				if !x.checks(s, u, witness{x.errIndex, isNil}) && !x.checksNil(s, u) {
					return x.refuse(UnguardedNil, x.p.Unit, pos, "it recovers from a panic, and then returns a nil cleanup, which a caller uses without a check of the error")
				}
			}
		}
	}
	live, guard := false, false
	for _, s := range x.sites {
		for _, u := range s.Uses {
			if u.Kind == pattern.NilTest {
				if len(nils) == 0 && (x.plan.Outer[s.Var] == nil || x.plan.Outer[s.Var].Stmt == nil) || len(empties) > 0 {
					return x.refuse(NilTest, s.Unit, u.Expr.Pos(), "a caller compares its cleanup with nil, which tells nothing about the work to do")
				}
				live = true
				continue
			}
			if u.Kind == pattern.Discard {
				continue
			}
			if u.Kind == pattern.Value && x.failed(s, u, nils, empties) {
				continue
			}
			var checked []witness
			for _, w := range ws {
				if x.checks(s, u, w) {
					checked = append(checked, w)
				}
			}
			passes := func(r *pattern.Return) bool { // the use may come after it
				return !slices.ContainsFunc(failing[r], func(w witness) bool { return slices.Contains(checked, w) })
			}
			if i := slices.IndexFunc(nils, passes); i >= 0 && !x.checksNil(s, u) {
				r := nils[i]
				switch {
				case len(checked) == 0:
					return x.refuse(UnguardedNil, s.Unit, u.Expr.Pos(), "a caller uses its cleanup, which may be nil, without a check of the error")
				case len(failing[r]) > 0:
					return x.refuse(UnguardedNil, s.Unit, u.Expr.Pos(), "a caller uses its cleanup, which may be nil, without a check of the %s that tells", x.p.Func.Signature().Results().At(failing[r][0].result).Type())
				case x.errIndex < 0 || x.errIndex >= len(r.Stmt.Results):
					return x.refuse(UnguardedNil, x.p.Unit, r.Stmt.Pos(), "it returns a nil cleanup, and it cannot be shown that an error comes with it")
				}
				return x.refuse(UnguardedNil, x.p.Unit, r.Stmt.Pos(), "it returns a nil cleanup with %s, which cannot be shown to be an error", types.ExprString(r.Stmt.Results[x.errIndex]))
			}
			if slices.ContainsFunc(empties, passes) {
				live, guard = true, true
			}
		}
	}
	if live && x.plan.State.Kind == "" {
		x.plan.State.Live = x.flagName()
		x.plan.State.Guard = guard
	}
	return nil
}

// failed reports whether a use as a value stands where the site's error is known
// not to be nil, and prepare gives a cleanup that is nil, or does nothing, with
// every error: then that is what the value is.
//
//	release, err := prepare()
//	if err != nil {
//		return release, err      // return nil, err
//	}
func (x *decision) failed(s *pattern.Site, u *pattern.Use, nils, empties []*pattern.Return) bool {
	if x.aliases(s) || u.Lit != nil || x.errIndex < 0 || x.errIndex >= len(s.Lhs) || len(nils) > 0 == (len(empties) > 0) {
		return false
	}
	if x.resultReplaced(x.errIndex) {
		return false
	}
	for _, r := range x.p.Returns {
		if r.Live() && (x.errIndex >= len(r.Stmt.Results) || !x.p.Unit.Info.Types[r.Stmt.Results[x.errIndex]].IsNil()) {
			return false
		}
	}
	v, ok := s.Unit.Info.ObjectOf(identOf(s.Lhs[x.errIndex])).(*types.Var)
	if !ok || global(v) {
		return false
	}
	sc := scope{info: s.Unit.Info, up: s.Up, acc: s.Access, fn: s.Func, site: s.Stmt}
	if sc.known(u.Expr, v) != notNil {
		return false
	}
	if !typedPlace(s, u) {
		return false // a plain nil would lose its type
	}
	x.plan.Idle[u] = "nil"
	if len(empties) > 0 {
		if x.p.Sig.Params().Len() > 0 || x.p.Sig.Results().Len() > 0 {
			delete(x.plan.Idle, u)
			return false
		}
		x.plan.Idle[u] = "func() {}"
	}
	return true
}

// checks reports whether the use is reached only after the site's result that is the
// witness w was found to say success.
func (x *decision) checks(s *pattern.Site, u *pattern.Use, w witness) bool {
	if x.aliases(s) {
		if s = x.lastSite(s, u); s == nil {
			return false
		}
	}
	if w.result >= len(s.Lhs) {
		return false
	}
	id := identOf(s.Lhs[w.result])
	if id == nil {
		return false
	}
	v, ok := s.Unit.Info.ObjectOf(id).(*types.Var)
	if !ok || global(v) {
		return false
	}
	sc := scope{info: s.Unit.Info, up: s.Up, acc: s.Access, fn: s.Func, site: s.Stmt}
	return sc.known(u.Expr, v) == w.success
}

// lastSite returns the site that certainly set the variable of s last before a
// use, nil if that cannot be told: it stands before the use in a list that the
// use comes after, in the same function and loop, with no other site between.
func (x *decision) lastSite(s *pattern.Site, u *pattern.Use) *pattern.Site {
	var last *pattern.Site
	for _, t := range x.sites {
		switch {
		case t.Var != s.Var:
		case t.Func != s.Func:
			return nil // in a literal, which may run at any time
		case t.Stmt.Pos() < u.Expr.Pos() && (last == nil || t.Stmt.Pos() > last.Stmt.Pos()):
			last = t
		}
	}
	if last == nil || u.Lit != nil || last.Up.Loop(last.Stmt, last.Func) != last.Up.Loop(u.Expr, last.Func) {
		return nil
	}
	if test, ok := last.Up[last.Stmt].(*ast.IfStmt); ok && test.Init == last.Stmt && pattern.Within(u.Expr, test) {
		return last
	}
	list, i, ok := last.Up.List(last.Stmt)
	if !ok || !slices.ContainsFunc(list[i+1:], func(t ast.Stmt) bool { return pattern.Within(u.Expr, t) }) {
		return nil
	}
	return last
}

// checksNil reports whether the use is reached only after the cleanup was
// found not nil.
func (x *decision) checksNil(s *pattern.Site, u *pattern.Use) bool {
	if s.Var == nil {
		return false
	}
	sc := scope{info: s.Unit.Info, up: s.Up, acc: s.Access, fn: s.Func, deferred: u.Deferred}
	return sc.known(u.Expr, s.Var) == notNil
}

// flags gives the usual first words of prepare functions the name of the flag
// that tells whether there is something to undo.
func flags() map[string]string {
	return map[string]string{
		"prepare": "prepared", "begin": "begun", "start": "started", "open": "opened", "acquire": "acquired",
		"lock": "locked", "enter": "entered", "track": "tracked", "register": "registered", "setup": "ready",
	}
}

func (x *decision) flagName() string {
	verb, _ := verbOf(x.p.Key.Name)
	name, ok := flags()[strings.ToLower(verb)]
	if !ok {
		name = "live"
	}
	return x.freshIn(x.p.Unit, x.p.Decl, name)
}

// verbOf splits a camel-case name after its first word: "prepareRead" is
// "prepare" and "Read".
func verbOf(name string) (verb, rest string) {
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) {
			return name[:i], name[i:]
		}
	}
	return name, ""
}

// lowerFirst returns name as an unexported one: its first letter, or the
// initials it starts with, in lower case.
func lowerFirst(name string) string {
	r := []rune(name)
	for i := range r {
		if i > 0 && (!unicode.IsUpper(r[i]) || i+1 < len(r) && unicode.IsLower(r[i+1])) {
			break
		}
		r[i] = unicode.ToLower(r[i])
	}
	return string(r)
}

// upperFirst returns name with its first letter in upper case.
func upperFirst(name string) string {
	if name == "" {
		return ""
	}
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(r)) + name[n:]
}
