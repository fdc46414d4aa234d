package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/choose"
	"github.com/closurefix/closurefix/rewrite"
	"github.com/closurefix/closurefix/rewrite/bench"
)

const usage = `usage: closurefix [flags] [packages]                            (default ./...)
Finds functions that return a cleanup closure for their callers to defer. Says
so, or rewrites them and all their callers into calls that allocate nothing.
  -diff, -fix     print the rewrite as a diff; do it (-message: for a commit)
  -l              print the names of the files that change
  -all            also closures that capture no result
  -exported       also exported functions of packages that others may import
  -tests          also functions of test files; callers there follow anyway
  -only A,B       functions, categories or packages   -exclude RE  not: by file
  -new-from REV   what changed since in git  -baseline F  what F of -json lacks
  -tags, -config  a,b: build tags; linux/amd64,…: more systems it must hold for
  -escape         ask the compiler: only what is on the heap, and why
                  (-least N: only what costs N allocations per call)
  -test           run go vet and tests over the rewrite, leave out what fails
                  (-timeout D, -race: as in go test)
  -bench RE       compare benchmarks before and after, as benchstat does
                  (-count N, default 6; -benchtime T; -benchout P: P.old.txt, …)
  -profile F,G    rank by pprof profiles (-share P: leave out what is below P %)
  -json, -sarif, -format github     report for programs;  -report F.html: a page
  -c N, -v        N lines of source around each finding; say what is done
  -explain [WORD] explain a (category) or a [code], or list all;  -version
Exit: 0 nothing to report, or all rewritten; 3 findings (-diff, -l: files; for
programs: 0); 1 error; 2 usage. Also for go vet -vettool=, go fix -fixtool=.
`

// flags is a command line, taken apart.
type flags struct {
	diff, fix     bool
	list, message bool
	format        string
	all, exported bool
	inTests       bool
	escape        bool
	test          *rewrite.Test  // nil: none
	bench         *rewrite.Bench // nil: none
	benchout      string
	page          string // file for the HTML page
	profiles      []string
	share         float64 // from 0 to 1
	saves         int     // allocations per call
	choose        choose.Flags
	verbose       bool
	version       bool
	explain       string           // a category or a code; allWords: all of them
	context       int              // lines around each finding; negative: none
	configs       []rewrite.Config // empty: the host's
	patterns      []string
}

// allWords asks -explain for all categories and codes.
const allWords = "all"

var errHelp = errors.New("help")

// given is what the flags say, before it was looked at as a whole.
type given struct {
	flags
	set                     *flag.FlagSet
	forms                   []string // flags that ask for a form of the report
	tags, configs, profiles string
	only, exclude           string
	test                    bool
	how                     rewrite.Test
	bench                   rewrite.Bench
}

// flagSet returns the flags, and where they go.
func flagSet() *given {
	f := new(given)
	set := flag.NewFlagSet("closurefix", flag.ContinueOnError)
	f.set = set
	set.SetOutput(io.Discard)
	set.BoolVar(&f.diff, "diff", false, "")
	set.BoolVar(&f.fix, "fix", false, "")
	set.BoolVar(&f.list, "l", false, "")
	set.BoolVar(&f.message, "message", false, "")
	set.StringVar(&f.only, "only", "", "")
	set.StringVar(&f.exclude, "exclude", "", "")
	set.StringVar(&f.choose.NewFrom, "new-from", "", "")
	set.StringVar(&f.choose.Baseline, "baseline", "", "")
	set.IntVar(&f.saves, "least", 0, "")
	f.format = formatText
	set.Func("format", "", func(name string) error {
		if !slices.Contains(formatNames(), name) {
			return fmt.Errorf("it is none of %s", strings.Join(formatNames(), ", "))
		}
		f.form(name, "-format "+name)
		return nil
	})
	for _, name := range []string{"json", "sarif"} {
		set.BoolFunc(name, "", func(value string) error {
			on, err := strconv.ParseBool(value)
			if on {
				f.form(name, "-"+name)
			}
			return err
		})
	}
	set.BoolVar(&f.all, "all", false, "")
	set.BoolVar(&f.inTests, "tests", false, "")
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
	return f
}

// form notes that a flag asks for a form of the report.
func (f *given) form(name, by string) {
	if name != f.format || name == formatText {
		f.forms = append(f.forms, by)
	}
	f.format = name
}

