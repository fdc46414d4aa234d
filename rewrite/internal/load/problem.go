package load

import (
	"cmp"
	"fmt"
	"go/scanner"
	"path/filepath"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/internal/position"
	"golang.org/x/tools/go/packages"
)

// A Problem is an error reported by the go command, the parser or the type checker.
type Problem struct {
	File      string // absolute, or "" if the position is unknown
	Line, Col int    // from 1; 0 if unknown
	Text      string
}

// String returns the problem as "file:line:col: text".
func (p Problem) String() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File + ":")
		if p.Line > 0 {
			fmt.Fprintf(&b, "%d:", p.Line)
			if p.Col > 0 {
				fmt.Fprintf(&b, "%d:", p.Col)
			}
		}
		b.WriteByte(' ')
	}
	b.WriteString(p.Text)
	return b.String()
}

// rank orders problems. A name that another package does not declare comes last, because it
// may be missing as a consequence of an error in that package.
func (p Problem) rank() int {
	if name, ok := strings.CutPrefix(p.Text, "undefined: "); ok && strings.Contains(name, ".") || strings.Contains(p.Text, " undefined (type ") {
		return 1
	}
	return 0
}

// A SourceError reports errors in the packages to be loaded.
type SourceError struct {
	Config   Config
	Problems []Problem // sorted by rank, file and line, without repetition, at least one

	broken map[string]string // directories of the packages with problems, by package path; nil if unknown
}

func (e *SourceError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// add adds a problem that e does not have yet.
func (e *SourceError) add(p Problem) {
	if !slices.Contains(e.Problems, p) {
		e.Problems = append(e.Problems, p)
	}
}

// sourceError returns an error that holds problems, or nil if there are none.
func sourceError(c Config, problems []Problem) error {
	if len(problems) == 0 {
		return nil
	}
	slices.SortFunc(problems, func(a, b Problem) int {
		return cmp.Or(a.rank()-b.rank(), cmp.Compare(a.File, b.File), a.Line-b.Line, a.Col-b.Col, cmp.Compare(a.Text, b.Text))
	})
	return &SourceError{Config: c, Problems: slices.Compact(problems)}
}

// brokenIn returns a *SourceError that lists the problems of pkgs and of their imports,
// and which of the packages are affected. It returns nil if there are no problems.
func brokenIn(c Config, dir string, pkgs []*packages.Package) error {
	err := sourceError(c, problemsOf(dir, pkgs))
	bad, ok := err.(*SourceError)
	if !ok {
		return nil
	}
	bad.broken = make(map[string]string)
	for _, p := range pkgs {
		if len(problemsOf(dir, []*packages.Package{p})) > 0 {
			bad.broken[basePath(p)] = p.Dir
		}
	}
	return bad
}

// problemOf converts an error of a package to a Problem. The position of the error is
// "file:line:col", "file:line", "file" or "-".
func problemOf(e packages.Error) Problem {
	at := position.Parse(e.Pos)
	p := Problem{File: at.Filename, Line: at.Line, Col: at.Column, Text: strings.TrimSpace(e.Msg)}
	if p.File == "-" {
		p.File = ""
	}
	return p
}

// problemsOf returns the problems of packages and of their dependencies. dir is the
// directory in which the go command ran.
func problemsOf(dir string, pkgs []*packages.Package) []Problem {
	var problems []Problem
	missing := false // the go command reports a missing import
	packages.Visit(pkgs, nil, func(p *packages.Package) {
		missing = missing || slices.ContainsFunc(p.Errors, func(e packages.Error) bool { return e.Kind == packages.ListError })
	})
	packages.Visit(pkgs, nil, func(p *packages.Package) {
		if p.Module != nil && p.Module.Error != nil {
			problems = append(problems, Problem{Text: p.Module.Error.Err})
		}
		// Without what cgo makes of a package, the type checker knows no C. The C compiler
		// says why.
		cgo := slices.ContainsFunc(p.Errors, func(e packages.Error) bool { return strings.HasPrefix(e.Msg, "could not import C ") }) &&
			slices.ContainsFunc(p.Errors, func(e packages.Error) bool { return strings.HasPrefix(e.Msg, "# ") })
		typed := !cgo && slices.ContainsFunc(p.Errors, func(e packages.Error) bool {
			return e.Kind == packages.TypeError || e.Kind == packages.ParseError
		})
		for _, e := range p.Errors {
			if missing && strings.HasSuffix(e.Msg, `(invalid package name: "")`) {
				continue // a consequence of the missing import
			}
			report, compiled := strings.CutPrefix(e.Msg, "# ")
			switch {
			case cgo && !compiled: // a consequence of the error of the C compiler
			case !compiled:
				problems = append(problems, problemOf(e))
			case !typed: // otherwise the type checker reports the same error
				problems = append(problems, compilerProblems(dir, report)...)
			}
		}
	})
	return problems
}

// compilerProblems parses the output of the compiler about a package: its path, then lines
// "file:line:col: text", each with further lines below it. Those of the Go compiler are
// indented, those of a C compiler are not. Names of files are relative to dir.
func compilerProblems(dir, report string) []Problem {
	_, report, _ = strings.Cut(report, "\n")
	var problems []Problem
	for line := range strings.Lines(report) {
		line = strings.TrimRight(line, "\n")
		pos, text, ok := strings.Cut(line, ": ")
		p := problemOf(packages.Error{Pos: pos, Msg: text})
		switch {
		case ok && p.Line > 0:
			if !filepath.IsAbs(p.File) {
				p.File = filepath.Join(dir, p.File)
			}
			problems = append(problems, p)
		case len(problems) > 0 && line != "":
			problems[len(problems)-1].Text += "\n\t" + strings.TrimPrefix(line, "\t")
		case line != "":
			problems = append(problems, Problem{Text: line})
		}
	}
	return problems
}

// First returns the first problem in one line, with the base name of its file.
func (e *SourceError) First() string {
	p := e.Problems[0]
	if p.File != "" {
		p.File = filepath.Base(p.File)
	}
	if e.Config.GOOS != "" {
		return fmt.Sprintf("%v (%v)", p, e.Config)
	}
	return p.String()
}

// packageErrors converts problems to errors of a package.
func packageErrors(problems []Problem) []packages.Error {
	var errs []packages.Error
	for _, p := range problems {
		errs = append(errs, packages.Error{Pos: fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col), Msg: p.Text, Kind: packages.ParseError})
	}
	return errs
}

// parseProblems converts an error of the parser, or an error reading the file.
func parseProblems(name string, err error) []Problem {
	list, ok := err.(scanner.ErrorList)
	if !ok || len(list) == 0 {
		return []Problem{{File: name, Text: err.Error()}}
	}
	var problems []Problem
	for _, e := range list {
		p := problemOf(packages.Error{Msg: e.Msg})
		p.File, p.Line, p.Col = e.Pos.Filename, e.Pos.Line, e.Pos.Column
		problems = append(problems, p)
	}
	return problems
}
