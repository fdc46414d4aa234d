package rewrite

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"time"

	"github.com/closurefix/closurefix/rewrite/internal/process"
	"github.com/closurefix/closurefix/rewrite/internal/replace"
	"github.com/closurefix/closurefix/rewrite/internal/trial"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
)

// A run holds what one Run knows.
type run struct {
	Options
	src     *sources
	scope   *scope
	links   *links  // nil until a file is to change
	views   []*view // of the text with over in place
	over    overlay // the changes that were accepted
	changes []*change

	settled  map[id]bool // accepted, refused by the checker, or set aside
	tester   tester
	cold     []Finding       // set aside: the profiles say that they cost little
	warnings []string        // about profiles
	stack    []Finding       // set aside: the compiler keeps them on the stack
	idle     []Directive     // comments that silence nothing
	findings map[id]*Finding // as of the first round, and those that later ones add
	declared map[id]name     // the functions of the text on disk
}

// Run finds the prepare functions of o.Patterns and decides what to do about
// each. With o.Rewrite it works out the new contents of all files, checked in
// every configuration. It writes nothing: see Result.Write.
//
// The error is a *SourceError if packages do not parse or type-check, or do
// not exist, and an *UnfinishedError if an earlier Result.Write was killed. If ctx
// ends, Run returns its error within a second, and no process that it started is
// left.
func Run(ctx context.Context, o Options) (*Result, error) {
	type outcome struct {
		res *Result
		err error
	}
	ctx = process.WithKill(ctx, o.Kill)
	done := make(chan outcome, 1)
	go func() {
		res, err := runAll(ctx, o)
		done <- outcome{res, err}
	}()
	select {
	case out := <-done:
		return out.res, out.err
	case <-ctx.Done():
	}
	// Nothing is waited for that cannot be stopped, such as the type checker in a large
	// package: it ends by itself, and finds that nobody is interested.
	for _, wait := range []struct {
		kill <-chan struct{}
		most time.Duration
	}{{o.Kill, patience}, {nil, haste}} {
		select {
		case out := <-done:
			return out.res, out.err
		case <-wait.kill:
		case <-time.After(wait.most):
			return nil, ctx.Err()
		}
	}
	return nil, ctx.Err()
}

// A run whose context ended may take so long to end, and so long if it is to end at
// once: what it started has to be killed, and temporary files to be removed.
const (
	patience = 900 * time.Millisecond
	haste    = 250 * time.Millisecond
)

// runAll is Run, and takes its time.
func runAll(ctx context.Context, o Options) (*Result, error) {
	o, err := o.complete(ctx)
	if err != nil {
		return nil, err
	}
	process.Sweep(o.Env)
	if err := replace.Check(ctx, o.root); err != nil {
		return nil, err
	}
	r := &run{
		Options:  o,
		src:      newSources(),
		settled:  make(map[id]bool),
		findings: make(map[id]*Finding),
		declared: make(map[id]name),
		tester:   tester{before: make(map[string][]trial.Failure), tried: make(map[string]bool)},
	}
	if r.scope, err = survey(ctx, o, r.src); err != nil {
		return nil, err
	}
	if err := replace.Half(r.scope.dirs); err != nil {
		return nil, err
	}
	if err := r.look(ctx); err != nil {
		return nil, err
	}
	if r.narrow() && r.opens() {
		r.scope.widest()
		if err := r.look(ctx); err != nil {
			return nil, err
		}
	}
	r.scope.lists = nil
	r.report()
	if err := r.directives(); err != nil {
		return nil, err
	}
	if o.Escape {
		if err := r.ask(ctx); err != nil {
			return nil, err
		}
	}
	if len(o.Profiles) > 0 {
		if err := r.rank(); err != nil {
			return nil, err
		}
	}
	if o.Rewrite {
		r.noteDeclared()
		if err := r.rewrite(ctx); err != nil {
			return nil, err
		}
	}
	res, err := r.result()
	if err == nil && o.Rewrite && o.Bench != nil {
		res.Bench, err = r.measure(ctx)
	}
	return res, err
}

// look type-checks the packages of the scope and decides.
func (r *run) look(ctx context.Context) (err error) {
	if len(r.scope.load) == 0 {
		return nil
	}
	r.Status(fmt.Sprintf("loading %s", count(len(r.scope.load), "package")))
	if r.views, err = r.load(ctx, nil); err != nil {
		return err
	}
	r.Progress(fmt.Sprintf("%s type-checked", count(len(r.scope.load), "package")))
	r.Status("deciding")
	r.changes, err = r.decide(ctx, r.views)
	return err
}

// narrow reports whether there is more to see than what is loaded.
func (r *run) narrow() bool { return len(r.scope.reach) > len(r.scope.load) || r.scope.brief != nil }

