package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/analyzer"
	"github.com/closurefix/closurefix/rewrite/misuse"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

var updatePage = flag.Bool("page", false, "write explained.md")

// TestExplainedPage: explained.md has what -explain prints. Editors and code scanning link to
// its headings, which have the anchors of categories.
func TestExplainedPage(t *testing.T) {
	want := explained()
	if *updatePage {
		if err := os.WriteFile("explained.md", []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile("explained.md"); err != nil || string(got) != want {
		t.Errorf("explained.md is out of date (error %v); run go test ./cmd/closurefix -run TestExplainedPage -args -page", err)
	}
	name, ok := strings.CutPrefix(pattern.Page, "https://github.com/closurefix/closurefix/blob/main/")
	if !ok || name != "cmd/closurefix/explained.md" || analyzer.New().URL != pattern.Page {
		t.Errorf("the analyzer links to %s, and package pattern says %s", analyzer.New().URL, pattern.Page)
	}
	headings := anchors(t, "explained.md")
	for _, e := range pattern.Explanations() {
		if !slices.Contains(headings, string(e.Kind)) {
			t.Errorf("no heading %s", e.Kind)
		}
	}
	for _, e := range misuse.Explanations() {
		if !slices.Contains(headings, string(e.Kind)) {
			t.Errorf("no heading %s", e.Kind)
		}
	}
}

// explained returns the text of explained.md.
func explained() string {
	var b strings.Builder
	section := func(word, title string, parts ...string) {
		fmt.Fprintf(&b, "\n### %s\n", word)
		if title != "" {
			fmt.Fprintf(&b, "\n%s%s.\n", strings.ToUpper(title[:1]), title[1:])
		}
		for _, p := range parts {
			fmt.Fprintf(&b, "\n%s\n", p)
		}
	}
	code := func(text string) string { return "```go\n" + text + "\n```" }
	b.WriteString(`# Categories and codes

A finding has a category. A function that is not rewritten has the code of a refusal. ` + "`closurefix -explain WORD`" + ` prints the
same text.

## Functions that return a cleanup
`)
	for _, e := range pattern.Explanations() {
		section(string(e.Kind), e.Title, e.Meaning, code(e.Example), e.Advice)
	}
	b.WriteString("\n## Bugs at callers\n")
	for _, e := range misuse.Explanations() {
		section(string(e.Kind), e.Title, e.Meaning, code(e.Example), e.Advice, code(e.Fixed))
	}
	b.WriteString("\n## Refusals\n")
	for _, e := range refusal.Explanations() {
		section(string(e.Code), "", e.Meaning, "What to do: "+e.Advice)
	}
	return b.String()
}
