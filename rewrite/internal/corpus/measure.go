package corpus

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite"
	"github.com/closurefix/closurefix/rewrite/internal/process"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// measure runs the rewriter over a copy of a module below dir and checks the result. With
// look, it only reports the findings of the first round.
func measure(ctx context.Context, m Module, dir string, test, look bool) (*Report, error) {
	env := environment(m)
	src := filepath.Join(dir, "src")
	if err := fetch(ctx, m, src, env); err != nil {
		return nil, err
	}
	r := &Report{Left: make(map[string]int)}
	var err error
	if r.Pruned, err = prune(ctx, src, env); err != nil {
		return nil, err
	}
	if r.Missed, err = recallOf(ctx, os.Stderr, src, env, m.Packages); err != nil {
		return nil, err
	}
	options := rewrite.Options{
		Dir: src, Patterns: m.Packages, Env: env,
		All: true, Exported: true, Escape: !look, Rewrite: !look,
		Progress: func(s string) { fmt.Fprintf(os.Stderr, "  %s\n", s) },
	}
	res, err := rewrite.Run(ctx, options)
	if err != nil {
		return nil, err
	}
	if err := r.count(res, src); err != nil {
		return nil, err
	}
	if err := describe(res, src, dir); err != nil {
		return nil, err
	}
	if look || len(res.Files) == 0 {
		return r, nil
	}
	if err := r.compare(res); err != nil {
		return nil, err
	}

	if err := r.write(ctx, m, src, env, res, test); err != nil {
		return nil, err
	}
	options.Escape = false
	return r, r.again(ctx, options, res)
}

// write writes the result, and counts what go vet reports afterwards and not before. With
// test, it runs the tests of m, or else of the packages that change, which must pass before.
func (r *Report) write(ctx context.Context, m Module, src string, env []string, res *rewrite.Result, test bool) error {
	changed, affected, err := affected(ctx, src, env, res.Files)
	if err != nil {
		return err
	}
	switch {
	case !test:
		changed = nil
	case m.Tests != nil:
		out, _, err := process.Go(ctx, src, env, append([]string{"list"}, m.Tests...)...)
		if err != nil {
			return err
		}
		changed = strings.Fields(out)
	}
	before, err := vet(ctx, src, env, affected)
	if err != nil {
		return err
	}
	if changed, err = passing(ctx, src, env, changed); err != nil {
		return err
	}

	if err := res.Write(ctx); err != nil {
		return err
	}

	after, err := vet(ctx, src, env, affected)
	if err != nil {
		return err
	}
	for _, message := range after.beyond(before) {
		fmt.Fprintf(os.Stderr, "  NEW %s\n", message)
		if strings.HasPrefix(message, "vet: ") {
			r.TypeErrors++
		} else {
			r.Vet++
		}
	}
	// A test that fails is run a second time, with those of its package.
	r.Tested = len(changed)
	failed, err := runTests(ctx, src, env, changed)
	if err != nil {
		return err
	}
	again, err := runTests(ctx, src, env, slices.DeleteFunc(changed, func(path string) bool { return !failed[path] }))
	if err != nil {
		return err
	}
	for name := range again {
		fmt.Fprintf(os.Stderr, "  FAILS %s\n", name)
		r.Tests++
	}
	return nil
}

// again runs the rewriter over what the run with the result res has written, and counts
// the functions that it would rewrite now. Those that res left alone because they
// allocate nothing, or would gain nothing, do not count.
func (r *Report) again(ctx context.Context, options rewrite.Options, res *rewrite.Result) error {
	type key struct{ pkg, name string }
	idle := make(map[key]bool)
	for _, f := range res.Stack {
		idle[key{f.Package, f.Name}] = true
	}
	for _, f := range res.Findings {
		if f.Refusal != nil && f.Refusal.Code == refusal.NoGain {
			idle[key{f.Package, f.Name}] = true
		}
	}
	second, err := rewrite.Run(ctx, options)
	if err != nil {
		return fmt.Errorf("the second run: %w", err)
	}
	for _, f := range second.Findings {
		if f.Refusal == nil && !idle[key{f.Package, f.Name}] {
			fmt.Fprintf(os.Stderr, "  AGAIN %s\n", f.Name)
			r.Second++
		}
	}
	return nil
}

