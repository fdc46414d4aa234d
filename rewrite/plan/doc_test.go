package plan_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestHazards checks that every program which the package doc names exists.
func TestHazards(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, m := range regexp.MustCompile(`\[([a-z]+-[a-z, -]+)\]`).FindAllStringSubmatch(strings.ReplaceAll(string(doc), "\n// ", " "), -1) {
		for _, name := range strings.Split(m[1], ",") {
			named++
			if _, err := os.Stat(filepath.Join("../../testdata/cases", strings.TrimSpace(name)+".txtar")); err != nil {
				t.Errorf("the package doc names a program that is not there: %v", err)
			}
		}
	}
	if named < 20 {
		t.Errorf("the package doc names %d programs; every hazard has one", named)
	}
}
