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
//
// If the rewrite may be possible with all of these files, the refusal says with which flags
// closurefix includes them.
func ignored(w *World, files leftOut, p *pattern.Prepare, sites []*pattern.Site) *refusal.Refusal {
	var open []excluded
	for _, u := range w.Units {
		if !p.Func.Exported() && u.Pkg.Path() != p.Key.Pkg {
			continue
		}
		for _, name := range u.Ignored {
			f := files.file(u, name)
			if f.File == nil {
				continue
			}
			var e excluded
			if f.words[p.Key.Name] {
				e.why = refusal.New(p, refusal.IgnoredFile, p.Unit, p.Decl.Name.Pos(), "%s, which this build configuration leaves out, names it, and has syntax errors", w.ShortName(name))
			} else if twin := declared(f.File, p); twin != nil && filepath.Dir(name) == filepath.Dir(p.Unit.Filename(p.Decl.Pos())) {
				e = checkTwin(w, p, sites, u, name, twin)
			} else if mentions(p, u, f.File) && w.depends(name, p) {
				e = excludedName(w, p, u, name)
			}
			if e.why != nil && !e.help {
				return e.why
			}
			if e.why != nil {
				open = append(open, e)
			}
		}
	}
	more, r := unbuilt(w, files, p)
	if r != nil {
		return r
	}
	if open = append(open, more...); len(open) == 0 {
		return nil
	}
	var all []builtFile
	for _, e := range open {
		all = append(all, e.file)
	}
	r = open[0].why
	r.Reason += advice(w, builtFileOf(p.Unit, p.Unit.Filename(p.Decl.Pos())), all)
	return r
}

// An excluded is a file that is not built and stands in the way.
type excluded struct {
	file builtFile
	why  *refusal.Refusal // nil if it does not stand in the way
	help bool             // whether the rewrite may be possible if it is built
}

// excludedName returns a file of u, or of none of the units, that names the function. A file that
// imports C would have to change, and cannot.
func excludedName(w *World, p *pattern.Prepare, u *pattern.Unit, name string) excluded {
	f := builtFileOf(u, name)
	needs := ""
	if f.needsC() {
		needs = ", and needs cgo"
	}
	return excluded{f, refusal.New(p, refusal.IgnoredFile, p.Unit, p.Decl.Name.Pos(), "%s, which this build configuration leaves out, names it%s", w.ShortName(name), needs), needs == ""}
}

// checkTwin checks an excluded file that declares a function of the same name.
func checkTwin(w *World, p *pattern.Prepare, sites []*pattern.Site, u *pattern.Unit, name string, decl *ast.FuncDecl) excluded {
	other := builtFileOf(u, name)
	home := builtFileOf(p.Unit, p.Unit.Filename(p.Decl.Pos()))
	if together(home, other) {
		return excluded{file: other, why: refusal.New(p, refusal.IgnoredFile, p.Unit, p.Decl.Name.Pos(), "%s, which this build configuration leaves out, declares it too, and build constraints do not keep the two apart", w.ShortName(name))}
	}
	idle := "" // the file is no help, since it would not change
	switch {
	case stub(decl, p.Result):
		idle = ", since it returns no cleanup there"
	case other.needsC():
		idle = ", since it is a cgo file"
	}
	for _, s := range sites {
		if !together(builtFileOf(s.Unit, s.Unit.Filename(s.Call.Pos())), other) {
			continue
		}
		if idle != "" {
			return excluded{file: other, why: refusal.New(p, refusal.IgnoredFile, s.Unit, s.Call.Pos(), "%s declares it for another build, which includes this call, and would not change%s", w.ShortName(name), idle)}
		}
		return excluded{other, refusal.New(p, refusal.IgnoredFile, s.Unit, s.Call.Pos(), "%s declares it for another build, and that build includes this call", w.ShortName(name)), true}
	}
	if sameSignature(p.Decl.Type, decl.Type) && perSystem(home, other) {
		return excluded{other, refusal.New(p, refusal.IgnoredFile, p.Unit, p.Decl.Name.Pos(), "%s declares it for another system, and would not change%s", w.ShortName(name), idle), idle == ""}
	}
	return excluded{}
}