// count counts the findings in the module in dir.
func (r *Report) count(res *rewrite.Result, dir string) error {
	r.Free = len(res.Stack)
	for _, f := range res.Findings {
		generated, err := generated(f.Pos.Filename)
		switch {
		case err != nil:
			return err
		case generated:
			r.Generated++
			continue
		case f.Refusal == nil:
			r.Rewritten++
			if allocates(f, res.Findings) {
				fmt.Fprintf(os.Stderr, "  ALLOCATES %s\n", f.Name)
				r.Allocates++
			}
		default:
			text := f.Refusal.Sentence(func(file string) string { return short(dir, file) })
			r.Left[string(f.Refusal.Code)]++
			r.Refused = append(r.Refused, Refused{f.Name, string(f.Refusal.Code), text})
		}
		r.Found++
	}
	return nil
}

// generated reports whether a file is generated.
func generated(name string) (bool, error) {
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.PackageClauseOnly|parser.ParseComments)
	if err != nil {
		return false, err
	}
	return ast.IsGenerated(file), nil
}

// allocates reports whether the compiler says that the rewrite of f has removed no closure from
// the heap, or has a caller make more closures there than the prepare function made for it. A
// closure that is new in a function that returns the cleanup does not count, if that function is
// a finding too: its own rewrite removes it. Only closures and method values are compared. Other
// allocations of a cleanup are made by finish too, but the compiler may print them in other words.
func allocates(f rewrite.Finding, all []rewrite.Finding) bool {
	if len(f.Gain) == 0 {
		return false // it changed with another function
	}
	left := 0
	for i, g := range f.Gain {
		gone := slices.ContainsFunc(all, func(o rewrite.Finding) bool {
			return o.Refusal == nil && o.Name == g.Func && o.Pos.Filename == g.Pos.Filename
		})
		own := closures(g.Left)
		if i == 0 {
			left = own
		}
		if !gone && closures(g.New) > own+left {
			return true
		}
		if i > 0 {
			left = max(left, own)
		}
	}
	return left == 0
}

// methodValue matches how the compiler prints a method value.
var methodValue = regexp.MustCompile(`^[\pL_][\pL\d_]*(\.[\pL_][\pL\d_]*)+$`)

// closures counts the function literals and method values among allocations.
func closures(list []rewrite.Allocation) int {
	n := 0
	for _, a := range list {
		if a.What == "func literal" || methodValue.MatchString(a.What) {
			n++
		}
	}
	return n
}

// describe writes the diff and the findings to files.
func describe(res *rewrite.Result, src, dir string) error {
	diff, err := res.Diff(src)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "change.diff"), []byte(diff), 0o666); err != nil {
		return err
	}
	short := func(name string) string {
		if rel, err := filepath.Rel(src, name); err == nil {
			return rel
		}
		return name
	}
	var b strings.Builder
	tell := func(f rewrite.Finding, outcome string) {
		fmt.Fprintf(&b, "%s:%d: %s (%s)\n\t%s\n", short(f.Pos.Filename), f.Pos.Line, f.Message, f.Kind, outcome)
		for _, n := range f.Notes {
			fmt.Fprintf(&b, "\tnote: %s\n", n)
		}
		for _, g := range f.Gain {
			for _, a := range g.New {
				fmt.Fprintf(&b, "\tnew on the heap: %s in %s, line %d\n", a.What, g.Func, a.Pos.Line)
			}
		}
	}
	for _, f := range res.Findings {
		tell(f, f.Outcome(short))
	}
	for _, f := range res.Stack {
		tell(f, "free: the compiler keeps all of it on the stack")
	}
	return os.WriteFile(filepath.Join(dir, "findings.txt"), []byte(b.String()), 0o666)
}
