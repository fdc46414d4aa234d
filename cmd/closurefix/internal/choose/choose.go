// Package choose selects the findings of a run, by the flags -only, -exclude, -new-from
// and -baseline. A finding is selected if it passes each flag that is given.
package choose

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/vetjson"
	"github.com/closurefix/closurefix/rewrite"
	"github.com/closurefix/closurefix/rewrite/misuse"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// Flags holds the values of the flags that select findings.
type Flags struct {
	Only     []string       // functions, categories or package paths; none: all
	Exclude  *regexp.Regexp // of functions or names of files; nil: none
	NewFrom  string         // a git revision; or ""
	Baseline string         // a file that -json wrote; or ""
}

// Select returns the function for rewrite.Options.Select, or nil if no flag is given. dir
// is the current directory. The function may be called until ctx ends. After that, missed
// returns the names of functions and packages in Only that no finding has.
func (f Flags) Select(ctx context.Context, dir string) (sel func(rewrite.Finding) bool, missed func() []string, err error) {
	var tests []func(rewrite.Finding) bool
	met := make(map[string]bool)
	for _, e := range pattern.Explanations() {
		met[string(e.Kind)] = true // there may be none
	}
	for _, e := range misuse.Explanations() {
		met[string(e.Kind)] = true
	}
	missed = func() []string {
		return slices.DeleteFunc(slices.Clone(f.Only), func(name string) bool { return met[name] })
	}
	if len(f.Only) > 0 {
		tests = append(tests, only(f.Only, met))
	}
	if f.Exclude != nil {
		tests = append(tests, exclude(f.Exclude, dir))
	}
	if f.Baseline != "" {
		test, err := baseline(f.Baseline)
		if err != nil {
			return nil, nil, err
		}
		tests = append(tests, test)
	}
	if f.NewFrom != "" {
		h, err := openHistory(ctx, dir, f.NewFrom)
		if err != nil {
			return nil, nil, err
		}
		tests = append(tests, h.changed)
	}
	if len(tests) == 0 {
		return nil, missed, nil
	}
	return func(found rewrite.Finding) bool {
		return !slices.ContainsFunc(tests, func(test func(rewrite.Finding) bool) bool { return !test(found) })
	}, missed, nil
}

// only selects findings by name. A name is a category, the path of a package, or a
// function: as messages have it, as in "(*Conn).prepareRead", without the receiver, or
// with the package path in front. A name that some finding has is added to met.
func only(names []string, met map[string]bool) func(rewrite.Finding) bool {
	return func(f rewrite.Finding) bool {
		short := f.Name[strings.LastIndexByte(f.Name, '.')+1:]
		own := []string{string(f.Kind), f.Package, f.Name, short, f.Package + "." + f.Name}
		found := false
		for _, name := range names {
			if slices.Contains(own, name) {
				found, met[name] = true, true
			}
		}
		return found
	}
}

// exclude selects findings whose file and function do not match. The file is relative to
// dir, with slashes; the function has its package path in front.
func exclude(re *regexp.Regexp, dir string) func(rewrite.Finding) bool {
	return func(f rewrite.Finding) bool {
		name := f.Pos.Filename
		if rel, err := filepath.Rel(dir, name); err == nil {
			name = rel
		}
		return !re.MatchString(filepath.ToSlash(name)) && !re.MatchString(f.Package+"."+f.Name)
	}
}

// baseline selects findings that an earlier report does not have. Findings are equal if
// package, function and category are; lines do not matter. Each finding of the report
// excludes one finding, because files for different systems may declare functions with
// the same name.
func baseline(name string) (func(rewrite.Finding) bool, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("-baseline: %w", err)
	}
	list, err := vetjson.Read(text)
	if err != nil {
		return nil, fmt.Errorf("-baseline: %s is not a report that -json wrote: %w", name, err)
	}
	known := make(map[vetjson.Identity]int)
	for _, id := range list {
		known[id]++
	}
	return func(f rewrite.Finding) bool {
		id := vetjson.Identity{Package: f.Package, Function: f.Name, Category: string(f.Kind)}
		known[id]--
		return known[id] < 0
	}, nil
}
