package edit

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// A Candidate is a prepare function together with what was decided for it:
// edits, or a refusal.
type Candidate struct {
	Prepare *pattern.Prepare
	Kind    pattern.Kind
	Sites   []*pattern.Site
	Plan    *plan.Plan       // nil if refused
	Refusal *refusal.Refusal // nil if planned

	// Edits holds the whole change, over all files, sorted by file and
	// offset, without overlap. Empty if refused.
	Edits []Edit

	// Notes are remarks for the person who reads the change, such as a doc
	// comment that speaks of a parameter that is gone.
	Notes []string

	// Trace says how the rewrite was decided, a line each.
	Trace []string
}

// Candidates finds the prepare functions of the world's targets and decides
// each on its own: the edits of two candidates may overlap, and then a client
// applies one, and asks again for the other.
//
// A function counts when some caller in the world defers what it returns, and
// the closure costs something: it captures a variable, or takes a pointer.
func Candidates(w *callers.World) []*Candidate {
	found := prepares(w)
	if len(found) == 0 {
		return nil
	}
	results := make(map[pattern.Key]int) // the index of the cleanup, by function
	for _, c := range found {
		results[c.Prepare.Key] = c.Prepare.Result
	}
	sites := make(map[pattern.Key][]*pattern.Site)
	refs := make(map[pattern.Key][]pattern.Ref)
	var unseen *fault // without the references of a unit nothing can be decided
	for _, u := range w.Units {
		f := attempt(func() {
			s, r := pattern.References(u, results)
			for k, v := range s {
				sites[k] = append(sites[k], v...)
			}
			for k, v := range r {
				refs[k] = append(refs[k], v...)
			}
		})
		unseen = cmp.Or(unseen, f)
	}
	decider := plan.NewDecider(w)
	clean := make(cleanliness)
	return slices.DeleteFunc(found, func(c *Candidate) bool {
		if c.Refusal != nil || w.Stop != nil && w.Stop() {
			return c.Refusal == nil
		}
		if unseen != nil {
			c.blame(unseen)
			return false
		}
		counts := false
		if f := attempt(func() {
			c.Sites = sites[c.Prepare.Key]
			if counts = c.classify(w.All); counts {
				c.decide(decider, refs[c.Prepare.Key], clean)
			}
		}); f != nil {
			c.blame(f)
			counts = true
		}
		return !counts
	})
}

// prepares returns a candidate for each prepare function of the world's targets. One
// whose analysis failed is refused.
func prepares(w *callers.World) []*Candidate {
	var found []*Candidate
	for _, u := range w.Units {
		if w.Target != nil && !w.Target(u) {
			continue
		}
		for _, file := range u.Files {
			if !w.All && strings.HasSuffix(u.Filename(file.Package), "_test.go") {
				continue
			}
			for _, d := range file.Decls {
				decl, ok := d.(*ast.FuncDecl)
				if !ok {
					continue
				}
				var p *pattern.Prepare
				f := attempt(func() { p = pattern.Examine(u, file, decl) })
				if f != nil {
					fn, _ := u.Info.Defs[decl.Name].(*types.Func)
					c := &Candidate{Prepare: &pattern.Prepare{Facts: &flow.Facts{Unit: u, File: file, Decl: decl}, Decl: decl, Func: fn}}
					if c.Prepare.Key = (pattern.Key{Pkg: u.Pkg.Path(), Name: decl.Name.Name}); fn != nil {
						c.Prepare.Key = pattern.KeyOf(fn)
					}
					c.blame(f)
					found = append(found, c)
				} else if p != nil {
					found = append(found, &Candidate{Prepare: p})
				}
			}
		}
	}
	return found
}

// A fault is a panic of the analysis, which is a bug of this program.
type fault struct {
	value any
	stack []byte
}

// attempt calls f, and returns its fault, nil if it has none. A fault refuses what
// it concerns, and leaves the rest alone.
func attempt(f func()) (found *fault) {
	defer func() {
		if v := recover(); v != nil {
			found = &fault{v, debug.Stack()}
		}
	}()
	f()
	return nil
}

// blame refuses c for a fault.
func (c *Candidate) blame(f *fault) {
	c.Plan, c.Edits, c.Notes, c.Trace = nil, nil, nil, nil
	c.Refusal = c.refuse(refusal.InternalError, c.Prepare.Decl.Name.Pos(), fmt.Sprintf("internal error: %v", f.value))
	c.Refusal.Stack = string(f.stack)
}

// classify finds the kind of c. It returns whether c counts.
func (c *Candidate) classify(all bool) bool {
	if !c.deferred() {
		return false
	}
	var costs bool
	c.Kind, costs = kindOf(c.Prepare, c.Sites)
	return costs && (c.Kind != pattern.KindCapture || all)
}

