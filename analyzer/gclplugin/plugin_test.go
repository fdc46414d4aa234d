package gclplugin_test

import (
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/closurefix/closurefix/analyzer/gclplugin"
	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis/analysistest"
)

// TestPlugin runs the plugin over the test packages of the analyzer: it must report the
// same findings, without fixes.
func TestPlugin(t *testing.T) {
	newPlugin, err := register.GetPlugin("closurefix")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		settings any
		packages []string
	}{
		{nil, []string{"kinds", "sites", "refused"}},
		{map[string]any{"all": false}, []string{"kinds"}},
		{map[string]any{"all": true, "tests": true}, []string{"capture", "testonly"}},
	} {
		p, err := newPlugin(test.settings)
		if err != nil {
			t.Fatal(err)
		}
		if p.GetLoadMode() != register.LoadModeTypesInfo {
			t.Errorf("load mode %q: the analyzer needs types", p.GetLoadMode())
		}
		analyzers, err := p.BuildAnalyzers()
		if err != nil || len(analyzers) != 1 {
			t.Fatalf("%d analyzers, error %v", len(analyzers), err)
		}
		found := 0
		for _, r := range analysistest.Run(t, dir, analyzers[0], test.packages...) {
			for _, d := range r.Diagnostics {
				found++
				if len(d.SuggestedFixes) > 0 {
					t.Errorf("%v: a fix: %s", test.settings, d.Message)
				}
			}
		}
		if found == 0 {
			t.Errorf("%v: nothing found in %q", test.settings, test.packages)
		}
	}
}

// TestComments: golangci-lint treats //nolint comments, so the plugin reports what is under
// them.
func TestComments(t *testing.T) {
	const text = `package comments

import "fmt"

func onLine(err *error) func() { //nolint:closurefix // want "onLine returns a closure"
	return func() { fmt.Println(*err) }
}

func bare(err *error) func() { //nolint // want "bare returns a closure"
	return func() { fmt.Println(*err) }
}

func own(err *error) func() { //closurefix:ignore measured
	return func() { fmt.Println(*err) }
}

func use() (err error) {
	defer onLine(&err)()
	defer bare(&err)()
	defer own(&err)()
	return nil
}
`
	dir, cleanup, err := analysistest.WriteFiles(map[string]string{"comments/comments.go": text})
	if err != nil {
		t.Fatal(err)
	}
	defer cleanup()
	newPlugin, err := register.GetPlugin("closurefix")
	if err != nil {
		t.Fatal(err)
	}
	p, err := newPlugin(nil)
	if err != nil {
		t.Fatal(err)
	}
	analyzers, err := p.BuildAnalyzers()
	if err != nil {
		t.Fatal(err)
	}
	analysistest.Run(t, dir, analyzers[0], "comments")
}

func TestSettings(t *testing.T) {
	newPlugin, err := register.GetPlugin("closurefix")
	if err != nil {
		t.Fatal(err)
	}
	for _, settings := range []any{
		map[string]any{"al": true},
		map[string]any{"all": "yes"},
		map[string]any{"all": true, "fix": true},
		[]string{"all"},
	} {
		_, err := newPlugin(settings)
		if err == nil || !strings.HasPrefix(err.Error(), "closurefix: ") {
			t.Errorf("%v: error %v, want one that says which linter it is of", settings, err)
		}
	}
}
