package main

import (
	"bytes"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/page"
	"github.com/closurefix/closurefix/cmd/closurefix/internal/report"
	"github.com/closurefix/closurefix/cmd/closurefix/internal/text"
	"github.com/closurefix/closurefix/rewrite"
	"github.com/closurefix/closurefix/rewrite/edit"
)

// TestFormatsAgree: each form tells everything of a report but what the doc of package
// report says that it leaves out.
func TestFormatsAgree(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "m.go")
	if err := os.WriteFile(name, []byte(strings.Repeat("0123456789\n", 10)), 0o644); err != nil {
		t.Fatal(err)
	}
	at := func(line int) token.Position { return token.Position{Filename: name, Line: line, Column: 6} }
	allocation := func(what string) report.Allocation {
		return report.Allocation{Pos: at(5), What: what, Func: "the-func", Reason: []string{"the-flow"}}
	}
	r := &report.Report{
		Place: report.Place{Dir: dir, Root: dir},
		Findings: []report.Finding{{
			Pos: at(1), End: at(1), Package: "example.com/m", Function: "the-function", Category: "result-pointer", Message: "the-message",
			Files: []string{name}, Edits: []edit.Edit{{File: name, Start: 1, End: 2, New: "the-edit"}},
			Notes: []string{"the-note"}, Trace: []string{"the-trace"},
			Costs: []report.Cost{{Kind: "the-kind", Unit: "bytes", Value: 16, Share: 0.5}},
			Heap:  &report.Heap{Least: 3, Most: 7, Allocations: []report.Allocation{allocation("the-alloc")}},
			Gain:  []report.Gain{{Func: "the-gainer", Pos: at(2), Left: []report.Allocation{allocation("the-left")}}},
		}, {
			Pos: at(3), End: at(3), Package: "example.com/m", Function: "other", Category: "capture", Message: "the-other",
			Refusal: &report.Refusal{Code: "the-code", Pos: at(4), Reason: "the-reason", Help: "the-help"},
			Notes:   []string{"another-note"},
		}},
		Idle:     []report.Directive{{Pos: at(6), Text: "the-directive"}},
		Warnings: []string{"the-warning"},
		Unloaded: &rewrite.SourceError{Problems: []rewrite.Problem{{File: name, Line: 1, Text: "the-problem"}}},
		LeftOut:  rewrite.LeftOut{Exported: 1, Kind: 2, Tests: 3, Stack: 4, Cold: 5, Silenced: 6, Few: 7, Unselected: 8, Busy: 9},
		Stack:    []report.Finding{{Pos: at(7), Function: "the-stack"}},
		Cold:     []report.Finding{{Pos: at(8), Function: "the-cold"}},
	}
	people := func(verbose bool) func(io.Writer, *report.Report) error {
		return func(w io.Writer, r *report.Report) error {
			p := text.New(r.Place, w, w, text.Options{Verbose: verbose, Context: -1})
			p.Warnings(r)
			p.LeftOut(r)
			p.Unloaded(r)
			return p.Report(r)
		}
	}
	write := map[string]func(io.Writer, *report.Report) error{"text": people(false), "text -v": people(true), "page": page.Write}
	for name, f := range formats() {
		write[name] = f.write
	}
	lacks := map[string][]string{ // the table of the doc
		"text":   {"the-help", "the-trace", "the-stack", "the-cold"},
		"json":   {"the-problem", "left out 45 functions", "the-warning", "the-directive", "the-stack", "the-cold"},
		"sarif":  {"the-stack", "the-cold"},
		"github": {"left out 45 functions", "the-help", "the-trace", "the-alloc", "the-flow", "the-left", "the-stack", "the-cold"},
	}
	// A patch, and the files of a page, show edits. In a gain SARIF counts.
	lacks["text"] = append(lacks["text"], "the-edit")
	lacks["text -v"] = append(lacks["text -v"], "the-edit")
	lacks["page"] = append(lacks["page"], "the-edit")
	lacks["github"] = append(lacks["github"], "the-edit")
	lacks["sarif"] = append(lacks["sarif"], "the-left")
	all := []string{
		"m.go", "the-function", "result-pointer", "the-message", "the-edit", "the-note", "the-trace", "the-kind", "the-alloc", "the-flow",
		"the-gainer", "the-left", "capture", "the-other", "the-code", "the-reason", "the-help", "another-note", "the-directive", "the-warning",
		"the-stack", "the-cold", "left out 45 functions", "the-problem",
	}
	for name, write := range write {
		var b bytes.Buffer
		if err := write(&b, r); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, word := range all {
			if has, want := strings.Contains(b.String(), word), !slices.Contains(lacks[name], word); has != want {
				t.Errorf("%s: has %s: %v, want %v", name, word, has, want)
			}
		}
	}
}

// TestReportOfResult: what a run adds to a finding is in the report.
func TestReportOfResult(t *testing.T) {
	f := rewrite.Finding{Name: "f", Notes: []string{"note"}, Trace: []string{"trace"}, Heap: new(rewrite.Heap), Gain: make([]rewrite.Gain, 1), Costs: make([]rewrite.Cost, 1)}
	r := report.New(&rewrite.Result{Findings: []rewrite.Finding{f}, Stack: []rewrite.Finding{f}, Cold: []rewrite.Finding{f}, Warnings: []string{"w"}}, report.Place{}, true)
	got := r.Findings[0]
	if got.Function != "f" || len(got.Notes) != 1 || len(got.Trace) != 1 || got.Heap == nil || len(got.Gain) != 1 || len(got.Costs) != 1 ||
		len(r.Stack) != 1 || len(r.Cold) != 1 || len(r.Warnings) != 1 || !r.Written {
		t.Errorf("the report is %+v", r)
	}
}
