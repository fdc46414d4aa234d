package main

import (
	"fmt"
	"go/token"
	"io"

	"github.com/closurefix/closurefix/rewrite"
)

// heap prints what a finding costs, and how the compiler came to that.
func (p *printer) heap(w io.Writer, f rewrite.Finding) {
	h := f.Heap
	if h == nil {
		return
	}
	fmt.Fprintf(w, "\ton the heap: %s\n", cost(h))
	for _, a := range h.Allocations {
		fmt.Fprintf(w, "\t%s: %s in %s\n", p.place(a.Pos), sentence(a.What), sentence(a.Func))
		if len(a.Reason) == 0 {
			fmt.Fprintf(w, "\t\tno reason available\n")
		}
		for _, line := range a.Reason {
			fmt.Fprintf(w, "\t\t%s\n", sentence(line))
		}
	}
}

// cost says in a few words what one call of a prepare function allocates.
func cost(h *rewrite.Heap) string {
	var s string
	switch {
	case h.Least != h.Most:
		s = fmt.Sprintf("%d to %d allocations per call", h.Least, h.Most)
	case h.Most == 1:
		s = "1 allocation per call"
	default:
		s = fmt.Sprintf("%d allocations per call", h.Most)
	}
	if h.Unclear {
		s += ", as far as the compiler's words are known"
	}
	return s
}

// stack lists with -v what the compiler keeps on the stack.
func (p *printer) stack(res *rewrite.Result) {
	if !p.verbose {
		return
	}
	for _, f := range res.Stack {
		fmt.Fprintf(p.stderr, "%s: %s: the compiler keeps its cleanup on the stack\n", p.place(f.Pos), f.Name)
	}
}

// gains prints, function by function, what rewrites changed about the heap. What
// stays there is counted, and listed with -v.
func (p *printer) gains(res *rewrite.Result) {
	for _, f := range res.Findings {
		for _, g := range f.Gain {
			if len(g.Left)+len(g.New) == 0 && !(p.verbose && len(g.Stays) > 0) {
				continue
			}
			fmt.Fprintf(p.stderr, "%s: heap of %s: %d left, %d stay, %d new\n",
				p.place(g.Pos), sentence(g.Func), len(g.Left), len(g.Stays), len(g.New))
			p.allocations("left", g.Left)
			if p.verbose {
				p.allocations("stays", g.Stays)
			}
			p.allocations("new", g.New)
		}
	}
}

// allocations prints a part of such a table.
func (p *printer) allocations(word string, list []rewrite.Allocation) {
	for _, a := range list {
		fmt.Fprintf(p.stderr, "\t%-5s  %s: %s\n", word, p.place(a.Pos), sentence(a.What))
	}
}

// place returns a position in short.
func (p *printer) place(at token.Position) string {
	return fmt.Sprintf("%s:%d:%d", p.short(at.Filename), at.Line, at.Column)
}

// The types below are the JSON form of what a finding costs.
type (
	jsonHeap struct {
		PerCall     [2]int           `json:"allocations_per_call"` // least and most
		Unclear     bool             `json:"unclear,omitempty"`
		Allocations []jsonAllocation `json:"allocations"`
	}
	jsonAllocation struct {
		What   string   `json:"what"`
		Func   string   `json:"func"`
		Posn   string   `json:"posn"`
		Reason []string `json:"reason,omitempty"`
	}
)

func heapJSON(h *rewrite.Heap) *jsonHeap {
	if h == nil {
		return nil
	}
	return &jsonHeap{PerCall: [2]int{h.Least, h.Most}, Unclear: h.Unclear, Allocations: allocationsJSON(h.Allocations)}
}

// jsonGain is what a rewrite changed about the heap in one function.
type jsonGain struct {
	Func  string           `json:"func"`
	Posn  string           `json:"posn"`
	Left  []jsonAllocation `json:"left"`
	Stays int              `json:"stays"`
	New   []jsonAllocation `json:"new"`
}

func gainJSON(gains []rewrite.Gain) []jsonGain {
	var list []jsonGain
	for _, g := range gains {
		list = append(list, jsonGain{g.Func, posn(g.Pos), allocationsJSON(g.Left), len(g.Stays), allocationsJSON(g.New)})
	}
	return list
}

func allocationsJSON(list []rewrite.Allocation) []jsonAllocation {
	out := []jsonAllocation{}
	for _, a := range list {
		out = append(out, jsonAllocation{a.What, a.Func, posn(a.Pos), a.Reason})
	}
	return out
}