// has reports whether a flag is on the command line.
func (f *given) has(name string) bool {
	found := false
	f.set.Visit(func(given *flag.Flag) { found = found || given.Name == name })
	return found
}

// parseFlags reads the command line. Its errors are misuses.
func parseFlags(args []string) (*flags, error) {
	if slices.Equal(args, []string{"help"}) {
		return nil, errHelp
	}
	if n := len(args) - 1; n >= 0 && (args[n] == "-explain" || args[n] == "--explain") {
		args = append(args[:n:n], "-explain", allWords)
	}
	in := flagSet()
	if err := in.set.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, errHelp
		}
		return nil, err
	}
	f := &in.flags
	f.patterns = in.set.Args()
	for _, p := range f.patterns {
		if len(p) > 1 && p[0] == '-' {
			return nil, fmt.Errorf("flag %s comes after a package; flags come first", p)
		}
	}
	for _, complete := range []func() error{in.output, in.tests, in.benchmarks, in.ranking, in.choice} {
		if err := complete(); err != nil {
			return nil, err
		}
	}
	return f, f.configure(in.tags, in.configs)
}

// output looks at the flags that say what is printed.
func (f *given) output() error {
	switch {
	case f.diff && f.fix:
		return errors.New("-diff and -fix exclude each other")
	case len(f.forms) > 1:
		return fmt.Errorf("%s exclude each other: a report has one form", strings.Join(f.forms, " and "))
	case f.list && (f.diff || f.format != formatText || f.message || f.bench.Pattern != ""):
		return errors.New("-l prints nothing but names of files: use it alone, or with -fix")
	case f.message && !f.fix:
		return errors.New("-message describes a rewrite that is done: use it with -fix")
	case f.format != formatText && (f.diff || f.fix || f.bench.Pattern != ""):
		return fmt.Errorf("%s is a form of the report, not of what -diff, -fix and -bench print", f.forms[0])
	case f.has("c") && f.context < 0:
		return fmt.Errorf("-c: %d is no number of lines", f.context)
	case f.page != "" && filepath.Ext(f.page) != ".html":
		return fmt.Errorf("-report: %q is no name for a page: it must end in .html", f.page)
	}
	return nil
}

// tests looks at the flags of -test.
func (f *given) tests() error {
	switch {
	case f.test && !f.diff && !f.fix && !f.list:
		return errors.New("-test tests a rewrite: use it with -diff, -fix or -l")
	case f.how.Timeout < 0:
		return fmt.Errorf("-timeout: %v is negative", f.how.Timeout)
	case f.test:
		f.flags.test = &f.how
	case f.how != rewrite.Test{}:
		return errors.New("-timeout and -race say how to test: use them with -test")
	}
	return nil
}

// benchmarks looks at the flags of -bench.
func (f *given) benchmarks() error {
	switch {
	case f.bench.Pattern != "" && f.bench.Count < 1:
		return errors.New("-count: the benchmarks must run once at least")
	case f.bench.Pattern != "":
		f.flags.bench = &f.bench
		return bench.Check(f.bench.Pattern, f.bench.Time)
	case f.benchout != "" || f.bench.Time != "" || f.bench.Count != 6:
		return errors.New("-count, -benchtime and -benchout say how to measure: use them with -bench")
	}
	return nil
}

// ranking looks at the flags of -profile.
func (f *given) ranking() error {
	f.flags.profiles = strings.FieldsFunc(f.profiles, func(r rune) bool { return r == ',' })
	switch {
	case !(0 <= f.share && f.share <= 100):
		return fmt.Errorf("-share: %v is no percentage from 0 to 100", f.share)
	case f.share != 0 && len(f.flags.profiles) == 0:
		return errors.New("-share is of a profile: use it with -profile")
	}
	f.share /= 100
	return nil
}

// choice looks at the flags that say which findings are wanted.
func (f *given) choice() error {
	f.choose.Only = fields(f.only)
	if f.exclude != "" {
		re, err := regexp.Compile(f.exclude)
		if err != nil {
			return fmt.Errorf("-exclude: %w", err)
		}
		f.choose.Exclude = re
	}
	switch {
	case f.saves < 0:
		return fmt.Errorf("-least: %d is no number of allocations", f.saves)
	case f.saves > 0 && !f.escape:
		return errors.New("-least counts what the compiler puts on the heap: use it with -escape")
	}
	return nil
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