// stub reports whether all return statements of a function have nil or a function literal that does
// nothing as the result with an index, or a variable that holds such a literal. Such a function is
// not rewritten in any build.
func stub(decl *ast.FuncDecl, result int) bool {
	if decl.Body == nil {
		return false
	}
	idle := true
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		if ret, ok := n.(*ast.ReturnStmt); ok {
			idle = idle && result < len(ret.Results) && returnsNothing(decl, ret.Results[result])
		}
		_, lit := n.(*ast.FuncLit)
		return !lit
	})
	return idle
}

// returnsNothing reports whether an operand of a return statement is nil, a literal that does
// nothing, or a variable that is set to nothing else.
func returnsNothing(decl *ast.FuncDecl, e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.FuncLit:
		return doesNothing(e)
	case *ast.Ident:
		if e.Name == "nil" {
			return true
		}
		set, idle := false, true
		ast.Inspect(decl.Body, func(n ast.Node) bool {
			a, ok := n.(*ast.AssignStmt)
			if !ok {
				return true
			}
			for i, l := range a.Lhs {
				if id, ok := l.(*ast.Ident); ok && id.Name == e.Name {
					var lit *ast.FuncLit
					if len(a.Lhs) == len(a.Rhs) {
						lit, _ = ast.Unparen(a.Rhs[i]).(*ast.FuncLit)
					}
					set, idle = true, idle && lit != nil && doesNothing(lit)
				}
			}
			return true
		})
		return set && idle
	}
	return false
}

// doesNothing reports whether a literal has no statements, or only returns nil.
func doesNothing(lit *ast.FuncLit) bool {
	if len(lit.Body.List) != 1 {
		return len(lit.Body.List) == 0
	}
	ret, ok := lit.Body.List[0].(*ast.ReturnStmt)
	return ok && !slices.ContainsFunc(ret.Results, func(e ast.Expr) bool {
		id, ok := ast.Unparen(e).(*ast.Ident)
		return !ok || id.Name != "nil"
	})
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
func unbuilt(w *World, files leftOut, p *pattern.Prepare) ([]excluded, *refusal.Refusal) {
	if !p.Func.Exported() {
		return nil, nil
	}
	var open []excluded
	for _, name := range w.Unbuilt {
		if !slices.ContainsFunc(w.Units, func(u *pattern.Unit) bool { return slices.Contains(u.Ignored, name) }) && farMentions(w, files, p, name) {
			if e := excludedName(w, p, p.Unit, name); e.help {
				open = append(open, e)
			} else {
				return nil, e.why
			}
		}
	}
	for _, name := range w.Skipped {
		if f := files.file(p.Unit, name); f.words[p.Key.Name] || f.File != nil && (mentions(p, elsewhere(f.File), f.File) || p.Key.Recv != "" && names(f.File, p.Key.Name)) {
			dir := w.ShortName(filepath.Dir(name))
			if filepath.IsLocal(dir) {
				dir = "./" + dir
			}
			return nil, refusal.New(p, refusal.IgnoredFile, p.Unit, p.Decl.Name.Pos(), "%s, which \"...\" does not match, names it; name its package as well: %s", w.ShortName(name), dir)
		}
	}
	for _, name := range w.Unsound {
		switch f := files.file(p.Unit, name); {
		case p.Key.Recv != "" && (f.File == nil || w.depends(name, p)):
			return nil, refusal.New(p, refusal.IgnoredFile, p.Unit, p.Decl.Name.Pos(), "%s, whose package does not type-check, may convert its receiver to an interface", w.ShortName(name))
		case farMentions(w, files, p, name):
			return nil, refusal.New(p, refusal.IgnoredFile, p.Unit, p.Decl.Name.Pos(), "%s, whose package does not type-check, names it", w.ShortName(name))
		}
	}
	for _, name := range w.Outside {
		if farMentions(w, files, p, name) {
			return nil, refusal.New(p, refusal.OutsideModule, p.Unit, p.Decl.Name.Pos(), "%s, which is not a file of a main module, names it", w.ShortName(name))
		}
	}
	return open, nil
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
