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
	line := func(p token.Pos) int { return fset.PositionFor(p, false).Line }
	first, last := line(fn.Pos()), line(fn.Type.End())
	if fn.Doc != nil {
		first = line(fn.Doc.Pos())
	}
	if fn.Body != nil {
		last = line(fn.Body.Lbrace)
	}
	for _, group := range file.Comments {
		for _, c := range group.List {
			scope := scopeOf(c.Text)
			if scope == wholeFile {
				return true
			}
			if l := line(c.Pos()); scope == here && first <= l && l <= last && !inBody(fn, c) {
				return true
			}
		}
	}
	return false
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

// scopeOf parses the text of a comment.
func scopeOf(text string) scope {
	text, ok := strings.CutPrefix(text, "//")
	if !ok {
		return nowhere
	}
	if rest, ok := strings.CutPrefix(text, "closurefix:ignore"); ok {
		return where(rest == "" || rest[0] == ' ' || rest[0] == '\t', here)
	}
	if rest, ok := strings.CutPrefix(text, "lint:ignore "); ok {
		return where(checked(rest), here)
	}
	if rest, ok := strings.CutPrefix(text, "lint:file-ignore "); ok {
		return where(checked(rest), wholeFile)
	}
	// golangci-lint allows white space before and after the word.
	if rest, ok := strings.CutPrefix(strings.TrimLeft(text, " \t"), "nolint"); ok {
		return where(linted(rest), here)
	}
	return nowhere
}

func where(ok bool, s scope) scope {
	if ok {
		return s
	}
	return nowhere
}

// checked parses what follows staticcheck's word: names, which may be patterns
// such as clos*, and a reason.
func checked(rest string) bool {
	fields := strings.Fields(rest)
	if len(fields) < 2 {
		return false
	}
	for n := range strings.SplitSeq(fields[0], ",") {
		if ok, err := path.Match(n, name); err == nil && ok {
			return true
		}
	}
	return false
}

// linted parses what follows golangci-lint's word: nothing, or a colon and
// names, up to a remark.
func linted(rest string) bool {
	rest, _, _ = strings.Cut(rest, "//")
	names, listed := strings.CutPrefix(rest, ":")
	if !listed {
		return rest == "" || rest[0] == ' ' || rest[0] == '\t'
	}
	for n := range strings.SplitSeq(names, ",") {
		// A remark may follow the last name without slashes.
		n, _, _ = strings.Cut(strings.TrimSpace(n), " ")
		if n = strings.ToLower(n); n == name || n == "all" {
			return true
		}
	}
	return false
}
