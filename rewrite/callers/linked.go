package callers

import (
	"bytes"
	"go/ast"
	"go/token"
	"net/url"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// linked refuses a function that a linkname or export directive names, or that assembly
// or another file that is not Go may name.
func (x *Index) linked(p *pattern.Prepare) *refusal.Refusal {
	prefixes := []string{p.Key.Pkg}
	if p.Unit.Pkg.Name() == "main" {
		prefixes = append(prefixes, "main") // the linker's path for a main package
	}
	for _, prefix := range prefixes {
		if file, ok := x.world.Linked[prefix+"."+p.Key.String()]; ok {
			return refusal.New(p, refusal.Linkname, p.Unit, p.Decl.Name.Pos(), "the directive //go:linkname in %s names it", x.world.ShortName(file))
		}
	}
	for _, u := range x.world.Units {
		if u.Pkg.Path() != p.Key.Pkg {
			continue
		}
		for _, f := range u.Files {
			if pos, directive := x.directive(p, f); pos.IsValid() {
				return refusal.New(p, refusal.Linkname, u, pos, "the directive %s names it", directive)
			}
		}
		for _, name := range u.Ignored {
			if f := x.leftOut.file(u, name).File; f != nil {
				if pos, directive := x.directive(p, f); pos.IsValid() {
					return refusal.New(p, refusal.Linkname, p.Unit, p.Decl.Name.Pos(), "the directive %s in %s names it", directive, x.world.ShortName(name))
				}
			}
		}
		// Excluded files may be assembly, too.
		for _, name := range slices.Concat(u.Other, u.Ignored) {
			if strings.HasSuffix(name, ".go") {
				continue
			}
			text, err := u.ReadFile(name)
			if err != nil || strings.Contains(string(text), p.Key.Name) {
				return refusal.New(p, refusal.Assembly, p.Unit, p.Decl.Name.Pos(), "%s, which is not Go, may name it", x.world.ShortName(name))
			}
		}
	}
	return nil
}

// directive returns the position and name of a directive in file f, of p's package, that
// makes the function known to the linker.
func (x *Index) directive(p *pattern.Prepare, f *ast.File) (token.Pos, string) {
	name := p.Key.Name
	for _, c := range x.directives(f) {
		fields := strings.Fields(c.Text)
		for _, w := range fields[1:] {
			if w == name || strings.HasSuffix(w, "."+name) {
				return c.Pos(), fields[0]
			}
		}
	}
	return token.NoPos, ""
}

// directives returns the directives of a file that name functions to the linker.
func (x *Index) directives(f *ast.File) []*ast.Comment {
	all, known := x.linking[f]
	if known {
		return all
	}
	for _, g := range f.Comments {
		for _, c := range g.List {
			if fields := strings.Fields(c.Text); len(fields) >= 2 && (fields[0] == "//go:linkname" || fields[0] == "//export") {
				all = append(all, c)
			}
		}
	}
	x.linking[f] = all
	return all
}

// Linknames returns the symbols of other packages that the linkname directives of a
// source file name: "//go:linkname local example.com/pkg.symbol".
func Linknames(text []byte) []string {
	var symbols []string
	for {
		_, rest, ok := bytes.Cut(text, []byte("//go:linkname"))
		if !ok {
			return symbols
		}
		line, _, _ := bytes.Cut(rest, []byte("\n"))
		if fields := strings.Fields(string(line)); len(fields) >= 2 && (line[0] == ' ' || line[0] == '\t') {
			symbol := fields[1]
			if plain, err := url.PathUnescape(symbol); err == nil {
				symbol = plain // in linker symbols a dot in the last path element is %2e
			}
			symbols = append(symbols, symbol)
		}
		text = rest
	}
}
