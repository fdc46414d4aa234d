package page

import (
	"fmt"
	"slices"
	"testing"

	"github.com/closurefix/closurefix/rewrite/bench"
)

// results returns measurements: a line is a package, a benchmark, a unit and the values of
// its runs.
func results(lines ...[]any) *bench.Results {
	var text [2]string
	for _, l := range lines {
		for side := range text {
			for _, v := range l[3+side].([]float64) {
				text[side] += fmt.Sprintf("pkg: %v\nBenchmark%v 1 %v %v\n", l[0], l[1], v, l[2])
			}
		}
	}
	return &bench.Results{Old: bench.Parse(text[0]), New: bench.Parse(text[1])}
}

func six(v float64) []float64 { return []float64{v, v, v, v, v, v} }

// Exact units come first, and noise is no change.
func TestGroups(t *testing.T) {
	noise := []float64{100, 101, 102, 103, 104, 105}
	all := groups(results(
		[]any{"m", "A", "ns/op", noise, noise},
		[]any{"m", "A", "B/op", six(216), six(170)},
		[]any{"m", "A", "allocs/op", six(42), six(32)},
		[]any{"m", "B", "allocs/op", []float64{5, 5}, []float64{5, 5}},
		[]any{"n", "C", "allocs/op", []float64{5, 5}, []float64{3, 3}},
		[]any{"n", "C", "widgets", []float64{7}, []float64{6}},
	))
	var got []string
	for _, g := range all {
		for _, r := range g.Rows {
			got = append(got, fmt.Sprintf("%s %s %s: %s%s %s", g.Unit, g.Package, r.Name, r.Arrow, r.Change, r.How))
		}
		if g.Mean != nil {
			got = append(got, fmt.Sprintf("%s %s %s: %s%s", g.Unit, g.Package, g.Mean.Name, g.Mean.Arrow, g.Mean.Change))
		}
	}
	want := []string{
		"allocs/op m A: ▼−23.81% p=0.002 n=6",
		"allocs/op m B: 0.00% the same in each of 2 runs",
		"allocs/op m geometric mean: ▼−12.71%",
		"allocs/op n C: ▼−40.00% the same in each of 2 runs",
		"B/op m A: ▼−21.30% p=0.002 n=6",
		"sec/op m A: ~ p=1.000 n=6",
		"widgets n C: ~ p=1.000 n=1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	var figures []string
	for _, tile := range benchTiles(all) {
		figures = append(figures, tile.Figure+": "+tile.Note)
	}
	want = []string{
		"−10 to −2 allocs/op: in 2 of 3 benchmarks",
		"−21 % B/op: A, from 216.0 to 170.0",
		"~ sec/op: no significant change",
		"~ widgets: too few runs to see a change",
	}
	if !slices.Equal(figures, want) {
		t.Errorf("got  %q\nwant %q", figures, want)
	}
}

// A bar ends at the median and shows the range of the runs.
func TestBars(t *testing.T) {
	row := groups(results([]any{"m", "A", "B/op", []float64{80, 90, 100}, []float64{40, 50, 60}}))[0].Rows[0]
	for side, want := range [2]bar{
		{Word: "before", Value: "90.00", To: 90, Lo: 80, Wide: 20},
		{Word: "after", Value: "50.00", To: 50, Lo: 40, Wide: 20},
	} {
		if row.Bars[side] != want {
			t.Errorf("got %+v, want %+v", row.Bars[side], want)
		}
	}
	none := groups(results([]any{"m", "A", "allocs/op", six(0), six(0)}))[0].Rows[0]
	if none.Bars[0].To != 0 || none.Change != "0.00%" || none.Arrow != "" {
		t.Errorf("nothing is shown as %+v", none)
	}
}

func TestCommandLine(t *testing.T) {
	if got, want := commandLine([]string{"closurefix", "-only", "(*T).f", "it's", "", "./..."}), `closurefix -only '(*T).f' 'it'\''s' '' ./...`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
