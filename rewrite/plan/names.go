package plan

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
)

// names finds the names that are taken in one world.
type names struct {
	world   *callers.World
	callers *callers.Index
	seen    map[*pattern.Unit]map[string]bool // identifiers, by unit
	local   *pattern.LocalLiteral             // set if new names are those of local declarations beside it
}

// taken reports whether an identifier with the given name appears in the unit's package,
// including files that the build excludes. A new name that appears nowhere cannot
// conflict with a field, method, function, import, local declaration or interface.
// Appearances in the unit do not count if free returns true.
//
// A file that declares a function of prepare's name for another build is never built
// together with it, and may use the name.
func (x *names) taken(p *pattern.Prepare, u *pattern.Unit, name string, free func(*pattern.Unit, string) bool) bool {
	if x.seen[u] == nil {
		x.seen[u] = make(map[string]bool)
		for _, f := range u.Files {
			identifiers(f, x.seen[u])
		}
	}
	if x.seen[u][name] && !free(u, name) {
		return true
	}
	return slices.ContainsFunc(x.callers.LeftOut(u), func(f *ast.File) bool {
		if callers.Declares(f, p) {
			return false
		}
		names := make(map[string]bool)
		identifiers(f, names)
		return names[name]
	})
}

// exampleOf returns the name of a function in the test files of prepare's package that go vet takes for its example, or "".
func (x *names) exampleOf(p *pattern.Prepare) string {
	example := "Example" + p.Key.Name
	if p.Key.Recv != "" {
		example = "Example" + p.Key.Recv + "_" + p.Key.Name
	}
	path := strings.TrimSuffix(p.Unit.Pkg.Path(), "_test")
	for _, u := range x.world.Units {
		if strings.TrimSuffix(u.Pkg.Path(), "_test") != path {
			continue
		}
		for _, f := range u.Files {
			if !strings.HasSuffix(u.Filename(f.Package), "_test.go") {
				continue
			}
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && (fn.Name.Name == example || strings.HasPrefix(fn.Name.Name, example+"_")) {
					return fn.Name.Name
				}
			}
		}
	}
	return ""
}

// declared reports whether an import with the name would clash with a top-level
// declaration of prepare's package, in any build, or with a type parameter of prepare.
// A local declaration of the name matters only where it is in scope.
func (x *names) declared(p *pattern.Prepare, name string) bool {
	return spell.HiddenBy(p.Func, name) != "" || slices.ContainsFunc(x.callers.LeftOut(p.Unit), func(f *ast.File) bool {
		return !callers.Declares(f, p) && slices.ContainsFunc(f.Decls, func(d ast.Decl) bool { return declares(d, name) })
	})
}

// declares reports whether a top-level declaration declares the name.
func declares(d ast.Decl, name string) bool {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return d.Recv == nil && d.Name.Name == name
	case *ast.GenDecl:
		return slices.ContainsFunc(d.Specs, func(s ast.Spec) bool {
			switch s := s.(type) {
			case *ast.TypeSpec:
				return s.Name.Name == name
			case *ast.ValueSpec:
				return slices.ContainsFunc(s.Names, func(id *ast.Ident) bool { return id.Name == name })
			}
			return false
		})
	}
	return false
}

// firstFree returns the first candidate that is free in prepare's package, and in the
// method sets of the types through which sites call prepare. If exported is set, it is free in all packages.
func (x *names) firstFree(p *pattern.Prepare, exported bool, candidates []string, free func(*pattern.Unit, string) bool) (string, bool) {
	if x.local != nil {
		return freeLocal(x.local, candidates, func(string) bool { return false })
	}
	for _, n := range candidates {
		// A function called close would hide the predeclared one.
		ok := p.Key.Recv != "" || types.Universe.Lookup(n) == nil && !token.IsKeyword(n)
		for _, u := range x.world.Units {
			if u.Pkg.Path() == p.Key.Pkg || u.Pkg.Path() == p.Key.Pkg+"_test" || exported {
				ok = ok && !x.taken(p, u, n, free)
			}
		}
		// A new method could make the type satisfy an interface.
		if ok && (p.Key.Recv == "" || !ast.IsExported(n) || !x.callers.Required(p, n)) {
			return n, true
		}
	}
	return "", false
}

