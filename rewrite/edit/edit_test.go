package edit

import (
	"go/token"
	"go/types"
	"testing"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
)

// A parameter of finish that no call has an operand for is an error, at callers as within
// prepare: it is not left out. Prepare has the value that it hands over.
func TestRoutes(t *testing.T) {
	for route := plan.ByReceiver; route <= plan.ByClock+1; route++ {
		if route == plan.ByArgument || route == plan.ByResult {
			continue
		}
		p := &plan.Plan{}
		p.Finish.Params = []plan.Param{{Name: "x", Passage: &plan.Passage{
			Route: route, Capture: &pattern.Capture{Var: types.NewVar(token.NoPos, nil, "x", types.Typ[types.Int])},
		}}}
		w := &siteWriter{Plan: p, sp: &plan.SitePlan{Site: &pattern.Site{}}}
		if args := w.args(); w.err == nil {
			t.Errorf("route %d: arguments %v and no error at a caller", route, args)
		}
		if args, err := (&declarer{Plan: p}).innerArgs(); err == nil && route != plan.ByValue {
			t.Errorf("route %d: arguments %v and no error within prepare", route, args)
		}
	}
}
