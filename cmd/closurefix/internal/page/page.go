// Package page writes a report as one HTML page for the reviewer of a change: the
// functions that were rewritten, the code before and after side by side, the heap
// allocations that are gone, the results of benchmarks, and the refusals. The page
// contains everything that it needs, without scripts or network access.
package page

import (
	"bytes"
	_ "embed"
	"go/token"
	"html/template"
	"io"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/report"
	"github.com/closurefix/closurefix/cmd/closurefix/internal/visible"
	"github.com/closurefix/closurefix/rewrite"
	"github.com/closurefix/closurefix/rewrite/bench"
)

//go:embed page.html
var source string

// A view holds the data for the template.
type view struct {
	*report.Report
	Title     string
	Done      string // what happened to the functions that are rewritten: "rewritten" or "to be rewritten"
	Rewritten []report.Finding
	Left      []report.Finding
	Sources   []file
	Tables    []table
	Warned    []string // about benchmarks
}

// generator is the line by which Ours recognizes a page.
const generator = `<meta name="generator" content="closurefix">`

// Ours reports whether a file with the given beginning is a page that Write wrote.
func Ours(beginning []byte) bool { return bytes.Contains(beginning, []byte(generator)) }

// Write writes a report as a page.
func Write(w io.Writer, r *report.Report) error {
	page, err := template.New("page").Funcs(template.FuncMap{
		"place":   func(p token.Position) string { return report.Position(p, r.BelowDir) },
		"outcome": func(f report.Finding) string { return f.Outcome(r.BelowDir) },
		"spent":   report.Spent,
		"problem": func(p rewrite.Problem) string {
			if p.File != "" {
				p.File = r.BelowDir(p.File)
			}
			return p.String()
		},
		"calls":   report.PerCall,
		"leftOut": report.LeftOut,
	}).Parse(source)
	if err != nil {
		return err
	}
	v := view{Report: r, Title: "closurefix", Done: "to be rewritten"}
	if r.Written {
		v.Done = "rewritten"
	}
	v.Rewritten, v.Left = r.Split()
	for _, f := range r.Files {
		side, err := sideBySide(f)
		if err != nil {
			return err
		}
		side.Name = r.BelowDir(f.Name)
		v.Sources = append(v.Sources, side)
	}
	if r.Bench != nil {
		v.Warned = r.Bench.Warnings
		for _, t := range r.Bench.Tables() {
			v.Tables = append(v.Tables, plotted(t))
		}
	}
	// The buffer prevents a truncated page after an error.
	var b bytes.Buffer
	if err := page.Execute(&b, v); err != nil {
		return err
	}
	_, err = io.WriteString(w, visible.Text(b.String()))
	return err
}

// A table is a benchmark table with a plot for each row.
type table struct {
	bench.Table
	Lines []line
}

// A line is a row of a table and its plot.
type line struct {
	bench.Row
	Old, New   string // the medians
	Plot       [2]interval
	Delta, How string
}

// An interval is a bar of the plot, in percent of its width. It shows the median and the
// 95 % confidence interval, or, with too few samples for that, the range of the samples.
type interval struct {
	Class            string
	Y                int
	From, Width, Mid float64
}

// plotted returns a benchmark table with plots. Each row has its own scale, from zero.
func plotted(t bench.Table) table {
	out := table{Table: t}
	for _, r := range t.Rows {
		l := line{Row: r, Old: t.Value(r.Old.Center), New: t.Value(r.New.Center), Delta: r.Delta(), How: r.Comparison.String()}
		top := 0.0
		for _, s := range r.Samples {
			top = max(top, s[len(s)-1])
		}
		if top == 0 {
			top = 1
		}
		for side, sum := range [][3]float64{{r.Old.Lo, r.Old.Center, r.Old.Hi}, {r.New.Lo, r.New.Center, r.New.Hi}} {
			s := r.Samples[side]
			lo, hi := max(sum[0], s[0]), min(sum[2], s[len(s)-1])
			l.Plot[side] = interval{
				Class: [...]string{"old", "new"}[side], Y: 2 + 14*side,
				From: 100 * lo / top, Width: 100 * (hi - lo) / top, Mid: 100 * sum[1] / top,
			}
		}
		out.Lines = append(out.Lines, l)
	}
	return out
}
