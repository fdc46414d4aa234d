package load

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/callers"
	"github.com/closurefix/closurefix/rewrite/misuse"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// A hit is a function that may be a prepare function according to its syntax: see
// pattern.May.
type hit struct {
	file   string
	name   string
	method bool
}

// inTest reports whether a test file declares the function.
func (h hit) inTest() bool { return strings.HasSuffix(h.file, "_test.go") }

// A scan is the result of scanFiles.
type scan struct {
	hits     []hit
	linked   map[string]string // symbols in linkname directives, and the file
	mentions []string          // files that contain the word closurefix, perhaps in a directive
	eager    []string          // files that may contain an eager argument: see misuse.MayText
	flawed   []string          // files with syntax errors
	problems []Problem         // files that cannot be read
}

// scanFiles scans files, several at a time, and parses those that may contain a function
// literal. It keeps no syntax.
func scanFiles(src *Sources, files []string) *scan {
	type answer struct {
		hits     []hit
		linked   []string
		mentions bool
		eager    bool
		flawed   bool
		problems []Problem
	}
	answers := make([]answer, len(files))
	look := func(i int, name string, text []byte) {
		answers[i].linked = callers.Linknames(text)
		answers[i].mentions = bytes.Contains(text, []byte("closurefix"))
		answers[i].eager = misuse.MayText(text)
		if !mayLiteral(text) {
			return
		}
		abridge(text, func(tok token.Token, lit string) bool { return tok == token.FUNC || lit == cancelFunc })
		f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			answers[i].flawed = true
			return
		}
		for _, fn := range pattern.May(f) {
			answers[i].hits = append(answers[i].hits, hit{file: name, name: fn.Name.Name, method: fn.Recv != nil})
		}
		for _, id := range pattern.MayFunctions(f) {
			answers[i].hits = append(answers[i].hits, hit{file: name, name: id.Name})
		}
	}
	each(files, func(i int, name string) {
		if err := src.With(name, func(text []byte) { look(i, name, text) }); err != nil {
			answers[i].problems = []Problem{{File: name, Text: err.Error()}}
		}
	})
	all := &scan{linked: make(map[string]string)}
	for i, a := range answers {
		all.hits = append(all.hits, a.hits...)
		for _, symbol := range a.linked {
			all.linked[symbol] = files[i]
		}
		if a.mentions {
			all.mentions = append(all.mentions, files[i])
		}
		if a.eager {
			all.eager = append(all.eager, files[i])
		}
		if a.flawed {
			all.flawed = append(all.flawed, files[i])
		}
		all.problems = append(all.problems, a.problems...)
	}
	return all
}

// usedIn returns the hits whose cleanup a caller in one of the files may defer or call, and
// the functions in the files that may be forwarders of one: see pattern.MayUse. Callers of a
// function that is not exported are in its directory.
func usedIn(src *Sources, hits []hit, files []string) (kept, forwarders []hit) {
	names := namesOf(hits)
	type answer struct {
		names      []string
		forwarders []hit
	}
	found := make([]answer, len(files))
	look := func(i int, name string, text []byte) {
		if !mentions(text, names) {
			return
		}
		abridge(text, func(tok token.Token, lit string) bool { return tok == token.IDENT && names[lit] })
		f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			found[i].names = slices.Collect(maps.Keys(names))
			return
		}
		var decls []*ast.FuncDecl
		found[i].names, decls = pattern.MayUse(f, names)
		for _, fn := range decls {
			found[i].forwarders = append(found[i].forwarders, hit{file: name, name: fn.Name.Name, method: fn.Recv != nil})
		}
	}
	each(files, func(i int, name string) {
		// A file that is gone has no caller.
		_ = src.With(name, func(text []byte) { look(i, name, text) })
	})
	type place struct{ dir, name string }
	in := func(file, name string) place {
		if ast.IsExported(name) {
			return place{"", name}
		}
		return place{filepath.Dir(file), name}
	}
	called := make(map[place]bool)
	for i, a := range found {
		for _, name := range a.names {
			called[in(files[i], name)] = true
		}
		forwarders = append(forwarders, a.forwarders...)
	}
	return slices.DeleteFunc(slices.Clone(hits), func(h hit) bool { return !called[in(h.file, h.name)] }), forwarders
}
