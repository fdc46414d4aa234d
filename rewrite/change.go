package rewrite

import (
	"context"
	"fmt"
	"go/token"
	"maps"
	"slices"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/edit"
	"github.com/closurefix/closurefix/rewrite/internal/load"
	"github.com/closurefix/closurefix/rewrite/internal/position"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// A change is the decision for one prepare function in all build configurations: either
// edits, equal in all of them, or a refusal.
type change struct {
	key     pattern.Key
	first   *verdict       // of the first configuration that has the function
	config  int            // the index of that configuration
	pos     token.Position // of its name there
	edits   map[string][]edit.Edit
	places  map[place][]edit.Edit // see declarationsOf
	refusal *refusal.Refusal
	notes   []string
}

// An id identifies a prepare function across the rounds of a run. Functions of the same
// name in files for different systems have different ids.
type id struct {
	key  pattern.Key
	file string
}

func (c *change) id() id { return id{c.key, c.pos.Filename} }

// files returns the names of the files that c edits, sorted.
func (c *change) files() []string { return slices.Sorted(maps.Keys(c.edits)) }

// A decider makes changes of the candidates in all configurations.
type decider struct {
	candidates func(*callers.World) []*candidate.Candidate
	scope      *load.Scope
	ask        bool                             // the run asks the compiler or profiles about candidates
	omitted    map[pattern.Key]callers.Omission // by the last decision
	selected   map[id]bool                      // what may change; nil: everything
}

// decide returns the changes in the order of their positions, without those that a comment
// silences.
func (d *decider) decide(ctx context.Context, digests []*digest) ([]*change, error) {
	byKey := make(map[pattern.Key][]*verdict) // by configuration, nil where there is none
	var keys []pattern.Key
	d.omitted = make(map[pattern.Key]callers.Omission)
	for i, g := range digests {
		maps.Copy(d.omitted, g.omitted)
		for _, j := range g.verdicts {
			if byKey[j.key] == nil {
				byKey[j.key] = make([]*verdict, len(digests))
				keys = append(keys, j.key)
			}
			byKey[j.key][i] = j
		}
	}
	var changes []*change
	for _, k := range keys {
		same := d.merge(digests, byKey[k])
		keepTwins(d.scope, digests, same)
		changes = append(changes, same...)
	}
	if d.selected != nil {
		changes = slices.DeleteFunc(changes, func(c *change) bool { return !d.selected[c.id()] })
	}
	slices.SortFunc(changes, func(a, b *change) int { return position.Compare(a.pos, b.pos) })
	return changes, d.refuseLinked(ctx, changes)
}

// refuseLinked refuses changes of files that have several hard links, or are reached
// through a symbolic link.
func (d *decider) refuseLinked(ctx context.Context, changes []*change) error {
	for _, c := range changes {
		if c.refusal != nil || len(c.edits) == 0 {
			continue
		}
		for _, name := range c.files() {
			why, err := d.scope.Obstacle(ctx, name)
			if err != nil {
				return err
			}
			if why != "" {
				c.refusal = &refusal.Refusal{Code: refusal.OutsideModule, Pos: c.pos, Name: c.key.String(), Reason: why}
				c.edits = nil
				break
			}
		}
	}
	return nil
}

// merge combines the verdicts on functions of one name in all configurations to changes.
// Verdicts belong to one change if one of the functions is declared in, or its rewrite edits, a
// file that the configuration of the other builds. Functions in files that no other
// configuration builds are separate changes.
func (d *decider) merge(digests []*digest, found []*verdict) []*change {
	touches := func(i, j int) bool { // whether i's verdict concerns configuration j
		if found[i] == nil {
			return false
		}
		if digests[j].built[found[i].at.Filename] {
			return true
		}
		for name := range found[i].edits {
			if digests[j].built[name] {
				return true
			}
		}
		return false
	}
	group := make([]int, len(found))
	for i := range group {
		group[i] = i
	}
	for i := range found {
		for j := range i {
			if touches(i, j) || touches(j, i) {
				old, low := group[i], group[j]
				for x := range group {
					if group[x] == old {
						group[x] = low
					}
				}
			}
		}
	}
	var changes []*change
	for g := range found {
		var members []int
		for i := range found {
			if group[i] == g {
				members = append(members, i)
			}
		}
		if c := d.agree(digests, found, members); c != nil {
			changes = append(changes, c)
		}
	}
	return changes
}

// agree combines the verdicts of the member configurations to one change. Configurations that
// build the same file must have the same edits for it.
func (d *decider) agree(digests []*digest, found []*verdict, members []int) *change {
	c := &change{edits: make(map[string][]edit.Edit), places: make(map[place][]edit.Edit)}
	for _, i := range members {
		if found[i] != nil && c.first == nil {
			c.key, c.first, c.config, c.pos = found[i].key, found[i], i, found[i].at
		}
	}
	if c.first == nil {
		return nil
	}
	for _, i := range members {
		if f := found[i]; f != nil && f.refusal != nil {
			c.refusal = f.refusal
			return c
		}
	}
	editsOf := func(i int, name string) []edit.Edit {
		if found[i] == nil {
			return nil
		}
		return found[i].edits[name]
	}
	for _, i := range members {
		if found[i] == nil {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(found[i].edits)) {
			for _, j := range members {
				if digests[j].built[name] && !slices.Equal(editsOf(i, name), editsOf(j, name)) {
					c.refusal = d.diverge(c, digests[i].config, digests[j].config, name, found[j] == nil)
					return c
				}
			}
			if !digests[i].ours[name] {
				c.refusal = &refusal.Refusal{
					Code: refusal.OutsideModule, Pos: c.pos, Name: c.key.String(),
					Reason: fmt.Sprintf("%s is not a file of a main module", d.scope.Short(name)),
				}
				return c
			}
			c.edits[name] = found[i].edits[name]
		}
		for p, statements := range found[i].places {
			if _, known := c.places[p]; !known {
				c.places[p] = statements
				if i != c.config {
					c.places[p] = nil
				}
			}
		}
		for _, n := range found[i].notes {
			if !slices.Contains(c.notes, n) {
				c.notes = append(c.notes, n)
			}
		}
	}
	return c
}

// diverge returns the refusal of a change that has different edits of a file in two
// configurations. missing is set if there is no verdict in the second one.
func (d *decider) diverge(c *change, one, other load.Config, name string, missing bool) *refusal.Refusal {
	reason := fmt.Sprintf("%s and %s would change %s differently", one, other, d.scope.Short(name))
	if missing {
		reason = fmt.Sprintf("%s would change for %s alone, since the function has no cleanup that callers use for %s", d.scope.Short(name), one, other)
	}
	return &refusal.Refusal{Code: refusal.ConfigsDiverge, Pos: c.pos, Name: c.key.String(), Reason: reason}
}

// all returns the edits of c, ordered by file and offset.
func (c *change) all() []edit.Edit {
	var edits []edit.Edit
	for _, name := range c.files() {
		edits = append(edits, c.edits[name]...)
	}
	return edits
}

func byFile(edits []edit.Edit) map[string][]edit.Edit {
	m := make(map[string][]edit.Edit)
	for _, e := range edits {
		m[e.File] = append(m[e.File], e)
	}
	return m
}
