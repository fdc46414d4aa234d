// Package bench compares benchmarks of the code on disk with those of the code with an
// overlay.
//
// The test binaries of both versions are built once and then run in turn, old, new, old,
// new, so that other load on the machine affects both. The comparison is that of
// benchstat: medians with confidence intervals at 95 %, and the Mann-Whitney U-test
// (golang.org/x/perf/benchmath).
package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/closurefix/closurefix/rewrite/internal/process"
	"golang.org/x/perf/benchfmt"
)

// A Run says which benchmarks to compare.
type Run struct {
	Dir      string
	Env      []string // complete environment of the go command and of the benchmarks
	Flags    []string // build flags of both versions, such as -tags
	Overlay  []string // build flags of the new version only
	Packages []string // paths; those without a benchmark that matches are skipped

	Pattern string // as in go test -bench
	Count   int    // runs of each version, at least 1
	Time    string // as in go test -benchtime; "" for the default

	Progress func(string) // called at the end of a step; may be nil
	Status   func(string) // called at the start of a step; may be nil
}

// Results are the measurements of both versions in the order in which they were made.
type Results struct {
	Old, New []*benchfmt.Result

	// Warnings describe runs that exited with an error after producing
	// results.
	Warnings []string
}

// A binary is the test binary of a package in both versions.
type binary struct {
	path, dir string
	file      [2]string // old, new
}

// Do builds and runs the benchmarks. It fails if the packages do not build, if no
// benchmark matches, or if one fails without a result. If ctx is done after a run of each
// version was completed, Do returns the results of the completed runs with the error.
func (r Run) Do(ctx context.Context) (*Results, error) {
	if r.Progress == nil {
		r.Progress = func(string) {}
	}
	if r.Status == nil {
		r.Status = func(string) {}
	}
	temp, env, remove, err := process.Scratch(r.Env)
	if err != nil {
		return nil, err
	}
	defer remove()
	r.Env = env
	binaries, err := r.find(ctx)
	if err != nil {
		return nil, err
	}
	for i, b := range binaries {
		r.Status("building the benchmarks of " + b.path)
		for side, word := range []string{"old", "new"} {
			file := filepath.Join(temp, fmt.Sprintf("%s%d.test.exe", word, i))
			// What vet says of some test does not matter here.
			args := append([]string{"test", "-c", "-vet=off", "-o", file}, r.Flags...)
			if side == 1 {
				args = append(args, r.Overlay...)
			}
			if _, _, err := process.Go(ctx, r.Dir, r.Env, append(args, b.path)...); err != nil {
				return nil, err
			}
			binaries[i].file[side] = file
		}
		r.Progress("built the benchmarks of " + b.path + " twice")
	}
	res := new(Results)
	for n := range r.Count {
		done := *res
		r.Status(fmt.Sprintf("running benchmarks, %d of %d", n+1, r.Count))
		for _, b := range binaries {
			for side := range b.file {
				err := r.measure(ctx, b, side, res)
				switch {
				case err != nil && ctx.Err() != nil && len(done.Old) > 0 && len(done.New) > 0:
					return &done, ctx.Err()
				case err != nil:
					return nil, err
				}
			}
		}
		r.Progress(fmt.Sprintf("run %d of %d done", n+1, r.Count))
	}
	if len(res.Old) == 0 || len(res.New) == 0 {
		return nil, r.none()
	}
	return res, nil
}

func (r Run) none() error {
	return fmt.Errorf("no benchmark of the affected packages matches %q", r.Pattern)
}

var declaration = regexp.MustCompile(`(?m)^func (Benchmark\w*)\(`)

// find returns the packages that have a benchmark whose name matches the first element of
// the pattern.
func (r Run) find(ctx context.Context) ([]binary, error) {
	name, err := regexp.Compile(elements(r.Pattern)[0])
	if err != nil {
		return nil, fmt.Errorf("-bench: %w", err)
	}
	if len(r.Packages) == 0 {
		return nil, r.none()
	}
	const format = `{{.ImportPath}}{{"\t"}}{{.Dir}}{{range .TestGoFiles}}{{"\t"}}{{.}}{{end}}{{range .XTestGoFiles}}{{"\t"}}{{.}}{{end}}`
	args := append([]string{"list", "-f", format}, r.Flags...)
	out, _, err := process.Go(ctx, r.Dir, r.Env, append(args, r.Packages...)...)
	if err != nil {
		return nil, err
	}
	var found []binary
	for line := range strings.Lines(out) {
		fields := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if len(fields) < 3 {
			continue
		}
		b := binary{path: fields[0], dir: fields[1]}
		if slices.ContainsFunc(fields[2:], func(file string) bool {
			text, err := os.ReadFile(filepath.Join(b.dir, file))
			return err == nil && slices.ContainsFunc(declaration.FindAllSubmatch(text, -1), func(m [][]byte) bool {
				return name.Match(m[1])
			})
		}) {
			found = append(found, b)
		}
	}
	if len(found) == 0 {
		return nil, r.none()
	}
	return found, nil
}

