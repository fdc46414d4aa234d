package candidate

import "go/ast"

// InnerFirst sorts items so that each prepare function follows those that it calls. inner
// holds, for each item, the items whose prepare functions it calls. The function of
// returns the candidate of an item. Once the inner function is rewritten, the outer
// cleanup captures its state instead of its cleanup:
//
//	func setup() func() {
//		stop := start(n)                              // rewritten first: start(n)
//		return func() { stop(); log.Print("down") }   // then: finishStart(n); …
//	}
func InnerFirst[T comparable](items []T, of func(T) *Candidate) (ordered []T, inner map[T][]T) {
	byDecl := make(map[ast.Decl]T)
	for _, item := range items {
		byDecl[of(item).Prepare.Decl] = item
	}
	inner = make(map[T][]T)
	for _, item := range items {
		for _, s := range of(item).Sites {
			if outer, ok := byDecl[s.Decl]; ok {
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
