package rewrite

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/internal/load"
	"golang.org/x/tools/txtar"
)

// TestSight runs over the modules of testdata/sight, in as many parts as possible. In each of them something that is
// easily overlooked decides about a rewrite or a report. The comment of a module says
// where it is, followed by
//
//	flags: -all -exported, and -test for go vet and the tests, -config for linux and
//	       windows, and -only PATTERN, without the ./ before it, as often as there are patterns
//	dir:   the directory of the run
//	want:  edits TEXT, a line of the changed files; refused CODE; error TEXT, of a
//	       *SourceError; or nothing if there are no findings
func TestSight(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob(filepath.Join("..", "testdata", "sight", "*.txtar"))
	if err != nil || len(names) == 0 {
		t.Fatal("no modules", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			archive := txtar.Parse(text)
			said := make(map[string]string)
			for line := range strings.Lines(string(archive.Comment)) {
				if key, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && slices.Contains([]string{"flags", "dir", "want"}, key) {
					said[key] = value
				}
			}
			if _, err := exec.LookPath("gcc"); err != nil && strings.Contains(string(text), `import "C"`) {
				t.Skip("cgo needs a C compiler, and there is no gcc")
			}
			archive.Comment = nil
			dir := unpack(t, string(txtar.Format(archive)))
			o := Options{Dir: filepath.Join(dir, said["dir"]), Rewrite: true}
			flags := strings.Fields(said["flags"])
			for i, flag := range flags {
				switch flag {
				case "-all":
					o.All = true
				case "-tests":
					o.Tests = true
				case "-exported":
					o.Exported = true
				case "-test":
					o.Test = new(Test)
				case "-config":
					o.Configs = linuxAndWindows
				case "-only":
					o.Patterns = append(o.Patterns, "./"+flags[i+1])
				}
			}
			res, err := runWith(t.Context(), o, internals{candidate.Find, load.Testing{Apart: true}})
			kind, want, _ := strings.Cut(said["want"], " ")
			if kind == "error" {
				if bad := (*SourceError)(nil); !errors.As(err, &bad) || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v, want a SourceError about %s", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var changes, refusals []string
			for _, text := range changed(t, dir, res) {
				changes = append(changes, text)
			}
			for _, f := range refused(res) {
				refusals = append(refusals, string(f.Refusal.Code))
			}
			ok := false
			switch kind {
			case "edits":
				ok = slices.ContainsFunc(changes, func(text string) bool { return strings.Contains(text, want) })
			case "refused":
				ok = slices.Contains(refusals, want)
			case "nothing":
				ok = len(res.Findings) == 0
			}
			if !ok {
				t.Errorf("want %s; refused: %v; changes:\n%s", said["want"], refusals, strings.Join(changes, "\n"))
			}
		})
	}
}
