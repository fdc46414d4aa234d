package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/flow"
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

// keeps reports whether a Returned site can be rewritten so, and another caller outside of tests
// calls the cleanup, so that something is gained.
func (fs *forwarders) keeps(s *pattern.Site) bool {
	if len(fs.later) > 0 || !ownLine(s) || flow.HasGoto(s.Decl) {
		return false
	}
	sig := signatureOf(s.Unit.Info, s.Func)
	if sig == nil || s.Result >= sig.Results().Len() {
		return false
	}
	if _, ok := sig.Results().At(s.Result).Type().Underlying().(*types.Signature); !ok {
		return false
	}
	return slices.ContainsFunc(fs.sites, func(s *pattern.Site) bool {
		return called(s) && !strings.HasSuffix(s.Unit.Filename(s.Call.Pos()), "_test.go")
	})
}

// ownLine reports whether the statement of a site is in a list and begins a line.
func ownLine(s *pattern.Site) bool {
	line := func(pos token.Pos) int { return s.Unit.Fset.PositionFor(pos, false).Line }
	begin := flow.EndBefore(s.At(s.Stmt))
	return begin.IsValid() && line(begin) < line(s.Stmt.Pos())
}

// mayBeNil reports whether p or a forwarder of its cleanup may return none.
func mayBeNil(p *pattern.Prepare, fs *forwarders) bool {
	if slices.ContainsFunc(p.Returns, func(r *pattern.Return) bool { return !r.Live() }) {
		return true
	}
	return slices.ContainsFunc(fs.changed, func(fw *Forwarder) bool {
		return slices.ContainsFunc(fw.Returns, func(r *pattern.Return) bool {
			operand := r.Expr
			if operand == nil && len(r.Stmt.Results) == 1 {
				operand = r.Stmt.Results[0]
			}
			_, call := ast.Unparen(operand).(*ast.CallExpr)
			return r.Idle != pattern.Forwarding || !call
		})
	})
}

// exported reports whether code outside of the package may call p or a forwarder of its cleanup, and so gets the state.
func (fs *forwarders) exported(p *pattern.Prepare) bool {
	return outside(p) || slices.ContainsFunc(fs.changed, func(fw *Forwarder) bool { return outside(fw.Prepare) }) ||
		slices.ContainsFunc(fs.sites, func(s *pattern.Site) bool { return s.Unit.Pkg.Path() != p.Key.Pkg })
}

// outside reports whether code outside of the package may call an exported function or method: one of a type that it can
// name or get.
func outside(p *pattern.Prepare) bool {
	recv := p.Func.Signature().Recv()
	if !p.Func.Exported() || recv == nil {
		return p.Func.Exported()
	}
	own := spell.NamedObject(flow.Pointed(recv.Type()))
	return own == nil || flow.Exposes(p.Unit, own, func(pkg *types.Package) bool { return pkg == own.Pkg() }) != nil
}

// exportedNames returns names for the state or its method. They are exported if the state is.
func (fs *forwarders) exportedNames(p *pattern.Prepare, names []string) []string {
	first := spell.LowerFirst
	if fs.exported(p) {
		first = spell.UpperFirst
	}
	var all []string
	for _, name := range names {
		all = append(all, first(name))
	}
	return all
}
