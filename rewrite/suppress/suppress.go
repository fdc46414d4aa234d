// Package suppress finds comments that suppress findings:
//
//	//closurefix:ignore the closure is stored, see run
//	//nolint:closurefix // measured, costs nothing
//	//lint:ignore closurefix measured, costs nothing
//
// Each applies to a function if it is in the doc comment or on a line of the
// signature, up to the line of the opening brace. It applies to a finding at a
// statement there, too, on the line of the statement, and alone on the line above.
// A //lint:file-ignore comment may be anywhere in a file and applies to all of it.
//
// The second form is that of golangci-lint, the third that of staticcheck. Both
// accept a list of names separated by commas. A bare //nolint and the name "all"
// suppress every linter, including closurefix. Staticcheck's form requires a
// reason after the names; without one the comment has no effect.
package suppress

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/flow"
)

// name is the name of this tool in comments.
const name = "closurefix"

// Forms are the forms of comments that suppress findings.
type Forms int

const (
	// All is all of them.
	All Forms = iota
	// WithoutNolint is all forms but that of golangci-lint, which hides findings under its
	// comments itself, and reports a comment under which there are none.
	WithoutNolint
)

// Comments tells which comments of files suppress findings. It remembers which files a comment
// silences as a whole.
type Comments struct {
	forms Forms
	whole map[*ast.File]bool
}

// New returns the comments of the given forms.
func New(forms Forms) *Comments { return &Comments{forms, make(map[*ast.File]bool)} }

// Func reports whether a comment in the file suppresses findings about the function. The file
// must have been parsed with comments.
func (cs *Comments) Func(fset *token.FileSet, file *ast.File, fn *ast.FuncDecl) bool {
	from, to := signature(fset, fn)
	for _, group := range flow.Comments(file, from, to) {
		for _, c := range group.List {
			if scope, _ := cs.forms.scopeOf(c.Text); scope == here && reaches(fset, c, fn) {
				return true
			}
		}
	}
	return cs.wholeFile(file)
}

// wholeFile reports whether a comment suppresses all findings in a file.
func (cs *Comments) wholeFile(file *ast.File) bool {
	silent, known := cs.whole[file]
	if !known {
		silent = slices.ContainsFunc(file.Comments, func(group *ast.CommentGroup) bool {
			return slices.ContainsFunc(group.List, func(c *ast.Comment) bool {
				scope, _ := cs.forms.scopeOf(c.Text)
				return scope == wholeFile
			})
		})
		cs.whole[file] = silent
	}
	return silent
}

// signature returns the range of the lines of a function's doc comment and signature.
func signature(fset *token.FileSet, fn *ast.FuncDecl) (from, to token.Pos) {
	from, to = fn.Pos(), fn.Type.End()
	if fn.Doc != nil {
		from = fn.Doc.Pos()
	}
	if fn.Body != nil {
		to = fn.Body.Lbrace
	}
	file := fset.File(fn.Pos())
	from = file.LineStart(file.PositionFor(from, false).Line)
	if next := file.PositionFor(to, false).Line + 1; next <= file.LineCount() {
		return from, file.LineStart(next)
	}
	return from, token.Pos(file.Base() + file.Size())
}

// At reports whether a comment of the file suppresses a finding at pos, in the top-level
// declaration decl. The file must have been parsed with its comments.
func (cs *Comments) At(fset *token.FileSet, file *ast.File, decl ast.Decl, pos token.Pos) bool {
	if fn, ok := decl.(*ast.FuncDecl); ok && cs.Func(fset, file, fn) || cs.wholeFile(file) {
		return true
	}
	return slices.ContainsFunc(file.Comments, func(group *ast.CommentGroup) bool {
		return slices.ContainsFunc(group.List, func(c *ast.Comment) bool {
			scope, _ := cs.forms.scopeOf(c.Text)
			return scope == here && Reaches(fset, decl, c, pos)
		})
	})
}

// Reaches reports whether a comment stands where it suppresses a finding at pos in decl: on
// the same line, or alone on the line above.
func Reaches(fset *token.FileSet, decl ast.Decl, c *ast.Comment, pos token.Pos) bool {
	line := func(p token.Pos) int { return fset.PositionFor(p, false).Line }
	at := line(c.Pos())
	if at == line(pos) {
		return true
	}
	if at != line(pos)-1 || c.Pos() < decl.Pos() {
		return false
	}
	alone := true
	ast.Inspect(decl, func(n ast.Node) bool {
		switch n.(type) {
		case nil, *ast.Comment, *ast.CommentGroup:
			return false
		}
		if line(n.Pos()) == at || line(n.End()-1) == at {
			alone = false
		}
		return alone
	})
	return alone
}

// A Directive is a comment that suppresses findings of closurefix by name.
type Directive struct {
	Comment *ast.Comment
	Funcs   []*ast.FuncDecl // to which it applies; may be empty
}

// Directives returns the comments in a file that name closurefix itself. Comments
// for all linters and name patterns are left out. The file must have been parsed
// with comments.
func Directives(fset *token.FileSet, file *ast.File) []Directive {
	var list []Directive
	for _, group := range file.Comments {
		for _, c := range group.List {
			scope, named := All.scopeOf(c.Text)
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

// reaches reports whether a comment is in the doc comment of a function or on a
// line of its signature.
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

// inBody reports whether a comment is inside the body of a function whose body starts
// on the line of the signature. A comment directly after the opening brace or after the
// closing brace is not.
func inBody(fn *ast.FuncDecl, c *ast.Comment) bool {
	return fn.Body != nil && len(fn.Body.List) > 0 && fn.Body.List[0].Pos() < c.Pos() && c.Pos() < fn.Body.Rbrace
}

// A scope says to which functions a comment applies.
type scope int

const (
	nowhere scope = iota
	here
	wholeFile
)

// scopeOf parses the text of a comment. named reports whether the comment contains the
// name of this tool.
func (forms Forms) scopeOf(text string) (s scope, named bool) {
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
	if rest, ok := strings.CutPrefix(strings.TrimLeft(text, " \t"), "nolint"); ok && forms != WithoutNolint {
		return linted(rest)
	}
	return nowhere, false
}

// checked parses the rest of a staticcheck comment, after lint:ignore or
// lint:file-ignore: a list of names, which may be patterns such as clos*, and a reason.
// It returns s if a name matches.
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

// linted parses the rest of a golangci-lint comment, after nolint: nothing, or a colon
// and names, and an optional remark.
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
