package rewrite_test

import (
	"context"
	"fmt"
	"go/token"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/edit"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
	"golang.org/x/tools/go/packages"
)

// A verdict is what the rewriter decided for one prepare function.
type verdict struct {
	rewritten bool
	key       pattern.Key
	result    int    // index of the cleanup among the results
	code      string // of the refusal
	why       string // the refusal's sentence, with its position
}

// load type-checks the directories of the cases below root, with one run of
// go list, and returns the units of each case.
func load(ctx context.Context, root, tags string, cases []*moduleCase) (map[string][]*pattern.Unit, error) {
	var patterns []string
	for _, c := range cases {
		patterns = append(patterns, "./"+c.name+"/...")
	}
	pkgs, err := packages.Load(&packages.Config{
		Context: ctx,
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
			packages.NeedTypes | packages.NeedTypesSizes | packages.NeedSyntax | packages.NeedTypesInfo |
			packages.NeedModule | packages.NeedForTest,
		Dir:        root,
		Fset:       token.NewFileSet(),
		Tests:      true,
		BuildFlags: []string{"-trimpath", "-tags=" + tags},
	}, patterns...)
	if err != nil {
		return nil, err
	}
	tested := make(map[string]bool) // packages that have a variant with in-package tests
	for _, p := range pkgs {
		if p.ForTest == p.PkgPath {
			tested[p.PkgPath] = true
		}
	}
	units := make(map[string][]*pattern.Unit)
	for _, p := range pkgs {
		switch {
		case strings.HasSuffix(p.ID, ".test"):
			continue // the generated test main
		case p.ForTest == "" && tested[p.PkgPath]:
			continue // the variant with tests is wider
		case p.ForTest != "" && p.PkgPath != p.ForTest && p.PkgPath != p.ForTest+"_test":
			continue // a dependency, compiled once more for a test
		}
		if len(p.Errors) > 0 {
			return nil, fmt.Errorf("%s: %v", p.ID, p.Errors[0])
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(p.PkgPath, "example.com/"), "/")
		name = strings.TrimSuffix(name, "_test")
		units[name] = append(units[name], &pattern.Unit{
			Fset:    p.Fset,
			Files:   p.Syntax,
			Pkg:     p.Types,
			Info:    p.TypesInfo,
			Ignored: p.IgnoredFiles,
			Other:   p.OtherFiles,
		})
	}
	return units, nil
}

// maxRounds bounds the rounds of candidates whose edits overlap.
const maxRounds = 5

// rewriteAll rewrites the cases in the module at root, on disk, in rounds,
// until a round changes nothing, and leaves verdicts and files in each case.
func rewriteAll(ctx context.Context, root, tags string, cases []*moduleCase) error {
	for round := range maxRounds {
		units, err := load(ctx, root, tags, cases)
		if err != nil {
			return fmt.Errorf("round %d: %w", round+1, err)
		}
		var again []*moduleCase
		for _, c := range cases {
			edited, err := c.rewriteOnce(round, units[c.name])
			if err != nil {
				c.result.err = fmt.Errorf("round %d: %w", round+1, err)
			} else if edited {
				again = append(again, c)
			}
		}
		// A case whose result does not build would spoil the next load.
		again, err = keepBuilding(ctx, root, tags, again)
		if err != nil {
			return err
		}
		if len(again) == 0 {
			return nil
		}
		cases = again
	}
	for _, c := range cases {
		c.result.err = fmt.Errorf("still changing after %d runs", maxRounds)
	}
	return nil
}

// rewriteOnce asks for the candidates of one case and applies those whose
// edits do not overlap.
func (c *moduleCase) rewriteOnce(round int, units []*pattern.Unit) (edited bool, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	var worlds []*plan.World
	if c.flags.pkg {
		for _, u := range units {
			worlds = append(worlds, &plan.World{Units: []*pattern.Unit{u}, Exported: c.flags.exported, All: c.flags.all})
		}
	} else {
		worlds = append(worlds, &plan.World{Units: units, Module: true, Exported: c.flags.exported, All: c.flags.all})
	}
	byFile := make(map[string][]edit.Edit)
	for _, w := range worlds {
		for _, cand := range edit.Candidates(w) {
			v := verdict{key: cand.Prepare.Key, result: cand.Prepare.Result}
			switch {
			case cand.Refusal != nil:
				v.code = string(cand.Refusal.Code)
				v.why = fmt.Sprintf("%v: %v", cand.Refusal.Pos, cand.Refusal)
			case len(cand.Edits) == 0:
				return false, fmt.Errorf("%v has neither edits nor a refusal", cand.Prepare.Key)
			case !place(byFile, cand.Edits):
				v.code, v.why = "overlap", "its edits overlap those of another"
			default:
				v.rewritten = true
			}
			if err := c.note(round, v); err != nil {
				return false, err
			}
		}
	}
	for file, edits := range byFile {
		if err := apply(file, edits); err != nil {
			return false, err
		}
		edited = true
	}
	return edited, nil
}

// note records a verdict. What one run rewrote, and what it made, must be
// left alone by the next.
func (c *moduleCase) note(round int, v verdict) error {
	old, known := c.result.verdicts[v.key.String()]
	if round > 0 && v.rewritten && (!known || old.rewritten) {
		return fmt.Errorf("a second run rewrites %v", v.key)
	}
	if !known && round > 0 || old.rewritten {
		return nil
	}
	if c.result.verdicts == nil {
		c.result.verdicts = make(map[string]verdict)
	}
	c.result.verdicts[v.key.String()] = v
	return nil
}

// place adds edits to those of byFile, unless one of them overlaps or touches
// another's.
func place(byFile map[string][]edit.Edit, edits []edit.Edit) bool {
	for _, e := range edits {
		for _, o := range byFile[e.File] {
			if e.Start <= o.End && o.Start <= e.End {
				return false
			}
		}
	}
	for _, e := range edits {
		byFile[e.File] = append(byFile[e.File], e)
	}
	return true
}

// apply edits a file on disk.
func apply(file string, edits []edit.Edit) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	slices.SortStableFunc(edits, func(a, b edit.Edit) int { return a.Start - b.Start })
	var out []byte
	end := 0
	for _, e := range edits {
		if e.Start < end || e.End < e.Start || e.End > len(text) {
			return fmt.Errorf("%s: edit [%d,%d) after offset %d of %d bytes", filepath.Base(file), e.Start, e.End, end, len(text))
		}
		out = append(out, text[end:e.Start]...)
		out = append(out, e.New...)
		end = e.End
	}
	out = append(out, text[end:]...)
	return os.WriteFile(file, out, 0o644)
}
