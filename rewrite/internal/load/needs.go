package load

import (
	"go/ast"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// A needs finds the declarations of dependencies that matter to the packages whose function
// bodies are type-checked.
//
// These are the declarations that the packages name, and those that these declarations
// name in turn. Function bodies of dependencies name nothing. A method of a type matters if
// anything mentions a member of that name, such as an interface.
//
// This is a small part of the dependencies, since function bodies name most of what a
// package imports. A dependency of which nothing is named is not even read.
type needs struct {
	syntax *syntax
	whole  func(*packages.Package) bool
	own    map[*packages.Package]bool // packages whose function bodies are type-checked
	deps   map[*packages.Package]*dependency
	queue  []want
	before map[*packages.Package][]*packages.Package // packages that must be type-checked before the key

	members map[string]bool     // names of members that something mentions
	waiting map[string][]method // methods of needed types, by names that nothing mentions
}

// A want is a package-level name of a dependency that is needed, or one of the words
// interfaces and everything.
type want struct {
	pkg      *packages.Package
	name     string
	promoted bool // all its methods are needed, as a type of an own package embeds it
}

const (
	interfaces = "interface" // all exported ones
	everything = "package"
)

// A method is a method of a dependency.
type method struct {
	of   *dependency
	decl declaration
}

// newNeeds returns the needs of the packages own, which have their syntax. If whole returns
// true for a dependency of which anything is needed, all its declarations are needed.
func newNeeds(files *syntax, own []*packages.Package, whole func(*packages.Package) bool) *needs {
	n := &needs{
		syntax: files, whole: whole,
		own: make(map[*packages.Package]bool), deps: make(map[*packages.Package]*dependency), before: make(map[*packages.Package][]*packages.Package),
		members: make(map[string]bool), waiting: make(map[string][]method),
	}
	for _, name := range unmentioned {
		n.members[name] = true
	}
	for _, p := range own {
		n.own[p] = true
	}
	for _, p := range own {
		for _, f := range p.Syntax {
			n.addFile(p, f)
		}
	}
	return n
}

// unmentioned are the methods that matter although nothing mentions them: the method of
// error, and those that mark types that must not be copied.
var unmentioned = [...]string{"Error", "Lock", "Unlock"}

// addFile records what a file of an own package needs.
func (n *needs) addFile(p *packages.Package, f *ast.File) {
	im := newImports()
	for _, s := range f.Imports {
		i := &imported{path: importPath(s)}
		if s.Name != nil {
			i.name = s.Name.Name
		}
		im.add(p, i)
		n.add(im.of[i]) // even if nothing of it is named
	}
	names{
		plain:  func(name string) { n.wantDotted(im, name) },
		member: n.wantMember,
		imported: func(pkg, name string) {
			if i := im.named[pkg]; i != nil {
				n.want(im.of[i], name)
			}
		},
		embedded: func(e ast.Expr) {
			pkg, name := typeName(e)
			if i := im.named[pkg]; i != nil {
				n.promote(im.of[i], name)
			}
		},
	}.inSyntax(f)
}

// wantInterfaces records that all exported interfaces are needed of those packages of the
// standard library that the own packages depend on.
func (n *needs) wantInterfaces() {
	packages.Visit(slices.Collect(maps.Keys(n.own)), nil, func(p *packages.Package) {
		if p.Module == nil && len(p.GoFiles) > 0 && p.PkgPath != "unsafe" {
			n.want(p, interfaces)
		}
	})
}

// want records that a name of p is needed. p may be nil, for C and unsafe.
func (n *needs) want(p *packages.Package, name string) {
	if p != nil && !n.own[p] {
		n.queue = append(n.queue, want{pkg: p, name: name})
	}
}

// promote records that a type of p is needed with all its methods.
func (n *needs) promote(p *packages.Package, name string) {
	if p != nil && !n.own[p] {
		n.queue = append(n.queue, want{pkg: p, name: name, promoted: true})
	}
}

// wantDotted records that a name may be declared by one of the packages that a file imports
// with a dot.
func (n *needs) wantDotted(im *imports, name string) {
	for _, i := range im.dots {
		im.used[i] = true
		n.want(im.of[i], name)
	}
}

// wantMember records that something mentions a member.
func (n *needs) wantMember(name string) {
	if n.members[name] {
		return
	}
	n.members[name] = true
	for _, m := range n.waiting[name] {
		n.keep(m.of, m.decl)
	}
	delete(n.waiting, name)
}

// add returns the dependency for p, or nil if p is nil or one of the own packages.
func (n *needs) add(p *packages.Package) *dependency {
	if p == nil || n.own[p] {
		return nil
	}
	d := n.deps[p]
	if d == nil {
		d = newDependency(p)
		n.deps[p] = d
		if n.whole(p) {
			n.want(p, everything)
		}
	}
	return d
}

// find finds all declarations that are needed.
func (n *needs) find() {
	for len(n.queue) > 0 {
		wave := n.queue
		n.queue = nil
		var unread []*dependency
		for _, w := range wave {
			if d := n.add(w.pkg); !d.read {
				d.read = true
				unread = append(unread, d)
			}
		}
		n.read(unread)
		for _, w := range wave {
			n.take(n.deps[w.pkg], w)
		}
	}
	n.waiting = nil
}

// read reads the files of dependencies. Errors are added to those of the packages.
func (n *needs) read(deps []*dependency) {
	var names []string
	for _, d := range deps {
		names = append(names, d.pkg.GoFiles...)
	}
	files := make([]*outline, len(names))
	errs := make([]error, len(names))
	each(names, func(i int, name string) { files[i], errs[i] = n.syntax.outline(name) })
	for _, d := range deps {
		for i, name := range d.pkg.GoFiles {
			if errs[i] != nil {
				d.pkg.Errors = append(d.pkg.Errors, packageErrors(parseProblems(name, errs[i]))...)
				continue
			}
			d.add(files[i])
		}
		k := len(d.pkg.GoFiles)
		files, errs = files[k:], errs[k:]
		d.join()
	}
}

// take keeps the declarations that w asks for.
func (n *needs) take(d *dependency, w want) {
	if w.promoted && !d.promoted[w.name] {
		d.promoted[w.name] = true
		n.takePromoted(d, w.name)
	}
	if d.taken[w.name] {
		return
	}
	d.taken[w.name] = true
	switch w.name {
	case interfaces:
		for _, name := range d.interfaces {
			n.want(d.pkg, name)
		}
	case everything:
		for _, o := range d.files {
			for _, i := range o.imports {
				d.imports[o].used[i] = true
				n.add(d.imports[o].of[i])
			}
			for _, decl := range o.decls {
				n.keep(d, declaration{o, decl})
			}
		}
	default:
		for _, decl := range d.decls[w.name] {
			if name := decl.names[0]; decl.recv != "" && !n.members[name] {
				n.waiting[name] = append(n.waiting[name], method{d, decl})
			} else {
				n.keep(d, decl)
			}
		}
	}
}

// takePromoted keeps the exported methods of a type, and those of the types that it embeds.
func (n *needs) takePromoted(d *dependency, name string) {
	for _, decl := range d.decls[name] {
		switch {
		case decl.recv != "" && ast.IsExported(decl.names[0]):
			n.keep(d, decl)
		case decl.recv == "":
			im := d.imports[decl.file]
			for _, e := range decl.embedded() {
				if pkg, name := typeName(e); pkg == "" {
					n.promote(d.pkg, name)
				} else if i := im.named[pkg]; i != nil {
					n.promote(im.of[i], name)
				}
			}
		}
	}
}

// keep keeps a declaration and records what it names.
func (n *needs) keep(d *dependency, decl declaration) {
	if d.kept[decl.declared] {
		return
	}
	d.kept[decl.declared] = true
	if decl.recv != "" {
		n.want(d.pkg, decl.recv) // perhaps an alias, which must be declared too
	}
	im := d.imports[decl.file]
	names{
		plain: func(name string) {
			if d.decls[name] != nil {
				n.want(d.pkg, name)
			} else {
				n.wantDotted(im, name)
			}
		},
		imported: func(pkg, name string) {
			if i := im.named[pkg]; i != nil {
				im.used[i] = true
				d.usesC = d.usesC || i.path == "C"
				n.want(im.of[i], name)
			}
		},
		member: n.wantMember,
	}.inHead(decl.declared)
}

// order returns the own packages and the dependencies, each after those that must be
// type-checked before it. It sets before.
func (n *needs) order() []*packages.Package {
	all := slices.AppendSeq(slices.Collect(maps.Keys(n.own)), maps.Keys(n.deps))
	slices.SortFunc(all, func(a, b *packages.Package) int { return strings.Compare(a.ID, b.ID) })
	var order []*packages.Package
	var visit func(p *packages.Package)
	visit = func(p *packages.Package) {
		if _, seen := n.before[p]; seen || !n.own[p] && n.deps[p] == nil {
			return
		}
		if n.before[p] = nil; n.own[p] {
			n.before[p] = slices.Collect(maps.Values(p.Imports))
		} else {
			n.before[p] = n.deps[p].uses()
		}
		for _, q := range n.before[p] {
			visit(q)
		}
		order = append(order, p)
	}
	for _, p := range all {
		visit(p)
	}
	return order
}
