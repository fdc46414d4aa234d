package candidate

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/edge"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
)

// cleanups returns a Prepare for each result of c's function that may be a cleanup.
func (c *Candidate) cleanups() []*pattern.Prepare {
	return append([]*pattern.Prepare{c.Prepare}, c.Prepare.Others...)
}

// choose sets c.Prepare to the first result that callers use as a cleanup, and counts
// these results. It reports whether there is one.
func (f *finder) choose(c *Candidate) bool {
	var chosen *pattern.Prepare
	n := 0
	for _, p := range c.cleanups() {
		if !f.used(p, p.Type()) {
			continue
		}
		if n++; chosen == nil {
			chosen = p
		}
	}
	if chosen != nil {
		c.Prepare = chosen
	}
	c.Prepare.Cleanups = n
	c.Sites = f.sites[funcResult{c.Prepare.Key, c.Prepare.Result}]
	return chosen != nil
}

// used reports whether callers use a func that a function returns as a cleanup. They do
// if some caller defers it, or if its type is plain, every caller calls it, later than
// it gets it and once for each time, and some name says that it ends something. Callers of
// functions that return the func in turn count, too.
//
//	done := begin()         next := iterate()        run(name)()        check := begin()
//	…                       for next() {             // curried         …
//	done()                  }                                           err = check()
func (f *finder) used(p *pattern.Prepare, typ types.Type) bool {
	h := funcResult{p.Key, p.Result}
	deferred, called, other := f.uses(h, make(map[funcResult]bool))
	return deferred || called && !other && pattern.Plain(typ) && (plan.SaysEnd(p) || f.calledEnd(h, make(map[funcResult]bool)))
}

// calledEnd reports whether a caller has the func in a variable whose name says that it ends
// something.
func (f *finder) calledEnd(h funcResult, seen map[funcResult]bool) bool {
	if seen[h] {
		return false
	}
	seen[h] = true
	return slices.ContainsFunc(f.sites[h], func(s *pattern.Site) bool {
		if outer, ok := forwards(s, h.result); ok && f.calledEnd(outer, seen) {
			return true
		}
		return s.Var != nil && plan.NamesEnd(s.Var.Name())
	})
}

// servesTests reports whether p is of use to tests alone: its file imports package
// testing, or one that tests are written with, or p has no callers but those in test files.
func (f *finder) servesTests(p *pattern.Prepare) bool {
	for _, imp := range p.File.Imports {
		if forTests(strings.Trim(imp.Path.Value, "\"`")) {
			return true
		}
	}
	if f.world.Public(p) {
		return false // others may call it
	}
	return !slices.ContainsFunc(f.sites[funcResult{p.Key, p.Result}], func(s *pattern.Site) bool {
		return !inTestFile(s.Unit, s.Call.Pos())
	})
}

// forTests reports whether a package of the given path is testing, or one that tests are written with.
func forTests(path string) bool {
	return path == "testing" || slices.ContainsFunc([]string{
		"github.com/stretchr/testify/", "github.com/onsi/ginkgo", "github.com/onsi/gomega", "gopkg.in/check.v1", "gotest.tools/",
	}, func(prefix string) bool { return strings.HasPrefix(path, prefix) })
}

// inTestFile reports whether a position is in a test file.
func inTestFile(u *pattern.Unit, pos token.Pos) bool {
	return strings.HasSuffix(u.Filename(pos), "_test.go")
}

// purpose says what callers do with a func that they use as a cleanup.
func (f *finder) purpose(h funcResult) string {
	direct := func(is func(*pattern.Site) bool) bool { return slices.ContainsFunc(f.sites[h], is) }
	deferred, _, _ := f.uses(h, make(map[funcResult]bool))
	switch {
	case direct(func(s *pattern.Site) bool { return s.Deferred }):
		return "for its callers to defer"
	case deferred:
		return "that its callers return, for theirs to defer"
	case direct(func(s *pattern.Site) bool {
		return slices.ContainsFunc(s.Uses, func(u *pattern.Use) bool { return u.Call != nil })
	}):
		return "for its callers to call"
	}
	return "that its callers return, for theirs to call"
}

