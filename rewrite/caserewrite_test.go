package rewrite_test

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"os"
	"path/filepath"
	"strings"

	"github.com/closurefix/closurefix/rewrite"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// A verdict is the decision of the rewriter on one prepare function.
type verdict struct {
	rewritten bool
	code      string // of the refusal
	why       string // the refusal's sentence
}

func (v verdict) String() string {
	if v.rewritten {
		return "rewritten"
	}
	return fmt.Sprintf("refused %s: %s", v.code, v.why)
}

// verdictOf returns the verdict on a finding.
func verdictOf(f rewrite.Finding) verdict {
	if f.Refusal == nil {
		return verdict{rewritten: true}
	}
	return verdict{code: string(f.Refusal.Code), why: f.Refusal.Error()}
}

// isFault reports whether the verdict can only be caused by a fault of closurefix and not
// by the program.
func (v verdict) isFault() bool {
	return v.code == string(refusal.VerifyFailed) || v.code == string(refusal.InternalError)
}

// rewriteAll rewrites the cases in the module at root on disk, with one run for all cases
// that have the same flags. It stores verdicts and files in each case.
func rewriteAll(ctx context.Context, root, tags string, cases []*moduleCase) error {
	type asked struct{ all, exported bool }
	groups := make(map[asked][]*moduleCase)
	for _, c := range cases {
		a := asked{c.flags.all, c.flags.exported}
		groups[a] = append(groups[a], c)
	}
	for a, group := range groups {
		o := rewrite.Options{
			Dir:      root,
			Patterns: patternsOf(group),
			All:      a.all,
			Tests:    a.all,
			Exported: a.exported,
			Rewrite:  true,
			Env:      goEnv(),
		}
		if tags != "" {
			o.Configs = []rewrite.Config{{Tags: strings.Split(tags, ",")}}
		}
		first, err := rewrite.Run(ctx, o)
		if err != nil {
			return err
		}
		for _, f := range first.Findings {
			caseOf(group, f.Package).result.verdicts[f.Name] = verdictOf(f)
		}
		for _, f := range first.Files {
			if err := os.WriteFile(f.Name, f.New, 0o644); err != nil {
				return err
			}
		}
		if err := runAgain(ctx, o, group); err != nil {
			return err
		}
	}
	for _, c := range cases {
		for name := range c.files {
			text, err := os.ReadFile(filepath.Join(root, c.name, filepath.FromSlash(name)))
			if err != nil {
				return err
			}
			c.result.files[name] = text
		}
	}
	return nil
}

// runAgain checks that a second run finds nothing to change and has no fault.
func runAgain(ctx context.Context, o rewrite.Options, group []*moduleCase) error {
	second, err := rewrite.Run(ctx, o)
	if err != nil {
		return fmt.Errorf("a second run: %w", err)
	}
	for _, f := range second.Findings {
		v := verdictOf(f)
		if c := caseOf(group, f.Package); v.rewritten || v.isFault() {
			c.result.err = errors.Join(c.result.err, fmt.Errorf("a second run: %s is %s", f.Name, v))
		}
	}
	return nil
}

// caseOf returns the case that contains the package.
func caseOf(cases []*moduleCase, pkg string) *moduleCase {
	name, _, _ := strings.Cut(strings.TrimPrefix(pkg, "example.com/"), "/")
	name = strings.TrimSuffix(name, "_test")
	for _, c := range cases {
		if c.name == name {
			return c
		}
	}
	return &moduleCase{result: newResult()}
}

// cleanupIndex maps the plain name of each rewritten function to the index of its result
// that was a func, or -1 if syntax does not show which it is. Forwarders are among them, and in
// forwarders.
func (c *moduleCase) cleanupIndex() (index map[string]int, forwarders map[string]bool) {
	index, forwarders = make(map[string]int), make(map[string]bool)
	for name, v := range c.result.verdicts {
		if v.rewritten {
			index[name[strings.LastIndex(name, ".")+1:]] = -1
		}
	}
	for again := true; again; {
		again = false
		for name := range c.result.files {
			before, err := parseText(name, c.files[name])
			after, err2 := parseText(name, c.result.files[name])
			if err != nil || err2 != nil {
				continue
			}
			for _, fn := range changedResults(before, after, func(name string) bool { _, ok := index[name]; return ok }) {
				if _, known := index[fn]; !known {
					index[fn], forwarders[fn], again = -1, true, true
				}
			}
		}
	}
	for name, b := range c.files {
		t, err := parseText(name, b)
		if err != nil {
			continue // not Go
		}
		for _, d := range t.file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Type.Results == nil {
				continue
			}
			if _, ok := index[fn.Name.Name]; !ok {
				continue
			}
			i, funcs := 0, 0
			for _, field := range fn.Type.Results.List {
				if _, ok := field.Type.(*ast.FuncType); ok {
					index[fn.Name.Name] = i
					funcs++
				}
				i += max(1, len(field.Names))
			}
			if funcs > 1 {
				index[fn.Name.Name] = -1
			}
		}
	}
	return index, forwarders
}