// freeLocal returns the first candidate that nothing has as its name in the declaration around a local
// literal, in the file or in the package, or for which goes says that the rewrite removes what has it.
func freeLocal(l *pattern.LocalLiteral, candidates []string, goes func(name string) bool) (string, bool) {
	used := make(map[string]bool)
	identifiers(l.Around.Decl, used)
	for _, imp := range l.File.Imports {
		identifiers(imp, used)
	}
	scope := l.Unit.Innermost(l.Stmt.Pos())
	i := slices.IndexFunc(candidates, func(name string) bool {
		_, known := scope.LookupParent(name, token.NoPos)
		return (!used[name] || goes(name)) && known == nil && !token.IsKeyword(name)
	})
	if i < 0 {
		return "", false
	}
	return candidates[i], true
}

// goes reports whether the rewrite removes all objects that have the name in some nodes of the unit:
// variables for the cleanup, and prepare's result.
func goes[N ast.Node](p *pattern.Prepare, sites []*pattern.Site, u *pattern.Unit, name string, in ...N) bool {
	vars := make(map[types.Object]bool)
	for _, s := range sites {
		if s.Var != nil && s.Var.Name() == name {
			vars[s.Var] = true
		}
	}
	for _, l := range p.Literals {
		if l.Var != nil && l.Var.Name() == name {
			vars[l.Var] = true
		}
	}
	if result := p.Func.Signature().Results().At(p.Result); result.Name() == name {
		vars[result] = true
	}
	if len(vars) == 0 {
		return false
	}
	for _, n := range in {
		for n := range ast.Preorder(n) {
			if id, ok := n.(*ast.Ident); ok && id.Name == name && !vars[u.Info.ObjectOf(id)] {
				return false
			}
		}
	}
	return true
}

// hides reports whether a declaration in the unit forbids a name for a new function of
// prepare's package. The package or a file may declare it, or a local declaration in
// prepare or in a function with a site. Local declarations in other functions do not
// matter.
func hides(p *pattern.Prepare, sites []*pattern.Site, u *pattern.Unit, name string) bool {
	home := u.Pkg.Path() == p.Key.Pkg
	if home && u.Pkg.Scope().Lookup(name) != nil {
		return true
	}
	for _, f := range u.Files {
		if !home && !importsDot(f) {
			continue // its callers write pkg.name
		}
		scope := u.Innermost(f.Package)
		if scope == nil || scope.Lookup(name) != nil || u.Pkg.Scope().Lookup(name) != nil {
			return true
		}
	}
	uses := func(u *pattern.Unit, d ast.Decl) bool {
		for n := range ast.Preorder(d) {
			if id, ok := n.(*ast.Ident); ok && id.Name == name && !selected(u.Info, id) {
				return true
			}
		}
		return false
	}
	return uses(p.Unit, p.Decl) || slices.ContainsFunc(sites, func(s *pattern.Site) bool { return uses(s.Unit, s.Decl) })
}

// importsDot reports whether a file has a dot import.
func importsDot(f *ast.File) bool {
	return slices.ContainsFunc(f.Imports, func(s *ast.ImportSpec) bool { return s.Name != nil && s.Name.Name == "." })
}

// identifiers adds the names of the identifiers and imports below n to names.
func identifiers(n ast.Node, names map[string]bool) {
	for n := range ast.Preorder(n) {
		switch n := n.(type) {
		case *ast.Ident:
			names[n.Name] = true
		case *ast.ImportSpec:
			p, _ := strconv.Unquote(n.Path.Value)
			names[spell.PathBase(p)] = true
		}
	}
}

// meanings returns the names that are used in a node, except those of fields, which are
// written behind what they belong to.
func meanings(info *types.Info, n ast.Node) map[string]bool {
	names := make(map[string]bool)
	for n := range ast.Preorder(n) {
		if id, ok := n.(*ast.Ident); ok && !isField(info.ObjectOf(id)) {
			names[id.Name] = true
		}
	}
	return names
}

// isField reports whether an object is a field of a struct.
func isField(obj types.Object) bool {
	v, ok := obj.(*types.Var)
	return ok && v.IsField()
}
