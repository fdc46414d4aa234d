package rewrite

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/internal/allocs"
	"github.com/closurefix/closurefix/rewrite/internal/heat"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// rank adds the costs in the profiles to each finding, and sets aside findings below the
// threshold. It returns warnings about profiles that do not match the code.
func rank(o Options, changes []*change, found *findings) (warnings []string, err error) {
	profiles, err := heat.Read(o.Profiles)
	if err != nil {
		return nil, err
	}
	var bodies []heat.Body
	for _, c := range changes {
		bodies = append(bodies, bodiesOf(c)...)
	}
	for _, p := range profiles {
		if wrong := p.Mismatch(bodies); wrong != "" {
			if !slices.Contains(warnings, wrong) {
				warnings = append(warnings, wrong)
			}
		} else if len(bodies) > 0 && !p.Knows(bodies) {
			warnings = append(warnings, fmt.Sprintf("none of the functions is in the profile of %s: it was taken of other code, or they do not run there", p.Kind))
		}
	}
	for _, c := range changes {
		f := found.of[c.id()]
		if f == nil {
			continue // set aside before
		}
		places := placesOf(c)
		most := 0.0
		for _, p := range profiles {
			value := p.Spent(places)
			f.Costs = append(f.Costs, Cost{p.Kind, p.Unit, value, p.Share(value)})
			most = max(most, p.Share(value))
		}
		if most < o.Least {
			found.cold = append(found.cold, found.setAside(c))
		}
	}
	return warnings, nil
}

// byCost orders findings by their share of the first profile, the highest first.
func byCost(a, b Finding) int {
	if len(a.Costs) == 0 || len(b.Costs) == 0 || a.Costs[0].Share == b.Costs[0].Share {
		return 0
	}
	if a.Costs[0].Share > b.Costs[0].Share {
		return -1
	}
	return 1
}

// runtimeNames returns the names that a function may have in a profile. A function of
// package main has two: tests are compiled with the path of the package.
func runtimeNames(f allocs.Function) []string {
	if _, ok := f.Decl.(*ast.FuncDecl); !ok {
		return nil
	}
	path := f.Unit.Pkg.Path()
	// The linker's symbols escape the dots of the last element.
	if i := strings.LastIndexByte(path, '/') + 1; i > 0 {
		path = path[:i] + strings.ReplaceAll(path[i:], ".", "%2e")
	}
	names := []string{path + "." + f.Name()}
	if f.Unit.Pkg.Name() == "main" {
		names = append(names, "main."+f.Name())
	}
	return names
}

// bodiesOf returns the lines of the functions of c.
func bodiesOf(c *change) []heat.Body {
	var bodies []heat.Body
	for _, f := range allocs.Functions(c.first.candidate) {
		from, to := f.Unit.Fset.PositionFor(f.Decl.Pos(), false), f.Unit.Fset.PositionFor(f.Decl.End(), false)
		for _, name := range runtimeNames(f) {
			bodies = append(bodies, heat.Body{Func: name, File: from.Filename, From: from.Line, To: to.Line})
		}
	}
	return bodies
}

// placesOf returns the lines on which functions allocate because of the cleanup of c.
func placesOf(c *change) []heat.Place {
	var places []heat.Place
	add := func(f allocs.Function, p token.Pos) {
		at := f.Unit.Fset.PositionFor(p, false)
		for _, name := range runtimeNames(f) {
			places = append(places, heat.Place{Func: name, File: at.Filename, Line: at.Line})
		}
	}
	prepare := allocs.Function{Unit: c.first.candidate.Prepare.Unit, Decl: c.first.candidate.Prepare.Facts.Decl}
	for _, l := range c.first.candidate.Prepare.Literals {
		add(prepare, l.Lit.Pos())
	}
	for _, capture := range c.first.candidate.Prepare.Captures {
		if capture.Class == pattern.Result || capture.Class == pattern.Local {
			add(prepare, capture.Var.Pos())
		}
	}
	for _, s := range c.first.candidate.Sites {
		for _, v := range allocs.Addressed(s) {
			add(allocs.Function{Unit: s.Unit, Decl: s.Decl}, v.Pos())
		}
	}
	return places
}
