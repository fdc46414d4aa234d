package plan

import (
	"fmt"
	"path/filepath"
)

// Trace returns how the plan was made, a line each: the form with the reason why it
// is not Direct, then how each capture reaches finish.
func (p *Plan) Trace() []string {
	line := "no state"
	if p.WhyNotDirect != nil {
		line = fmt.Sprintf("state %s: %s", p.State.Type, p.WhyNotDirect.Reason)
		if p.WhyNotDirect.Pos.IsValid() {
			line += fmt.Sprintf(" (%s:%d)", filepath.Base(p.WhyNotDirect.Pos.Filename), p.WhyNotDirect.Pos.Line)
		}
	}
	lines := []string{line}
	for _, pass := range p.Passages {
		lines = append(lines, pass.Capture.Var.Name()+": "+pass.how())
	}
	return lines
}

// how says how a capture reaches finish.
func (p Passage) how() string {
	switch p.Route {
	case ByReceiver:
		return "the receiver of finish"
	case ByArgument:
		return "an argument that callers pass again"
	case ByResult:
		return "an argument: the caller's variable for a result"
	case Anew:
		return "finish's own, set before it is read"
	}
	if p.Pointer {
		return "a field that holds its address: it may change after the return"
	}
	return "a field"
}
