package rewrite_test

import (
	"context"
	"flag"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	updateFlag = flag.Bool("update", false, "write the goldens of testdata/cases")
	casesFlag  = flag.String("cases", "", "run only the cases whose name matches this `regexp`")
)

// batchModule is the go.mod of the module whose directories are the cases.
const batchModule = "module example.com\n\ngo 1.26\n"

// TestCases rewrites the programs of testdata/cases and runs them before and after. Their
// output must not change.
//
// The go command takes much longer than the cases. So all cases with the same build tags
// are directories of one module, which is loaded, vetted, linked and tested as a whole.
// Then each case is judged separately. With -short and without -cases only some cases run.
func TestCases(t *testing.T) {
	for tags, cases := range readCases(t) {
		if err := runCases(t.Context(), t.TempDir(), tags, cases); err != nil {
			t.Fatalf("cases with tags %q: %v", tags, err)
		}
		for _, c := range cases {
			t.Run(c.name, c.judge)
		}
	}
}

// shortCases matches the cases that run with -short: one or two for each form, kind of
// cleanup, use and refusal.
const shortCases = `^(argument-eager|build-twins|chained|check-ok|comments|crlf|curried-order|generic-state|goexit|idle-nil|immediate-in-return|interface-method|inner-in-callback|loop|name-shadowed-at-site|old-loop-variable|own-result|pointer-argument|prepare-calls-cleanup|recover-direct|recursion|result-pointer-basic|result-pointer-shadowed|returned-by-callers|several-literals|state-mutex|state-one|state-several|test-callers|uncaught-panic|unformatted|value-use|variadic|written-by-cleanup)$`

