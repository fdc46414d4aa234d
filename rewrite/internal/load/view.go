package load

import (
	"fmt"
	"go/ast"
	"slices"
	"sort"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"golang.org/x/tools/go/packages"
)

// A View is the type-checked scope in one build configuration.
type View struct {
	Config Config
	World  *callers.World
	Built  map[string]bool          // files of a unit, by name
	Ours   map[string]bool          // files of main modules, which may be edited
	Syntax map[string]*ast.File     // by name
	Unit   map[string]*pattern.Unit // by the name of a file

	pkgs  []*packages.Package // packages of the scope, in all variants
	over  Overlay             // files whose content is not that on disk
	built []map[string]bool   // Built of the view of each configuration
}

// viewOf returns the view of packages that have no errors.
func (s *Scope) viewOf(config Config, pkgs []*packages.Package, over Overlay) (*View, error) {
	read := func(name string) ([]byte, error) {
		if text, ok := over[name]; ok {
			return text, nil
		}
		return s.tree.Source.Read(name)
	}
	v := &View{
		Config: config,
		pkgs:   pkgs,
		over:   over,
		World:  &callers.World{Module: true, Exported: s.tree.Exported, All: s.tree.All, Tests: s.tree.Tests, Hot: s.tree.Hot, Linked: s.linked, Short: s.tree.Short, Tags: config.Tags},
		Built:  make(map[string]bool),
		Ours:   make(map[string]bool),
		Syntax: make(map[string]*ast.File),
		Unit:   make(map[string]*pattern.Unit),
	}
	for _, c := range s.tree.Configs[1:] { // the first is the host
		v.World.Systems = append(v.World.Systems, c.GOOS+"/"+c.GOARCH)
	}
	s.recordCallers(v)
	targets := make(map[*pattern.Unit]bool)
	root := ModuleRoot(s.tree.Dir)
	for _, p := range widest(pkgs, func(p *packages.Package) int { return len(p.Syntax) }) {
		u := &pattern.Unit{
			Fset: p.Fset, Files: p.Syntax, Pkg: p.Types, Info: p.TypesInfo,
			Ignored: slices.Clone(p.IgnoredFiles), Other: p.OtherFiles, Read: read,
		}
		for _, f := range u.Files {
			name := u.Filename(f.FileStart)
			if w := v.Unit[name]; w != nil {
				return nil, fmt.Errorf("%s is in two packages, %s and %s", name, w.Pkg.Path(), u.Pkg.Path())
			}
			v.Unit[name], v.Syntax[name] = u, f
		}
		mine := p.Module != nil && p.Module.Main && !below(s.tree.modcache, p.Module.Dir) || p.Module == nil && s.tree.standard && below(root, p.Dir) && !below(s.tree.modcache, p.Dir)
		for _, name := range p.GoFiles {
			v.Built[name] = true
			if mine {
				v.Ours[name] = true
			}
		}
		targets[u] = s.targets[p.PkgPath]
		v.World.Units = append(v.World.Units, u)
	}
	v.World.Target = func(u *pattern.Unit) bool { return targets[u] }
	return v, nil
}

// recordCallers records in v what is known about callers outside of its units.
func (s *Scope) recordCallers(v *View) {
	if s.near != nil {
		v.World.Neighbours = s.near.modules
	}
	v.World.InterfaceMethods, v.World.Unbuilt, v.World.Unsound = s.interfaceMethods, s.unbuilt, s.unsound
	v.World.Skipped, v.World.Outside = s.skipped, s.outside
	if s.paths != nil {
		v.World.Depends = s.paths.depend
	}
	if s.embeds != nil {
		v.World.Embeds = s.embeds.has
	}
}

// setBuilt sets what each configuration builds. It removes from the ignored files of v those
// that another configuration builds: their callers are known there.
func (v *View) setBuilt(built []map[string]bool) {
	v.built = built
	for _, u := range v.World.Units {
		u.Ignored = slices.DeleteFunc(u.Ignored, func(name string) bool {
			return slices.ContainsFunc(built, func(files map[string]bool) bool { return files[name] })
		})
	}
}

// Everywhere reports whether every configuration builds a file.
func (v *View) Everywhere(name string) bool {
	return !slices.ContainsFunc(v.built, func(files map[string]bool) bool { return !files[name] })
}

// Shows reports whether v is the view of a version of the files.
func (v *View) Shows(over Overlay) bool { return v.over.Agrees(over, v.Built) }

// Declarations returns the indices of the top-level declarations of a file that the range
// [start, end) touches.
func (v *View) Declarations(name string, start, end int) []int {
	f := v.Syntax[name]
	if f == nil {
		return nil
	}
	file := v.Unit[name].Fset.File(f.FileStart)
	var touched []int
	first := sort.Search(len(f.Decls), func(i int) bool { return start <= file.Offset(f.Decls[i].End()) })
	for i, d := range f.Decls[first:] {
		from := d.Pos()
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Doc != nil {
				from = d.Doc.Pos()
			}
		case *ast.GenDecl:
			if d.Doc != nil {
				from = d.Doc.Pos()
			}
		}
		if file.Offset(from) > end {
			break
		}
		touched = append(touched, first+i)
	}
	return touched
}
