//go:build e2e

package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/analyzer/internal/drivers"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// TestGopls builds a gopls and edits with it. The first run takes a minute or two of two
// processors, so it requires the tag e2e:
//
//	go test -tags e2e ./analyzer/gopls
func TestGopls(t *testing.T) {
	program := filepath.Join(t.TempDir(), "gopls"+exeSuffix())
	if code := run(t.Context(), []string{"-o", program}, t.Output()); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	t.Run("find", func(t *testing.T) {
		wire, err := drivers.Wire(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		origin, err := drivers.Origin(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []*drivers.Case{wire, origin} {
			if err := c.CheckFindings(find(start(t, program, c.Dir, nil), c)); err != nil {
				t.Error(err)
			}
		}
	})
	t.Run("fix", func(t *testing.T) {
		c, err := drivers.Wire(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		fix(t, start(t, program, c.Dir, nil), c)
	})
}

// find opens the files with findings, and returns all findings of the analyzer in them.
func find(s *editor, c *drivers.Case) []string {
	s.t.Helper()
	var lines []string
	for _, name := range filesOf(c) {
		file := filepath.Join(c.Dir, filepath.FromSlash(name))
		s.open(file)
		for _, d := range s.await(file, 1, "") {
			if want := pattern.Page + "#" + d.Code; d.About.Href != want {
				s.t.Errorf("a diagnostic links to %q, want %q", d.About.Href, want)
			}
			lines = append(lines, c.Line(file, d.Range.Start.Line+1, d.Range.Start.Character+1, d.Message, d.Code))
		}
	}
	return lines
}

// filesOf returns the files of a case that have findings.
func filesOf(c *drivers.Case) []string {
	var names []string
	for _, f := range c.Findings {
		name, _, _ := strings.Cut(f, ":")
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// fix opens the files whose findings have a fix, applies it, and checks that the
// diagnostics disappear.
func fix(t *testing.T, s *editor, c *drivers.Case) {
	for name, function := range map[string]string{"conn.go": "(*Conn).prepareRead", "span/span.go": "begin"} {
		file := filepath.Join(c.Dir, filepath.FromSlash(name))
		s.open(file)
		found := s.await(file, 1, function)
		files := s.apply(s.fix(file, found[0]))
		if name == "conn.go" && len(files) != 4 {
			t.Errorf("the fix of %s is over %q, want four files, a test among them", function, files)
		}
		// The server tells when there is something to tell. So there is, in
		// the file as it is now: another function of the kind.
		s.change(file, 2, s.read(file)+`
func prepareLast(err *error) func() { return func() { println(*err) } }

func last() (err error) {
	defer prepareLast(&err)()
	return nil
}
`)
		if found := s.await(file, 2, "prepareLast"); len(found) != 1 {
			t.Errorf("after the fix %d diagnostics, want the new one alone: %v", len(found), found)
		}
	}
	if err := c.CheckFixed(); err != nil {
		t.Error(err)
	}
}
