package callers

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// A demand is a method that an interface requires, with the first position in a unit that
// names or writes out the interface.
type demand struct {
	method *types.Func
	unit   *pattern.Unit
	at     token.Pos
}

// demands holds the methods that interfaces require.
type demands struct {
	world *World

	// inUnits and imported hold the methods of interfaces, by name. They are computed on
	// first use.
	inUnits  map[string][]demand
	imported map[string][]*types.Func
}

// required reports whether an interface requires a method with the given name and signature,
// and returns its position. It looks at the interfaces of the units and of the packages
// that these import, and at those that the standard library asserts. A nil signature
// stands for that of finish, which matches any.
func (d *demands) required(p *pattern.Prepare, name string, signature *types.Signature) (*pattern.Unit, token.Pos, bool) {
	meets := func(m *types.Func) bool {
		return (signature == nil || mayBeIdentical(m.Signature(), signature)) &&
			(m.Exported() || m.Pkg() != nil && m.Pkg().Path() == p.Key.Pkg)
	}
	var first demand
	for _, m := range d.named(name) {
		if first.unit != nil && first.unit != m.unit {
			break
		}
		if meets(m.method) && (first.unit == nil || m.at < first.at) {
			first = m
		}
	}
	if first.unit != nil {
		return first.unit, first.at, true
	}
	if ast.IsExported(name) && slices.ContainsFunc(d.importedMethods(name), meets) {
		return p.Unit, p.Decl.Name.Pos(), true
	}
	if ast.IsExported(name) && assertedByLibrary(p, name, signature) || d.requiredElsewhere(name, signature) {
		return p.Unit, p.Decl.Name.Pos(), true
	}
	return nil, 0, false
}

// requiredElsewhere is like required, for interfaces in packages that are not units. Only their
// syntax is known, and there one type may have two names, so that it compares only the
// number of parameters and results.
func (d *demands) requiredElsewhere(name string, signature *types.Signature) bool {
	return slices.ContainsFunc(d.world.InterfaceMethods, func(m Method) bool {
		return m.Name == name &&
			(signature == nil || m.Params == signature.Params().Len() && m.Results == signature.Results().Len()) &&
			!slices.ContainsFunc(d.world.Units, func(u *pattern.Unit) bool { return u.Pkg.Path() == m.Pkg })
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
				for m := range t.Underlying().(*types.Interface).Methods() {
					d.inUnits[m.Name()] = append(d.inUnits[m.Name()], demand{m, u, at})
				}
			}
		}
	}
	return d.inUnits[name]
}

// importedMethods returns the methods of the given name that named interfaces require in
// the packages that the units import, directly or indirectly.
func (d *demands) importedMethods(name string) []*types.Func {
	if d.imported == nil {
		d.imported = make(map[string][]*types.Func)
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
				for m := range tn.Type().Underlying().(*types.Interface).Methods() {
					d.imported[m.Name()] = append(d.imported[m.Name()], m)
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
