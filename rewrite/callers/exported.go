package callers

import (
	"fmt"
	"go/types"
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
	if why, hint := w.others(p); why != "" {
		return refusal.New(p, refusal.Exported, p.Unit, p.Decl.Name.Pos(), "it is exported, and %s; %s", why, hint)
	}
	return nil
}

// others says why code of other modules may call an exported function, and what to do about it, or returns "".
func (w *World) others(p *pattern.Prepare) (why, hint string) {
	const flag = "use -exported to rewrite it"
	if !flow.Internal(p.Key.Pkg) {
		return "other modules may call it", flag
	}
	for _, n := range w.Neighbours {
		if flow.Importable(p.Key.Pkg, n.Path) {
			return fmt.Sprintf("module %s, which is not a main module, may call it", n.Path), "put both in a go.work file, or use -exported"
		}
	}
	if obj := w.exposes(p); obj != nil {
		return fmt.Sprintf("other modules may call it on what they get from %s.%s", obj.Pkg().Path(), obj.Name()), flag
	}
	return "", ""
}

// exposes returns an exported object of a package that others can import, and that gives them the receiver of a method, or nil.
func (w *World) exposes(p *pattern.Prepare) types.Object {
	recv := p.Func.Signature().Recv()
	if recv == nil {
		return nil
	}
	named, ok := flow.Pointed(recv.Type()).(*types.Named)
	if !ok {
		return nil
	}
	key := pattern.Key{Pkg: p.Key.Pkg, Recv: p.Key.Recv}
	if obj, known := w.exposed[key]; known {
		return obj
	}
	if w.exposed == nil {
		w.exposed = make(map[pattern.Key]types.Object)
	}
	w.exposed[key] = w.exposing(named.Obj())
	return w.exposed[key]
}

// exposing returns an exported object of a package that others can import, and that gives them values of a type, or nil.
func (w *World) exposing(t *types.TypeName) types.Object {
	ours := make(map[string]bool)
	for _, u := range w.Units {
		ours[u.Pkg.Path()] = true
	}
	for _, u := range w.Units {
		if u.Pkg.Name() == "main" || flow.Internal(u.Pkg.Path()) {
			continue
		}
		if obj := flow.Exposes(u, t, func(pkg *types.Package) bool { return ours[pkg.Path()] }); obj != nil {
			return obj
		}
	}
	return nil
}

// Public reports whether code of other modules may call an exported function.
func (w *World) Public(p *pattern.Prepare) bool {
	if !p.Func.Exported() || p.Unit.Pkg.Name() == "main" {
		return false
	}
	why, _ := w.others(p)
	return why != ""
}

// Closed reports whether p is not rewritten only because other modules may call it.
func (w *World) Closed(p *pattern.Prepare) bool {
	return w.Module && !w.Exported && reachable(w, p) != nil
}
