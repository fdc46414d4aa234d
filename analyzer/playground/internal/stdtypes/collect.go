package stdtypes

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// Collect returns a bundle of the standard library, for a common system.
func Collect(ctx context.Context) ([]byte, error) {
	out, err := Go(ctx, []string{"GOOS=linux", "GOARCH=amd64"}, "list", "-export", "-f", `{{.ImportPath}}{{"\t"}}{{.Export}}`, "std")
	if err != nil {
		return nil, err
	}
	var paths []string
	files := make(map[string]string)
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if file == "" || strings.HasPrefix(path, "vendor/") || slices.Contains(strings.Split(path, "/"), "internal") {
			continue // unsafe has no file; the others cannot be imported
		}
		paths = append(paths, path)
		files[path] = file
	}
	return Bundle(paths, func(path string) ([]byte, error) { return os.ReadFile(files[path]) })
}

// Go runs the go command with additions to the environment, and returns its output.
func Go(ctx context.Context, env []string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("go %s: %w\n%s", args[0], err, bytes.TrimSpace(exit.Stderr))
	}
	return out, err
}
