package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/closurefix/closurefix/rewrite"
)

const usage = `usage: closurefix [flags] [packages]                            (default ./...)
Finds functions that return a cleanup closure for their callers to defer. Says
so, or rewrites them and all their callers into calls that allocate nothing.
  -diff           print the rewrite as a diff    -fix  do it: all files, or none
  -all            also closures that capture no result, and functions of tests
  -exported       also exported functions of packages that others may import
  -tags, -config  a,b: build tags; linux/amd64,…: more systems it must hold for
  -escape         ask the compiler: only what is on the heap, and why
  -test           run go vet and tests over the rewrite, leave out what fails
                  (-timeout D, -race: as in go test)
  -bench RE       compare benchmarks before and after, as benchstat does
                  (-count N, default 6; -benchtime T; -benchout P: P.old.txt, …)
  -profile F,G    rank findings by profiles of pprof, CPU or heap
                  (-share P: leave out those below P percent)
  -report F       write all this to one HTML page, F
  -json, -sarif   report for programs    -format github  as its annotations
  -c N, -v        N lines of source around each finding; say what is done
  -explain WORD   explain a (category) or the [code] of a refusal
  -version        print the version
Exit code: 0 nothing to report, or all rewritten; 3 findings reported or left
(-diff: there is a diff; -json, -sarif: 0); 1 error; 2 usage. With the go tool:
  go vet -vettool=$(which closurefix) ./...
  go fix -fixtool=$(which closurefix) -diff ./...
`

// flags is a command line, taken apart.
type flags struct {
	diff, fix     bool
	format        string
	all, exported bool
	escape        bool
	test          *rewrite.Test  // nil: none
	bench         *rewrite.Bench // nil: none
	benchout      string
	page          string // file for the HTML page
	profiles      []string
	share         float64 // from 0 to 1
	verbose       bool
	version       bool
	explain       string
	context       int              // lines around each finding; negative: none
	configs       []rewrite.Config // empty: the host's
	patterns      []string
}

var errHelp = errors.New("help")

// given is what the flags say, before it was looked at as a whole.
type given struct {
	flags
	tags, configs, profiles string
	test                    bool
	how                     rewrite.Test
	bench                   rewrite.Bench
}

// flagSet returns the flags, and where they go.
func flagSet() (*given, *flag.FlagSet) {
	f := new(given)
	set := flag.NewFlagSet("closurefix", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.BoolVar(&f.diff, "diff", false, "")
	set.BoolVar(&f.fix, "fix", false, "")
	set.StringVar(&f.format, "format", formatText, "")
	for _, name := range []string{"json", "sarif"} {
		set.BoolFunc(name, "", func(value string) error {
			on, err := strconv.ParseBool(value)
			if on {
				f.format = name
			}
			return err
		})
	}
	set.BoolVar(&f.all, "all", false, "")
	set.BoolVar(&f.exported, "exported", false, "")
	set.BoolVar(&f.escape, "escape", false, "")
	set.BoolVar(&f.test, "test", false, "")
	set.DurationVar(&f.how.Timeout, "timeout", 0, "")
	set.BoolVar(&f.how.Race, "race", false, "")
	set.StringVar(&f.bench.Pattern, "bench", "", "")
	set.IntVar(&f.bench.Count, "count", 6, "")
	set.StringVar(&f.bench.Time, "benchtime", "", "")
	set.StringVar(&f.benchout, "benchout", "", "")
	set.StringVar(&f.profiles, "profile", "", "")
	set.Float64Var(&f.share, "share", 0, "")
	set.StringVar(&f.page, "report", "", "")
	set.IntVar(&f.context, "c", -1, "")
	set.BoolVar(&f.verbose, "v", false, "")
	set.BoolVar(&f.version, "version", false, "")
	set.StringVar(&f.explain, "explain", "", "")
	set.StringVar(&f.tags, "tags", "", "")
	set.StringVar(&f.configs, "config", "", "")
	return f, set
}

// parseFlags reads the command line. Its errors are misuses.
func parseFlags(args []string) (*flags, error) {
	in, set := flagSet()
	if err := set.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, errHelp
		}
		return nil, err
	}
	f := &in.flags
	f.patterns = set.Args()
	for _, p := range f.patterns {
		if len(p) > 1 && p[0] == '-' {
			return nil, fmt.Errorf("flag %s comes after a package; flags come first", p)
		}
	}
	switch {
	case !slices.Contains(formatNames(), f.format):
		return nil, fmt.Errorf("-format: %q is none of %s", f.format, strings.Join(formatNames(), ", "))
	case f.diff && f.fix:
		return nil, errors.New("-diff and -fix exclude each other")
	case f.format != formatText && (f.diff || f.fix || in.bench.Pattern != ""):
		return nil, fmt.Errorf("-%s is a form of the report, not of what -diff, -fix and -bench print", formatFlag(set, f.format))
	}
	switch {
	case in.test && !f.diff && !f.fix:
		return nil, errors.New("-test tests a rewrite: use it with -diff or -fix")
	case in.test:
		f.test = &in.how
	case in.how != rewrite.Test{}:
		return nil, errors.New("-timeout and -race say how to test: use them with -test")
	}
	switch {
	case in.bench.Pattern != "" && in.bench.Count < 1:
		return nil, errors.New("-count: the benchmarks must run once at least")
	case in.bench.Pattern != "":
		f.bench = &in.bench
	case f.benchout != "" || in.bench.Time != "" || in.bench.Count != 6:
		return nil, errors.New("-count, -benchtime and -benchout say how to measure: use them with -bench")
	}
	if f.page != "" && filepath.Ext(f.page) != ".html" {
		return nil, fmt.Errorf("-report: %q is no name for a page: it must end in .html", f.page)
	}
	f.profiles = strings.FieldsFunc(in.profiles, func(r rune) bool { return r == ',' })
	f.share /= 100
	if f.share != 0 && len(f.profiles) == 0 {
		return nil, errors.New("-share is of a profile: use it with -profile")
	}
	return f, f.configure(in.tags, in.configs)
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

// formatFlag returns how the command line asked for a format.
func formatFlag(set *flag.FlagSet, format string) string {
	given := "format " + format
	set.Visit(func(f *flag.Flag) {
		if f.Name == format {
			given = format
		}
	})
	return given
}
