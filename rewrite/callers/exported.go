package callers

import (
	"strings"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// reachable refuses an exported function that may have callers outside the world.
func reachable(w *World, p *pattern.Prepare) *refusal.Refusal {
	if !p.Func.Exported() || p.Unit.Pkg.Name() == "main" {
		return nil
	}
	if p.Key.Recv == "" && strings.HasSuffix(p.Unit.Fset.File(p.Decl.Pos()).Name(), "_test.go") {
		return nil
	}
	if !w.Module {
		return refusal.New(p, refusal.Exported, p.Unit, p.Decl.Name.Pos(), "it is exported, and callers in other packages cannot be seen from here; run closurefix over the module")
	}
	if w.Exported {
		return nil
	}
	if !flow.Internal(p.Key.Pkg) {
		return refusal.New(p, refusal.Exported, p.Unit, p.Decl.Name.Pos(), "it is exported, and other modules may call it; use -exported to rewrite it")
	}
	for _, n := range w.Neighbours {
		if flow.Importable(p.Key.Pkg, n.Path) {
			return refusal.New(p, refusal.Exported, p.Unit, p.Decl.Name.Pos(), "it is exported, and module %s, which is not a main module, may call it; put both in a go.work file, or use -exported", n.Path)
		}
	}
	return nil
}

// Closed reports whether p is not rewritten only because other modules may call it.
func (w *World) Closed(p *pattern.Prepare) bool {
	return w.Module && !w.Exported && reachable(w, p) != nil
}
