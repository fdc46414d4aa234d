package main

import (
	"flag"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestUsageFits: the usage text fits a terminal of 24 lines, with the prompt below
// it, and 80 columns; and it names all flags.
func TestUsageFits(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(usage, "\n"), "\n")
	if len(lines) > 23 {
		t.Errorf("%d lines", len(lines))
	}
	for _, l := range lines {
		if n := utf8.RuneCountInString(l); n > 80 {
			t.Errorf("%d columns: %s", n, l)
		}
	}
	flagSet().set.VisitAll(func(f *flag.Flag) {
		if !regexp.MustCompile(`[ (]-` + f.Name + `\b`).MatchString(usage) {
			t.Errorf("it does not tell of -%s", f.Name)
		}
	})
}
