package rewrite

import (
	"context"
	"go/ast"
	"go/token"
	"go/types"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/edit"
	"github.com/closurefix/closurefix/rewrite/internal/load"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
	"github.com/closurefix/closurefix/rewrite/suppress"
)

// A digest is what a run needs of a view to combine it with those of other configurations. It
// holds neither syntax nor types, so that the view can be freed before the next one is loaded.
type digest struct {
	config      load.Config
	built, ours map[string]bool                  // as in load.View
	omitted     map[pattern.Key]callers.Omission // prepare functions that are no candidates
	verdicts    []*verdict
	single      map[pattern.Key]function // declared in files that not every configuration builds
	packages    map[string]pkg           // by file
}

// A pkg is the path and the name of a package.
type pkg struct{ path, name string }

// A function is a declared function: its file, and the types of its parameters and results.
type function struct{ file, signature string }

// A verdict is the decision on a prepare function in one configuration.
type verdict struct {
	key       pattern.Key
	pos, end  token.Position // of its name, or where cgo has it from
	at        token.Position // of its name in its file
	last      int            // the line on which its declaration ends
	signature string
	main      bool // it is in package main
	kind      pattern.Kind
	message   string
	nesting   candidate.Nesting

	refusal      *refusal.Refusal // nil if it is rewritten
	edits        map[string][]edit.Edit
	notes, trace []string

	// Only if it is rewritten.
	places     map[place][]edit.Edit // see declarationsOf
	frees      []string              // see plan.Plan
	forwarders []id

	candidate *candidate.Candidate // nil if the run need not ask the compiler or a profile about it
}

// digest decides on the prepare functions of a view.
func (d *decider) digest(ctx context.Context, v *load.View) (*digest, error) {
	found := &digest{config: v.Config, built: v.Built, ours: v.Ours, omitted: make(map[pattern.Key]callers.Omission), single: singleIn(v), packages: make(map[string]pkg)}
	for name, u := range v.Unit {
		found.packages[name] = pkg{u.Pkg.Path(), u.Pkg.Name()}
	}
	comments := suppress.New(suppress.All)
	silenced := func(p *pattern.Prepare) bool { return comments.Func(p.Unit.Fset, p.File, p.Decl) }
	v.World.Omit = func(p *pattern.Prepare, why callers.Omission) {
		if !silenced(p) {
			found.omitted[p.Key] = why
		}
	}
	v.World.Stop = func() bool { return ctx.Err() != nil }
	candidates := d.candidates(v.World)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, c := range candidates {
		if silenced(c.Prepare) {
			found.omitted[c.Prepare.Key] = omitSilenced
			continue
		}
		j := verdictOn(c, v)
		if d.ask {
			j.candidate = c
		}
		found.verdicts = append(found.verdicts, j)
	}
	return found, nil
}

// omitSilenced is the omission of a function that a comment silences.
const omitSilenced callers.Omission = "silenced"

// verdictOn returns the decision on a candidate of a view.
func verdictOn(c *candidate.Candidate, v *load.View) *verdict {
	p := c.Prepare
	j := &verdict{
		key: p.Key, pos: p.Unit.Position(p.Decl.Name.Pos()), end: p.Unit.Position(p.Decl.Name.End()),
		at: declaredAt(c), last: p.Unit.Position(p.Decl.End()).Line, main: p.Unit.Pkg.Name() == "main",
		kind: c.Kind, message: c.Message(), nesting: c.Nesting(), refusal: c.Refusal, notes: c.Notes, trace: c.Trace,
	}
	if c.Refusal != nil {
		return j
	}
	j.edits = byFile(c.Edits)
	j.places = declarationsOf(c, j.edits, v)
	if p.Func != nil && !v.Everywhere(j.at.Filename) {
		j.signature = signature(p.Func)
	}
	j.frees = c.Plan.Frees
	for _, fw := range c.Plan.Forwarders {
		j.forwarders = append(j.forwarders, id{fw.Key, fw.Unit.Filename(fw.Decl.Pos())})
	}
	return j
}

// declaredAt returns where the prepare function of c is declared.
func declaredAt(c *candidate.Candidate) token.Position {
	return c.Prepare.Unit.Fset.PositionFor(c.Prepare.Decl.Name.Pos(), false)
}

// singleIn returns the functions of a view that some configuration does not have, or has in
// another file.
func singleIn(v *load.View) map[pattern.Key]function {
	found := make(map[pattern.Key]function)
	for name, f := range v.Syntax {
		if v.Everywhere(name) {
			continue
		}
		for _, d := range f.Decls {
			fd, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if fn, ok := v.Unit[name].Info.Defs[fd.Name].(*types.Func); ok {
				found[pattern.KeyOf(fn)] = function{name, signature(fn)}
			}
		}
	}
	return found
}

// signature returns the types of the parameters and results of a function as text, so
// that functions of different configurations can be compared.
func signature(f *types.Func) string {
	text := ""
	for _, tuple := range []*types.Tuple{f.Signature().Params(), f.Signature().Results()} {
		for v := range tuple.Variables() {
			text += types.TypeString(v.Type(), nil) + ","
		}
		text += ";"
	}
	return text
}
