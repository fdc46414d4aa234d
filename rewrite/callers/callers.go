package callers

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// An Index finds the callers and other dependents of prepare functions in one World. It
// caches facts about the world.
type Index struct {
	world   *World
	leftOut leftOut
	demands demands
	linking map[*pattern.Unit]map[string]directive // see directives

	generated map[*ast.File]bool
}

// NewIndex returns an Index of the world.
func NewIndex(w *World) *Index {
	return &Index{
		world: w, leftOut: make(leftOut), demands: demands{world: w},
		linking: make(map[*pattern.Unit]map[string]directive), generated: make(map[*ast.File]bool),
	}
}

// Check returns a refusal if the signature of p may not change: a use of the function may
// be unknown, is not a call, or is in a file that must not be edited. sites and refs are
// all calls and other uses in the units of the world.
func (x *Index) Check(p *pattern.Prepare, sites []*pattern.Site, refs []pattern.Ref) *refusal.Refusal {
	if r := x.editable(p, p.Unit, p.File, p.Decl.Name.Pos(), "it is declared"); r != nil {
		return r
	}
	if r := lineDirective(p, p.Decl); r != nil {
		return r
	}
	if r := reachable(x.world, p); r != nil {
		return r
	}
	if len(refs) > 0 {
		ref := refs[0]
		for sel, s := range ref.Unit.Info.Selections {
			if sel.Sel == ref.Ident && s.Kind() == types.MethodExpr {
				return refusal.New(p, refusal.FuncValue, ref.Unit, ref.Ident.Pos(), "it is used in the method expression %s, not only called", types.ExprString(sel))
			}
		}
		return refusal.New(p, refusal.FuncValue, ref.Unit, ref.Ident.Pos(), "it is used as a value, not only called")
	}
	if p.Key.Recv != "" {
		if u, pos, ok := x.demands.required(p, p.Key.Name, p.Func.Signature(), true); ok {
			return refusal.New(p, refusal.InterfaceMethod, u, pos, "an interface requires this method")
		}
	}
	if r := x.linked(p); r != nil {
		return r
	}
	for _, s := range sites {
		if r := x.editable(p, s.Unit, s.File, s.Call.Pos(), "it is called"); r != nil {
			return r
		}
		if s.Decl == ast.Decl(p.Decl) {
			if slices.ContainsFunc(p.Literals, func(l *pattern.Literal) bool { return flow.Within(s.Call, l.Lit) }) {
				return refusal.New(p, refusal.Recursive, s.Unit, s.Call.Pos(), "its cleanup calls it")
			}
			return refusal.New(p, refusal.Recursive, s.Unit, s.Call.Pos(), "it calls itself")
		}
	}
	if r := ignored(x.world, x.leftOut, p, sites); r != nil {
		return r
	}
	return varies(x.world, p)
}

// CheckLocal returns a refusal if the declaration around a prepare function that is a literal in a
// local variable may not be edited.
func (x *Index) CheckLocal(p *pattern.Prepare, around *flow.Facts) *refusal.Refusal {
	if r := x.editable(p, p.Unit, p.File, p.Decl.Name.Pos(), "it is declared"); r != nil {
		return r
	}
	return lineDirective(p, around.Decl)
}

// CheckSignature returns a refusal if a loaded interface has a method with prepare's name
// and new signature. The receiver type would implement that interface only after the
// rewrite, and a type assertion could tell.
func (x *Index) CheckSignature(p *pattern.Prepare, changed *types.Signature) *refusal.Refusal {
	if p.Key.Recv == "" {
		return nil
	}
	if u, pos, ok := x.demands.required(p, p.Key.Name, changed, false); ok {
		return refusal.New(p, refusal.InterfaceMethod, u, pos, "without the cleanup result, its receiver type would implement an interface that it does not implement now")
	}
	return nil
}

// Required reports whether a loaded interface requires a method with the name that finish
// would get.
func (x *Index) Required(p *pattern.Prepare, name string) bool {
	_, _, required := x.demands.required(p, name, nil, false)
	return required
}

// LeftOut returns the Go files of a unit that build constraints exclude and that can be
// parsed.
func (x *Index) LeftOut(u *pattern.Unit) []*ast.File {
	var files []*ast.File
	for _, name := range u.Ignored {
		if f := x.leftOut.file(u, name); f.File != nil {
			files = append(files, f.File)
		}
	}
	return files
}

// Editable reports whether a file of prepare's unit may be changed.
func (x *Index) Editable(p *pattern.Prepare, f *ast.File) bool {
	return x.editable(p, p.Unit, f, f.Package, "its package has declarations") == nil
}

// editable refuses a generated file. A file that cgo translated is marked as generated,
// too.
func (x *Index) editable(p *pattern.Prepare, u *pattern.Unit, f *ast.File, pos token.Pos, what string) *refusal.Refusal {
	cgo := func() *refusal.Refusal {
		// The line directives of the translation give the position in the source.
		r := refusal.New(p, refusal.CgoFile, u, token.NoPos, "%s in a cgo file", what)
		r.Pos = u.Fset.Position(pos)
		return r
	}
	if importsC(f) {
		return cgo()
	}
	generated, known := x.generated[f]
	if !known {
		generated = flow.Generated(f) // looks at all comments
		x.generated[f] = generated
	}
	if generated {
		if flow.Translated(f) {
			return cgo()
		}
		return refusal.New(p, refusal.GeneratedFile, u, pos, "%s in generated code", what)
	}
	return nil
}

// lineDirective refuses a declaration that contains a //line directive. A directive works
// only in the first column, and printing the declaration could move it.
func lineDirective(p *pattern.Prepare, decl ast.Decl) *refusal.Refusal {
	for _, g := range flow.Comments(p.File, decl.Pos(), decl.End()) {
		for _, c := range g.List {
			if decl.Pos() <= c.Pos() && c.Pos() < decl.End() &&
				(strings.HasPrefix(c.Text, "//line ") || strings.HasPrefix(c.Text, "/*line ")) {
				return refusal.New(p, refusal.LineDirective, p.Unit, c.Pos(), "it holds a line directive")
			}
		}
	}
	return nil
}
