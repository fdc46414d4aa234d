package rewrite_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// A caseResult is the result of running a case.
type caseResult struct {
	verdicts map[string]verdict // by name, as wants say it
	files    map[string][]byte  // after the rewrite
	before   output
	later    output
	err      error // the case could not be rewritten, built or run
}

func newResult() caseResult {
	return caseResult{verdicts: make(map[string]verdict), files: make(map[string][]byte)}
}

// An output is what a program or test of a case printed and how it exited.
type output struct {
	stdout string
	stderr string
	code   int
	tests  string // of go test -v, without times
}

// goCommand runs the go command in dir and returns its standard output and standard error.
func goCommand(ctx context.Context, dir string, args ...string) (stdout, stderr []byte, err error) {
	return goCommandIn(ctx, goEnv(), dir, args...)
}

// goCommandIn is goCommand with an environment.
func goCommandIn(ctx context.Context, env []string, dir string, args ...string) (stdout, stderr []byte, err error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(env, "PWD="+dir)
	var out, msg bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &msg
	err = cmd.Run()
	return out.Bytes(), msg.Bytes(), err
}

// goEnv returns the environment of the go command with additional flags. With -trimpath,
// the results do not contain names of temporary directories and can be cached.
func goEnv(flags ...string) []string {
	return append(os.Environ(), "GOFLAGS="+strings.Join(append(flags, "-trimpath"), " "), "GOWORK=off")
}

func patternsOf(cases []*moduleCase) []string {
	var p []string
	for _, c := range cases {
		p = append(p, "./"+c.name+"/...")
	}
	return p
}

// blamed matches the name of a package before messages of the go command, or the name of
// the file at the start of a message.
var blamed = regexp.MustCompile(`^(?:# \[?example\.com/([a-z0-9-]+)|(?:vet: )?(?:\./)?([a-z0-9-]+)/[^ ]*\.go:\d+)`)

// keepBuilding runs go vet on the cases. It records in each case what the compiler or vet
// reports about it, and returns the other cases.
func keepBuilding(ctx context.Context, root, tags string, cases []*moduleCase) ([]*moduleCase, error) {
	for len(cases) > 0 {
		args := append([]string{"vet", "-tags=" + tags}, patternsOf(cases)...)
		_, msg, err := goCommand(ctx, root, args...)
		if err == nil {
			break
		}
		words := make(map[string]string)
		name := ""
		for line := range strings.Lines(string(msg)) {
			line = strings.TrimPrefix(line, root+string(filepath.Separator))
			if m := blamed.FindStringSubmatch(line); m != nil {
				name = m[1] + m[2]
			}
			words[name] += line
		}
		var rest []*moduleCase
		for _, c := range cases {
			if w, ok := words[c.name]; ok {
				c.result.err = fmt.Errorf("does not build, or go vet complains (tags %q):\n%s", tags, w)
			} else {
				rest = append(rest, c)
			}
		}
		if len(rest) == len(cases) {
			return nil, fmt.Errorf("go vet: %w\n%s", err, msg)
		}
		cases = rest // an import that is not found hides what else is wrong
	}
	return cases, nil
}

// importable returns a copy of a program's file that another package can import: its
// package clause and its main function are renamed. One binary can then contain all
// programs, which saves linking each.
func importable(name string, text []byte) ([]byte, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	if f.Name.Name != "main" {
		return text, nil
	}
	at := func(p token.Pos) int { return fset.PositionFor(p, false).Offset }
	out := append([]byte(nil), text[:at(f.Name.Pos())]...)
	out = append(out, "program"...)
	rest := at(f.Name.End())
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "main" {
			out = append(out, text[rest:at(fn.Name.Pos())]...)
			out = append(out, "Main"...)
			rest = at(fn.Name.End())
		}
	}
	return append(out, text[rest:]...), nil
}

// buildPrograms builds one binary in dir that runs the program named by its first
// argument.
func buildPrograms(ctx context.Context, dir, tags string, cases []*moduleCase, files func(*moduleCase) map[string][]byte) (string, error) {
	var imports, table strings.Builder
	for i, c := range cases {
		programs := make(map[string][]byte)
		for name, text := range files(c) {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			if !strings.Contains(name, "/") && strings.HasSuffix(name, ".go") {
				var err error
				if text, err = importable(name, text); err != nil {
					return "", err
				}
			}
			programs[name] = text
		}
		if err := write(filepath.Join(dir, c.name), programs); err != nil {
			return "", err
		}
		fmt.Fprintf(&imports, "\tc%d %q\n", i, "example.com/"+c.name)
		fmt.Fprintf(&table, "\tcase %q:\n\t\tc%d.Main()\n", c.name, i)
	}
	main := "package main\n\nimport (\n\t\"os\"\n" + imports.String() + ")\n\nfunc main() {\n\tswitch os.Args[1] {\n" + table.String() + "\t}\n}\n"
	err := write(dir, map[string][]byte{"go.mod": []byte(batchModule), "driver/main.go": []byte(main)})
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "driver.exe")
	_, msg, err := goCommand(ctx, dir, "build", "-tags="+tags, "-ldflags=-s -w", "-o", bin, "./driver")
	if err != nil {
		return "", fmt.Errorf("building the programs: %w\n%s", err, msg)
	}
	return bin, nil
}

// runPrograms runs the program of each case and calls keep with its output.
func runPrograms(ctx context.Context, bin string, cases []*moduleCase, keep func(*moduleCase, output)) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, c := range cases {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			keep(c, runProgram(ctx, bin, c.name))
		})
	}
	wg.Wait()
}

func runProgram(ctx context.Context, bin, name string) output {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, name)
	var out, msg strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &msg
	var code int
	if err := cmd.Run(); err != nil {
		code = -1
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			code = exit.ExitCode()
		}
	}
	// A trace shows the call stack, which may change.
	panicked, _, _ := strings.Cut(msg.String(), "\ngoroutine ")
	return output{stdout: out.String(), stderr: panicked, code: code}
}

// durations matches durations in the output of go test.
var durations = regexp.MustCompile(`\(?\d+\.\d+s\)?|\(cached\)`)

// runTests runs the tests of the cases below root and calls keep with the output of each
// case.
func runTests(ctx context.Context, root, tags string, cases []*moduleCase, keep func(*moduleCase, string)) error {
	var tested []*moduleCase
	for _, c := range cases {
		if c.hasTests() {
			tested = append(tested, c)
		}
	}
	if len(tested) == 0 {
		return nil
	}
	args := append([]string{"test", "-json", "-vet=off", "-tags=" + tags}, patternsOf(tested)...)
	out, msg, err := goCommand(ctx, root, args...)
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return fmt.Errorf("go test: %w\n%s", err, msg)
	}
	printed := make(map[string]string) // by package: the go command reports those without tests in any order
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var event struct{ Package, Output string }
		if err := dec.Decode(&event); err != nil {
			return fmt.Errorf("go test: %w\n%s", err, msg)
		}
		printed[event.Package] += durations.ReplaceAllString(event.Output, "")
	}
	of := make(map[string]string)
	for _, path := range slices.Sorted(maps.Keys(printed)) {
		name, _, _ := strings.Cut(strings.TrimPrefix(path, "example.com/"), "/")
		of[name] += printed[path]
	}
	for _, c := range tested {
		keep(c, of[c.name])
	}
	return nil
}
