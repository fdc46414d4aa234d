package rewrite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"maps"
	"runtime"
	"slices"
	"time"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/internal/load"
	"github.com/closurefix/closurefix/rewrite/internal/position"
	"github.com/closurefix/closurefix/rewrite/internal/process"
	"github.com/closurefix/closurefix/rewrite/internal/replace"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// Run finds the prepare functions in the packages of o.Patterns and decides what to do
// about each. With o.Rewrite it also computes the new contents of files and verifies
// them in every configuration. It does not change files: see Result.Write.
//
// The error is a *SourceError if a package does not exist, parse or type-check, and an
// *UnfinishedError if an earlier Result.Write was killed. When ctx is done, Run returns
// its error within a second, after the processes that it started have ended. If it ends while benchmarks run, there is a result beside the error, with the
// runs that were completed.
func Run(ctx context.Context, o Options) (*Result, error) {
	return runWith(ctx, o, internals{candidates: candidate.Find})
}

// internals are parts of a run that tests replace.
type internals struct {
	candidates func(*callers.World) []*candidate.Candidate // candidate.Find outside tests
	load       load.Testing
}

func runWith(ctx context.Context, o Options, in internals) (*Result, error) {
	type outcome struct {
		res *Result
		err error
	}
	ctx = process.WithKill(ctx, o.Kill)
	done := make(chan outcome, 1)
	go func() {
		res, err := runAll(ctx, o, in)
		done <- outcome{res, err}
	}()
	select {
	case out := <-done:
		return out.res, out.err
	case <-ctx.Done():
	}
	// Some work cannot be stopped, such as type-checking a large package. It goes on in its
	// goroutine, and its result is dropped.
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

// These are the times in which a run must end after its context is done, and after
// Options.Kill is closed. It kills its processes and removes temporary files.
const (
	patience = 900 * time.Millisecond
	haste    = 250 * time.Millisecond
)

// runAll does the work of Run. It may go on for a while after ctx is done.
func runAll(ctx context.Context, o Options, in internals) (*Result, error) {
	r, err := start(ctx, o, in)
	if err != nil {
		return nil, err
	}
	parts := []*load.Scope{r.scope}
	if o.Test == nil && !o.Escape && len(o.Profiles) == 0 { // these look at all functions at once
		parts = r.scope.Split()
	}
	done, err := r.inTurn(ctx, o, parts)
	if bad := (*SourceError)(nil); len(parts) > 1 && (errors.As(err, &bad) || errors.Is(err, load.ErrWhole)) {
		done, err = r.inTurn(ctx, o, []*load.Scope{r.scope})
	}
	if err != nil {
		return nil, err
	}
	res, err := done.result()
	if err != nil {
		return nil, err
	}
	if o.Rewrite && o.Bench != nil {
		res.Bench, err = measure(ctx, r.tree, *o.Bench, done.over)
	}
	return res, err
}

// A run is the state of one call of Run.
type run struct {
	decider
	tree     *load.Tree
	scope    *load.Scope
	options  Options
	keep     bool         // the views of all configurations stay in memory
	views    []*load.View // those in memory, by configuration, each of some version of the files; nil where there is none
	digests  []*digest    // of the version that was loaded last
	known    [][]version  // by configuration: see version
	foresees bool         // see foresee
	asides   []*aside
	sights   []*load.Sight // of the views that were loaded last
	changes  []*change
	comments *comments

	// What is known of all parts of the scope that were examined.
	over     load.Overlay // the files as changed by accepted changes
	found    *findings
	left     LeftOut // by the decisions on the text on disk
	misuses  []Misuse
	warnings []string
	prover   *prover
	loaded   int // packages
	sight    *load.Sight
}

// inTurn examines parts of the scope one after the other.
func (r *run) inTurn(ctx context.Context, o Options, parts []*load.Scope) (*run, error) {
	all := *r
	all.found, all.prover = newFindings(r.tree.Source), newProver(o, r.tree)
	var err error
	if all.comments, err = commentsIn(r.tree, r.scope); err != nil {
		return nil, err
	}
	for _, part := range parts {
		all.decider = decider{candidates: r.candidates, scope: part, ask: o.Escape || len(o.Profiles) > 0}
		all.scope, all.views, all.digests, all.asides, all.sights, all.changes = part, nil, nil, nil, nil, nil
		all.options, all.keep = o, all.ask || len(r.tree.Configs) == 1
		if err := all.examine(ctx, o); err != nil {
			return nil, err
		}
	}
	all.scope = r.scope
	slices.SortFunc(all.misuses, func(a, b Misuse) int { return position.Compare(a.Pos, b.Pos) })
	return &all, nil
}

// examine decides on the functions of a part of the scope, and rewrites them if o says so.
func (r *run) examine(ctx context.Context, o Options) error {
	if err := r.decideFirst(ctx); err != nil {
		return err
	}
	r.found.add(r.changes)
	r.leaveOut(r.omitted)
	if o.Select != nil {
		r.choose(o.Select)
	}
	r.addMisuses(o)
	r.comments.add(r.asides)
	if o.Escape {
		if err := r.weigh(ctx, o.Saves); err != nil {
			return err
		}
	}
	if len(o.Profiles) > 0 {
		warnings, err := rank(o, r.changes, r.found)
		if err != nil {
			return err
		}
		r.warnings = append(r.warnings, warnings...)
	}
	if o.Rewrite {
		if err := r.rewrite(ctx); err != nil {
			return err
		}
	}
	r.loaded += r.scope.Loaded()
	for _, s := range append(r.sights, r.scope.Sight(nil)) {
		r.see(s)
	}
	return nil
}

// see adds files that the run knows.
func (r *run) see(s *load.Sight) {
	if r.sight == nil {
		r.sight = s
	} else {
		r.sight.Join(s)
	}
}

// start opens the tree and chooses the packages to load. It returns an
// *UnfinishedError if an earlier rewrite of the tree was killed.
func start(ctx context.Context, o Options, in internals) (*run, error) {
	tree, err := load.Open(ctx, load.Settings{
		Dir: o.Dir, Patterns: o.Patterns, Configs: o.Configs, All: o.All, Tests: o.Tests, Hot: o.Hot, Exported: o.Exported,
		Env: o.Env, Progress: o.Progress, Status: o.Status, Testing: in.load,
	})
	if err != nil {
		return nil, err
	}
	process.Sweep(tree.Env)
	if err := replace.Check(ctx, tree.Root); err != nil {
		return nil, err
	}
	scope, err := load.Survey(ctx, tree)
	if err != nil {
		return nil, err
	}
	if err := replace.Half(scope.Dirs()); err != nil {
		return nil, err
	}
	return &run{
		decider: decider{candidates: in.candidates, scope: scope},
		tree:    tree,
		scope:   scope,
	}, nil
}

// decideFirst decides on the files on disk. If a change may affect packages that were not
// loaded, or only abridged, it loads them and decides again.
func (r *run) decideFirst(ctx context.Context) error {
	if err := r.look(ctx); err != nil {
		return err
	}
	if r.scope.Narrow() && opens(r.changes) {
		r.scope.Widest()
		r.changes = nil
		r.free(len(r.views) - 1)
		if err := r.look(ctx); err != nil {
			return err
		}
	}
	r.scope.Forget()
	return nil
}

// look type-checks the packages of the scope and decides.
func (r *run) look(ctx context.Context) (err error) {
	n := r.scope.Loaded()
	if n == 0 {
		return nil
	}
	r.asides, r.changes = make([]*aside, len(r.tree.Configs)), nil
	each := func(ctx context.Context, do func(int, *load.View) error) error {
		return r.scope.EachSound(ctx, func(i int, v *load.View) error {
			if i == len(r.asides)-1 {
				r.tree.Progress(fmt.Sprintf("%s type-checked", load.Count(r.loaded+n, "package")))
			}
			return do(i, v)
		})
	}
	err = r.load(ctx, r.over, each, func(i int, v *load.View) error {
		r.asides[i] = r.aside(i, v)
		if r.keep || !r.options.Rewrite || i == len(r.asides)-1 {
			return nil
		}
		return r.foresee(ctx, i)
	})
	if err != nil {
		return err
	}
	r.changes, err = r.decide(ctx, r.digests)
	return err
}

// load calls each, which loads the version over of the files, and takes what the run needs from
// the view of each configuration. While then runs, the view is in memory.
func (r *run) load(ctx context.Context, over load.Overlay, each func(context.Context, func(int, *load.View) error) error, then func(int, *load.View) error) error {
	n := len(r.tree.Configs)
	if r.digests == nil {
		r.digests, r.sights = make([]*digest, n), make([]*load.Sight, n)
	}
	r.views, r.known = make([]*load.View, n), make([][]version, n)
	loading := fmt.Sprintf("loading %s", load.Count(r.scope.Loaded(), "package"))
	r.tree.Status(loading)
	return each(ctx, func(i int, v *load.View) (err error) {
		r.tree.Status("deciding")
		if r.digests[i], err = r.digest(ctx, v); err != nil {
			return err
		}
		r.views[i], r.known[i] = v, []version{{over: over, digest: r.digests[i]}}
		r.sights[i] = r.scope.Sight(v)
		if r.options.Rewrite {
			r.found.noteDeclared(v, over)
		}
		if err := then(i, v); err != nil {
			return err
		}
		if !r.keep && i < n-1 {
			r.free(i)
		}
		r.tree.Status(loading)
		return nil
	})
}

// free frees the views that are in memory up to i. Little is in use then, so that a collection takes
// little time, and what is loaded next takes the place of the views.
func (r *run) free(i int) {
	clear(r.views[:i+1])
	runtime.GC()
}

// opens reports whether packages outside the scope could depend on a changed function
// without naming it, by an interface to which they convert its receiver. All these
// packages are then loaded fully before the decision is made again. This is rare. Most
// runs need not load packages only because they depend on one with an exported candidate.
func opens(changes []*change) bool {
	return slices.ContainsFunc(changes, func(c *change) bool {
		return c.refusal == nil && ast.IsExported(c.key.Name) && !c.first.main
	})
}

// choose leaves out the findings that are not wanted. A function that becomes a finding
// by the rewrite of another is not wanted either.
func (r *run) choose(wanted func(Finding) bool) {
	r.selected = make(map[id]bool)
	r.changes = slices.DeleteFunc(r.changes, func(c *change) bool {
		if wanted(*r.found.of[c.id()]) {
			r.selected[c.id()] = true
			return false
		}
		r.found.setAside(c)
		r.left.Unselected++
		return true
	})
}

// weigh runs the compiler to find out what the cleanups of the first round cost. Findings
// whose cleanups cost no allocation are set aside.
func (r *run) weigh(ctx context.Context, saves int) error {
	if len(r.changes) == 0 {
		return nil
	}
	heaps, err := heapsOf(ctx, r.tree, r.changes)
	if err != nil {
		return err
	}
	n := len(r.changes)
	for i, c := range r.changes {
		f := r.found.of[c.id()]
		f.Heap = heaps[i]
		if !f.Heap.Unclear {
			f.Message = c.first.candidate.Measured(f.Heap.Least > 0, moves(f.Heap))
		}
		switch {
		case f.Heap.OnStack():
			r.found.stack = append(r.found.stack, r.found.setAside(c))
			n--
		case f.Heap.Most < saves && !f.Heap.Unclear:
			r.found.setAside(c)
			r.left.Few++
		}
	}
	r.tree.Progress(fmt.Sprintf("the compiler was asked: %d of %s on the heap", n, load.Count(len(r.changes), "cleanup")))
	return nil
}

// leaveOut counts omissions.
func (r *run) leaveOut(omitted map[pattern.Key]callers.Omission) {
	for _, why := range omitted {
		switch why {
		case callers.OmitKind:
			r.left.Kind++
		case callers.OmitTest:
			r.left.Tests++
		case callers.OmitBusy:
			r.left.Busy++
		case callers.OmitExported:
			r.left.Exported++
		case omitSilenced:
			r.left.Silenced++
		}
	}
}

// result returns the Result of the run.
func (r *run) result() (*Result, error) {
	t := r.prover.tester
	res := &Result{
		Packages: r.scope.Targets(), Scanned: r.scope.Files(), Loaded: r.loaded,
		Stack: r.found.stack, Cold: r.found.cold, Tested: len(t.tried),
		LeftOut: r.left, Unloaded: r.scope.Broken(), Misuses: r.misuses, Idle: r.comments.idle(),
		Warnings: slices.Concat(r.warnings, t.warnings),
		Module:   r.tree.Module, Go: r.tree.Release,
		root: r.tree.Root, src: r.tree.Source, sight: r.sight,
	}
	res.LeftOut.Tests += r.scope.Tests()
	res.LeftOut.Stack, res.LeftOut.Cold = len(res.Stack), len(res.Cold)
	for _, f := range t.broken {
		res.Broken = append(res.Broken, f.String())
	}
	for _, f := range t.flaky {
		res.Flaky = append(res.Flaky, f.String())
	}
	for _, f := range r.found.of {
		res.Findings = append(res.Findings, *f)
	}
	slices.SortFunc(res.Findings, func(a, b Finding) int { return position.Compare(a.Pos, b.Pos) })
	slices.SortStableFunc(res.Findings, byCost)
	for _, name := range slices.Sorted(maps.Keys(r.over)) {
		old, err := r.tree.Source.Read(name)
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(old, r.over[name]) {
			res.Files = append(res.Files, File{Name: name, Old: old, New: r.over[name]})
		}
	}
	return res, nil
}
