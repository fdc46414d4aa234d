package corpus

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite"
	"github.com/closurefix/closurefix/rewrite/internal/process"
)

// affected returns the packages of the module in dir that contain one of the files, and
// these together with the packages that import them.
func affected(ctx context.Context, dir string, env []string, files []rewrite.File) (own, paths []string, err error) {
	all, err := list(ctx, dir, env)
	if err != nil {
		return nil, nil, err
	}
	changed := make(map[string]bool)
	for _, p := range all {
		if slices.ContainsFunc(files, func(f rewrite.File) bool { return filepath.Dir(f.Name) == p.Dir }) {
			changed[p.ImportPath] = true
			own = append(own, p.ImportPath)
		}
	}
	for _, p := range all {
		imports := slices.Concat(p.Imports, p.TestImports, p.XTestImports)
		if changed[p.ImportPath] || slices.ContainsFunc(imports, func(i string) bool { return changed[i] }) {
			paths = append(paths, p.ImportPath)
		}
	}
	return own, paths, nil
}

// Complaints counts messages of a tool.
type complaints map[string]int

// beyond returns the messages that c has and old does not, or has more often.
func (c complaints) beyond(old complaints) []string {
	var more []string
	for message, n := range c {
		for range n - old[message] {
			more = append(more, message)
		}
	}
	slices.Sort(more)
	return more
}

// place matches the position in a message of go vet, which changes with every edit above
// it.
var place = regexp.MustCompile(`:[0-9]+(:[0-9]+)?: `)

// vet returns the messages of go vet about packages including their tests. Messages of the
// type checker begin with "vet: ".
func vet(ctx context.Context, dir string, env []string, paths []string) (complaints, error) {
	_, text, err := process.Go(ctx, dir, env, append([]string{"vet"}, paths...)...)
	var failed *process.GoError
	if err != nil && !errors.As(err, &failed) {
		return nil, err
	}
	found := make(complaints)
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			found[place.ReplaceAllString(line, ": ")]++
		}
	}
	return found, nil
}

// passing returns the packages whose tests pass, within a minute each.
func passing(ctx context.Context, dir string, env []string, paths []string) ([]string, error) {
	failed, err := runTests(ctx, dir, env, paths)
	return slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return failed[path] }), err
}

// runTests runs the tests of packages and returns those that fail, by package and name, and
// the packages with such tests.
func runTests(ctx context.Context, dir string, env []string, paths []string) (map[string]bool, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	args := []string{"test", "-short", "-count=1", "-timeout=1m", "-json"}
	out, _, err := process.Go(ctx, dir, env, append(args, paths...)...)
	var exit *process.GoError
	if err != nil && !errors.As(err, &exit) {
		return nil, err
	}
	failed := make(map[string]bool)
	for dec := json.NewDecoder(bytes.NewBufferString(out)); ; {
		var event struct{ Action, Package, ImportPath, Test string }
		err := dec.Decode(&event)
		if errors.Is(err, io.EOF) {
			return failed, nil
		}
		if err != nil {
			return nil, err
		}
		if event.Action == "fail" || event.Action == "build-fail" {
			failed[strings.TrimSpace(event.Package+event.ImportPath+" "+event.Test)] = true
		}
	}
}
