package callers

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// A demand is a method that an interface requires, with the first position in a unit that
// names or writes out the interface. Imported interfaces have none.
type demand struct {
	method *types.Func
	in     *types.Interface
	unit   *pattern.Unit
	at     token.Pos
}

// demands holds the methods that interfaces require.
type demands struct {
	world *World

	// inUnits and imported hold the methods of interfaces, by name. They are computed on
	// first use.
	inUnits  map[string][]demand
	imported map[string][]demand
}

// required reports whether an interface requires a method with the given name and signature,
// and returns its position. It looks at the interfaces of the units and of the packages
// that these import, and at those that the standard library asserts. A nil signature
// stands for that of finish, which matches any. With now, it leaves out interfaces that the
// receiver type does not implement, for want of another method.
func (d *demands) required(p *pattern.Prepare, name string, signature *types.Signature, now bool) (*pattern.Unit, token.Pos, bool) {
	lacks := func(names []string) bool { return false }
	if now {
		lacks = d.lacks(p)
	}
	meets := func(m demand) bool {
		return (signature == nil || mayBeIdentical(m.method.Signature(), signature)) &&
			(m.method.Exported() || m.method.Pkg() != nil && m.method.Pkg().Path() == p.Key.Pkg) && !lacks(exportedMethods(m.in))
	}
	var first demand
	for _, m := range d.named(name) {
		if first.unit != nil && first.unit != m.unit {
			break
		}
		if meets(m) && (first.unit == nil || m.at < first.at) {
			first = m
		}
	}
	if first.unit != nil {
		return first.unit, first.at, true
	}
	if ast.IsExported(name) && slices.ContainsFunc(d.importedMethods(name), meets) {
		return p.Unit, p.Decl.Name.Pos(), true
	}
	if ast.IsExported(name) && assertedByLibrary(p, name, signature) || d.requiredElsewhere(name, signature, lacks) {
		return p.Unit, p.Decl.Name.Pos(), true
	}
	return nil, 0, false
}

// lacks returns a function that reports whether the receiver type of p does not implement an
// interface with the given exported methods, because it has not all of them. It returns false if
// a struct may embed the type and have the others.
func (d *demands) lacks(p *pattern.Prepare) func(names []string) bool {
	recv := p.Func.Signature().Recv().Type()
	if ptr, ok := types.Unalias(recv).(*types.Pointer); ok {
		recv = ptr.Elem()
	}
	named, ok := types.Unalias(recv).(*types.Named)
	if !ok || d.world.Embeds == nil {
		return func([]string) bool { return false }
	}
	has := types.NewMethodSet(types.NewPointer(named))
	return func(names []string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return has.Lookup(nil, name) == nil }) && !d.world.Embeds(named.Obj().Name())
	}
}

// exportedMethods returns the names of the exported methods of an interface.
func exportedMethods(t *types.Interface) []string {
	var names []string
	for m := range t.Methods() {
		if m.Exported() {
			names = append(names, m.Name())
		}
	}
	return names
}

// requiredElsewhere is like required, for interfaces in packages that are not units. Only their
// syntax is known, and there one type may have two names, so that it compares only the
// number of parameters and results.
func (d *demands) requiredElsewhere(name string, signature *types.Signature, lacks func(names []string) bool) bool {
	return slices.ContainsFunc(d.world.InterfaceMethods, func(m Method) bool {
		return m.Name == name &&
			(signature == nil || m.Params == signature.Params().Len() && m.Results == signature.Results().Len()) &&
			!slices.ContainsFunc(d.world.Units, func(u *pattern.Unit) bool { return u.Pkg.Path() == m.Pkg }) && !lacks(m.All)
	})
}

// named returns the methods of the given name that interfaces in the units require, in
// the order of the units.
func (d *demands) named(name string) []demand {
	if d.inUnits == nil {
		d.inUnits = make(map[string][]demand)
		for _, u := range d.world.Units {
			interfaces := make(map[types.Type]token.Pos)
			for e, tv := range u.Info.Types {
				if !tv.IsType() || !types.IsInterface(tv.Type) {
					continue
				}
				if at, ok := interfaces[tv.Type]; !ok || e.Pos() < at {
					interfaces[tv.Type] = e.Pos()
				}
			}
			for t, at := range interfaces {
				in := t.Underlying().(*types.Interface)
				for m := range in.Methods() {
					d.inUnits[m.Name()] = append(d.inUnits[m.Name()], demand{m, in, u, at})
				}
			}
		}
	}
	return d.inUnits[name]
}

// importedMethods returns the methods of the given name that named interfaces require in
// the packages that the units import, directly or indirectly.
func (d *demands) importedMethods(name string) []demand {
	if d.imported == nil {
		d.imported = make(map[string][]demand)
		seen := make(map[*types.Package]bool)
		var visit func(pkg *types.Package)
		visit = func(pkg *types.Package) {
			if seen[pkg] {
				return
			}
			seen[pkg] = true
			for _, n := range pkg.Scope().Names() {
				tn, ok := pkg.Scope().Lookup(n).(*types.TypeName)
				if !ok || !types.IsInterface(tn.Type()) {
					continue
				}
				in := tn.Type().Underlying().(*types.Interface)
				for m := range in.Methods() {
					d.imported[m.Name()] = append(d.imported[m.Name()], demand{method: m, in: in})
				}
			}
			for _, imp := range pkg.Imports() {
				visit(imp)
			}
		}
		for _, u := range d.world.Units {
			for _, imp := range u.Pkg.Imports() {
				visit(imp)
			}
		}
	}
	return d.imported[name]
}
