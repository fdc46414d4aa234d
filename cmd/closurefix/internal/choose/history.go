package choose

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/closurefix/closurefix/rewrite"
)

// A history gives the files of a repository as of a commit. It reads only the object
// store: commands that read the work tree, such as git diff, run programs that the
// configuration of the repository names.
type history struct {
	ctx    context.Context
	commit string
	lines  map[string]map[int]bool // the changed lines, by file; nil: all
}

// openHistory returns the history at a revision of the repository that contains dir.
func openHistory(ctx context.Context, dir, revision string) (*history, error) {
	out, err := git(ctx, dir, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			why := ""
			if line := firstLine(exit.Stderr); line != "" {
				why = ": " + line
			}
			return nil, fmt.Errorf("-new-from: %s is not a commit of a git repository here%s", revision, why)
		}
		return nil, fmt.Errorf("-new-from: %w", err)
	}
	return &history{ctx: ctx, commit: strings.TrimSpace(string(out)), lines: make(map[string]map[int]bool)}, nil
}

// changed reports whether a line of the function's declaration is new or different.
func (h *history) changed(f rewrite.Finding) bool {
	lines, known := h.lines[f.Pos.Filename]
	if !known {
		lines = h.diff(f.Pos.Filename)
		h.lines[f.Pos.Filename] = lines
	}
	if lines == nil {
		return true
	}
	for n := f.Pos.Line; n <= f.Last; n++ {
		if lines[n] {
			return true
		}
	}
	return false
}

// diff returns the lines of a file that changed, or nil if all are new.
func (h *history) diff(name string) map[int]bool {
	old, err := blob(h.ctx, h.commit, name)
	if err != nil {
		return nil // the file is new
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil
	}
	return added(plain(old), plain(text))
}

// added returns the numbers of the lines in new that are not in old.
func added(old, new string) map[int]bool {
	lines := make(map[int]bool)
	shift := 0 // of offsets, caused by earlier edits
	for _, e := range udiff.Lines(old, new) {
		start := e.Start + shift
		first := 1 + strings.Count(new[:start], "\n")
		for n := range strings.Count(strings.TrimSuffix(e.New, "\n"), "\n") + 1 {
			if e.New != "" {
				lines[first+n] = true
			}
		}
		shift += len(e.New) - (e.End - e.Start)
	}
	return lines
}

// plain returns a text with the line endings that git stores.
func plain(text []byte) string { return string(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))) }

// Head returns the commit that is checked out in the repository that contains dir, or ""
// if there is none.
func Head(ctx context.Context, dir string) string {
	out, err := git(ctx, dir, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// Differ returns how many files differ from a commit of the repositories that contain them.
// files holds their contents by absolute name.
func Differ(ctx context.Context, commit string, files map[string][]byte) int {
	n := 0
	for name, text := range files {
		old, err := blob(ctx, commit, name)
		if err != nil || plain(old) != plain(text) {
			n++
		}
	}
	return n
}

// blob returns the contents of a file in a commit.
func blob(ctx context.Context, commit, name string) ([]byte, error) {
	return git(ctx, filepath.Dir(name), "cat-file", "blob", commit+":./"+filepath.Base(name))
}

// git runs a git command in a directory, without network access or prompts.
func git(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"--no-pager", "--no-replace-objects", "-c", "core.fsmonitor=false", "-C", dir}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_NO_LAZY_FETCH=1", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0")
	return cmd.Output()
}

func firstLine(text []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	return line
}
