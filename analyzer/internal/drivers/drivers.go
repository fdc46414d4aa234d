// Package drivers has the test cases for all drivers of the analyzer: the command line, go
// vet and go fix, the checkers of x/tools, gopls and golangci-lint. Each driver must
// report the findings of a case, and a driver that fixes must write its expected files.
// Otherwise it is not set up as its documentation says.
package drivers

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"
)

//go:embed case.txtar
var wire []byte

// A Case is a module with its expected findings.
type Case struct {
	Dir string // the root of the module, writable

	// Findings are lines file:line:col: message (category), sorted, with the
	// file relative to Dir and slashes.
	Findings []string

	// Fixed maps the names, relative to Dir, of the files that a fix of all
	// findings changes to their new contents. Nil if these are not known.
	Fixed map[string]string
}

// Wire writes the module of case.txtar to dir.
func Wire(dir string) (*Case, error) {
	c := &Case{Dir: dir, Fixed: make(map[string]string)}
	for _, f := range txtar.Parse(wire).Files {
		if name, ok := strings.CutPrefix(f.Name, "fixed/"); ok {
			c.Fixed[name] = string(f.Data)
			continue
		}
		if f.Name == "want/findings" {
			c.Findings = strings.Split(strings.TrimSpace(string(f.Data)), "\n")
			continue
		}
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return nil, err
		}
		if err := os.WriteFile(name, f.Data, 0o666); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Origin writes to dir the module of coder/websocket before its pull request 565, whose
// author made the change of closurefix by hand. The module comes from the module cache or
// the module proxy.
func Origin(dir string) (*Case, error) {
	cmd := exec.Command("go", "mod", "download", "-json", "github.com/coder/websocket@v1.8.14")
	cmd.Dir = dir // in no module
	out, err := cmd.Output()
	var m struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &m); jsonErr != nil {
		return nil, errors.Join(err, jsonErr)
	}
	if m.Dir == "" {
		return nil, errors.New(m.Error)
	}
	if err := copyTree(dir, m.Dir); err != nil {
		return nil, err
	}
	return &Case{Dir: dir, Findings: []string{
		"read.go:226:16: (*Conn).prepareRead returns a closure over c, ctx and err for its callers to defer: " +
			"each call may allocate it, and may move a variable of the caller to the heap (result-pointer)",
	}}, nil
}

// copyTree copies files and makes them writable, which those of the module cache are not.
func copyTree(to, from string) error {
	return filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o777)
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o666)
	})
}

// Line returns a finding in the form of Case.Findings. The name of the file may be
// absolute.
func (c *Case) Line(file string, line, col int, message, category string) string {
	if rel, err := filepath.Rel(c.Dir, file); err == nil && filepath.IsAbs(file) {
		file = rel
	}
	return fmt.Sprintf("%s:%d:%d: %s (%s)", filepath.ToSlash(file), line, col, message, category)
}

// ReadJSON reads findings from the -json output of a driver: JSON values that have
// diagnostics by package and analyzer. A driver that analyzes a package with and without
// its tests reports some diagnostics twice. They count once.
func (c *Case) ReadJSON(r io.Reader) ([]string, error) {
	var lines []string
	for dec := json.NewDecoder(r); ; {
		var tree map[string]map[string]json.RawMessage
		err := dec.Decode(&tree)
		if err == io.EOF {
			slices.Sort(lines)
			return slices.Compact(lines), nil
		}
		if err != nil {
			return nil, err
		}
		for pkg, byAnalyzer := range tree {
			var diagnostics []struct{ Category, Posn, Message string }
			if raw := byAnalyzer["closurefix"]; raw == nil {
				continue
			} else if err := json.Unmarshal(raw, &diagnostics); err != nil {
				return nil, fmt.Errorf("%s: %s", pkg, raw)
			}
			for _, d := range diagnostics {
				file, line, col, err := splitPosn(d.Posn)
				if err != nil {
					return nil, err
				}
				lines = append(lines, c.Line(file, line, col, d.Message, d.Category))
			}
		}
	}
}

// splitPosn splits file:line:col. The name of the file may contain colons.
func splitPosn(posn string) (file string, line, col int, err error) {
	i := strings.LastIndexByte(posn, ':')
	j := strings.LastIndexByte(posn[:max(i, 0)], ':')
	if j < 0 {
		return "", 0, 0, fmt.Errorf("no position: %q", posn)
	}
	_, err = fmt.Sscanf(posn[j:], ":%d:%d", &line, &col)
	return posn[:j], line, col, err
}

// CheckFindings compares the findings of a driver, in any order, with those expected.
func (c *Case) CheckFindings(got []string) error {
	slices.Sort(got)
	if !slices.Equal(got, c.Findings) {
		return fmt.Errorf("findings\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(c.Findings, "\n\t"))
	}
	return nil
}

// CheckFixed compares the files on disk with those expected after a fix.
func (c *Case) CheckFixed() error {
	var errs []error
	for name, want := range c.Fixed {
		got, err := os.ReadFile(filepath.Join(c.Dir, filepath.FromSlash(name)))
		if err != nil {
			errs = append(errs, err)
		} else if string(got) != want {
			errs = append(errs, fmt.Errorf("%s is\n%s\nwant\n%s", name, got, want))
		}
	}
	return errors.Join(errs...)
}
