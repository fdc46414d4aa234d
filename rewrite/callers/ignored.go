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

// ignored refuses if a file that build constraints exclude names the function. Such a
// file is not type-checked, so its calls cannot be rewritten.
//
// An excluded file may declare a function of the same name for another build, a twin.
// Calls in that file refer to the twin, so it is no obstacle if build constraints keep it
// apart from every file that is edited; otherwise an edited call could refer to the twin.
// A function with a twin of the same signature for each system is refused: people read
// and call such functions as one, so all of them must change, or none.
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
				r = refusal.New(p, refusal.IgnoredFile, p.Unit, p.Decl.Name.Pos(), "%s, which this build configuration leaves out, names it, and has syntax errors", w.ShortName(name))
			} else if twin := declared(f.File, p); twin != nil && filepath.Dir(name) == filepath.Dir(p.Unit.Filename(p.Decl.Pos())) {
				r = checkTwin(w, p, sites, u, name, twin)
			} else if mentions(p, u, f.File) && w.depends(name, p) {
				r = refusal.New(p, refusal.IgnoredFile, p.Unit, p.Decl.Name.Pos(), "%s, which this build configuration leaves out, names it%s", w.ShortName(name), builtFileOf(u, name).advice(w))
			}
			if r != nil {
				return r
			}
		}
	}
	return unbuilt(w, files, p)
}

// checkTwin checks an excluded file that declares a function of the same name.
func checkTwin(w *World, p *pattern.Prepare, sites []*pattern.Site, u *pattern.Unit, name string, decl *ast.FuncDecl) *refusal.Refusal {
	other := builtFileOf(u, name)
	home := builtFileOf(p.Unit, p.Unit.Filename(p.Decl.Pos()))
	if together(home, other) {
		return refusal.New(p, refusal.IgnoredFile, p.Unit, p.Decl.Name.Pos(), "%s, which this build configuration leaves out, declares it too, and build constraints do not keep the two apart", w.ShortName(name))
	}
	idle := stub(decl, p.Result) // the file is no help, since it would not change
	for _, s := range sites {
		if together(builtFileOf(s.Unit, s.Unit.Filename(s.Call.Pos())), other) {
			if idle {
				return refusal.New(p, refusal.IgnoredFile, s.Unit, s.Call.Pos(), "%s declares it for another build, which includes this call, and would not change, since it returns no cleanup there", w.ShortName(name))
			}
			return refusal.New(p, refusal.IgnoredFile, s.Unit, s.Call.Pos(), "%s declares it for another build, and that build includes this call%s", w.ShortName(name), other.advice(w))
		}
	}
	if sameSignature(p.Decl.Type, decl.Type) && perSystem(home, other) {
		if idle {
			return refusal.New(p, refusal.IgnoredFile, p.Unit, p.Decl.Name.Pos(), "%s declares it for another system, and would not change, since it returns no cleanup there", w.ShortName(name))
		}
		return refusal.New(p, refusal.IgnoredFile, p.Unit, p.Decl.Name.Pos(), "%s declares it for another system, and would not change%s", w.ShortName(name), other.advice(w))
	}
	return nil
}

// stub reports whether all return statements of a function have nil or an empty function literal
// as the result with an index. Such a function is not rewritten in any build.
func stub(decl *ast.FuncDecl, result int) bool {
	if decl.Body == nil {
		return false
	}
	for n := range ast.Preorder(decl.Body) {
		ret, ok := n.(*ast.ReturnStmt)
		if !ok {
			continue
		}
		if result >= len(ret.Results) {
			return false
		}
		switch e := ast.Unparen(ret.Results[result]).(type) {
		case *ast.Ident:
			if e.Name != "nil" {
				return false
			}
		case *ast.FuncLit:
			if len(e.Body.List) > 0 {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// builtFileOf returns the builtFile of a file of a unit.
func builtFileOf(u *pattern.Unit, name string) builtFile {
	text, err := u.ReadFile(name)
	if err != nil {
		return builtFile{name, nil}
	}
	return newBuiltFile(name, text)
}

// unbuilt is like ignored, for files of packages that are not units: packages that no
// configuration builds, packages that do not type-check, and packages of other modules.
func unbuilt(w *World, files leftOut, p *pattern.Prepare) *refusal.Refusal {
	if !p.Func.Exported() {
		return nil
	}
	for _, name := range w.Unbuilt {
		if !slices.ContainsFunc(w.Units, func(u *pattern.Unit) bool { return slices.Contains(u.Ignored, name) }) && farMentions(w, files, p, name) {
			return refusal.New(p, refusal.IgnoredFile, p.Unit, p.Decl.Name.Pos(), "%s, which this build configuration leaves out, names it%s", w.ShortName(name), builtFileOf(p.Unit, name).advice(w))
		}
	}
	for _, name := range w.Skipped {
		if f := files.file(p.Unit, name); f.words[p.Key.Name] || f.File != nil && (mentions(p, elsewhere(f.File), f.File) || p.Key.Recv != "" && names(f.File, p.Key.Name)) {
			dir := w.ShortName(filepath.Dir(name))
			if filepath.IsLocal(dir) {
				dir = "./" + dir
			}
			return refusal.New(p, refusal.IgnoredFile, p.Unit, p.Decl.Name.Pos(), "%s, which \"...\" does not match, names it; name its package as well: %s", w.ShortName(name), dir)
		}
	}
	for _, name := range w.Unsound {
		switch f := files.file(p.Unit, name); {
		case p.Key.Recv != "" && (f.File == nil || w.depends(name, p)):
			return refusal.New(p, refusal.IgnoredFile, p.Unit, p.Decl.Name.Pos(), "%s, whose package does not type-check, may convert its receiver to an interface", w.ShortName(name))
		case farMentions(w, files, p, name):
			return refusal.New(p, refusal.IgnoredFile, p.Unit, p.Decl.Name.Pos(), "%s, whose package does not type-check, names it", w.ShortName(name))
		}
	}
	for _, name := range w.Outside {
		if farMentions(w, files, p, name) {
			return refusal.New(p, refusal.OutsideModule, p.Unit, p.Decl.Name.Pos(), "%s, which is not a file of a main module, names it", w.ShortName(name))
		}
	}
	return nil
}

// farMentions reports whether a file that belongs to no unit may name the function.
func farMentions(w *World, files leftOut, p *pattern.Prepare, name string) bool {
	f := files.file(p.Unit, name)
	if f.words[p.Key.Name] {
		return true
	}
	if f.File == nil || !w.depends(name, p) {
		return false
	}
	return mentions(p, elsewhere(f.File), f.File)
}

// elsewhere returns a unit for a file that belongs to none.
func elsewhere(f *ast.File) *pattern.Unit {
	return &pattern.Unit{Pkg: types.NewPackage("", f.Name.Name)}
}

// mentions reports whether a file that is not type-checked may name the function. A file
// of another package must import prepare's package and select the name from it. For a
// method, any selector of that name counts unless its operand is a package.
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
