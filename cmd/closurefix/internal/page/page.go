// Package page writes a report as one HTML page for the reviewer of a change: the
// functions that were rewritten, the code before and after side by side, the heap
// allocations that are gone, the results of benchmarks, and the refusals. The page
// contains everything that it needs, without scripts or network access. It suits wide and
// narrow screens, light and dark, and programs that read pages aloud.
package page

import (
	"bytes"
	_ "embed"
	"fmt"
	"go/token"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/report"
	"github.com/closurefix/closurefix/cmd/closurefix/internal/visible"
	"github.com/closurefix/closurefix/rewrite"
)

//go:embed page.html
var source string

// A view holds the data for the template.
type view struct {
	*report.Report
	Heading   string
	Done      string // what happened to the functions that are rewritten: "Rewritten" or "Would be rewritten"
	Tiles     []tile
	Facts     []fact
	Rewritten []report.Finding
	Left      []report.Finding
	Sources   []file
	Groups    []group
	Warned    []string // about benchmarks
}

// A fact says how the report was made.
type fact struct {
	Name, Value string
	Code        bool // Value is source or a command
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
	v, err := viewOf(r)
	if err != nil {
		return err
	}
	// The buffer prevents a truncated page after an error.
	var b bytes.Buffer
	if err := page.Execute(&b, v); err != nil {
		return err
	}
	_, err = io.WriteString(w, visible.Text(b.String()))
	return err
}

// viewOf returns the data for the template.
func viewOf(r *report.Report) (*view, error) {
	v := &view{Report: r, Done: "Would be rewritten"}
	if r.Written {
		v.Done = "Rewritten"
	}
	v.Rewritten, v.Left = r.Split()
	v.Heading = heading(r, len(v.Rewritten), len(v.Left))
	for _, f := range r.Files {
		side, err := sideBySide(f)
		if err != nil {
			return nil, err
		}
		side.Name = r.BelowDir(f.Name)
		v.Sources = append(v.Sources, side)
	}
	if r.Bench != nil {
		v.Warned = r.Bench.Warnings
		v.Groups = groups(r.Bench)
	}
	v.Tiles = append(benchTiles(v.Groups), heapTiles(v.Rewritten)...)
	v.Facts = facts(r)
	return v, nil
}

// heading returns what was done, or would be, in a sentence without its full stop.
func heading(r *report.Report, rewritten, left int) string {
	var parts []string
	done := "would be rewritten"
	switch {
	case r.Written && rewritten == 1:
		done = "was rewritten"
	case r.Written:
		done = "were rewritten"
	}
	if rewritten > 0 {
		parts = append(parts, fmt.Sprintf("%s %s", count(rewritten, "function"), done))
	}
	switch {
	case left > 0 && rewritten == 0:
		parts = append(parts, fmt.Sprintf("%s cannot be rewritten", count(left, "function")))
	case left > 0:
		parts = append(parts, fmt.Sprintf("%d cannot be", left))
	}
	if n := len(r.Bugs); n > 0 {
		parts = append(parts, count(n, "bug")+" at callers")
	}
	if len(parts) == 0 {
		return "No findings"
	}
	return strings.Join(parts, ", ")
}

// count returns a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// heapTiles returns the tile that counts what left the heap, as the compiler reports.
func heapTiles(rewritten []report.Finding) []tile {
	left, new, known := 0, 0, false
	for _, f := range rewritten {
		for _, g := range f.Gain {
			known = true
			left += len(g.Left)
			new += len(g.New)
		}
	}
	if !known {
		return nil
	}
	t := tile{Figure: minus(fmt.Sprintf("%+d", new-left)) + " on the heap", Note: "closures and variables, as the compiler reports"}
	if new > 0 {
		t.Note = fmt.Sprintf("%d closures and variables gone, %d new, as the compiler reports", left, new)
	}
	return []tile{t}
}

// facts returns what is known of how the report was made.
func facts(r *report.Report) []fact {
	o := r.Origin
	list := []fact{{Name: "Module", Value: o.Module, Code: true}, {Name: "Commit", Value: o.Revision, Code: true}}
	switch {
	case o.Differ == 1:
		list = append(list, fact{Name: "Not committed", Value: "1 file named here"})
	case o.Differ > 1:
		list = append(list, fact{Name: "Not committed", Value: fmt.Sprintf("%d files named here", o.Differ)})
	}
	if !o.Date.IsZero() {
		list = append(list, fact{Name: "Date", Value: o.Date.UTC().Format(time.DateTime) + " UTC"})
	}
	list = append(list, fact{Name: "Go", Value: strings.TrimPrefix(o.Go, "go")})
	if r.Bench != nil && len(r.Bench.New) > 0 {
		b := r.Bench.New[0]
		if os := b.GetConfig("goos"); os != "" {
			list = append(list, fact{Name: "System", Value: os + "/" + b.GetConfig("goarch")})
		}
		list = append(list, fact{Name: "Processor", Value: b.GetConfig("cpu")})
	}
	list = append(list,
		fact{Name: "closurefix", Value: r.Version},
		fact{Name: "Command", Value: commandLine(o.Command), Code: true})
	var known []fact
	for _, f := range list {
		if f.Value != "" {
			known = append(known, f)
		}
	}
	return known
}

// commandLine returns the words as one types them in a shell.
func commandLine(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = w
		if w == "" || strings.ContainsAny(w, " \t\n\"'`$&|;<>()[]{}*?!~#\\") {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}
