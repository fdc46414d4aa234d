package candidate

import (
	"go/ast"
	"slices"
)

// InnerFirst sorts items so that each prepare function follows those that it calls. inner
// holds, for each item, the items whose prepare functions it calls. The function of
// returns the candidate of an item. Once the inner function is rewritten, the outer
// cleanup captures its state instead of its cleanup:
//
//	func setup() func() {
//		stop := start(n)                              // rewritten first: start(n)
//		return func() { stop(); log.Print("down") }   // then: finishStart(n); …
//	}
//
// A literal in a local variable follows the function around it: the type of its state could not be
// written outside, where the finish of that function would need it.
func InnerFirst[T comparable](items []T, of func(T) *Candidate) (ordered []T, inner map[T][]T) {
	byDecl := make(map[ast.Decl]T)
	for _, item := range items {
		byDecl[of(item).Prepare.Decl] = item
	}
	inner = make(map[T][]T)
	for _, item := range items {
		for _, s := range of(item).Sites {
			outer, ok := byDecl[s.Decl]
			switch f := of(item).function; {
			case !ok:
			case f != nil && f.Local != nil:
				if !slices.Contains(inner[item], outer) {
					inner[item] = append(inner[item], outer)
				}
			default:
				inner[outer] = append(inner[outer], item)
			}
		}
	}
	seen := make(map[T]bool)
	var visit func(item T)
	visit = func(item T) {
		if seen[item] {
			return
		}
		seen[item] = true
		for _, i := range inner[item] {
			visit(i)
		}
		ordered = append(ordered, item)
	}
	for _, item := range items {
		visit(item)
	}
	return ordered, inner
}
