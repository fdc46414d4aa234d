package sarif_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/report"
	"github.com/closurefix/closurefix/cmd/closurefix/internal/sarif"
	"github.com/closurefix/closurefix/rewrite"
	"github.com/closurefix/closurefix/rewrite/pattern"
)

// A log is what the tests read of a report.
type log struct {
	Runs []struct {
		Tool struct {
			Driver struct {
				Version string
				Rules   []struct{ ID string }
			}
		}
		Invocations []struct {
			ToolExecutionNotifications []struct{ Message struct{ Text string } }
		}
		Results []result
	}
}

type result struct {
	RuleID    string
	RuleIndex int
	Level     string
	Message   struct{ Text string }
	Locations []struct {
		PhysicalLocation physical
		LogicalLocations []struct{ FullyQualifiedName string }
	}
	RelatedLocations []struct {
		PhysicalLocation physical
		Message          struct{ Text string }
	}
	PartialFingerprints map[string]string
	Fixes               []struct {
		ArtifactChanges []struct {
			ArtifactLocation artifact
			Replacements     []struct {
				DeletedRegion   region
				InsertedContent struct{ Text string }
			}
		}
	}
	Properties map[string]any
}

type (
	physical struct {
		ArtifactLocation artifact
		Region           region
	}
	artifact struct{ URI, URIBaseID string }
	region   struct{ StartLine, StartColumn, EndLine, EndColumn int }
)

const conn = `package m

import "fmt"

// A 𝔾opher is outside of the basic plane.
type 𝔾opher struct{ failed error }

//go:noinline
func (größe *𝔾opher) prepareRead(err *error) (func(), error) {
	return func() {
		if *err != nil { /* 𝔾 */ größe.failed = *err }
	}, nil
}

//go:noinline
/* 𝔾 */ func hold(err *error) func() { return func() { fmt.Println(*err) } }

var _ = hold
`

const read = `package m

func (g *𝔾opher) Read() (err error) {
	done, err := g.prepareRead(&err)
	if err != nil {
		return err
	}
	defer done()
	/* 𝔾𝔾 */ defer hold(&err)()
	return nil
}
`

