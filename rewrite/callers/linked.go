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
		if d, ok := x.directives(u)[p.Key.Name]; ok {
			if d.ignored != "" {
				return refusal.New(p, refusal.Linkname, p.Unit, p.Decl.Name.Pos(), "the directive %s in %s names it", d.name, x.world.ShortName(d.ignored))
			}
			return refusal.New(p, refusal.Linkname, u, d.pos, "the directive %s names it", d.name)
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

// A directive makes a function known to the linker.
type directive struct {
	name    string // as in //export
	pos     token.Pos
	ignored string // the name of its file, if that is not built
}

// directives returns the first directive of a package for each name of a function.
func (x *Index) directives(u *pattern.Unit) map[string]directive {
	all, known := x.linking[u]
	if known {
		return all
	}
	all = make(map[string]directive)
	add := func(f *ast.File, ignored string) {
		for _, g := range f.Comments {
			for _, c := range g.List {
				fields := strings.Fields(c.Text)
				if len(fields) < 2 || fields[0] != "//go:linkname" && fields[0] != "//export" {
					continue
				}
				for _, word := range fields[1:] {
					name := word[strings.LastIndex(word, ".")+1:]
					if _, ok := all[name]; !ok {
						all[name] = directive{fields[0], c.Pos(), ignored}
					}
				}
			}
		}
	}
	for _, f := range u.Files {
		add(f, "")
	}
	for _, name := range u.Ignored {
		if f := x.leftOut.file(u, name).File; f != nil {
			add(f, name)
		}
	}
	x.linking[u] = all
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
