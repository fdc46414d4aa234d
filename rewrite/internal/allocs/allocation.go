package allocs

import (
	"go/token"

	"github.com/closurefix/closurefix/rewrite/internal/escape"
	"github.com/closurefix/closurefix/rewrite/internal/position"
)

// An Allocation is something that the compiler puts on the heap.
type Allocation struct {
	Pos    token.Position
	What   string   // the expression or variable, as the compiler writes it
	Func   string   // the function that allocates it, as in "(*Conn).readFrameHeader"
	Reason []string // the compiler's account, line by line; empty: no reason available
}

// IsLiteral reports whether a is a function literal, not a variable that moved.
func (a Allocation) IsLiteral() bool { return escape.Fact{What: a.What}.IsLiteral() }

// allocation returns what a fact about a function says.
func allocation(f escape.Fact, in string) Allocation {
	return Allocation{
		Pos:    token.Position{Filename: f.File, Line: f.Line, Column: f.Col},
		What:   f.What,
		Func:   in,
		Reason: f.Reason,
	}
}

// byPosition orders allocations by file, line and column.
func byPosition(a, b Allocation) int {
	return position.Compare(a.Pos, b.Pos)
}
