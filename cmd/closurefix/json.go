package main

import (
	"encoding/json"
	"fmt"
	"go/token"

	"github.com/closurefix/closurefix/rewrite"
)

// The types below are the JSON form of a report. It is that of go vet -json
// (package path → analyzer → diagnostics), where a diagnostic has a refusal and
// notes in addition.
type (
	jsonDiagnostic struct {
		Category string       `json:"category"`
		Posn     string       `json:"posn"`
		Message  string       `json:"message"`
		Fixes    []jsonFix    `json:"suggested_fixes,omitempty"`
		Refusal  *jsonRefusal `json:"refusal,omitempty"`
		Notes    []string     `json:"notes,omitempty"`
		Profile  []jsonCost   `json:"profile,omitempty"` // with -profile
		Heap     *jsonHeap    `json:"heap,omitempty"`    // with -escape
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
			Category: string(f.Kind), Posn: posn(f.Pos), Message: f.Message, Notes: f.Notes,
			Heap: heapJSON(f.Heap), Profile: costsJSON(f.Costs),
		}
		if r := f.Refusal; r != nil {
			d.Refusal = &jsonRefusal{Code: string(r.Code), Reason: r.Error()}
			if r.Pos.IsValid() {
				d.Refusal.Posn = posn(r.Pos)
			}
		} else {
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
	_, err = fmt.Fprintf(p.raw, "%s\n", out)
	return err
}

func posn(p token.Position) string {
	return fmt.Sprintf("%s:%d:%d", p.Filename, p.Line, p.Column)
}
