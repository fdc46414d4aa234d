package main

import (
	"fmt"
	"io"
	"time"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/visible"
	"github.com/closurefix/closurefix/rewrite"
)

// costs prints what profiles say about a finding.
func (p *printer) costs(w io.Writer, f rewrite.Finding) {
	for _, c := range f.Costs {
		fmt.Fprintf(w, "\tin the profile: %.2f%% of %s (%s)\n", 100*c.Share, c.Kind, amount(c))
	}
}

// amount says how much a cost is, with its unit.
func amount(c rewrite.Cost) string {
	switch c.Unit {
	case "count":
		return fmt.Sprintf("%d objects", c.Value)
	case "nanoseconds":
		return time.Duration(c.Value).String()
	}
	return fmt.Sprintf("%d %s", c.Value, c.Unit)
}

// cold lists with -v the findings that profiles say cost little.
func (p *printer) cold(res *rewrite.Result) {
	if !p.verbose {
		return
	}
	for _, f := range res.Cold {
		fmt.Fprintf(p.stderr, "%s: %s: below the threshold\n", p.place(f.Pos), f.Name)
		p.costs(p.stderr, f)
	}
}

// warnings prints what is wrong with profiles and tests, and which comments are there to
// silence findings, and silence none.
func (p *printer) warnings(res *rewrite.Result) {
	for _, d := range res.Idle {
		fmt.Fprintf(p.stderr, "%s: this comment silences nothing: %s\n", p.place(d.Pos), visible.Line(d.Text))
	}
	for _, w := range res.Warnings {
		fmt.Fprintf(p.stderr, "closurefix: %s\n", sentence(w))
	}
}

// jsonCost is the JSON form of what a profile says.
type jsonCost struct {
	Kind  string  `json:"kind"`
	Unit  string  `json:"unit"`
	Value int64   `json:"value"`
	Share float64 `json:"share"`
}

func costsJSON(costs []rewrite.Cost) []jsonCost {
	var list []jsonCost
	for _, c := range costs {
		list = append(list, jsonCost(c))
	}
	return list
}
