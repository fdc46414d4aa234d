package rewrite

import (
	"fmt"

	"github.com/closurefix/closurefix/rewrite/internal/load"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// keepTwins refuses the changes of a function that is declared once for each system, if
// its declaration for some configuration would stay as it is. The declarations must keep
// the same signature, since to callers and readers they are one function. changes are all
// changes of the function.
func keepTwins(scope *load.Scope, digests []*digest, changes []*change) {
	planned := func(file string) bool {
		for _, c := range changes {
			if c.refusal == nil && c.edits[file] != nil {
				return true
			}
		}
		return false
	}
	for again := true; again; { // a refusal may lead to others
		again = false
		for _, c := range changes {
			if c.refusal != nil {
				continue
			}
			for _, g := range digests {
				if g.built[c.pos.Filename] {
					continue
				}
				twin, ok := g.single[c.key]
				if !ok || planned(twin.file) || twin.signature != c.first.signature {
					continue
				}
				c.refusal = &refusal.Refusal{
					Code: refusal.ConfigsDiverge, Pos: c.pos, Name: c.key.String(),
					Reason: fmt.Sprintf("%s declares it for %s, where it would stay as it is", scope.Short(twin.file), g.config),
				}
				again = true
				break
			}
		}
	}
}