// readCases returns the requested cases by their build tags.
func readCases(t *testing.T) map[string][]*moduleCase {
	files, err := filepath.Glob("../testdata/cases/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	expr := *casesFlag
	if expr == "" && testing.Short() {
		expr = shortCases
	}
	wanted, err := regexp.Compile(expr)
	if err != nil {
		t.Fatal(err)
	}
	groups := make(map[string][]*moduleCase)
	for _, file := range files {
		c, err := readCase(file)
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(`^[a-z0-9-]+$`).MatchString(c.name) {
			t.Fatalf("%s: names of cases are made of lower-case letters, digits and hyphens", file)
		}
		if wanted.MatchString(c.name) {
			groups[c.flags.tags] = append(groups[c.flags.tags], c)
		}
	}
	if len(groups) == 0 {
		t.Fatalf("no case matches %q", *casesFlag)
	}
	return groups
}

// runCases does everything for cases with the same build tags, in temporary directories
// below dir, and stores the results in the cases. It returns an error if no case could be
// judged.
func runCases(ctx context.Context, dir, tags string, cases []*moduleCase) error {
	root := filepath.Join(dir, "tree")
	if err := write(root, map[string][]byte{"go.mod": []byte(batchModule)}); err != nil {
		return err
	}
	var programs []*moduleCase
	for _, c := range cases {
		if err := write(filepath.Join(root, c.name), c.files); err != nil {
			return err
		}
		if c.isProgram() {
			programs = append(programs, c)
		}
	}

	bin, err := buildPrograms(ctx, filepath.Join(dir, "before"), tags, programs, func(c *moduleCase) map[string][]byte { return c.files })
	if err != nil {
		return err
	}
	runPrograms(ctx, bin, programs, func(c *moduleCase, out output) { c.result.before = out })
	err = runTests(ctx, root, tags, cases, func(c *moduleCase, out string) { c.result.before.tests = out })
	if err != nil {
		return err
	}

	if err := rewriteAll(ctx, root, tags, cases); err != nil {
		return err
	}

	var changed, runnable []*moduleCase
	for _, c := range cases {
		c.result.later = c.result.before
		if len(c.changed()) > 0 {
			changed = append(changed, c)
		}
	}
	if changed, err = keepBuilding(ctx, root, tags, changed); err != nil {
		return err
	}
	for _, c := range changed {
		for _, other := range c.flags.check {
			if _, err := keepBuilding(ctx, root, other, []*moduleCase{c}); err != nil {
				return err
			}
		}
		if c.isProgram() {
			runnable = append(runnable, c)
		}
	}
	if len(runnable) > 0 {
		bin, err := buildPrograms(ctx, filepath.Join(dir, "after"), tags, runnable, func(c *moduleCase) map[string][]byte { return c.result.files })
		if err != nil {
			return err
		}
		runPrograms(ctx, bin, runnable, func(c *moduleCase, out output) { c.result.later = out })
	}
	return runTests(ctx, root, tags, changed, func(c *moduleCase, out string) { c.result.later.tests = out })
}

// judge compares the result of a case with the expected result.
func (c *moduleCase) judge(t *testing.T) {
	if err := c.result.err; err != nil {
		t.Error(err)
	}
	if c.result.before.stdout == "" && c.result.before.tests == "" {
		t.Errorf("the program prints nothing (exit code %d, %s)", c.result.before.code, c.result.before.stderr)
	}
	c.judgeVerdicts(t)
	if b, a := c.result.before, c.result.later; b != a {
		t.Errorf("output differs\n--- before (exit %d)\n%s%s%s--- after (exit %d)\n%s%s%s", b.code, b.stdout, b.stderr, b.tests, a.code, a.stdout, a.stderr, a.tests)
	}
	c.judgeFiles(t)
	if *updateFlag && !t.Failed() {
		if err := c.update(); err != nil {
			t.Error(err)
		}
		return
	}
	c.judgeGoldens(t)
}

// judgeVerdicts compares the verdicts with the file want of the case, which must name
// every candidate.
func (c *moduleCase) judgeVerdicts(t *testing.T) {
	known := make(map[string]bool)
	for _, w := range c.wants {
		known[w.name] = true
		v, ok := c.result.verdicts[w.name]
		got := "no candidate"
		switch {
		case ok && v.rewritten:
			got = want{verdict: "rewritten", name: w.name}.String()
		case ok:
			got = want{verdict: "refused", name: w.name, code: v.code}.String()
		}
		if v.isFault() {
			t.Errorf("%s is refused for want of a right answer: %s", w.name, v.why)
		}
		if w.verdict != "any" && got != w.String() {
			t.Errorf("want %s, got %s (%s)", w, got, v.why)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.result.verdicts)) {
		if !known[name] {
			t.Errorf("unexpected candidate %s: %v", name, c.result.verdicts[name])
		}
	}
}

// judgeGoldens compares the changed files with those below after/.
func (c *moduleCase) judgeGoldens(t *testing.T) {
	changed := c.changed()
	for _, name := range changed {
		got, err := c.decode(name, c.result.files[name])
		if err != nil {
			t.Error(err)
			continue
		}
		golden, ok := c.after[name]
		if !ok {
			t.Errorf("no golden for %s (read it, then -update):\n%s", name, diff(name, c.files[name], c.result.files[name]))
		} else if string(golden) != string(got) {
			t.Errorf("not the golden (-want +got):\n%s", diff(name, golden, got))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.after)) {
		if !slices.Contains(changed, name) {
			t.Errorf("%s was not changed, but has a golden", name)
		}
	}
}

// judgeFiles checks what must hold for every rewrite.
func (c *moduleCase) judgeFiles(t *testing.T) {
	names, forwarders := c.cleanupIndex()
	for _, name := range c.changed() {
		before, err := parseText(name, c.files[name])
		if err != nil {
			t.Fatalf("before: %v", err)
		}
		after, err := parseText(name, c.result.files[name])
		if err != nil {
			t.Errorf("after: %v", err)
			continue
		}
		for _, lost := range lostComments(before, after) {
			if slices.Contains(c.mended, strings.TrimSpace(strings.TrimPrefix(lost, "//"))) {
				continue
			}
			t.Errorf("%s lost the comment %q", name, lost)
		}
		for _, line := range strayDeletions(before, after, names, forwarders) {
			t.Errorf("%s: the rewrite changes line %d, which is none of its business: %s", name, line.number, line.text)
		}
		if err := formatted(before, after); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
