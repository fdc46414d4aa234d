// Package suppress reads the comments by which people silence a finding:
//
//	//closurefix:ignore the closure is stored, see run
//	//nolint:closurefix // measured, costs nothing
//	//lint:ignore closurefix measured, costs nothing
//
// Each works in a function's doc comment and on the lines of its signature,
// from the first line of the declaration to that of the opening brace.
// //lint:file-ignore stands anywhere in a file and holds for all of it.
//
// The second and third are the forms of golangci-lint and staticcheck. They
// take a list of names, separated by commas. A bare //nolint and the name all
// silence every linter, hence this one, too; staticcheck's form wants a reason
// after the names, and without one is not heard.
package suppress

import (
	"go/ast"
	"go/token"
	"path"
	"strings"
)

// name is what the comments call this tool.
const name = "closurefix"

// Func reports whether a comment of the file silences findings about the
// function. The file must have been parsed with its comments.
func Func(fset *token.FileSet, file *ast.File, fn *ast.FuncDecl) bool {
	for _, group := range file.Comments {
		for _, c := range group.List {
			scope, _ := scopeOf(c.Text)
			if scope == wholeFile || scope == here && reaches(fset, c, fn) {
				return true
			}
		}
	}
	return false
}

// A Directive is a comment that silences closurefix by its name.
type Directive struct {
	Comment *ast.Comment
	Funcs   []*ast.FuncDecl // that it silences; none if it stands where it silences nothing
}

// Directives returns the comments of a file that silence closurefix by its name,
// not only all linters, or those whose names match a pattern. The file must have
// been parsed with its comments.
func Directives(fset *token.FileSet, file *ast.File) []Directive {
	var list []Directive
	for _, group := range file.Comments {
		for _, c := range group.List {
			scope, named := scopeOf(c.Text)
			if !named {
				continue
			}
			d := Directive{Comment: c}
			for _, decl := range file.Decls {
				if fn, ok := decl.(*ast.FuncDecl); ok && (scope == wholeFile || reaches(fset, c, fn)) {
					d.Funcs = append(d.Funcs, fn)
				}
			}
			list = append(list, d)
		}
	}
	return list
}

// reaches reports whether a comment stands where it silences a function: in its
// doc comment, or on a line of its signature.
func reaches(fset *token.FileSet, c *ast.Comment, fn *ast.FuncDecl) bool {
	line := func(p token.Pos) int { return fset.PositionFor(p, false).Line }
	first, last := line(fn.Pos()), line(fn.Type.End())
	if fn.Doc != nil {
		first = line(fn.Doc.Pos())
	}
	if fn.Body != nil {
		last = line(fn.Body.Lbrace)
	}
	l := line(c.Pos())
	return first <= l && l <= last && !inBody(fn, c)
}

// inBody reports whether a comment belongs to the body of a function that is
// written on the line of its signature. One at the end of that line does not.
func inBody(fn *ast.FuncDecl, c *ast.Comment) bool {
	return fn.Body != nil && len(fn.Body.List) > 0 && fn.Body.List[0].Pos() < c.Pos() && c.Pos() < fn.Body.Rbrace
}

// A scope is how far a comment reaches.
type scope int

const (
	nowhere scope = iota
	here
	wholeFile
)

// scopeOf parses the text of a comment. named reports whether it silences by the
// name of this tool.
func scopeOf(text string) (s scope, named bool) {
	text, ok := strings.CutPrefix(text, "//")
	if !ok {
		return nowhere, false
	}
	if rest, ok := strings.CutPrefix(text, "closurefix:ignore"); ok {
		if rest == "" || rest[0] == ' ' || rest[0] == '\t' {
			return here, true
		}
		return nowhere, false
	}
	if rest, ok := strings.CutPrefix(text, "lint:ignore "); ok {
		return checked(rest, here)
	}
	if rest, ok := strings.CutPrefix(text, "lint:file-ignore "); ok {
		return checked(rest, wholeFile)
	}
	// golangci-lint allows white space before and after the word.
	if rest, ok := strings.CutPrefix(strings.TrimLeft(text, " \t"), "nolint"); ok {
		return linted(rest)
	}
	return nowhere, false
}

// checked parses what follows staticcheck's word, of the scope: names, which may
// be patterns such as clos*, and a reason.
func checked(rest string, s scope) (_ scope, named bool) {
	fields := strings.Fields(rest)
	if len(fields) < 2 {
		return nowhere, false
	}
	found := nowhere
	for n := range strings.SplitSeq(fields[0], ",") {
		if ok, err := path.Match(n, name); err == nil && ok {
			found, named = s, named || n == name
		}
	}
	return found, named
}

// linted parses what follows golangci-lint's word: nothing, or a colon and
// names, up to a remark.
func linted(rest string) (s scope, named bool) {
	rest, _, _ = strings.Cut(rest, "//")
	names, listed := strings.CutPrefix(rest, ":")
	if !listed {
		if rest == "" || rest[0] == ' ' || rest[0] == '\t' {
			s = here
		}
		return s, false
	}
	for n := range strings.SplitSeq(names, ",") {
		// A remark may follow the last name without slashes.
		n, _, _ = strings.Cut(strings.TrimSpace(n), " ")
		if n = strings.ToLower(n); n == name || n == "all" {
			s, named = here, named || n == name
		}
	}
	return s, named
}
