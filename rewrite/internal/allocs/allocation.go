package allocs

import (
	"go/token"

	"github.com/closurefix/closurefix/rewrite/internal/escape"
	"github.com/closurefix/closurefix/rewrite/internal/position"
)

// An Allocation is a heap allocation that the compiler reports at one position.
type Allocation struct {
	Pos    token.Position
	What   string   // the expression or variable, as the compiler prints it
	Func   string   // the function that allocates it, as in "(*Conn).readFrameHeader"
	Reason []string // the lines in which the compiler explains it; may be empty
}

// IsLiteral reports whether a is a function literal rather than a variable.
func (a Allocation) IsLiteral() bool { return escape.Fact{What: a.What}.IsLiteral() }

// allocation returns the Allocation for a fact about a function.
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
