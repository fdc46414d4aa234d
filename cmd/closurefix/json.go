package main

import (
	"encoding/json"
	"fmt"
	"go/token"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/visible"
	"github.com/closurefix/closurefix/rewrite"
)

// The types below are the JSON form of a report. It is that of go vet -json, from
// the path of a package to the name of the analyzer to its diagnostics, and tells
// more about each. The package doc describes it.
type (
	jsonDiagnostic struct {
		Category string        `json:"category"`
		Posn     string        `json:"posn"`
		End      string        `json:"end"`
		Message  string        `json:"message"`
		Fixes    []jsonFix     `json:"suggested_fixes,omitempty"`
		Related  []jsonRelated `json:"related,omitempty"`
		Function string        `json:"function"`
		Refusal  *jsonRefusal  `json:"refusal,omitempty"`
		Notes    []string      `json:"notes,omitempty"`
		Profile  []jsonCost    `json:"profile,omitempty"` // with -profile
		Heap     *jsonHeap     `json:"heap,omitempty"`    // with -escape
		Gain     []jsonGain    `json:"gain,omitempty"`    // with -escape, of a rewrite
	}
	jsonRelated struct {
		Posn    string `json:"posn"`
		End     string `json:"end"`
		Message string `json:"message"`
	}
	jsonFix struct {
		Message string     `json:"message"`
		Edits   []jsonEdit `json:"edits"`
	}
	jsonEdit struct {
		Filename string `json:"filename"`
		Start    int    `json:"start"` // byte offset
		End      int    `json:"end"`
		New      string `json:"new"`
	}
	jsonRefusal struct {
		Code   string `json:"code"`
		Posn   string `json:"posn,omitempty"`
		Reason string `json:"reason"`
	}
)

// json prints all findings as one JSON value.
func (p *printer) json(res *rewrite.Result) error {
	tree := make(map[string]map[string][]jsonDiagnostic)
	for _, f := range res.Findings {
		d := jsonDiagnostic{
			Category: string(f.Kind), Posn: posn(f.Pos), End: posn(f.End), Message: f.Message, Function: f.Name, Notes: f.Notes,
			Heap: heapJSON(f.Heap), Profile: costsJSON(f.Costs), Gain: gainJSON(f.Gain),
		}
		if r := f.Refusal; r != nil {
			d.Refusal = &jsonRefusal{Code: string(r.Code), Reason: r.Error()}
			if r.Pos.IsValid() {
				d.Refusal.Posn = posn(r.Pos)
				d.Related = []jsonRelated{{d.Refusal.Posn, d.Refusal.Posn, r.Error()}}
			}
		} else if len(f.Edits) > 0 {
			fix := jsonFix{Message: f.Outcome(p.short)}
			for _, e := range f.Edits {
				fix.Edits = append(fix.Edits, jsonEdit{e.File, e.Start, e.End, e.New})
			}
			d.Fixes = []jsonFix{fix}
		}
		if tree[f.Package] == nil {
			tree[f.Package] = make(map[string][]jsonDiagnostic)
		}
		tree[f.Package]["closurefix"] = append(tree[f.Package]["closurefix"], d)
	}
	out, err := json.MarshalIndent(tree, "", "\t")
	if err != nil {
		return err
	}
	_, err = p.raw.Write(append(visible.JSON(out), '\n'))
	return err
}

func posn(p token.Position) string {
	return fmt.Sprintf("%s:%d:%d", p.Filename, p.Line, p.Column)
}
