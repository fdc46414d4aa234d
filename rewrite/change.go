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
	"github.com/closurefix/closurefix/rewrite/suppress"
)

// A change is the decision for one prepare function in all build configurations: either
// edits, equal in all of them, or a refusal.
type change struct {
	key     pattern.Key
	first   *candidate.Candidate // of the first configuration that has the function
	config  int                  // the index of that configuration
	pos     token.Position       // of its name there
	edits   map[string][]edit.Edit
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

// A decider makes changes of the candidates in all views.
type decider struct {
	candidates func(*callers.World) []*candidate.Candidate
	scope      *load.Scope
	omitted    map[pattern.Key]callers.Omission // by the last decision
	selected   map[id]bool                      // what may change; nil: everything
}

// decide returns the changes in the order of their positions, without those that a
// comment silences.
func (d *decider) decide(ctx context.Context, views []*load.View) ([]*change, error) {
	byKey := make(map[pattern.Key][]*candidate.Candidate) // by view, nil where there is none
	var keys []pattern.Key
	d.omitted = make(map[pattern.Key]callers.Omission)
	comments := suppress.New(suppress.All)
	silenced := func(p *pattern.Prepare) bool { return comments.Func(p.Unit.Fset, p.File, p.Decl) }
	for i, v := range views {
		v.World.Omit = func(p *pattern.Prepare, why callers.Omission) {
			if !silenced(p) {
				d.omitted[p.Key] = why
			}
		}
		v.World.Stop = func() bool { return ctx.Err() != nil }
		found := d.candidates(v.World)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for _, c := range found {
			if silenced(c.Prepare) {
				d.omitted[c.Prepare.Key] = omitSilenced
				continue
			}
			k := c.Prepare.Key
			if byKey[k] == nil {
				byKey[k] = make([]*candidate.Candidate, len(views))
				keys = append(keys, k)
			}
			byKey[k][i] = c
		}
	}
	var changes []*change
	for _, k := range keys {
		same := merge(views, k, byKey[k])
		keepTwins(views, same)
		changes = append(changes, same...)
	}
	if d.selected != nil {
		changes = slices.DeleteFunc(changes, func(c *change) bool { return !d.selected[c.id()] })
	}
	slices.SortFunc(changes, func(a, b *change) int { return position.Compare(a.pos, b.pos) })
	return changes, d.refuseLinked(ctx, changes)
}

// omitSilenced is the omission of a function that a comment silences.
const omitSilenced callers.Omission = "silenced"

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

// declaredAt returns where the prepare function of c is declared.
func declaredAt(c *candidate.Candidate) token.Position {
	return c.Prepare.Unit.Fset.PositionFor(c.Prepare.Decl.Name.Pos(), false)
}

// merge combines the candidates of one name in all views to changes. Candidates belong to
// one change if one of them is declared in, or edits, a file that the view of the other
// contains. Functions in files that no other view contains are separate changes.
func merge(views []*load.View, k pattern.Key, found []*candidate.Candidate) []*change {
	edits := make([]map[string][]edit.Edit, len(found))
	for i, c := range found {
		if c != nil && c.Refusal == nil {
			edits[i] = byFile(c.Edits)
		}
	}
	touches := func(i, j int) bool { // whether i's candidate concerns view j
		if found[i] == nil {
			return false
		}
		if views[j].Built[declaredAt(found[i]).Filename] {
			return true
		}
		for name := range edits[i] {
			if views[j].Built[name] {
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
		if c := agree(views, k, found, edits, members); c != nil {
			changes = append(changes, c)
		}
	}
	return changes
}

// agree combines the candidates of the member views to one change. Views that contain the
// same file must have the same edits for it.
func agree(views []*load.View, k pattern.Key, found []*candidate.Candidate, edits []map[string][]edit.Edit, members []int) *change {
	c := &change{key: k, edits: make(map[string][]edit.Edit)}
	for _, i := range members {
		if found[i] != nil && c.first == nil {
			c.first, c.config, c.pos = found[i], i, declaredAt(found[i])
		}
	}
	if c.first == nil {
		return nil
	}
	for _, i := range members {
		if f := found[i]; f != nil && f.Refusal != nil {
			c.refusal = f.Refusal
			return c
		}
	}
	for _, i := range members {
		for _, name := range slices.Sorted(maps.Keys(edits[i])) {
			for _, j := range members {
				if views[j].Built[name] && !slices.Equal(edits[i][name], edits[j][name]) {
					c.refusal = &refusal.Refusal{
						Code: refusal.ConfigsDiverge, Pos: c.pos, Name: k.String(),
						Reason: fmt.Sprintf("%s and %s would change %s differently", views[i].Config, views[j].Config, views[i].World.ShortName(name)),
					}
					if found[j] == nil {
						c.refusal.Reason = fmt.Sprintf("%s would change for %s alone, since the function has no cleanup that callers use for %s", views[i].World.ShortName(name), views[i].Config, views[j].Config)
					}
					return c
				}
			}
			if !views[i].Ours[name] {
				c.refusal = &refusal.Refusal{
					Code: refusal.OutsideModule, Pos: c.pos, Name: k.String(),
					Reason: fmt.Sprintf("%s is not a file of a main module", views[i].World.ShortName(name)),
				}
				return c
			}
			c.edits[name] = edits[i][name]
		}
		if found[i] != nil {
			for _, n := range found[i].Notes {
				if !slices.Contains(c.notes, n) {
					c.notes = append(c.notes, n)
				}
			}
		}
	}
	return c
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
