// Package linediff compares the lines of two versions of a file that differ in many small
// places.
//
// go-udiff looks for the shortest list of edits. If there are too many, it gives up and
// returns one edit from the first difference to the last. So this package first splits
// both versions at the lines that each has exactly once and in the same order, and uses
// go-udiff between these lines. This is the idea of Bram Cohen's patience diff.
package linediff

import (
	"sort"
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// Edits returns the edits of whole lines that turn before into after, ordered by offset
// and without overlap.
func Edits(before, after string) []udiff.Edit {
	b, a := lines(before), lines(after)
	var edits []udiff.Edit
	i, j, at := 0, 0, 0 // number of lines done in before and after, and the offset in before
	upTo := func(k, l int) {
		from, to := strings.Join(b[i:k], ""), strings.Join(a[j:l], "")
		switch {
		case from == to:
		case from == "" || to == "":
			edits = append(edits, udiff.Edit{Start: at, End: at + len(from), New: to})
		default:
			for _, e := range udiff.Lines(from, to) {
				edits = append(edits, udiff.Edit{Start: at + e.Start, End: at + e.End, New: e.New})
			}
		}
		at += len(from)
		i, j = k, l
	}
	for _, m := range anchors(b, a) {
		upTo(m.before, m.after)
		at += len(b[m.before])
		i, j = m.before+1, m.after+1
	}
	upTo(len(b), len(a))
	return edits
}

// lines splits a string after each newline.
func lines(text string) []string {
	all := strings.SplitAfter(text, "\n")
	if all[len(all)-1] == "" {
		all = all[:len(all)-1]
	}
	return all
}

// A match is a line that both versions have, given by its indices.
type match struct{ before, after int }

// anchors returns the longest list of matches in which both indices increase, of lines
// that each version has once.
func anchors(before, after []string) []match {
	once := func(lines []string) map[string]int {
		at := make(map[string]int, len(lines))
		for i, l := range lines {
			if _, twice := at[l]; twice {
				i = -1
			}
			at[l] = i
		}
		return at
	}
	inAfter := once(after)
	var matches []match
	for l, i := range once(before) {
		if j, ok := inAfter[l]; ok && i >= 0 && j >= 0 {
			matches = append(matches, match{i, j})
		}
	}
	sort.Slice(matches, func(x, y int) bool { return matches[x].before < matches[y].before })

	// ends[n] is the match with the smallest index in after that ends an increasing list
	// of n+1 matches, and back leads to the match before it.
	var ends []int
	back := make([]int, len(matches))
	for k, m := range matches {
		n := sort.Search(len(ends), func(n int) bool { return matches[ends[n]].after >= m.after })
		back[k] = -1
		if n > 0 {
			back[k] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, k)
		} else {
			ends[n] = k
		}
	}
	if len(ends) == 0 {
		return nil
	}
	rising := make([]match, len(ends))
	for n, k := len(ends)-1, ends[len(ends)-1]; n >= 0; n, k = n-1, back[k] {
		rising[n] = matches[k]
	}
	return rising
}
