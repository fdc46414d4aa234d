package plan

import (
	"go/ast"
	"slices"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
)

// A chain holds the forwarders of a cleanup (see pattern.Forwards) that change with the
// prepare function.
type chain struct {
	onward []*Onward
	sites  []*pattern.Site     // of the prepare function and of the forwarders
	why    map[ast.Decl]string // why other forwarders do not change
}

// exported reports whether p or a forwarder of its cleanup is exported.
func (c *chain) exported(p *pattern.Prepare) bool {
	return p.Func.Exported() || slices.ContainsFunc(c.onward, func(o *Onward) bool { return o.Func.Exported() })
}

// exportedNames returns names for the state or its method. They are exported if p or a
// forwarder of its cleanup is.
func (c *chain) exportedNames(p *pattern.Prepare, names []string) []string {
	if !c.exported(p) {
		return names
	}
	var exported []string
	for _, name := range names {
		exported = append(exported, spell.UpperFirst(name))
	}
	return exported
}
