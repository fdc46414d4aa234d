package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/closurefix/closurefix/rewrite"
	"github.com/closurefix/closurefix/rewrite/plan"
)

const usage = `Closurefix finds functions that return a cleanup closure for their caller to
defer, and rewrites them, with all their callers, into direct calls.

usage: closurefix [flags] [packages]        (default ./...)

  (none)         report findings and, for each, what -fix would do or why not
  -diff          print the rewrite as a unified diff, write nothing
  -fix           rewrite in place: all files, or none
  -json          report in the form of go vet -json, with refusals

  -all           also cleanups that capture no result, and functions of tests
  -exported      also exported functions of packages that others may import
  -tags a,b      build tags, as in go build
  -config L      build configurations besides the host's, in which the rewrite
                 must hold too: linux/amd64,windows/amd64,js/wasm

  -escape        ask the compiler: report only what is on the heap, and why
  -test          run go vet and the tests of affected packages over the rewrite,
                 leave out what fails (-timeout D, -race: as in go test)
  -bench RE      compare their benchmarks before and after, as benchstat does
                 (-count N, default 6; -benchtime T; -benchout P: P.old.txt, …)
  -profile F,G   rank findings by cost in profiles of pprof, CPU or heap
                 (-share P: leave out those below P percent)
  -report F      write all this to one HTML page, F

  -v             say what is done, and what was rewritten
  -explain CODE  say what a refusal [CODE] means and what to do about it
  -version       print the version

Exit code: 0 nothing to report, or all rewritten; 3 findings reported or left
(-diff: there is a diff); 1 error; 2 usage.

As a tool of the go command, one package at a time:
  go vet -vettool=$(which closurefix) ./...
  go fix -fixtool=$(which closurefix) -diff ./...
`

// flags is a command line, taken apart.
type flags struct {
	diff, fix, json bool
	all, exported   bool
	escape          bool
	test            *rewrite.Test  // nil: none
	bench           *rewrite.Bench // nil: none
	benchout        string
	page            string // file for the HTML page
	profiles        []string
	share           float64 // from 0 to 1
	verbose         bool
	version         bool
	explain         string
	context         int              // lines around each finding; negative: none
	configs         []rewrite.Config // empty: the host's
	patterns        []string
}

var errHelp = errors.New("help")

// parseFlags reads the command line. Its errors are misuses.
func parseFlags(args []string) (*flags, error) {
	f := new(flags)
	var tags, configs, profiles string
	var test bool
	var how rewrite.Test
	var bench rewrite.Bench
	set := flag.NewFlagSet("closurefix", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.BoolVar(&f.diff, "diff", false, "")
	set.BoolVar(&f.fix, "fix", false, "")
	set.BoolVar(&f.json, "json", false, "")
	set.BoolVar(&f.all, "all", false, "")
	set.BoolVar(&f.exported, "exported", false, "")
	set.BoolVar(&f.escape, "escape", false, "")
	set.BoolVar(&test, "test", false, "")
	set.DurationVar(&how.Timeout, "timeout", 0, "")
	set.BoolVar(&how.Race, "race", false, "")
	set.StringVar(&bench.Pattern, "bench", "", "")
	set.IntVar(&bench.Count, "count", 6, "")
	set.StringVar(&bench.Time, "benchtime", "", "")
	set.StringVar(&f.benchout, "benchout", "", "")
	set.StringVar(&profiles, "profile", "", "")
	set.Float64Var(&f.share, "share", 0, "")
	set.StringVar(&f.page, "report", "", "")
	set.BoolVar(&f.verbose, "v", false, "")
	set.BoolVar(&f.version, "version", false, "")
	set.StringVar(&f.explain, "explain", "", "")
	set.IntVar(&f.context, "c", -1, "")
	set.StringVar(&tags, "tags", "", "")
	set.StringVar(&configs, "config", "", "")
	if err := set.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, errHelp
		}
		return nil, err
	}
	f.patterns = set.Args()
	for _, p := range f.patterns {
		if len(p) > 1 && p[0] == '-' {
			return nil, fmt.Errorf("flag %s comes after a package; flags come first", p)
		}
	}
	modes := 0
	for _, on := range []bool{f.diff, f.fix, f.json} {
		if on {
			modes++
		}
	}
	if modes > 1 {
		return nil, errors.New("-diff, -fix and -json exclude each other")
	}
	switch {
	case test && !f.diff && !f.fix:
		return nil, errors.New("-test tests a rewrite: use it with -diff or -fix")
	case test:
		f.test = &how
	case how != rewrite.Test{}:
		return nil, errors.New("-timeout and -race say how to test: use them with -test")
	}
	switch {
	case bench.Pattern != "" && f.json:
		return nil, errors.New("-bench and -json exclude each other")
	case bench.Pattern != "" && bench.Count < 1:
		return nil, errors.New("-count: the benchmarks must run once at least")
	case bench.Pattern != "":
		f.bench = &bench
	case f.benchout != "" || bench.Time != "" || bench.Count != 6:
		return nil, errors.New("-count, -benchtime and -benchout say how to measure: use them with -bench")
	}
	f.profiles = strings.FieldsFunc(profiles, func(r rune) bool { return r == ',' })
	f.share /= 100
	if f.share != 0 && len(f.profiles) == 0 {
		return nil, errors.New("-share is of a profile: use it with -profile")
	}
	return f, f.configure(tags, configs)
}

// configure sets the build configurations: the host's, then those of the list,
// all with the same tags.
func (f *flags) configure(tags, list string) error {
	host := rewrite.Config{Tags: fields(tags)}
	f.configs = []rewrite.Config{host}
	for _, s := range fields(list) {
		c, err := rewrite.ParseConfig(s)
		if err != nil {
			return fmt.Errorf("-config: %w", err)
		}
		c.Tags = host.Tags
		f.configs = append(f.configs, c)
	}
	return nil
}

// fields splits a list at commas and spaces.
func fields(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// version returns the version of the program and of the Go release that built
// it.
func version() string {
	v := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		v = info.Main.Version
	}
	return fmt.Sprintf("closurefix %s %s", v, runtime.Version())
}

// explain prints the row of a refusal's code.
func explain(code string, stdout, stderr io.Writer) int {
	table := plan.Explanations()
	for _, e := range table {
		if string(e.Code) == code {
			fmt.Fprintf(stdout, "%s: %s\n\n%s\n", e.Code, e.Meaning, e.Advice)
			return exitDone
		}
	}
	var codes []string
	for _, e := range table {
		codes = append(codes, string(e.Code))
	}
	fmt.Fprintf(stderr, "closurefix: there is no code %q; the codes are\n\t%s\n", code, strings.Join(codes, "\n\t"))
	return exitUsage
}
