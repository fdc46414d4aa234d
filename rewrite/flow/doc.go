// Package flow analyzes what a declaration does with its variables: who reads
// and writes them, and where an expression would have the same value again. It
// knows nothing about prepare functions.
//
// [Facts] holds the syntax of one top-level declaration, a cursor for each of its
// nodes, and every access to a variable: a read, a write, or an address taken.
// All other results are computed from these.
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
// [Facts.SameValue] and [Facts.SameAddress] report whether the operand means the
// same at both places. The rules are strict, so that little reasoning about the order
// of execution is needed:
//
//   - A constant, nil or a package-level function means the same wherever its
//     name refers to it.
//   - A variable has the same value if nothing sets it in between. Its address is never
//     taken (explicitly or implicitly), and no return statement sets it. If the second
//     place only follows the first, in the same execution of a block of the function that
//     declares the variable, other statements of that function may assign it before the
//     one or after the other. Otherwise nothing but its declaration does, and it
//     is not shared by the iterations of a loop.
//   - The address of a variable is the same wherever its name refers to the
//     variable, whatever is assigned to it. Only a variable that the iterations of a loop
//     share is not written into a literal, since go vet warns of that.
//
// A field of a variable is a part of it, if no pointer leads there. Other fields, elements, calls and
// package variables may change between the two places. They never count as the same.
package flow
