// Package trial runs go vet and all tests of packages, with some files replaced by an
// overlay. It writes nothing to the directories of the packages, unless a test does.
//
// Failures are identified so that two runs can be compared: a test failure by package and
// name, a report of go vet by file and message. The line does not count, since a rewrite
// may move it.
package trial

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/closurefix/closurefix/rewrite/internal/position"
	"github.com/closurefix/closurefix/rewrite/internal/process"
)

// A Suite says which packages to check, and how.
type Suite struct {
	Dir      string
	Env      []string      // complete environment of the go command
	Flags    []string      // build flags, such as -tags and -overlay
	Packages []string      // paths
	Timeout  time.Duration // for the tests of one package; 0: the default of the go command
	Race     bool          // with the race detector
	VetOnly  bool          // run no tests, as for a system other than the host

	// Name converts the name of a file in the overlay, relative to Dir or absolute,
	// to that of the file which it replaces: go vet prints the former. It may also
	// repeat cached output with the name of an earlier one. Nil changes no name.
	Name func(string) string

	// Status, if set, is called with a short phrase when something begins, such as
	// "running tests of example.com/m".
	Status func(string)
}

// A Failure is a failed test or a report of go vet.
type Failure struct {
	Package string // path; "" for a report of go vet, which names files
	Test    string // full name of the test; "" if there is none
	Vet     bool   // go vet reports a problem, or cannot type-check
	Words   string // the first line of output that says why
	key     string // identifies a report of go vet
}

// String returns the failure as a clause, such as "TestRead of example.com/m fails: …".
func (f Failure) String() string {
	var s string
	switch {
	case f.Vet:
		s = "go vet complains"
	case f.Test != "":
		s = f.Test + " of " + f.Package + " fails"
	default:
		s = "the test of " + f.Package + " fails"
	}
	if f.Words != "" {
		s += ": " + f.Words
	}
	return s
}

// same reports whether two failures are of the same test or the same report.
func (f Failure) same(g Failure) bool {
	return f.Package == g.Package && f.Test == g.Test && f.Vet == g.Vet && f.key == g.key
}

// Except returns the failures that are not in known. Each known failure removes one.
func Except(failures, known []Failure) []Failure {
	known = slices.Clone(known)
	var rest []Failure
	for _, f := range failures {
		if i := slices.IndexFunc(known, f.same); i >= 0 {
			known = slices.Delete(known, i, i+1)
		} else {
			rest = append(rest, f)
		}
	}
	return rest
}

// Run runs the suite and returns the failures, ordered by package and test. It returns an
// error if the context is done or the go command itself fails.
func (s Suite) Run(ctx context.Context) ([]Failure, error) {
	if len(s.Packages) == 0 {
		return nil, nil
	}
	_, env, remove, err := process.Scratch(s.Env)
	if err != nil {
		return nil, err
	}
	defer remove()
	s.Env = env
	failures, err := s.vet(ctx)
	if err != nil || s.VetOnly {
		return failures, err
	}
	tests, err := s.test(ctx)
	return append(failures, tests...), err
}

func (s Suite) status(text string) {
	if s.Status != nil {
		s.Status(text)
	}
}

// args returns the arguments of a go command: its name, its own flags, those of the suite,
// and the packages.
func (s Suite) args(command string, own ...string) []string {
	args := append([]string{command}, own...)
	args = append(args, s.Flags...)
	return append(args, s.Packages...)
}

// vet runs go vet.
func (s Suite) vet(ctx context.Context) ([]Failure, error) {
	s.status("running go vet")
	_, text, err := process.Go(ctx, s.Dir, s.Env, s.args("vet")...)
	var exit *exec.ExitError
	if err == nil || !errors.As(err, &exit) {
		return nil, err
	}
	failures := complaints(text, s.Name)
	if len(failures) == 0 {
		return nil, err
	}
	return failures, nil
}

// lineNumber matches the mention of another line in a report, as in "the cancel var
// defined on line 12".
var lineNumber = regexp.MustCompile(`(\bline |\.go:)\d+(?::\d+)?`)

