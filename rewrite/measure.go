package rewrite

import (
	"context"

	"github.com/closurefix/closurefix/rewrite/bench"
)

// A Bench says which benchmarks of the affected packages to run, on the old and on
// the new text.
type Bench struct {
	Pattern string // as in go test -bench
	Count   int    // runs of each side, at least 1
	Time    string // as in go test -benchtime; "" for the default
}

// measure runs the benchmarks in the first configuration, or none if no file
// changes.
func (r *run) measure(ctx context.Context) (*bench.Results, error) {
	if len(r.over) == 0 {
		return nil, nil
	}
	changed := make(map[string]bool)
	for name := range r.over {
		changed[name] = true
	}
	config := r.Configs[0]
	affected, _, err := r.affected(ctx, config, changed)
	if err != nil {
		return nil, err
	}
	flags, remove, err := r.over.flag()
	if err != nil {
		return nil, err
	}
	defer remove()
	return bench.Run{
		Dir:      r.Dir,
		Env:      config.env(r.Env),
		Flags:    config.flags(),
		Overlay:  flags,
		Packages: affected,
		Pattern:  r.Bench.Pattern,
		Count:    r.Bench.Count,
		Time:     r.Bench.Time,
		Progress: r.Progress,
		Status:   r.Status,
	}.Do(ctx)
}
