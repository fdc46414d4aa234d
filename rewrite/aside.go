package rewrite

import (
	"go/token"
	"maps"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/internal/load"
	"github.com/closurefix/closurefix/rewrite/internal/position"
)

// An aside is what a run takes from a view of the files on disk besides the decisions. Like a digest it holds
// neither syntax nor types.
type aside struct {
	misuses    []Misuse
	silenced   map[token.Position]bool // comments that suppress a misuse
	faults     []string
	suppressed map[token.Position]bool // names of functions that would be findings without comments
}

// aside returns the aside of the view of configuration i.
func (r *run) aside(i int, v *load.View) *aside {
	a := new(aside)
	a.misuses, a.silenced, a.faults = misusesIn(v)
	silenced := maps.Clone(a.silenced)
	for _, before := range r.asides[:i] {
		maps.Copy(silenced, before.silenced)
	}
	if r.comments.doubtful(silenced) {
		a.suppressed = silencedIn(r.comments.files, v, r.candidates)
	}
	return a
}

// addMisuses adds the misuses that are wanted, each of them once.
func (r *run) addMisuses(o Options) {
	type place struct {
		file   string
		offset int
	}
	seen := make(map[place]bool)
	for _, a := range r.asides {
		for _, m := range a.misuses {
			at := place{m.Pos.Filename, m.Pos.Offset}
			if !seen[at] && (o.Tests || !strings.HasSuffix(m.Pos.Filename, "_test.go")) && (o.Select == nil || o.Select(m.selector())) {
				r.misuses = append(r.misuses, m)
			}
			seen[at] = true
		}
		r.warnings = append(r.warnings, a.faults...)
	}
	slices.SortFunc(r.misuses, func(a, b Misuse) int { return position.Compare(a.Pos, b.Pos) })
}