// complaints parses the output of go vet: lines with positions, which may be followed by
// further lines, and "# path" lines.
func complaints(text string, known func(string) string) []Failure {
	var failures []Failure
	seen := make(map[string]bool) // a package is checked again together with its tests
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		// Reports of the type checker have a word before the position.
		at, what, ok := position.Cut(strings.TrimPrefix(line, "vet: "))
		if !ok || seen[line] {
			continue
		}
		seen[line] = true
		if known != nil {
			at.Filename = known(at.Filename)
		}
		failures = append(failures, Failure{Vet: true, Words: at.String() + ": " + what, key: at.Filename + ": " + lineNumber.ReplaceAllString(what, "$1")})
	}
	slices.SortStableFunc(failures, func(a, b Failure) int { return cmp.Compare(a.Words, b.Words) })
	return failures
}

// An event is a line of go test -json.
type event struct {
	Action, Package, Test, Output string
	ImportPath                    string // in place of Package, of a build
	FailedBuild                   string
}

// test runs go test with additional flags.
func (s Suite) test(ctx context.Context, own ...string) ([]Failure, error) {
	own = append([]string{"-json", "-vet=off"}, own...)
	if s.Timeout > 0 {
		own = append(own, "-timeout="+s.Timeout.String())
	}
	if s.Race {
		own = append(own, "-race")
	}
	s.status("building tests")
	out, _, err := process.Watch(ctx, &watcher{status: s.status}, s.Dir, s.Env, s.args("test", own...)...)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return nil, err
	}
	failures := outcome(out)
	if err != nil && len(failures) == 0 {
		return nil, err
	}
	return failures, nil
}

// outcome parses the events of go test -json.
func outcome(text string) []Failure {
	type place struct{ pkg, test string }
	said := make(map[place][]string)
	failed := make(map[string][]Failure) // by package
	running := make(map[string][]string) // tests that have not ended, by package
	var order []string
	lines := bufio.NewScanner(strings.NewReader(text))
	lines.Buffer(nil, 1<<26)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue // not an event
		}
		p := place{e.Package, e.Test}
		switch e.Action {
		case "output":
			said[p] = append(said[p], e.Output)
		case "build-output":
			p = place{pkg: e.ImportPath}
			said[p] = append(said[p], e.Output)
		case "run":
			running[e.Package] = append(running[e.Package], e.Test)
			continue
		case "pass", "skip", "fail":
			running[e.Package] = slices.DeleteFunc(running[e.Package], func(t string) bool { return t == e.Test })
		}
		if e.Action == "fail" {
			if failed[e.Package] == nil {
				order = append(order, e.Package)
			}
			// A test fails if a subtest fails, and a package if a test fails.
			if slices.ContainsFunc(failed[e.Package], func(f Failure) bool {
				return e.Test == "" || strings.HasPrefix(f.Test, e.Test+"/")
			}) {
				continue
			}
			if e.FailedBuild != "" {
				p = place{pkg: e.FailedBuild}
			} else if left := running[e.Package]; e.Test == "" && len(left) > 0 {
				p.test = left[len(left)-1] // the test that was running when the tests ended
			}
			failed[e.Package] = append(failed[e.Package], Failure{Package: e.Package, Test: p.test, Words: telling(said[p])})
		}
	}
	var all []Failure
	slices.SortStableFunc(order, cmp.Compare[string])
	for _, pkg := range order {
		all = append(all, failed[pkg]...)
	}
	return all
}

// telling returns the line of a test's output that says why it failed: that of a panic, or
// the last one with a position, because those before it may be logs.
func telling(output []string) string {
	text := strings.Join(output, "")
	first, last := "", ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "", strings.HasPrefix(line, "=== "), strings.HasPrefix(line, "--- "), strings.HasPrefix(line, "# "),
			line == "PASS", line == "FAIL", strings.HasPrefix(line, "FAIL\t"), strings.HasPrefix(line, "coverage: "),
			strings.HasPrefix(line, "exit status"), strings.HasPrefix(line, "testing: warning: "):
			continue
		case strings.HasPrefix(line, "panic: "), strings.HasPrefix(line, "fatal error: "):
			return line
		case strings.Contains(line, "_test.go:"):
			last = line
		case first == "":
			first = line
		}
	}
	return cmp.Or(last, first)
}
