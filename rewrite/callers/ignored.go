package callers

import (
	"go/ast"
	"go/types"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// ignored refuses when a file that the build constraints leave out names the
// function: it cannot be type-checked here, so its calls cannot be rewritten.
//
// A file that declares the function's twin for another build is no obstacle, as its
// own calls go to the twin: if build constraints keep it apart from all files that
// are edited. One that is built together with the twin would call it in the new way.
// But a function that is declared once per system, to the same effect, is one to
// those who call it and read about it: it changes on all systems, or on none.
func ignored(w *World, files leftOut, p *pattern.Prepare, sites []*pattern.Site) *refusal.Refusal {
	for _, u := range w.Units {
		if !p.Func.Exported() && u.Pkg.Path() != p.Key.Pkg {
			continue
		}
		for _, name := range u.Ignored {
			f := files.file(u, name)
			if f.File == nil {
				continue
			}
			var r *refusal.Refusal
			if f.words[p.Key.Name] {
				r = refusal.New(p, refusal.IgnoredFile, p.Unit, p.Decl.Name.Pos(), "%s, which this build configuration leaves out, names it, and has syntax errors", filepath.Base(name))
			} else if twin := declared(f.File, p); twin != nil && filepath.Dir(name) == filepath.Dir(p.Unit.Filename(p.Decl.Pos())) {
				r = checkTwin(p, sites, u, name, twin)
			} else if mentions(p, u, f.File) {
				r = refusal.New(p, refusal.IgnoredFile, p.Unit, p.Decl.Name.Pos(), "%s, which this build configuration leaves out, names it%s", filepath.Base(name), builtFileOf(u, name).advice())
			}
			if r != nil {
				return r
			}
		}
	}
	return unbuilt(w, files, p)
}

// checkTwin refuses for a file that is left out and declares the function, too.
func checkTwin(p *pattern.Prepare, sites []*pattern.Site, u *pattern.Unit, name string, decl *ast.FuncDecl) *refusal.Refusal {
	other := builtFileOf(u, name)
	home := builtFileOf(p.Unit, p.Unit.Filename(p.Decl.Pos()))
	if together(home, other) {
		return refusal.New(p, refusal.IgnoredFile, p.Unit, p.Decl.Name.Pos(), "%s, which this build configuration leaves out, declares it too, and build constraints do not keep the two apart", filepath.Base(name))
	}
	for _, s := range sites {
		if together(builtFileOf(s.Unit, s.Unit.Filename(s.Call.Pos())), other) {
			return refusal.New(p, refusal.IgnoredFile, s.Unit, s.Call.Pos(), "%s declares it for another build, and that build includes this call%s", filepath.Base(name), other.advice())
		}
	}
	if sameSignature(p.Decl.Type, decl.Type) && perSystem(home, other) {
		return refusal.New(p, refusal.IgnoredFile, p.Unit, p.Decl.Name.Pos(), "%s declares it for another system, and would not change%s", filepath.Base(name), other.advice())
	}
	return nil
}

// builtFileOf returns what decides whether a file is built.
func builtFileOf(u *pattern.Unit, name string) builtFile {
	text, err := u.ReadFile(name)
	if err != nil {
		return builtFile{name, nil}
	}
	return newBuiltFile(name, text)
}

// unbuilt is ignored for files of packages that are not among the units: their own
// files do not depend on prepare, there are none, or they are of another module.
func unbuilt(w *World, files leftOut, p *pattern.Prepare) *refusal.Refusal {
	if !p.Func.Exported() {
		return nil
	}
	near := func(name string) string { // many are called main.go
		return filepath.ToSlash(filepath.Join(filepath.Base(filepath.Dir(name)), filepath.Base(name)))
	}
	for _, name := range w.Unbuilt {
		if !slices.ContainsFunc(w.Units, func(u *pattern.Unit) bool { return slices.Contains(u.Ignored, name) }) && farMentions(files, p, name) {
			return refusal.New(p, refusal.IgnoredFile, p.Unit, p.Decl.Name.Pos(), "%s, which this build configuration leaves out, names it%s", near(name), builtFileOf(p.Unit, name).advice())
		}
	}
	for _, name := range w.Unsound {
		switch f := files.file(p.Unit, name); {
		case p.Key.Recv != "" && (f.File == nil || importsNear(f.File, p)):
			return refusal.New(p, refusal.IgnoredFile, p.Unit, p.Decl.Name.Pos(), "%s, whose package does not type-check, may convert its receiver to an interface", near(name))
		case farMentions(files, p, name):
			return refusal.New(p, refusal.IgnoredFile, p.Unit, p.Decl.Name.Pos(), "%s, whose package does not type-check, names it", near(name))
		}
	}
	for _, name := range w.Outside {
		if farMentions(files, p, name) {
			return refusal.New(p, refusal.OutsideModule, p.Unit, p.Decl.Name.Pos(), "%s, which is not a file of a main module, names it", near(name))
		}
	}
	return nil
}

// farMentions reports whether a file that is in no unit may mention the function.
func farMentions(files leftOut, p *pattern.Prepare, name string) bool {
	f := files.file(p.Unit, name)
	if f.words[p.Key.Name] {
		return true
	}
	if f.File == nil || !importsNear(f.File, p) {
		return false
	}
	return mentions(p, &pattern.Unit{Pkg: types.NewPackage("", f.Name.Name)}, f.File)
}

// importsNear reports whether a file imports a package whose path begins as that of p's
// package does. A value with a method of ours comes from us, or from somebody near.
func importsNear(f *ast.File, p *pattern.Prepare) bool {
	host, _, _ := strings.Cut(p.Key.Pkg, "/")
	return slices.ContainsFunc(f.Imports, func(s *ast.ImportSpec) bool {
		path, _ := strconv.Unquote(s.Path.Value)
		first, _, _ := strings.Cut(path, "/")
		return first == host
	})
}

// mentions reports whether a file that is not type-checked may name the
// function. In another package that takes an import of prepare's package, or,
// for a method, a selector of the name on anything but a package.
func mentions(p *pattern.Prepare, u *pattern.Unit, f *ast.File) bool {
	name := p.Key.Name
	if u.Pkg.Path() == p.Key.Pkg && f.Name.Name == p.Unit.Pkg.Name() {
		return names(f, name)
	}
	imports := make(map[string]string) // path, by name
	for _, spec := range f.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		local := path[strings.LastIndexByte(path, '/')+1:]
		if path == p.Key.Pkg {
			local = p.Unit.Pkg.Name()
		}
		if spec.Name != nil {
			local = spec.Name.Name
		}
		if local == "." && path == p.Key.Pkg {
			return names(f, name)
		}
		imports[local] = path
	}
	for n := range ast.Preorder(f) {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != name {
			continue
		}
		path, qualified := "", false
		if id, ok := sel.X.(*ast.Ident); ok {
			path, qualified = imports[id.Name]
		}
		if p.Key.Recv == "" && qualified && path == p.Key.Pkg || p.Key.Recv != "" && !qualified {
			return true
		}
	}
	return false
}
