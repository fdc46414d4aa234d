package corpus

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/closurefix/closurefix/rewrite/internal/process"
)

// fetch downloads a module and copies it to dir, writable, without packages that do not compile.
func fetch(ctx context.Context, m Module, dir string, env []string) error {
	out, _, err := process.Go(ctx, os.TempDir(), env, "mod", "download", "-json", m.Path+"@"+m.Version)
	if err != nil {
		return fmt.Errorf("%w %s", err, out)
	}
	var got struct{ Dir string }
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		return fmt.Errorf("go mod download: %w", err)
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	err = filepath.WalkDir(got.Dir, func(name string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(got.Dir, name)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, rel)
		if d.IsDir() && rel == "vendor" {
			return filepath.SkipDir // the zip file of a module has only the list of what is vendored
		}
		if d.IsDir() {
			return os.MkdirAll(to, 0o777)
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o666)
	})
	if err != nil {
		return err
	}
	for _, without := range m.Without {
		if _, err := removeFiles(filepath.Join(dir, without), "*.go"); err != nil {
			return err
		}
	}
	return release(ctx, dir, env)
}

// release makes a module that is developed in one repository with others depend on their
// published versions, which are not beside it in the copy.
func release(ctx context.Context, dir string, env []string) error {
	out, _, err := process.Go(ctx, dir, env, "mod", "edit", "-json")
	if err != nil {
		return err
	}
	var mod struct {
		Replace []struct {
			Old, New struct{ Path, Version string }
		}
	}
	if err := json.Unmarshal([]byte(out), &mod); err != nil {
		return fmt.Errorf("go mod edit: %w", err)
	}
	edits := []string{"mod", "edit"}
	for _, r := range mod.Replace {
		if r.New.Version != "" {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, r.New.Path)); err == nil || filepath.IsAbs(r.New.Path) {
			continue
		}
		old := r.Old.Path
		if r.Old.Version != "" {
			old += "@" + r.Old.Version
		}
		edits = append(edits, "-dropreplace="+old)
	}
	if len(edits) == 2 {
		return nil
	}
	if _, _, err := process.Go(ctx, dir, env, edits...); err != nil {
		return err
	}
	// This adds missing lines to go.sum. Modules that are not published remain missing.
	_, _, err = process.Go(ctx, dir, env, "list", "-mod=mod", "-e", "-deps", "-test", "-f", "{{.Dir}}", "./...")
	return err
}

// A listed package is a line of go list -json.
type listed struct {
	ImportPath, Dir, ForTest           string
	Incomplete                         bool
	Imports, TestImports, XTestImports []string
	Standard                           bool
}

// list lists the packages of the module in dir.
func list(ctx context.Context, dir string, env []string, args ...string) ([]listed, error) {
	args = append([]string{"list", "-e", "-json=ImportPath,Dir,ForTest,Incomplete,Imports,TestImports,XTestImports"}, args...)
	out, _, err := process.Go(ctx, dir, env, append(args, "./...")...)
	if err != nil {
		return nil, err
	}
	var all []listed
	for dec := json.NewDecoder(bytes.NewBufferString(out)); ; {
		var p listed
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		all = append(all, p)
	}
}

// prune removes the Go files of packages that cannot be loaded, and the test files of
// packages that cannot be loaded with their tests. It returns the number of packages that
// lost files.
func prune(ctx context.Context, dir string, env []string) (int, error) {
	lost := make(map[string]bool)
	for {
		all, err := list(ctx, dir, env, "-test")
		if err != nil {
			return 0, err
		}
		whole, tests := make(map[string]bool), make(map[string]bool) // by directory
		for _, p := range all {
			switch {
			case !p.Incomplete || p.Dir == "":
			case p.ForTest == "" && !strings.HasSuffix(p.ImportPath, ".test"):
				whole[p.Dir] = true
			default:
				tests[p.Dir] = true
			}
		}
		removed := false
		for where := range tests {
			if whole[where] {
				continue
			}
			n, err := removeFiles(where, "*_test.go")
			if err != nil {
				return 0, err
			}
			removed = removed || n > 0
			lost[where] = true
		}
		for where := range whole {
			n, err := removeFiles(where, "*.go")
			if err != nil {
				return 0, err
			}
			removed = removed || n > 0
			lost[where] = true
		}
		if !removed {
			return len(lost), nil
		}
	}
}

func removeFiles(dir, pattern string) (int, error) {
	names, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		if err := os.Remove(name); err != nil {
			return 0, err
		}
	}
	return len(names), nil
}
