package rewrite

import (
	"context"

	"github.com/closurefix/closurefix/rewrite/bench"
	"github.com/closurefix/closurefix/rewrite/internal/load"
)

// measure runs the benchmarks of the affected packages in the first configuration. It
// runs none if no file changes.
func measure(ctx context.Context, t *load.Tree, b Bench, over load.Overlay) (*bench.Results, error) {
	if len(over) == 0 {
		return nil, nil
	}
	changed := make(map[string]bool)
	for name := range over {
		changed[name] = true
	}
	config := t.Configs[0]
	affected, _, err := t.Affected(ctx, config, changed)
	if err != nil {
		return nil, err
	}
	flags, remove, err := over.Flag()
	if err != nil {
		return nil, err
	}
	defer remove()
	return bench.Run{
		Dir:      t.Dir,
		Env:      config.Env(t.Env),
		Flags:    config.Flags(),
		Overlay:  flags,
		Packages: affected,
		Pattern:  b.Pattern,
		Count:    b.Count,
		Time:     b.Time,
		Progress: t.Progress,
		Status:   t.Status,
	}.Do(ctx)
}
