package candidate

import (
	"fmt"
	"go/ast"
	"go/types"

	"github.com/closurefix/closurefix/rewrite/edit"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
	"github.com/closurefix/closurefix/rewrite/refusal"
	"github.com/closurefix/closurefix/rewrite/same"
)

// compare returns a refusal if package same finds that the edits do more than the plan
// says.
func (c *Candidate) compare(units map[*pattern.Unit]*same.Unit) *refusal.Refusal {
	change, err := c.change(c.Edits, units)
	if err != nil {
		return c.refuse(refusal.InternalError, err.Error())
	}
	if err := change.Check(); err != nil {
		return c.refuse(refusal.VerifyFailed, "the rewrite would change more than the cleanup: "+err.Error())
	}
	return nil
}

// change returns the claims that the plan of c makes about the given edits. units caches
// what same knows about units.
func (c *Candidate) change(edits []edit.Edit, units map[*pattern.Unit]*same.Unit) (*same.Change, error) {
	p := c.Plan.Prepare
	captures, err := captures(c.Plan)
	if err != nil {
		return nil, err
	}
	change := &same.Change{
		Prepare:  p.Decl,
		Local:    local(c.Plan.Local),
		Result:   p.Result,
		Drop:     c.Plan.Drop,
		Literals: make(map[*ast.FuncLit]int),
		Methods:  make(map[*ast.SelectorExpr]int),
		Returns:  make(map[*ast.ReturnStmt]int),
		Teller:   teller(c.Plan.Teller),
		Value:    value(c.Plan.Value),
		Captures: captures,
		Held:     make(map[*types.Var]bool),
		Split:    make(map[*types.Var]bool),
		Chosen:   make(map[*types.Var]bool),
		Zeroed:   c.Plan.Zeroed,
		State:    state(c.Plan.State),
		Finish:   c.Plan.Finish.Name,
		Context:  c.Plan.Finish.Context,
		Bound:    c.Plan.Form == plan.Bound,
		Method:   c.Plan.Finish.OnRecv,
		Merged:   c.Plan.Merged,
		Unused:   c.Plan.Unused,
		Existing: c.Plan.Finish.Existing, OnVariable: c.Plan.Finish.OnParam,
	}
	for _, l := range p.Literals {
		switch {
		case c.Plan.Form == plan.Bound:
		case l.Method != nil:
			change.Methods[l.Method] = c.Plan.Number[l]
		default:
			change.Literals[l.Lit] = c.Plan.Number[l]
		}
	}
	for _, held := range c.Plan.Held {
		change.Chosen[held.Var] = true
	}
	for _, r := range p.Returns {
		change.Returns[r.Stmt] = 0
		switch {
		case c.Plan.ReturnsHeld(r):
			change.Returns[r.Stmt] = same.AnyNumber
		case r.Bound != nil && c.Plan.Form == plan.Bound:
			change.Returns[r.Stmt] = 1
		case r.Live():
			change.Returns[r.Stmt] = c.Plan.Number[r.Literal]
		}
	}
	edited := make(map[string][]same.Edit)
	for _, e := range edits {
		edited[e.File] = append(edited[e.File], same.Edit{Start: e.Start, End: e.End, New: e.New})
	}
	files := make(map[*ast.File]bool)
	add := func(u *pattern.Unit, f *ast.File) error {
		if files[f] {
			return nil
		}
		files[f] = true
		name := u.Filename(f.Package)
		text, err := u.ReadFile(name)
		if err != nil {
			return err
		}
		if units[u] == nil {
			units[u] = &same.Unit{Fset: u.Fset, Pkg: u.Pkg, Info: u.Info, Files: u.Files}
		}
		change.Files = append(change.Files, same.File{Unit: units[u], Before: f, Text: text, Edits: edited[name]})
		return nil
	}
	if err := add(p.Unit, p.File); err != nil { // the file of prepare comes first
		return nil, err
	}
	for _, d := range c.Plan.Unused {
		if err := add(p.Unit, p.Unit.FileOf(d.Pos())); err != nil {
			return nil, err
		}
	}
	for _, fw := range c.Plan.Forwarders {
		change.Forwarders = append(change.Forwarders, same.Forwarder{Decl: fw.Decl, Result: fw.Result, Type: fw.Type})
		if err := add(fw.Unit, fw.File); err != nil {
			return nil, err
		}
	}
	for _, sp := range c.Plan.Sites {
		s := sp.Site
		switch {
		case s.Part != nil:
			change.Split[s.Part.Of] = true
		case s.Var != nil:
			change.Held[s.Var] = true
		}
		if err := add(s.Unit, s.File); err != nil {
			return nil, err
		}
	}
	return change, nil
}

// captures returns the claims about how each capture reaches finish.
func captures(p *plan.Plan) ([]same.Capture, error) {
	var all []same.Capture
	for _, pass := range p.Passages {
		c := same.Capture{Var: pass.Capture.Var, Index: pass.Capture.Index, Address: pass.Pointer}
		switch pass.Route {
		case plan.ByReceiver:
			c.Way = same.Receiver
		case plan.ByArgument:
			c.Way = same.Argument
		case plan.ByResult:
			c.Way, c.Index, c.As = same.Result, pass.Result, pass.As
		case plan.ByState:
			c.Way = same.Field
		case plan.ByValue:
			c.Way = same.Returned
		case plan.ByClock:
			c.Way = same.Clock
		case plan.Anew:
			c.Way = same.Own
		default:
			return nil, fmt.Errorf("the capture %s has the unknown route %d", c.Var.Name(), pass.Route)
		}
		all = append(all, c)
	}
	return all, nil
}

func local(l *pattern.LocalLiteral) *same.Local {
	if l == nil {
		return nil
	}
	decl, _ := l.Around.Decl.(*ast.FuncDecl)
	return &same.Local{Var: l.Var, Lit: l.Lit, Stmt: l.Stmt, Decl: decl}
}

func teller(t *plan.Teller) same.Teller {
	if t == nil {
		return same.Teller{}
	}
	return same.Teller{Var: t.Capture.Var, None: t.None}
}

func value(v *plan.Handover) same.Value {
	switch {
	case v == nil:
		return same.Value{}
	case v.Capture == nil:
		return same.Value{Name: v.Name, Guard: v.Guard}
	}
	return same.Value{Name: v.Name, Var: v.Capture.Var, Guard: v.Guard, Told: v.Told}
}

func state(s *plan.State) same.State {
	if s == nil {
		return same.State{}
	}
	claimed := same.State{Type: s.Type, Shared: s.Shared, Which: s.Which.Name, WhichNil: s.Which.Nil, True: s.Which.True}
	if s.Mark != plan.Unmarked {
		claimed.Live, claimed.Guard, claimed.Told = s.Flag, s.Mark == plan.Guarded, s.None != "" && !s.Shared
	}
	return claimed
}
