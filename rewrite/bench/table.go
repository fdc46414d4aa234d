package bench

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchmath"
	"golang.org/x/perf/benchunit"
)

// confidence is the level of the confidence intervals, as in benchstat by default.
const confidence = 0.95

// A Table compares the values of one unit in all benchmarks of a package.
type Table struct {
	Package string
	Unit    string // sec/op, B/op, allocs/op, …
	Rows    []Row
	Mean    *Mean // nil if there is one row, or no mean
}

// A Row compares one benchmark.
type Row struct {
	Name       string // without "Benchmark"
	Old, New   benchmath.Summary
	Comparison benchmath.Comparison
	Samples    [2][]float64 // old, new; ascending
}

// Delta returns the change of the median in percent, or "~" if it is not significant, as
// benchstat does.
func (r Row) Delta() string { return r.Comparison.FormatDelta(r.Old.Center, r.New.Center) }

// A Mean is the geometric mean of the medians of a table.
type Mean struct {
	Old, New float64
	Ratio    float64 // of new to old
}

// units lists units that come first, in this order.
var units = []string{"sec/op", "B/op", "allocs/op"}

// Tables returns the comparison: for each package and unit one table of the benchmarks
// that ran in both versions.
func (r *Results) Tables() []Table {
	type cell struct{ pkg, unit, name string }
	samples := make(map[cell]*[2][]float64)
	var cells []cell
	for side, results := range [][]*benchfmt.Result{r.Old, r.New} {
		for _, res := range results {
			path, name := pkg(res)
			for _, v := range res.Values {
				c := cell{path, v.Unit, name}
				if samples[c] == nil {
					samples[c] = new([2][]float64)
					cells = append(cells, c)
				}
				samples[c][side] = append(samples[c][side], v.Value)
			}
		}
	}
	var tables []Table
	for _, c := range cells {
		s := samples[c]
		if len(s[0]) == 0 || len(s[1]) == 0 {
			continue
		}
		i := slices.IndexFunc(tables, func(t Table) bool { return t.Package == c.pkg && t.Unit == c.unit })
		if i < 0 {
			i = len(tables)
			tables = append(tables, Table{Package: c.pkg, Unit: c.unit})
		}
		tables[i].Rows = append(tables[i].Rows, compare(c.name, s[0], s[1]))
	}
	rank := func(t Table) int {
		if i := slices.Index(units, t.Unit); i >= 0 {
			return i
		}
		return len(units)
	}
	slices.SortStableFunc(tables, func(a, b Table) int {
		if a.Package != b.Package {
			return strings.Compare(a.Package, b.Package)
		}
		return rank(a) - rank(b)
	})
	for i := range tables {
		tables[i].Mean = mean(tables[i].Rows)
	}
	return tables
}

func compare(name string, old, new []float64) Row {
	thresholds := benchmath.DefaultThresholds
	a, b := benchmath.NewSample(old, &thresholds), benchmath.NewSample(new, &thresholds)
	method := benchmath.AssumeNothing
	return Row{
		Name:       name,
		Old:        method.Summary(a, confidence),
		New:        method.Summary(b, confidence),
		Comparison: method.Compare(a, b),
		Samples:    [2][]float64{a.Values, b.Values},
	}
}

// mean returns the geometric means of several rows. It returns nil for fewer rows, or if a
// value is zero.
func mean(rows []Row) *Mean {
	if len(rows) < 2 {
		return nil
	}
	var old, new float64
	for _, r := range rows {
		if r.Old.Center <= 0 || r.New.Center <= 0 {
			return nil
		}
		old += math.Log(r.Old.Center)
		new += math.Log(r.New.Center)
	}
	n := float64(len(rows))
	return &Mean{Old: math.Exp(old / n), New: math.Exp(new / n), Ratio: math.Exp((new - old) / n)}
}

// Print writes the tables as text.
func Print(w io.Writer, tables []Table) error {
	var b strings.Builder
	path := ""
	var notes []string // without duplicates
	for i, t := range tables {
		if i > 0 {
			b.WriteByte('\n')
		}
		if t.Package != path {
			path = t.Package
			fmt.Fprintf(&b, "pkg: %s\n", path)
		}
		t.print(&b, &notes)
	}
	for i, n := range notes {
		if i == 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// print writes one table and adds remarks to notes.
func (t Table) print(b *strings.Builder, notes *[]string) {
	lines := [][]string{{"", "old " + t.Unit, "", "new " + t.Unit, "", "vs old", ""}}
	for _, r := range t.Rows {
		lines = append(lines, []string{
			r.Name,
			t.Value(r.Old.Center), "± " + r.Old.PctRangeString(),
			t.Value(r.New.Center), "± " + r.New.PctRangeString(),
			r.Delta(), "(" + r.Comparison.String() + ")",
		})
		for _, list := range [][]error{r.Old.Warnings, r.New.Warnings, r.Comparison.Warnings} {
			for _, e := range list {
				if !slices.Contains(*notes, e.Error()) {
					*notes = append(*notes, e.Error())
				}
			}
		}
	}
	if t.Mean != nil {
		lines = append(lines, []string{
			"geomean", t.Value(t.Mean.Old), "", t.Value(t.Mean.New), "", fmt.Sprintf("%+.2f%%", 100*(t.Mean.Ratio-1)), "",
		})
	}
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, s := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(s))
		}
	}
	for _, line := range lines {
		var row strings.Builder
		for i, s := range line {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(s))
			switch i {
			case 0, 2, 4, 6: // names and intervals are left-aligned
				row.WriteString(s + pad)
			default:
				row.WriteString("  " + pad + s)
			}
			row.WriteByte(' ')
		}
		b.WriteString(strings.TrimRight(row.String(), " ") + "\n")
	}
}

// Value returns a value in the table's unit, scaled for readability.
func (t Table) Value(v float64) string {
	return benchunit.Scale(v, benchunit.ClassOf(t.Unit))
}
