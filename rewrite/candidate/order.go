package candidate

import (
	"go/ast"
	"go/token"
	"slices"
)

// A Nesting says where a prepare function is declared and called.
type Nesting struct {
	Decl    token.Position   // of its declaration
	Callers []token.Position // of the declarations that call it
	Local   bool             // it is a literal in a local variable
}

// Nesting returns where the prepare function of c is declared and called.
func (c *Candidate) Nesting() Nesting {
	n := Nesting{
		Decl:  c.Prepare.Unit.Fset.PositionFor(c.Prepare.Decl.Pos(), false),
		Local: c.function != nil && c.function.Local != nil,
	}
	var last ast.Decl
	for _, s := range c.Sites {
		if s.Decl != last {
			last = s.Decl
			n.Callers = append(n.Callers, s.Unit.Fset.PositionFor(s.Decl.Pos(), false))
		}
	}
	return n
}

// InnerFirst sorts items so that each prepare function follows those that it calls. inner
// holds, for each item, the items whose prepare functions it calls. The function of
// returns the nesting of an item. Once the inner function is rewritten, the outer
// cleanup captures its state instead of its cleanup:
//
//	func setup() func() {
//		stop := start(n)                              // rewritten first: start(n)
//		return func() { stop(); log.Print("down") }   // then: finishStart(n); …
//	}
//
// A literal in a local variable follows the function around it: the type of its state could not be
// written outside, where the finish of that function would need it.
func InnerFirst[T comparable](items []T, of func(T) Nesting) (ordered []T, inner map[T][]T) {
	at := make([]Nesting, len(items))
	declared := make(map[token.Position]T)
	for i, item := range items {
		at[i] = of(item)
		declared[at[i].Decl] = item
	}
	inner = make(map[T][]T)
	for i, item := range items {
		for _, caller := range at[i].Callers {
			outer, ok := declared[caller]
			switch {
			case !ok:
			case at[i].Local:
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
