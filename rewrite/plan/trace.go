package plan

import (
	"fmt"

	"github.com/closurefix/closurefix/rewrite/refusal"
)

// Trace returns how the plan was made, in lines: the form with the reasons against the
// forms before it, then how each capture reaches finish. short returns the name of a file as
// the lines show it.
func (p *Plan) Trace(short func(file string) string) []string {
	line := "no state"
	switch p.Form {
	case Value:
		line = fmt.Sprintf("value %s: %s", p.Value.Name, reason(p.WhyNotDirect, short))
	case Handed:
		line = fmt.Sprintf("state %s: %s", p.State.Type, reason(p.WhyNotDirect, short))
	}
	if p.Form == Bound {
		line = "the receiver of the method value, a " + p.State.Type
	}
	lines := []string{line}
	if p.WhyNotValue != nil && p.WhyNotValue.Reason != p.WhyNotDirect.Reason {
		lines = append(lines, "no single value will do: "+reason(p.WhyNotValue, short))
	}
	for _, pass := range p.Passages {
		lines = append(lines, pass.Capture.Var.Name()+": "+pass.how())
	}
	return lines
}

// reason returns why a form was not chosen, with the position.
func reason(r *refusal.Refusal, short func(file string) string) string {
	if !r.Pos.IsValid() {
		return r.Reason
	}
	return fmt.Sprintf("%s (%s:%d)", r.Reason, short(r.Pos.Filename), r.Pos.Line)
}

// how describes how a capture reaches finish.
func (p Passage) how() string {
	switch p.Route {
	case ByReceiver:
		return "the receiver of finish"
	case ByArgument:
		return "an argument that callers pass again"
	case ByResult:
		return "an argument: the caller's variable for a result"
	case ByValue:
		return "an argument: what prepare returns in place of the cleanup"
	case ByClock:
		return "an argument: the time, which callers read where prepare did"
	case Anew:
		return "finish's own, set before it is read"
	}
	if p.Pointer {
		return "a field that holds its address: it may change after the return"
	}
	return "a field"
}
