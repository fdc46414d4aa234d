package rewrite

import (
	"context"
	"errors"
	"runtime"

	"github.com/closurefix/closurefix/rewrite/internal/load"
)

// A version is what is known of a version of the files in one configuration.
type version struct {
	over   load.Overlay
	digest *digest // nil if it was only type-checked
	err    error   // a *SourceError: it does not type-check
}

// at type-checks the version over of the files in every configuration. It returns the digests if
// decide is set, and a *SourceError if there are errors.
func (r *run) at(ctx context.Context, over load.Overlay, decide bool) ([]*digest, error) {
	digests := make([]*digest, len(r.digests))
	for i := range digests {
		v, err := r.version(ctx, i, over, decide)
		if errors.Is(err, load.ErrAnew) {
			return r.anew(ctx, over)
		}
		if err == nil {
			err = v.err
		}
		if err != nil {
			return nil, err
		}
		digests[i] = v.digest
	}
	return digests, nil
}

// version returns what is known of a version in configuration i, with its digest if decide is set.
// It type-checks the version and decides on it if necessary. If that takes a view that is not in
// memory, it returns ErrAnew.
func (r *run) version(ctx context.Context, i int, over load.Overlay, decide bool) (*version, error) {
	known := r.find(i, over)
	if known != nil && (known.err != nil || known.digest != nil || !decide) {
		return known, nil
	}
	v := r.views[i]
	if v == nil {
		return nil, load.ErrAnew
	}
	if !v.Shows(over) {
		if v.Shows(nil) {
			runtime.GC() // most of what the first decisions took is free
		}
		next, err := r.scope.Check(ctx, v, over)
		if bad := (*SourceError)(nil); errors.As(err, &bad) {
			return r.note(i, version{over: over, err: err}), nil
		}
		if err != nil {
			return nil, err
		}
		v, r.views[i] = next, next
	}
	if !decide {
		return r.note(i, version{over: over}), nil
	}
	d, err := r.digest(ctx, v)
	return r.note(i, version{over: over, digest: d}), err
}

// find returns what is known of a version in configuration i, or nil. If all views are in
// memory nothing is known, so that they are views of the version that was asked for last.
func (r *run) find(i int, over load.Overlay) *version {
	if r.keep {
		return nil
	}
	for k := len(r.known[i]) - 1; k >= 0; k-- {
		if v := &r.known[i][k]; v.over.Agrees(over, r.digests[i].built) {
			return v
		}
	}
	return nil
}

func (r *run) note(i int, v version) *version {
	r.known[i] = append(r.known[i], v)
	return &v
}

// errUnforeseen says that more is needed to foresee a rewrite.
var errUnforeseen = errors.New("the views of other configurations are not in memory")

// anew loads a version of the files. It may take too long to load each further version in the same
// way, so the views stay in memory from then on.
func (r *run) anew(ctx context.Context, over load.Overlay) ([]*digest, error) {
	if r.foresees {
		return nil, errUnforeseen
	}
	r.keep = true
	err := r.load(ctx, over, func(ctx context.Context, do func(int, *load.View) error) error {
		return r.scope.Each(ctx, over, do)
	}, func(int, *load.View) error { return nil })
	return r.digests, err
}

// foresee rewrites what the configurations up to i agree on, to know the versions of the files that
// the rewrite makes. The view of i is in memory, those before it are not any more: what is
// known of them was foreseen, too. Most configurations decide alike. Then all that the run needs
// to know of a view is known when it is freed.
func (r *run) foresee(ctx context.Context, i int) error {
	f := *r
	tree := *r.tree
	tree.Status, tree.Progress = func(string) {}, func(string) {}
	f.tree, f.foresees = &tree, true
	f.digests, f.views = r.digests[:i+1], r.views[:i+1]
	f.found, f.prover = newFindings(tree.Source), newProver(Options{}, &tree)
	var err error
	if f.changes, err = f.decide(ctx, f.digests); err != nil {
		return ctx.Err()
	}
	if f.scope.Narrow() && opens(f.changes) {
		return nil // all is loaded again
	}
	f.found.add(f.changes)
	if f.options.Select != nil {
		f.choose(f.options.Select)
	}
	// Whatever stops it stops the rewrite, too, or does not matter there.
	_ = f.rewrite(ctx)
	return ctx.Err()
}

// packageOf returns the path and the name of the package of a file, "" if it is not loaded.
func (r *run) packageOf(file string) (path, name string) {
	for _, d := range r.digests {
		if p, ok := d.packages[file]; ok {
			return p.path, p.name
		}
	}
	return "", ""
}
