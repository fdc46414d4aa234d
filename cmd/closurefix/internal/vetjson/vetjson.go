// Package vetjson prints a report as JSON in the form of go vet -json, with additional
// properties. It maps the path of a package to the name of the analyzer, and that to a
// list of diagnostics. The documentation of the command describes all properties.
package vetjson

import (
	"encoding/json"
	"go/token"
	"io"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/report"
	"github.com/closurefix/closurefix/cmd/closurefix/internal/visible"
)

type diagnostic struct {
	Category string    `json:"category"`
	Posn     string    `json:"posn"`
	End      string    `json:"end"`
	Message  string    `json:"message"`
	Fixes    []fix     `json:"suggested_fixes,omitempty"`
	Related  []related `json:"related,omitempty"`
	Function string    `json:"function,omitempty"`
	Instead  string    `json:"instead,omitempty"` // replaces the source from posn to end
	Help     string    `json:"help,omitempty"`
	Refusal  *refusal  `json:"refusal,omitempty"`
	Notes    []string  `json:"notes,omitempty"`
	Trace    []string  `json:"trace,omitempty"`
	Profile  []cost    `json:"profile,omitempty"`
	Heap     *heap     `json:"heap,omitempty"`
	Gain     []gain    `json:"gain,omitempty"`
}

type related struct {
	Posn    string `json:"posn"`
	End     string `json:"end"`
	Message string `json:"message"`
}

type fix struct {
	Message string `json:"message"`
	Edits   []edit `json:"edits"`
}

type edit struct {
	Filename string `json:"filename"`
	Start    int    `json:"start"` // byte offset
	End      int    `json:"end"`
	New      string `json:"new"`
}

type refusal struct {
	Code   string `json:"code"`
	Posn   string `json:"posn,omitempty"`
	Reason string `json:"reason"`
	Help   string `json:"help,omitempty"`
}

type cost struct {
	Kind  string  `json:"kind"`
	Unit  string  `json:"unit"`
	Value int64   `json:"value"`
	Share float64 `json:"share"`
}

type heap struct {
	PerCall     [2]int       `json:"allocations_per_call"` // least and most
	Unclear     bool         `json:"unclear,omitempty"`
	Allocations []allocation `json:"allocations"`
}

type allocation struct {
	What   string   `json:"what"`
	Func   string   `json:"func"`
	Posn   string   `json:"posn"`
	Reason []string `json:"reason,omitempty"`
}

type gain struct {
	Func  string       `json:"func"`
	Posn  string       `json:"posn"`
	Left  []allocation `json:"left"`
	Stays int          `json:"stays"`
	New   []allocation `json:"new"`
}

// Write prints all findings as a JSON object.
func Write(w io.Writer, r *report.Report) error {
	tree := make(map[string]map[string][]diagnostic)
	for _, f := range r.Findings {
		if tree[f.Package] == nil {
			tree[f.Package] = make(map[string][]diagnostic)
		}
		tree[f.Package]["closurefix"] = append(tree[f.Package]["closurefix"], diagnosticOf(r, f))
	}
	for _, b := range r.Bugs {
		if tree[b.Package] == nil {
			tree[b.Package] = make(map[string][]diagnostic)
		}
		tree[b.Package]["closurefix"] = append(tree[b.Package]["closurefix"], diagnosticOfBug(b))
	}
	out, err := json.MarshalIndent(tree, "", "\t")
	if err != nil {
		return err
	}
	_, err = w.Write(append(visible.JSON(out), '\n'))
	return err
}

func diagnosticOf(r *report.Report, f report.Finding) diagnostic {
	d := diagnostic{
		Category: f.Category, Posn: posn(f.Pos), End: posn(f.End), Message: f.Message, Function: f.Function,
		Notes: f.Notes, Trace: f.Trace, Heap: heapOf(f.Heap),
	}
	if why := f.Refusal; why != nil {
		d.Refusal = &refusal{Code: why.Code, Reason: why.Reason, Help: why.Help}
		if why.Pos.IsValid() {
			d.Refusal.Posn = posn(why.Pos)
			d.Related = []related{{d.Refusal.Posn, d.Refusal.Posn, why.Reason}}
		}
	} else if len(f.Edits) > 0 {
		one := fix{Message: f.Outcome(func(name string) string { return visible.Line(r.FromDir(name)) })}
		for _, e := range f.Edits {
			one.Edits = append(one.Edits, edit{e.File, e.Start, e.End, e.New})
		}
		d.Fixes = []fix{one}
	}
	for _, c := range f.Costs {
		d.Profile = append(d.Profile, cost(c))
	}
	for _, g := range f.Gain {
		d.Gain = append(d.Gain, gain{g.Func, posn(g.Pos), allocations(g.Left), len(g.Stays), allocations(g.New)})
	}
	return d
}

func diagnosticOfBug(b report.Bug) diagnostic {
	d := diagnostic{
		Category: b.Category, Posn: posn(b.Pos), End: posn(b.End), Message: b.Message, Function: b.Function,
		Instead: b.Instead, Help: b.Help,
	}
	for _, m := range b.Related {
		d.Related = append(d.Related, related{posn(m.Pos), posn(m.Pos), m.Message})
	}
	return d
}

func heapOf(h *report.Heap) *heap {
	if h == nil {
		return nil
	}
	return &heap{PerCall: [2]int{h.Least, h.Most}, Unclear: h.Unclear, Allocations: allocations(h.Allocations)}
}

func allocations(list []report.Allocation) []allocation {
	out := []allocation{}
	for _, a := range list {
		out = append(out, allocation{a.What, a.Func, posn(a.Pos), a.Reason})
	}
	return out
}

// posn returns a position as go vet -json has it, with the absolute file name.
func posn(p token.Position) string {
	return report.Position(p, func(name string) string { return name })
}

// An Identity identifies a finding, independent of lines.
type Identity struct{ Package, Function, Category string }

// Read returns the identities of the findings in a report that Write wrote.
func Read(text []byte) ([]Identity, error) {
	var tree map[string]map[string][]diagnostic
	if err := json.Unmarshal(text, &tree); err != nil {
		return nil, err
	}
	var list []Identity
	for pkg, byTool := range tree {
		for _, d := range byTool["closurefix"] {
			list = append(list, Identity{pkg, d.Function, d.Category})
		}
	}
	return list, nil
}
