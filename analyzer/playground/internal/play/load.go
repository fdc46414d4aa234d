package play

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// filename is the name of the file in messages.
const filename = "main.go"

// mostProblems limits the number of problems, as the compiler does.
const mostProblems = 10

// load parses and type-checks a file. It returns the unit, or the problems.
func load(text string, imports types.Importer) (*pattern.Unit, []Problem) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, filename, text, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		return nil, parseProblems(err)
	}
	u := &pattern.Unit{
		Fset:  fset,
		Files: []*ast.File{file},
		Info: &types.Info{
			Types: make(map[ast.Expr]types.TypeAndValue), Defs: make(map[*ast.Ident]types.Object), Uses: make(map[*ast.Ident]types.Object),
			Selections: make(map[*ast.SelectorExpr]*types.Selection), Implicits: make(map[ast.Node]types.Object),
			Instances: make(map[*ast.Ident]types.Instance), FileVersions: make(map[*ast.File]string),
		},
		Read: func(name string) ([]byte, error) {
			if name != filename {
				return nil, fmt.Errorf("there is no file %s", name)
			}
			return []byte(text), nil
		},
	}
	var problems []Problem
	config := types.Config{
		Importer: imports,
		Sizes:    types.SizesFor("gc", "amd64"),
		Error: func(err error) {
			var e types.Error
			if errors.As(err, &e) && len(problems) < mostProblems {
				at := fset.PositionFor(e.Pos, false)
				problems = append(problems, Problem{at.Line, at.Column, e.Msg})
			}
		},
	}
	path := file.Name.Name
	if path != "main" {
		path = "example.com/" + path
	}
	u.Pkg, err = config.Check(path, fset, u.Files, u.Info)
	if err != nil && problems == nil {
		problems = []Problem{{Message: err.Error()}}
	}
	return u, problems
}

func parseProblems(err error) []Problem {
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		return []Problem{{Message: err.Error()}}
	}
	var problems []Problem
	for _, e := range list[:min(len(list), mostProblems)] {
		problems = append(problems, Problem{e.Pos.Line, e.Pos.Column, e.Msg})
	}
	return problems
}
