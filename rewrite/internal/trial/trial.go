// Package trial puts packages to the tests that they have: go vet, and go test
// with all their tests, over files that an overlay may replace. Nothing is
// written to the packages' directories, unless a test does so.
//
// What fails is named so that two runs can be compared: a test by package and
// name, a complaint of go vet by file and words, without the line, which a rewrite
// may move.
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

// A Suite says what to try.
type Suite struct {
	Dir      string
	Env      []string      // of the go command, whole
	Flags    []string      // such as -tags and -overlay
	Packages []string      // paths
	Timeout  time.Duration // of one package's tests; 0: the go command's default
	Race     bool          // with the race detector
	VetOnly  bool          // run no tests, as for a system that is not the host's

	// Name turns the name of a file that stands in for another, relative to Dir or
	// absolute, into that other's: go vet names such files, and may repeat what it
	// said of one that is gone. Nil changes no name.
	Name func(string) string

	// Status, if set, is called with a short phrase when something begins, such as
	// "running tests of example.com/m".
	Status func(string)
}

// A Failure is something that went wrong.
type Failure struct {
	Package string // path; "" of a complaint of go vet, which names files
	Test    string // name of the test, with its parents'; "" if it is none
	Vet     bool   // go vet complains, or cannot type-check
	Words   string // the first line that says something
	key     string // of a complaint
}

// String returns the failure as a clause: "TestRead of example.com/m fails: …".
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

// same reports whether two failures are of the same thing.
func (f Failure) same(g Failure) bool {
	return f.Package == g.Package && f.Test == g.Test && f.Vet == g.Vet && f.key == g.key
}

// Except returns the failures that are not in known, where each known one stands
// for one.
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

// Run runs the suite and returns what fails, in the order of packages and their
// tests. An error means that it could not be run: the context ended, or the go
// command itself failed.
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

// args returns the arguments of a go command: its name, flags of its own, those
// of the suite, and the packages.
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

// lineNumber is how a complaint speaks of another line, as in "the cancel var
// defined on line 12".
var lineNumber = regexp.MustCompile(`(\bline |\.go:)\d+(?::\d+)?`)

// complaints reads what go vet prints: lines with positions, each perhaps with
// more lines below it, and "# path" lines that only some packages have.
func complaints(text string, known func(string) string) []Failure {
	var failures []Failure
	seen := make(map[string]bool) // a package is checked again together with its tests
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		// The type checker's complaints have a word before the position.
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

// test runs go test, with further flags of its own.
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

// outcome reads the events of go test -json.
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
			continue // not of the go command
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
			// A test fails with its subtests, and a package with its tests.
			if slices.ContainsFunc(failed[e.Package], func(f Failure) bool {
				return e.Test == "" || strings.HasPrefix(f.Test, e.Test+"/")
			}) {
				continue
			}
			if e.FailedBuild != "" {
				p = place{pkg: e.FailedBuild}
			} else if left := running[e.Package]; e.Test == "" && len(left) > 0 {
				p.test = left[len(left)-1] // the tests ended in its midst
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

// telling returns the first line of a test's output that says why it failed.
func telling(output []string) string {
	text := strings.Join(output, "")
	first := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "", strings.HasPrefix(line, "=== "), strings.HasPrefix(line, "--- "), strings.HasPrefix(line, "# "),
			line == "PASS", line == "FAIL", strings.HasPrefix(line, "FAIL\t"), strings.HasPrefix(line, "coverage: "),
			strings.HasPrefix(line, "exit status"), strings.HasPrefix(line, "testing: warning: "):
			continue
		case strings.HasPrefix(line, "panic: "), strings.HasPrefix(line, "fatal error: "), strings.Contains(line, "_test.go:"):
			return line
		case first == "":
			first = line
		}
	}
	return first
}
