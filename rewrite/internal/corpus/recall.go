package corpus

import (
	"context"
	"fmt"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite"
	"github.com/closurefix/closurefix/rewrite/internal/corpus/recall"
	"github.com/closurefix/closurefix/rewrite/internal/process"
)

// measureRecall holds the findings in a module against the candidates that syntax shows.
// It prints each candidate that is no finding, with the reason, and returns how many
// have none.
func measureRecall(ctx context.Context, w io.Writer, m Module, dir string) (missed int, err error) {
	env := environment(m)
	src := filepath.Join(dir, "src")
	if err := fetch(ctx, m, src, env); err != nil {
		return 0, err
	}
	if _, err := prune(ctx, src, env); err != nil {
		return 0, err
	}
	return recallOf(ctx, w, src, env, m.Packages)
}

// recallOf is measureRecall for a module that is in a directory.
func recallOf(ctx context.Context, w io.Writer, src string, env, packages []string) (missed int, err error) {
	path, _, err := process.Go(ctx, src, env, "list", "-m")
	if err != nil {
		return 0, err
	}
	candidates, err := recall.Scan(src, strings.TrimSpace(path), slices.Contains(env, "CGO_ENABLED=1"))
	if err != nil {
		return 0, err
	}
	res, err := rewrite.Run(ctx, rewrite.Options{Dir: src, Patterns: packages, Env: env, All: true, Tests: true, Exported: true})
	if err != nil {
		return 0, err
	}
	found := make(map[string]bool)
	line := func(file string, line int) string { return fmt.Sprintf("%s:%d", file, line) }
	for _, f := range res.Findings {
		found[line(f.Pos.Filename, f.Pos.Line)] = true
	}
	seen, listed := 0, 0
	taken := make(map[token.Position]bool) // uses of those that are findings, or have a reason
	for _, c := range candidates {
		if found[line(c.Pos.Filename, c.Pos.Line)] || reason(c) != "" {
			for _, p := range c.Uses {
				taken[p] = true
			}
		}
	}
	for _, c := range candidates {
		if found[line(c.Pos.Filename, c.Pos.Line)] {
			seen++
			continue
		}
		why := reason(c)
		if why == "" && !slices.ContainsFunc(c.Uses, func(p token.Position) bool { return !taken[p] }) {
			why = "its uses may be those of another of the same name"
		}
		if why == "" {
			missed++
			why = "MISSED"
		}
		listed++
		use := "called"
		if c.Deferred {
			use = "deferred"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s at %s\treturns %s\n", short(src, c.Pos.String()), c.Name, why, use,
			short(src, c.Uses[0].String()), strings.Join(c.Returns, ", "))
	}
	fmt.Fprintf(w, "%s: %d candidates, %d findings among them, %d others with a reason, %d missed\n", strings.TrimSpace(path), len(candidates), seen, listed-missed, missed)
	return missed, nil
}

func short(dir, name string) string {
	if rel, err := filepath.Rel(dir, name); err == nil {
		return rel
	}
	return name
}

// reason returns why a candidate is rightly no finding, "" if syntax shows no reason.
func reason(c recall.Candidate) string {
	switch {
	case c.Generated:
		return "generated"
	case !c.Built:
		return "not built here"
	case !slices.ContainsFunc(c.Returns, func(r string) bool { return r != "nil" && r != "empty literal" }):
		return "returns nothing to do"
	case !c.Captures && !slices.ContainsFunc(c.Returns, func(r string) bool {
		return r != "nil" && r != "empty literal" && r != "literal"
	}):
		return "captures nothing: no allocation"
	case !slices.ContainsFunc(c.Returns, func(r string) bool { return strings.HasPrefix(r, "literal") || strings.HasPrefix(r, "selector") }):
		return "forwards the func of another"
	case c.Deferred:
		return ""
	case c.Value:
		return "not deferred, and called for what it returns"
	case !c.Later:
		return "only called at once"
	case c.Args:
		return "not deferred, and called with arguments"
	case c.Other:
		return "not deferred, and not only called"
	}
	return ""
}

// environment is that of the go command for a module.
func environment(m Module) []string {
	cgo := "CGO_ENABLED=0"
	if m.Cgo {
		cgo = "CGO_ENABLED=1"
	}
	env := append(os.Environ(), cgo, "GOWORK=off")
	if m.Tags != "" {
		env = append(env, "GOFLAGS=-tags="+m.Tags)
	}
	return env
}
