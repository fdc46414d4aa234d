package plan

import (
	"go/ast"
	"slices"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
)

// A chain holds the functions that hand on a cleanup and change with the prepare function.
type chain struct {
	onward []*Onward
	sites  []*pattern.Site     // of the prepare function and of these functions
	why    map[ast.Decl]string // why another function that hands it on does not change
}

// exported reports whether p, or a function that hands on its cleanup, is exported.
func (c *chain) exported(p *pattern.Prepare) bool {
	return p.Func.Exported() || slices.ContainsFunc(c.onward, func(o *Onward) bool { return o.Func.Exported() })
}

// exportedNames returns names for the state or its method, which are exported if p or a
// function that hands on its cleanup is.
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