// decide fills in the plan and its edits, or the refusal.
func (c *Candidate) decide(d *plan.Decider, refs []pattern.Ref, clean cleanliness) {
	c.Plan, c.Refusal = d.Decide(c.Prepare, c.Sites, refs)
	if c.Refusal == nil {
		c.Edits, c.Refusal = c.edits(clean)
	}
	if c.Refusal == nil {
		c.Refusal = c.compare()
	}
	if c.Refusal != nil {
		c.Plan, c.Edits = nil, nil
		return
	}
	c.Notes, c.Trace = notes(c.Plan), c.Plan.Trace()
}

func (c *Candidate) refuse(code refusal.Code, pos token.Pos, reason string) *refusal.Refusal {
	r := &refusal.Refusal{Code: code, Name: c.Prepare.Key.String(), Reason: reason}
	if pos.IsValid() {
		r.Pos = c.Prepare.Unit.Fset.PositionFor(pos, false)
	}
	return r
}

// deferred reports whether some site defers the cleanup.
func (c *Candidate) deferred() bool {
	return slices.ContainsFunc(c.Sites, func(s *pattern.Site) bool { return s.Deferred })
}

// kindOf classifies a prepare function; costs is false if its closure is free:
// one that captures nothing is allocated once by the compiler.
func kindOf(p *pattern.Prepare, sites []*pattern.Site) (kind pattern.Kind, costs bool) {
	own := false
	for _, c := range p.Captures {
		switch c.Class {
		case pattern.Param:
			for _, s := range sites {
				if c.Index < len(s.Call.Args) && isAddress(s.Unit.Info, s.Call.Args[c.Index]) {
					return pattern.KindResultPointer, true
				}
			}
		case pattern.Result:
			own = true
		}
	}
	if own {
		return pattern.KindOwnResult, true
	}
	for _, s := range sites {
		for _, u := range s.Uses {
			if u.Call == nil {
				continue
			}
			for i, a := range u.Call.Args {
				if i < p.Sig.Params().Len() && isAddress(s.Unit.Info, a) {
					return pattern.KindPointerArgument, true
				}
			}
		}
	}
	return pattern.KindCapture, len(p.Captures) > 0
}

// isAddress reports whether e takes the address of a variable of the caller, or of a
// part of one that no pointer, slice or map leads to.
func isAddress(info *types.Info, e ast.Expr) bool {
	u, ok := ast.Unparen(e).(*ast.UnaryExpr)
	if !ok || u.Op != token.AND {
		return false
	}
	for x := ast.Unparen(u.X); ; {
		switch part := x.(type) {
		case *ast.Ident:
			v, ok := info.Uses[part].(*types.Var)
			return ok && !flow.Global(v)
		case *ast.SelectorExpr:
			sel := info.Selections[part]
			if sel == nil || sel.Indirect() {
				return false
			}
			x = ast.Unparen(part.X)
		case *ast.IndexExpr:
			if _, ok := info.TypeOf(part.X).Underlying().(*types.Array); !ok {
				return false
			}
			x = ast.Unparen(part.X)
		default:
			return false
		}
	}
}

// Message says in one sentence what the code does, as a diagnostic at the
// signature of the prepare function.
func (c *Candidate) Message() string {
	var names []string
	for _, v := range c.Prepare.Captures {
		names = append(names, v.Var.Name())
	}
	over := ""
	if len(names) > 0 {
		over = " over " + enumerate(names)
	}
	s := fmt.Sprintf("%s returns a closure%s for its callers to defer: each call allocates it", c.Prepare.Key, over)
	switch c.Kind {
	case pattern.KindResultPointer:
		return s + ", and moves the variable that it points to to the heap"
	case pattern.KindOwnResult:
		return s + ", and moves the captured result to the heap"
	case pattern.KindPointerArgument:
		if over == "" {
			return fmt.Sprintf("%s returns a func that takes a pointer: called through a func value, it moves the argument to the heap", c.Prepare.Key)
		}
		return s + ", and its argument moves to the heap"
	}
	return s
}

// enumerate joins names as in "a, b and c".
func enumerate(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// notes returns what the reader of the change should look at.
func notes(p *plan.Plan) []string {
	doc := p.Prepare.Decl.Doc
	if doc == nil {
		return nil
	}
	gone := map[string]bool{"func": true, "function": true, "closure": true, "callback": true, "cleanup": true}
	for _, l := range p.Prepare.Literals {
		if l.Var != nil {
			gone[l.Var.Name()] = true
		}
	}
	if name := p.Prepare.Func.Signature().Results().At(p.Prepare.Result).Name(); name != "" {
		gone[name] = true
	}
	for i := range p.Drop {
		gone[p.Prepare.Func.Signature().Params().At(i).Name()] = true
	}
	for line := range strings.Lines(doc.Text()) {
		if strings.Contains(line, p.Prepare.Key.Name+"(") && strings.Contains(line, ")(") {
			return []string{fmt.Sprintf("review the comment of %s: it shows the call %q", p.Prepare.Key, strings.TrimSpace(line))}
		}
	}
	for _, w := range strings.FieldsFunc(doc.Text(), func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_')
	}) {
		if gone[w] {
			return []string{fmt.Sprintf("review the comment of %s: it speaks of %q", p.Prepare.Key, w)}
		}
	}
	return nil
}
