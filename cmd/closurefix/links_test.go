package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestLinks checks the links within this repository: the file and the heading are there.
func TestLinks(t *testing.T) {
	list, err := exec.Command("git", "-C", "../..", "ls-files", "-co", "--exclude-standard", "*.md").Output()
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`(?:\]\(|<img src=")([^)"\s]+)[)"]`)
	code := regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
	links := 0
	for page := range strings.FieldsSeq(string(list)) {
		page = filepath.Join("../..", page)
		text, err := os.ReadFile(page)
		if err != nil {
			continue // removed
		}
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(string(text), ""), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			links++
			name, anchor, _ := strings.Cut(m[1], "#")
			file := page
			if name != "" {
				file = filepath.Join(filepath.Dir(page), name)
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s links to %s: %v", page, m[1], err)
			} else if anchor != "" && !slices.Contains(anchors(t, file), anchor) {
				t.Errorf("%s links to %s, and there is no such heading", page, m[1])
			}
		}
	}
	if links < 20 {
		t.Errorf("only %d links found", links)
	}
}

// anchors returns the anchors of the headings of a page: lower case, with hyphens for
// spaces, and without punctuation.
func anchors(t *testing.T, page string) []string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(string(text), -1) {
		anchor := strings.ReplaceAll(strings.ToLower(m[1]), " ", "-")
		list = append(list, regexp.MustCompile(`[^\p{L}\p{N}_-]`).ReplaceAllString(anchor, ""))
	}
	return list
}

// TestFound: the modules of README.md have the counts of the corpus.
func TestFound(t *testing.T) {
	rows := func(page string) map[string][]string {
		text, err := os.ReadFile(filepath.Join("../..", page))
		if err != nil {
			t.Fatal(err)
		}
		found := make(map[string][]string)
		for line := range strings.Lines(string(text)) {
			if !strings.HasPrefix(line, "|") {
				continue
			}
			cells := strings.Split(strings.Trim(strings.TrimSpace(line), "| "), " | ")
			if strings.Contains(cells[0], "@v") || cells[0] == "total" || strings.HasSuffix(cells[0], " modules") {
				if _, ok := found[cells[0]]; !ok {
					found[cells[0]] = cells[1:]
				}
			}
		}
		return found
	}
	corpus := rows("rewrite/internal/corpus/README.md")
	modules := 0
	for module, counts := range rows("README.md") {
		row := corpus[module]
		if strings.HasSuffix(module, " modules") {
			row = corpus["total"]
		}
		if len(row) < 6 || len(counts) != 3 {
			t.Errorf("%s: %q, in the corpus %q", module, counts, row)
			continue
		}
		modules++
		tests, _, _ := strings.Cut(row[5], " in ")
		if want := []string{row[0], row[1], row[3] + ", " + row[4] + ", " + tests}; !slices.Equal(counts, want) {
			t.Errorf("%s: %q, in the corpus %q", module, counts, want)
		}
	}
	if modules < 5 {
		t.Errorf("only %d modules", modules)
	}
}

// TestNames checks that CONTRIBUTING.md speaks only of functions and types that exist.
func TestNames(t *testing.T) {
	text, err := os.ReadFile("../../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	list, err := exec.Command("git", "-C", "../..", "ls-files", "-co", "--exclude-standard", "*.go").Output()
	if err != nil {
		t.Fatal(err)
	}
	sources := make(map[string]string) // of all files in directories of the same name
	for file := range strings.FieldsSeq(string(list)) {
		if source, err := os.ReadFile(filepath.Join("../..", file)); err == nil {
			sources[filepath.Base(filepath.Dir(file))] += string(source)
		}
	}
	names := regexp.MustCompile("`(\\w+)\\.([A-Z]\\w*)").FindAllStringSubmatch(string(text), -1)
	checked := 0
	for _, m := range names {
		source, ok := sources[m[1]]
		if !ok {
			continue // a method, or a package of others
		}
		checked++
		if !regexp.MustCompile(`(?m)^(func|type|var|const|\t) ?` + m[2] + `\b`).MatchString(source) {
			t.Errorf("CONTRIBUTING.md mentions %s.%s, and there is no such name", m[1], m[2])
		}
	}
	if checked < 10 {
		t.Errorf("only %d names checked", checked)
	}
}
