package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// unused returns the declarations that only the cleanup has needed: the func types that it
// has, also as the result of forwarders, and functions and variables that hold one that does nothing. None is exported, and
// nothing else in its package has the name, in any build.
//
//	type release func()                     func noop() {}
//
//	func (p *pool) get() release            func (p *pool) get() func() {
//	                                            if p == nil {
//	                                                return noop
func (x *names) unused(plan *Plan) []ast.Decl {
	p := plan.Prepare
	gone := expressionsGone(plan)
	objects := plan.usesLess()
	var all []ast.Decl
	for obj := range objects {
		f, d := declarationOf(p.Unit, obj)
		if d != nil {
			plan.Frees = append(plan.Frees, obj.Pkg().Path()+"."+obj.Name())
		}
		if d == nil || !x.callers.Editable(p, f) || remarked(p.Unit.Fset, f, d) {
			continue
		}
		needed := slices.ContainsFunc(p.Unit.Files, func(f *ast.File) bool {
			for n := range ast.Preorder(f) {
				if id, ok := n.(*ast.Ident); ok && p.Unit.Info.Uses[id] == obj && !slices.ContainsFunc(gone, func(e ast.Expr) bool { return flow.Within(id, e) }) {
					return true
				}
			}
			return false
		})
		if !needed && !x.elsewhere(p, obj.Name()) {
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b ast.Decl) int { return int(a.Pos() - b.Pos()) })
	return all
}

// usesLess returns the func types of the cleanup, and the functions and variables that hold one that does nothing,
// which the rewrite uses less than before.
func (pl *Plan) usesLess() map[types.Object]bool {
	p := pl.Prepare
	objects := make(map[types.Object]bool)
	typed := []*pattern.Prepare{p}
	for _, fw := range pl.Forwarders {
		typed = append(typed, fw.Prepare)
	}
	for _, p := range typed {
		if named, ok := p.Type().(*types.Named); ok {
			objects[named.Obj()] = true
		}
	}
	for _, p := range typed {
		for _, r := range p.Returns {
			if id := identOf(r.Expr); id != nil && r.Idle == pattern.IdleEmpty {
				objects[p.Unit.Info.Uses[id]] = true
			}
		}
	}
	return objects
}

// declarationOf returns the declaration of an unexported object, if it declares nothing else, and its file.
func declarationOf(u *pattern.Unit, obj types.Object) (*ast.File, ast.Decl) {
	if obj == nil || obj.Exported() || obj.Pkg() != u.Pkg {
		return nil, nil
	}
	for _, f := range u.Files {
		i := sort.Search(len(f.Decls), func(i int) bool { return f.Decls[i].End() > obj.Pos() })
		if i == len(f.Decls) || f.Decls[i].Pos() > obj.Pos() {
			continue
		}
		if id := declaredAlone(f.Decls[i]); id != nil && u.Info.Defs[id] == obj {
			return f, f.Decls[i]
		}
	}
	return nil, nil
}

// remarked reports whether a declaration has a directive or a comment that CommentsOf does not
// return, as in its body.
func remarked(fset *token.FileSet, f *ast.File, d ast.Decl) bool {
	own := CommentsOf(d)
	end := fset.PositionFor(d.End(), false).Line
	return slices.ContainsFunc(f.Comments, func(g *ast.CommentGroup) bool {
		if !slices.Contains(own, g) {
			return g.Pos() > d.Pos() && fset.PositionFor(g.Pos(), false).Line <= end
		}
		return slices.ContainsFunc(g.List, func(c *ast.Comment) bool {
			_, directive := ast.ParseDirective(c.Pos(), c.Text)
			return directive
		})
	})
}

// CommentsOf returns the comments before a declaration of one name and at its end, which go
// when it goes.
func CommentsOf(d ast.Decl) []*ast.CommentGroup {
	var all []*ast.CommentGroup
	add := func(groups ...*ast.CommentGroup) {
		for _, g := range groups {
			if g != nil {
				all = append(all, g)
			}
		}
	}
	switch d := d.(type) {
	case *ast.FuncDecl:
		add(d.Doc)
	case *ast.GenDecl:
		add(d.Doc)
		switch s := d.Specs[0].(type) {
		case *ast.TypeSpec:
			add(s.Comment)
		case *ast.ValueSpec:
			add(s.Comment)
		}
	}
	return all
}

// elsewhere reports whether a name appears in a part of prepare's package that its unit does
// not contain.
func (x *names) elsewhere(p *pattern.Prepare, name string) bool {
	has := func(f *ast.File) bool {
		all := make(map[string]bool)
		identifiers(f, all)
		return all[name]
	}
	return slices.ContainsFunc(x.callers.LeftOut(p.Unit), has) || slices.ContainsFunc(x.world.Units, func(u *pattern.Unit) bool {
		return u != p.Unit && u.Pkg.Path() == p.Key.Pkg && slices.ContainsFunc(u.Files, has)
	})
}

// expressionsGone returns expressions and types that the rewrite removes: those for the
// cleanup in signatures, return statements and declarations of variables.
func expressionsGone(plan *Plan) []ast.Expr {
	var gone []ast.Expr
	add := func(e ast.Expr) {
		if e != nil {
			gone = append(gone, e)
		}
	}
	signature := func(p *pattern.Prepare) {
		i := 0
		for _, f := range p.Decl.Type.Results.List {
			if i == p.Result && len(f.Names) < 2 {
				add(f.Type)
			}
			i += max(1, len(f.Names))
		}
	}
	signature(plan.Prepare)
	for _, r := range plan.Prepare.Returns {
		if !r.Live() { // finish has the body of a literal
			add(r.Expr)
		}
	}
	for _, fw := range plan.Forwarders {
		signature(fw.Prepare)
		for _, r := range fw.Returns {
			if r.Idle != pattern.Forwarding {
				add(r.Expr)
			}
		}
	}
	for _, sp := range plan.Sites {
		if spec := sp.Site.Spec; spec != nil && len(spec.Names) == 1 {
			add(spec.Type)
		}
	}
	return gone
}

// declaredAlone returns the name that a declaration declares, if that is a function, or the
// only one of a type or variable declaration. Otherwise it returns nil.
func declaredAlone(d ast.Decl) *ast.Ident {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			return d.Name
		}
	case *ast.GenDecl:
		if len(d.Specs) != 1 || d.Lparen.IsValid() {
			return nil
		}
		switch s := d.Specs[0].(type) {
		case *ast.TypeSpec:
			return s.Name
		case *ast.ValueSpec:
			if d.Tok == token.VAR && len(s.Names) == 1 {
				return s.Names[0]
			}
		}
	}
	return nil
}

// TypeSays returns what the comment of the cleanup's type says of it, if the type goes and the
// comment is one sentence that begins with its name and a word for a duty. It returns "" for
// other comments.
func (pl *Plan) TypeSays() string {
	named, ok := pl.Prepare.Type().(*types.Named)
	if !ok {
		return ""
	}
	for _, d := range pl.Unused {
		for _, g := range CommentsOf(d) {
			if d.Pos() > named.Obj().Pos() || named.Obj().Pos() > d.End() {
				continue
			}
			text := strings.Join(strings.Fields(g.Text()), " ")
			duty, ok := strings.CutPrefix(text, named.Obj().Name()+" ")
			if ok && regexp.MustCompile(`^(?:must|should|has to|needs to) [^.]*\.$`).MatchString(duty) {
				return duty
			}
		}
	}
	return ""
}