// module writes files to a directory and returns it.
func module(t *testing.T, files map[string]string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// reported runs closurefix in dir and returns its report, relative to root.
func reported(t *testing.T, dir, root string, o rewrite.Options) (*rewrite.Result, []byte, log) {
	t.Helper()
	o.Dir, o.Env = dir, append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	res, err := rewrite.Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := sarif.Write(&b, report.New(res, report.Place{Dir: dir, Root: root, Version: "v1.2.3"}, false)); err != nil {
		t.Fatal(err)
	}
	var l log
	if err := json.Unmarshal(b.Bytes(), &l); err != nil {
		t.Fatal(err)
	}
	if len(l.Runs) != 1 {
		t.Fatalf("%d runs, want 1", len(l.Runs))
	}
	return res, b.Bytes(), l
}

func TestReport(t *testing.T) {
	root := module(t, map[string]string{"sub/go.mod": "module example.com/m\n\ngo 1.26\n", "sub/a conn.go": conn, "sub/read.go": read})
	dir := filepath.Join(root, "sub")
	_, text, l := reported(t, dir, root, rewrite.Options{Escape: true})
	valid(t, text)
	if strings.Contains(string(text), root) {
		t.Error("the report tells where the repository is")
	}
	driver := l.Runs[0].Tool.Driver
	if driver.Version != "v1.2.3" {
		t.Errorf("version %q", driver.Version)
	}
	results := l.Runs[0].Results
	if len(results) != 2 {
		t.Fatalf("%d results, want 2", len(results))
	}
	for i, want := range []struct {
		rule, level, name string
		at                region
	}{
		// ö is one unit, 𝔾 two.
		{"result-pointer", "warning", "example.com/m.(*𝔾opher).prepareRead", region{9, 23, 0, 34}},
		{"result-pointer", "note", "example.com/m.hold", region{16, 15, 0, 19}},
	} {
		r := results[i]
		if r.RuleID != want.rule || driver.Rules[r.RuleIndex].ID != want.rule || r.Level != want.level {
			t.Errorf("result %d: rule %s, number %d, level %s", i, r.RuleID, r.RuleIndex, r.Level)
		}
		at := r.Locations[0].PhysicalLocation
		if at.Region != want.at || at.ArtifactLocation != (artifact{"sub/a%20conn.go", "%SRCROOT%"}) {
			t.Errorf("result %d is at %+v, want %+v", i, at, want.at)
		}
		if name := r.Locations[0].LogicalLocations[0].FullyQualifiedName; name != want.name {
			t.Errorf("result %d is about %s, want %s", i, name, want.name)
		}
		if r.Properties["allocationsPerCall"] == nil || len(r.RelatedLocations) < 2 {
			t.Errorf("result %d has no evidence: %+v", i, r)
		}
	}
	if len(results[0].Fixes) != 1 || len(results[1].Fixes) != 0 || results[1].Properties["refusal"] != "func-value" {
		t.Errorf("fixes %v, refusal %v", results[0].Fixes, results[1].Properties)
	}
	if at := results[1].RelatedLocations[0]; at.PhysicalLocation.Region.StartLine != 18 || !strings.Contains(at.Message.Text, "cannot rewrite hold") {
		t.Errorf("the obstacle is at %+v", at)
	}
	if !strings.Contains(results[0].Message.Text, "in sub/a conn.go, sub/read.go") {
		t.Errorf("message %q", results[0].Message.Text)
	}
}

// TestFix applies the fix of a result, by lines and columns, and compares with what
// closurefix writes.
func TestFix(t *testing.T) {
	dir := module(t, map[string]string{"go.mod": "module example.com/m\n\ngo 1.26\n", "conn.go": conn, "read.go": read})
	_, _, l := reported(t, dir, dir, rewrite.Options{})
	res, text, _ := reported(t, dir, dir, rewrite.Options{Rewrite: true})
	valid(t, text)
	got := make(map[string]string)
	for _, c := range l.Runs[0].Results[0].Fixes[0].ArtifactChanges {
		old, err := os.ReadFile(filepath.Join(dir, c.ArtifactLocation.URI))
		if err != nil {
			t.Fatal(err)
		}
		new, end := "", 0
		for _, r := range c.Replacements {
			start := offset(t, string(old), r.DeletedRegion.StartLine, r.DeletedRegion.StartColumn)
			new += string(old[end:start]) + r.InsertedContent.Text
			end = offset(t, string(old), r.DeletedRegion.EndLine, r.DeletedRegion.EndColumn)
		}
		got[c.ArtifactLocation.URI] = new + string(old[end:])
	}
	if len(res.Files) != 2 {
		t.Fatalf("%d files change, want 2", len(res.Files))
	}
	for _, f := range res.Files {
		if name := filepath.Base(f.Name); got[name] != string(f.New) {
			t.Errorf("%s: the fix makes\n%s\nwant\n%s", name, got[name], f.New)
		}
	}
}

// offset returns where a column is that counts UTF-16 code units.
func offset(t *testing.T, text string, line, column int) int {
	t.Helper()
	n := 0
	for range line - 1 {
		i := strings.IndexByte(text[n:], '\n')
		if i < 0 {
			t.Fatalf("there is no line %d", line)
		}
		n += i + 1
	}
	for i, r := range text[n:] {
		if column == 1 {
			return n + i
		}
		column -= utf16.RuneLen(r)
	}
	return len(text)
}

// TestFingerprints: a finding is the same after lines were put before it, and not
// the same as any other, such as that of its twin for another system.
func TestFingerprints(t *testing.T) {
	twin := func(tag string) string {
		return "//go:build " + tag + "\n\npackage m\n\nfunc begin(err *error) func() { return func() { println(*err) } }\n\n" +
			"func F() (err error) { defer begin(&err)(); return nil }\n"
	}
	prints := func(prefix string) []string {
		dir := module(t, map[string]string{
			"go.mod": "module example.com/m\n\ngo 1.26\n", "conn.go": prefix + conn, "read.go": read,
			"l.go": twin("linux"), "w.go": twin("windows"),
		})
		_, _, l := reported(t, dir, dir, rewrite.Options{Configs: []rewrite.Config{{GOOS: "linux", GOARCH: "amd64"}, {GOOS: "windows", GOARCH: "amd64"}}})
		var list []string
		for _, r := range l.Runs[0].Results {
			list = append(list, r.PartialFingerprints["closurefixFunction/v1"])
		}
		return list
	}
	before, after := prints(""), prints("// One.\n// Two.\n\n")
	if len(before) != 4 || !slices.Equal(before, after) {
		t.Errorf("fingerprints %q, then %q", before, after)
	}
	slices.Sort(before)
	if len(slices.Compact(before)) != 4 {
		t.Errorf("of 4 findings two have the same fingerprint: %q", after)
	}
}

// TestElsewhere: a file outside of the root has an absolute name, and what a result
// warns of is told.
func TestElsewhere(t *testing.T) {
	dir := module(t, map[string]string{"go.mod": "module example.com/m\n\ngo 1.26\n", "conn.go": conn, "read.go": read})
	res, _, _ := reported(t, dir, dir, rewrite.Options{})
	res.Warnings = append(res.Warnings, "the profile\x1b is old")
	res.Idle = append(res.Idle, rewrite.Directive{Pos: res.Findings[0].Pos, Text: "//nolint:closurefix"})
	var b bytes.Buffer
	if err := sarif.Write(&b, report.New(res, report.Place{Root: t.TempDir()}, false)); err != nil {
		t.Fatal(err)
	}
	valid(t, b.Bytes())
	var l log
	if err := json.Unmarshal(b.Bytes(), &l); err != nil {
		t.Fatal(err)
	}
	if at := l.Runs[0].Results[0].Locations[0].PhysicalLocation.ArtifactLocation; !strings.HasPrefix(at.URI, "file:///") || at.URIBaseID != "" {
		t.Errorf("a file outside is called %+v", at)
	}
	if got := l.Runs[0].Invocations[0].ToolExecutionNotifications[0].Message.Text; got != `the profile\x1b is old` {
		t.Errorf("warning %q", got)
	}
}

// TestRules: each category is a rule.
func TestRules(t *testing.T) {
	var b bytes.Buffer
	if err := sarif.Write(&b, new(report.Report)); err != nil {
		t.Fatal(err)
	}
	valid(t, b.Bytes())
	var l log
	if err := json.Unmarshal(b.Bytes(), &l); err != nil {
		t.Fatal(err)
	}
	for i, e := range pattern.Explanations() {
		if l.Runs[0].Tool.Driver.Rules[i].ID != string(e.Kind) {
			t.Errorf("rule %d is not %s", i, e.Kind)
		}
	}
}