// Check returns an error if go test would not accept the pattern or the time.
func Check(pattern, benchtime string) error {
	for _, element := range elements(pattern) {
		if _, err := regexp.Compile(element); err != nil {
			return fmt.Errorf("-bench: %w", err)
		}
	}
	if benchtime != "" && !iterations.MatchString(benchtime) {
		if d, err := time.ParseDuration(benchtime); err != nil || d <= 0 {
			return fmt.Errorf("-benchtime: %q is neither a positive duration such as 2s nor a number of iterations such as 100x", benchtime)
		}
	}
	return nil
}

var iterations = regexp.MustCompile(`^0*[1-9][0-9]*x$`)

// elements splits a benchmark pattern at slashes outside of brackets. Function names must
// match the first element, and names of sub-benchmarks the others.
func elements(pattern string) []string {
	var list []string
	depth, start := 0, 0
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			i++
		case '[', '(':
			depth++
		case ']', ')':
			depth--
		case '/':
			if depth == 0 {
				list = append(list, pattern[start:i])
				start = i + 1
			}
		}
	}
	return append(list, pattern[start:])
}

// measure runs one binary once and adds its results.
func (r Run) measure(ctx context.Context, b binary, side int, res *Results) error {
	args := []string{b.file[side], "-test.run=^$", "-test.bench=" + r.Pattern, "-test.benchmem", "-test.count=1"}
	if r.Time != "" {
		args = append(args, "-test.benchtime="+r.Time)
	}
	var out, errs bytes.Buffer
	err := process.Run(ctx, process.Command{Dir: b.dir, Env: r.Env, Args: args, Stdout: &out, Stderr: &errs})
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return err
	}
	text := out.String()
	results := Parse(text)
	if err != nil {
		reason := b.path + ": " + exit.Error()
		if last := lastLine(untraced(errs.String())); last != "" {
			reason += ": " + last
		} else if last := lastLine(strings.TrimSuffix(strings.TrimSpace(text), "FAIL")); last != "" && len(results) == 0 {
			reason += ": " + last
		}
		if len(results) == 0 {
			return fmt.Errorf("the benchmarks fail on the %s code: %s", [...]string{"old", "new"}[side], reason)
		}
		if !slices.Contains(res.Warnings, reason) {
			res.Warnings = append(res.Warnings, reason)
		}
	}
	if side == 0 {
		res.Old = append(res.Old, results...)
	} else {
		res.New = append(res.New, results...)
	}
	return nil
}

// untraced returns the output without the stacks of goroutines at its end.
func untraced(text string) string {
	if at := stack.FindStringIndex(text); at != nil && strings.TrimSpace(text[:at[0]]) != "" {
		return text[:at[0]]
	}
	return text
}

var stack = regexp.MustCompile(`(?m)^goroutine \d+ \[`)

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:])
}

// Parse returns the results in the output of a benchmark run and ignores all other lines.
func Parse(text string) []*benchfmt.Result {
	var results []*benchfmt.Result
	reader := benchfmt.NewReader(strings.NewReader(text), "")
	for reader.Scan() {
		if res, ok := reader.Result().(*benchfmt.Result); ok {
			results = append(results, res.Clone())
		}
	}
	return results
}

// Format returns results in the Go benchmark format, which benchstat reads.
func Format(results []*benchfmt.Result) ([]byte, error) {
	var b bytes.Buffer
	w := benchfmt.NewWriter(&b)
	for _, res := range results {
		if err := w.Write(res); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// pkg returns the package of a result and the name of its benchmark.
func pkg(res *benchfmt.Result) (string, string) {
	return res.GetConfig("pkg"), res.Name.String()
}
