// Package flow says what a declaration does with its variables. It knows
// nothing of prepare functions.
//
// [Facts] holds the syntax of one top-level declaration with the parents of its
// nodes and every access to a variable: a read, a write, or an address taken.
// Everything else is a question about them.
//
// # When an operand may be written again
//
// A rewrite may move the use of an operand from one place of a function to a
// later one:
//
//	done := begin(name, &n)
//	…
//	defer done()                  // defer end(name, &n)
//
// [Facts.SameValue] and [Facts.SameAddress] say when both places mean the same.
// The rules are strict, so that they need no reasoning about the order in which
// a program runs:
//
//   - A constant, nil or a function of a package means the same wherever its
//     name does.
//   - A variable has the same value if nothing but its declaration sets it: no
//     assignment, no loop that the compiler lets share it, no address taken,
//     implicitly neither, and no return statement between the two places.
//   - The address of a variable is the same wherever its name means the
//     variable, whatever is assigned to it.
//
// Fields, elements, calls and package variables may change between the two
// places, and are never the same here.
package flow
