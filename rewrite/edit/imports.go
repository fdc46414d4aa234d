package edit

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// fixImports adds the imports that the plan asks for and removes those whose
// last use has gone with the rewrite. It works on the text, so that the rest of
// the import block stays as it is.
func fixImports(s *source, text []byte) ([]byte, error) {
	after, err := unresolved(s.name, text)
	if err != nil {
		return nil, fmt.Errorf("the rewritten file does not parse: %w", err)
	}
	var before map[string]bool
	for _, spec := range s.file.Imports {
		name := importName(s.unit.Info, spec)
		if name == "_" || name == "." || after[name] {
			continue
		}
		if before == nil {
			if before, err = unresolved(s.name, s.text); err != nil {
				return nil, err
			}
		}
		if !before[name] {
			continue
		}
		if s.lastImport(spec) {
			// The package's init may be what the program needs.
			if text, err = blankImport(s.name, text, spec); err != nil {
				return nil, err
			}
			continue
		}
		if text, err = removeImport(s.name, text, spec); err != nil {
			return nil, err
		}
	}
	for _, imp := range s.imports {
		line := strconv.Quote(imp.Path)
		if imp.Name != "" {
			line = imp.Name + " " + line
		}
		if text, err = addImport(s.name, text, line, s.newline()); err != nil {
			return nil, err
		}
	}
	return text, nil
}

// lastImport reports whether no other file of the package imports what spec does,
// and it is not of the standard library.
func (s *source) lastImport(spec *ast.ImportSpec) bool {
	if !strings.Contains(strings.Split(spec.Path.Value, "/")[0], ".") {
		return false
	}
	for _, f := range s.unit.Files {
		for _, other := range f.Imports {
			if other != spec && other.Path.Value == spec.Path.Value {
				return false
			}
		}
	}
	return true
}

// blankImport keeps an import for the sake of its package's init.
func blankImport(name string, text []byte, spec *ast.ImportSpec) ([]byte, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, text, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	for _, s := range f.Imports {
		if s.Path.Value == spec.Path.Value && (s.Name == nil) == (spec.Name == nil) {
			from, to := fset.Position(s.Pos()).Offset, fset.Position(s.Path.Pos()).Offset
			return append(append(append([]byte(nil), text[:from]...), "_ "...), text[to:]...), nil
		}
	}
	return text, nil
}

// importName returns the name that an import gives to its package.
func importName(info *types.Info, spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	if pkg, ok := info.Implicits[spec].(*types.PkgName); ok {
		return pkg.Name()
	}
	path, _ := strconv.Unquote(spec.Path.Value)
	return path[strings.LastIndexByte(path, '/')+1:]
}

// unresolved returns the names that a file does not declare itself.
func unresolved(name string, text []byte) (map[string]bool, error) {
	f, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
	if err != nil {
		return nil, err
	}
	names := make(map[string]bool)
	for _, id := range f.Unresolved {
		names[id.Name] = true
	}
	return names, nil
}

// removeImport deletes the line of an import, or the whole declaration if it
// is the only one in it.
func removeImport(name string, text []byte, gone *ast.ImportSpec) ([]byte, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, text, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		return nil, err
	}
	for _, d := range f.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, sp := range decl.Specs {
			spec := sp.(*ast.ImportSpec)
			if spec.Path.Value != gone.Path.Value || (spec.Name == nil) != (gone.Name == nil) {
				continue
			}
			if spec.Doc != nil || spec.Comment != nil {
				return nil, fmt.Errorf("the import of %s is not needed any more, and has a comment", spec.Path.Value)
			}
			from, to := fset.Position(spec.Pos()).Offset, fset.Position(spec.End()).Offset
			if len(decl.Specs) == 1 {
				if decl.Doc != nil {
					return nil, fmt.Errorf("the import of %s is not needed any more, and has a comment", spec.Path.Value)
				}
				from, to = fset.Position(decl.Pos()).Offset, fset.Position(decl.End()).Offset
			}
			line := bytes.LastIndexByte(text[:from], '\n') + 1
			rest, _, _ := bytes.Cut(text[to:], []byte("\n"))
			if len(bytes.TrimSpace(text[line:from])) > 0 || len(bytes.TrimSpace(rest)) > 0 {
				// Not alone on its line: import ("context"; "fmt").
				if next := bytes.TrimLeft(rest, " \t"); len(next) > 0 && next[0] == ';' {
					to += len(rest) - len(bytes.TrimLeft(next[1:], " \t"))
				}
				return append(append([]byte(nil), text[:from]...), text[to:]...), nil
			}
			from = line
			if i := bytes.IndexByte(text[to:], '\n'); i >= 0 {
				to += i + 1
			}
			return append(append([]byte(nil), text[:from]...), text[to:]...), nil
		}
	}
	return text, nil
}

// addImport inserts an import line: after the last import of its sort (of the
// standard library or not) in the first block, in a new block otherwise.
func addImport(name string, text []byte, line, newline string) ([]byte, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, text, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		return nil, err
	}
	insert := func(at int, s string) []byte {
		return append(append(append([]byte(nil), text[:at]...), s...), text[at:]...)
	}
	std := !strings.Contains(strings.Split(line, "/")[0], ".")
	for _, d := range f.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok || decl.Tok != token.IMPORT || len(decl.Specs) == 0 {
			continue
		}
		if spec := decl.Specs[0].(*ast.ImportSpec); spec.Path.Value == `"C"` {
			continue
		}
		if !decl.Lparen.IsValid() {
			end := fset.Position(decl.End()).Offset
			if c := decl.Specs[0].(*ast.ImportSpec).Comment; c != nil {
				end = fset.Position(c.End()).Offset
			}
			return insert(end, newline+"import "+line), nil
		}
		best := decl.Specs[len(decl.Specs)-1]
		for _, sp := range decl.Specs {
			path := sp.(*ast.ImportSpec).Path.Value
			if strings.Contains(strings.Split(path, "/")[0], ".") != std {
				best = sp
			}
		}
		end := fset.Position(best.End()).Offset
		if i := bytes.IndexByte(text[end:], '\n'); i >= 0 {
			end += i + 1
		}
		return insert(end, "\t"+line+newline), nil
	}
	end := fset.Position(f.Name.End()).Offset
	return insert(end, newline+newline+"import "+line), nil
}
