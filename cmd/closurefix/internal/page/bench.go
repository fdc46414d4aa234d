package page

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/bench"
)

// A group is the part of the table of benchmarks about one unit in one package.
type group struct {
	Unit    string // allocs/op, B/op, sec/op, …
	Package string // "" if all groups are of the same package
	Rows    []measured
	Mean    *measured // the geometric mean; nil if there is none
}

// A measured is a row of the table: one benchmark, before and after.
type measured struct {
	Name   string // without "Benchmark"
	Change string // in percent, or "~" if there is no clear change
	Arrow  string // "▼", "▲", or ""
	How    string // how sure the change is; "" for a mean
	Bars   [2]bar // before, after

	old, new float64 // the medians
	clear    bool    // the change is no accident
	few      bool    // there are too few runs to see a change
}

// A bar shows a median. Its lengths are percentages of the width of the plot.
type bar struct {
	Word     string // "before" or "after"
	Value    string // the median, with its unit prefix
	Range    string // the 95 % confidence interval, as in "± 2%"; "" if the runs are too few for one
	To       float64
	Lo, Wide float64 // the interval, or the range of the samples
}

// Words returns the name, in parts between which a line may end.
func (m measured) Words() []string { return strings.SplitAfter(m.Name, "/") }

// first lists the units that come first, in this order: those that are exact, then time,
// which depends on what else the machine does.
var first = []string{"allocs/op", "B/op", "sec/op"}

// groups returns the groups of the table in their order.
func groups(r *bench.Results) []group {
	tables := r.Tables()
	rank := func(t bench.Table) int {
		if i := slices.Index(first, t.Unit); i >= 0 {
			return i
		}
		return len(first)
	}
	slices.SortStableFunc(tables, func(a, b bench.Table) int { return rank(a) - rank(b) })
	several := slices.ContainsFunc(tables, func(t bench.Table) bool { return t.Package != tables[0].Package })
	var all []group
	for _, t := range tables {
		g := group{Unit: t.Unit}
		if several {
			g.Package = t.Package
		}
		for _, row := range t.Rows {
			g.Rows = append(g.Rows, compared(t, row))
		}
		if t.Mean != nil {
			m := measured{Name: "geometric mean", Change: "~", Bars: [2]bar{
				{Word: "before", Value: t.Value(t.Mean.Old)}, {Word: "after", Value: t.Value(t.Mean.New)},
			}}
			if slices.ContainsFunc(g.Rows, func(r measured) bool { return r.clear }) {
				m.Change, m.Arrow = percent(t.Mean.Old, t.Mean.New), arrow(t.Mean.New-t.Mean.Old)
			}
			g.Mean = &m
		}
		all = append(all, g)
	}
	return all
}

// compared returns a row. Each has its own scale, from zero. A change is clear if it is
// significant, as for benchstat, or if all runs before and all runs after gave the same
// value.
func compared(t bench.Table, r bench.Row) measured {
	old, new := r.Samples[0], r.Samples[1]
	m := measured{Name: r.Name, Change: "~", How: r.Comparison.String(), old: r.Old.Center, new: r.New.Center}
	exact := len(old) > 1 && len(new) > 1 && old[0] == old[len(old)-1] && new[0] == new[len(new)-1]
	switch {
	case r.Comparison.P <= r.Comparison.Alpha:
		m.clear = true
	case exact:
		m.clear = true
		m.How = fmt.Sprintf("the same in each of %d runs", len(new))
	default:
		m.few = len(r.Comparison.Warnings) > 0
	}
	if m.clear {
		m.Change, m.Arrow = percent(m.old, m.new), arrow(m.new-m.old)
	}
	top := max(old[len(old)-1], new[len(new)-1])
	if top == 0 {
		top = 1
	}
	for side, sum := range [2][3]float64{{r.Old.Lo, r.Old.Center, r.Old.Hi}, {r.New.Lo, r.New.Center, r.New.Hi}} {
		s := r.Samples[side]
		lo, hi := max(sum[0], s[0]), min(sum[2], s[len(s)-1])
		m.Bars[side] = bar{
			Word: [...]string{"before", "after"}[side], Value: t.Value(sum[1]),
			To: 100 * sum[1] / top, Lo: 100 * lo / top, Wide: 100 * (hi - lo) / top,
		}
	}
	for side, spread := range [2]string{r.Old.PctRangeString(), r.New.PctRangeString()} {
		if spread != "∞" {
			m.Bars[side].Range = "± " + spread
		}
	}
	return m
}

// percent returns the change of a value in percent, as benchstat prints it.
func percent(old, new float64) string {
	switch {
	case old == new:
		return "0.00%"
	case old == 0:
		return "?"
	}
	return minus(fmt.Sprintf("%+.2f%%", 100*(new/old-1)))
}

func arrow(diff float64) string {
	switch {
	case diff < 0:
		return "▼"
	case diff > 0:
		return "▲"
	}
	return ""
}

// minus writes the minus sign as it is printed.
func minus(s string) string { return strings.ReplaceAll(s, "-", "−") }

// A tile is one figure of the summary.
type tile struct{ Figure, Note string }

// benchTiles returns a tile for each unit: what changes in all benchmarks.
func benchTiles(all []group) []tile {
	var tiles []tile
	for len(all) > 0 {
		unit := all[0].Unit
		var rows []measured
		for len(all) > 0 && all[0].Unit == unit {
			rows = append(rows, all[0].Rows...)
			all = all[1:]
		}
		tiles = append(tiles, unitTile(unit, rows))
	}
	return tiles
}

// unitTile returns the tile of a unit. Allocations are counted; of other units the change
// is given in percent, as the range over the benchmarks with a clear one.
func unitTile(unit string, rows []measured) tile {
	var changes []measured
	few := false
	for _, r := range rows {
		few = few || r.few
		if r.clear && r.old != r.new {
			changes = append(changes, r)
		}
	}
	switch {
	case len(changes) > 0:
	case few:
		return tile{"~ " + unit, "too few runs to see a change"}
	default:
		return tile{"~ " + unit, "no significant change"}
	}
	size := func(r measured) float64 {
		if unit == "allocs/op" {
			return r.new - r.old
		}
		return 100 * (r.new/r.old - 1)
	}
	slices.SortStableFunc(changes, func(a, b measured) int { return cmp.Compare(size(a), size(b)) })
	low, high := figure(size(changes[0]), unit), figure(size(changes[len(changes)-1]), unit)
	t := tile{Figure: low}
	if low != high {
		t.Figure += " to " + high
	}
	t.Figure += " " + unit
	switch n := len(rows); {
	case n == 1:
		t.Note = fmt.Sprintf("%s, from %s to %s", rows[0].Name, rows[0].Bars[0].Value, rows[0].Bars[1].Value)
	case len(changes) == n:
		t.Note = fmt.Sprintf("in all %d benchmarks", n)
	default:
		t.Note = fmt.Sprintf("in %d of %d benchmarks", len(changes), n)
	}
	return t
}

// figure returns a change as unitTile prints it.
func figure(change float64, unit string) string {
	switch {
	case unit == "allocs/op":
		return minus(fmt.Sprintf("%+.4g", change))
	case math.IsInf(change, 0):
		return "from 0"
	case math.Abs(change) < 10:
		return minus(fmt.Sprintf("%+.1f %%", change))
	}
	return minus(fmt.Sprintf("%+.0f %%", change))
}