// opens reports whether some change concerns a function that packages outside
// the scope could depend on without naming it, by an interface that they bring
// together with its type. Such a change is decided again with all of them in
// sight, and with all of their text. It is rare, and most runs are spared the packages
// that merely depend on one with an exported candidate.
func (r *run) opens() bool {
	return slices.ContainsFunc(r.changes, func(c *change) bool {
		return c.refusal == nil && ast.IsExported(c.key.Name) && c.first.Prepare.Unit.Pkg.Name() != "main"
	})
}

// report notes the findings of the first round.
func (r *run) report() {
	for _, c := range r.changes {
		r.findings[c.id()] = &Finding{
			Pos:     c.pos,
			End:     c.first.Prepare.Unit.Fset.PositionFor(c.first.Prepare.Decl.Name.End(), false),
			Package: c.key.Pkg,
			Name:    c.key.String(),
			Kind:    c.first.Kind,
			Message: c.first.Message(),
			Refusal: c.refusal,
			Files:   c.files(),
			Edits:   c.all(),
			Notes:   c.notes,
			Trace:   c.first.Trace,
		}
	}
}

// applied notes that c was accepted. A function that handed on the cleanup of another
// has become a prepare function by the rewrite of that one, and is a finding since.
func (r *run) applied(c *change, round int) {
	f := r.findings[c.id()]
	if f == nil {
		at, ok := r.declared[c.id()]
		if !ok {
			return // the rewrite itself has made it
		}
		f = &Finding{
			Pos: at.pos, End: at.end, Package: c.key.Pkg, Name: c.key.String(), Kind: c.first.Kind,
			Message: fmt.Sprintf("%s hands on the cleanup of another function for its callers to defer", c.key),
		}
		r.findings[c.id()] = f
	}
	f.Refusal, f.Files, f.Notes, f.Trace, f.done = nil, c.files(), c.notes, c.first.Trace, true
	if f.Edits = nil; round == 1 {
		f.Edits = c.all()
	}
}

// A name is where a function is declared in the text that people have.
type name struct{ pos, end token.Position }

// noteDeclared notes where functions are declared that nothing has rewritten.
func (r *run) noteDeclared() {
	for _, v := range r.views {
		for _, u := range v.world.Units {
			for _, f := range u.Files {
				if _, rewritten := r.over[u.Filename(f.FileStart)]; rewritten {
					continue
				}
				for _, d := range f.Decls {
					decl, ok := d.(*ast.FuncDecl)
					if !ok {
						continue
					}
					if fn, ok := u.Info.Defs[decl.Name].(*types.Func); ok {
						at := name{u.Fset.PositionFor(decl.Name.Pos(), false), u.Fset.PositionFor(decl.Name.End(), false)}
						r.declared[id{pattern.KeyOf(fn), at.pos.Filename}] = at
					}
				}
			}
		}
	}
}

// refuse notes why c stays, at a position in the text that people have: where
// an earlier round changed the file, that is the function's.
func (r *run) refuse(c *change, why *plan.Refusal) {
	f := r.findings[c.id()]
	if f == nil {
		return
	}
	refusal := *why
	if _, edited := r.over[refusal.Pos.Filename]; edited {
		refusal.Pos = f.Pos
	}
	f.Refusal, f.Files, f.Edits, f.Notes, f.Trace = &refusal, nil, nil, nil, nil
}

// revise brings the findings that are not settled up to date with the changes
// of a later round.
func (r *run) revise() {
	left := make(map[id]bool)
	for _, c := range r.changes {
		left[c.id()] = true
		f := r.findings[c.id()]
		if f != nil && !r.settled[c.id()] && f.Refusal == nil && c.refusal != nil {
			r.refuse(c, c.refusal)
		}
	}
	maps.DeleteFunc(r.findings, func(i id, f *Finding) bool {
		// Another rewrite did away with it. What was refused is still there, though
		// its last caller may have come to defer something else.
		return !f.done && !r.settled[i] && !left[i] && f.Refusal == nil
	})
}

// result collects what the run found and did.
func (r *run) result() (*Result, error) {
	res := &Result{Packages: len(r.scope.targets), Scanned: r.scope.files, Loaded: len(r.scope.load), Stack: r.stack, Tested: len(r.tester.tried),
		Cold: r.cold, Warnings: r.warnings, Idle: r.idle, root: r.root, src: r.src, sight: r.sightOf()}
	for _, f := range r.tester.broken {
		res.Broken = append(res.Broken, f.String())
	}
	for _, f := range r.tester.flaky {
		res.Flaky = append(res.Flaky, f.String())
	}
	for _, f := range r.findings {
		res.Findings = append(res.Findings, *f)
	}
	slices.SortFunc(res.Findings, func(a, b Finding) int { return comparePositions(a.Pos, b.Pos) })
	slices.SortStableFunc(res.Findings, byCost)
	for _, name := range slices.Sorted(maps.Keys(r.over)) {
		old, err := r.src.read(name)
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(old, r.over[name]) {
			res.Files = append(res.Files, File{Name: name, Old: old, New: r.over[name]})
		}
	}
	return res, nil
}