func (f *finder) uses(h funcResult, seen map[funcResult]bool) (deferred, called, other bool) {
	if seen[h] {
		return false, false, false
	}
	seen[h] = true
	for _, s := range f.sites[h] {
		if s.Deferred {
			deferred = true
		}
		if outer, ok := forwards(s, h.result); ok {
			d, c, o := f.uses(outer, seen)
			deferred, called, other = deferred || d, called || c, other || o
			continue
		}
		switch {
		case s.Obstacle != nil, s.Form == pattern.Passed, s.Form == pattern.Returned, s.Form == pattern.Otherwise:
			other = true
		case s.Form == pattern.Immediate && !s.Deferred:
			other = true
		}
		for _, u := range s.Uses {
			switch u.Kind {
			case pattern.Call, pattern.DeferCall:
				called = true
				other = other || flow.Loop(s.At(u.Expr), s.Decl) != flow.Loop(s.At(s.Call), s.Decl)
			case pattern.NilTest, pattern.Discard, pattern.Forward:
			case pattern.GoCall, pattern.Value:
				other = true
			}
		}
	}
	return deferred, called, other
}

// forwarders returns the functions that may return the cleanup of c to their own callers, or
// that of such a function.
func (f *finder) forwarders(c *Candidate) []*plan.PossibleForwarder {
	var possible []*plan.PossibleForwarder
	seen := make(map[funcResult]bool)
	var visit func(h funcResult)
	visit = func(h funcResult) {
		for _, s := range f.sites[h] {
			if outer, ok := forwards(s, h.result); ok && !seen[outer] {
				seen[outer] = true
				if deferred, called, other := f.uses(outer, make(map[funcResult]bool)); other && !deferred && !called && !f.besides(outer) {
					continue // nothing is gained
				}
				possible = append(possible, &plan.PossibleForwarder{Call: s, Result: outer.result, Sites: f.sites[outer], Refs: f.refs[outer.key]})
				visit(outer)
			}
		}
	}
	visit(funcResult{c.Prepare.Key, c.Prepare.Result})
	return possible
}

// besides reports whether a caller stores the func in a variable that another known function sets as
// well. They may change together (see pattern.Together).
func (f *finder) besides(h funcResult) bool {
	return slices.ContainsFunc(f.sites[h], func(s *pattern.Site) bool { return s.Stored != nil && f.stored[s.Stored] > 1 })
}

// forwards returns the function around a site if that function returns result i of the
// call to its own callers, and the index among its results:
//
//	return begin(name)                  done, err := begin(name)
//	                                    return done, err
//
// A result of that function may take the cleanup as well, with a bare return.
func forwards(s *pattern.Site, i int) (funcResult, bool) {
	decl, ok := s.Decl.(*ast.FuncDecl)
	if !ok || s.Func != ast.Node(decl) {
		return funcResult{}, false
	}
	fn, ok := s.Unit.Info.Defs[decl.Name].(*types.Func)
	if !ok {
		return funcResult{}, false
	}
	key := pattern.KeyOf(fn)
	call := flow.Outer(s.At(s.Call))
	if kind, at := call.ParentEdge(); kind == edge.ReturnStmt_Results {
		if len(call.Parent().Node().(*ast.ReturnStmt).Results) == 1 && fn.Signature().Results().Len() > 1 {
			return funcResult{key, i}, true
		}
		return funcResult{key, at}, true
	}
	id, ok := s.Cleanup.(*ast.Ident)
	if !ok {
		return funcResult{}, false
	}
	v, ok := s.Unit.Info.ObjectOf(id).(*types.Var)
	if !ok {
		return funcResult{}, false
	}
	for i := range fn.Signature().Results().Len() {
		if fn.Signature().Results().At(i) == v {
			return funcResult{key, i}, true
		}
	}
	for _, a := range s.Access[v] {
		if a.Mode != flow.Read || a.Lit != nil {
			continue
		}
		id := flow.Outer(s.At(a.Ident))
		ret, ok := id.Parent().Node().(*ast.ReturnStmt)
		if ok && len(ret.Results) == fn.Signature().Results().Len() {
			return funcResult{key, id.ParentEdgeIndex()}, true
		}
	}
	return funcResult{}, false
}
