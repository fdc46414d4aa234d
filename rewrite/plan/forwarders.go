package plan

import (
	"go/ast"
	"slices"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
)

// A PossibleForwarder is a function that may be a forwarder of a prepare function's cleanup.
type PossibleForwarder struct {
	Call   *pattern.Site // a call in it, of the prepare function or of another possible forwarder
	Result int           // the index of the result that is the cleanup
	Sites  []*pattern.Site
	Refs   []pattern.Ref
}

// forwarders holds the forwarders of a cleanup (see pattern.NewForwarder) that change with
// the prepare function.
type forwarders struct {
	changed []*Forwarder
	sites   []*pattern.Site      // of the prepare function and of the forwarders
	why     map[ast.Decl]string  // why other forwarders do not change
	later   []*PossibleForwarder // functions that may change in the next round
	mixed   bool                 // a variable holds the cleanup of one of several functions
}

// changes reports whether a site is in a forwarder that changes.
func (fs *forwarders) changes(s *pattern.Site) bool {
	return slices.ContainsFunc(fs.changed, func(fw *Forwarder) bool { return ast.Decl(fw.Decl) == s.Decl })
}

// exported reports whether p or a forwarder of its cleanup is exported.
func (fs *forwarders) exported(p *pattern.Prepare) bool {
	return p.Func.Exported() || slices.ContainsFunc(fs.changed, func(fw *Forwarder) bool { return fw.Func.Exported() })
}

// exportedNames returns names for the state or its method. They are exported if p or a
// forwarder of its cleanup is.
func (fs *forwarders) exportedNames(p *pattern.Prepare, names []string) []string {
	if !fs.exported(p) {
		return names
	}
	var exported []string
	for _, name := range names {
		exported = append(exported, spell.UpperFirst(name))
	}
	return exported
}
