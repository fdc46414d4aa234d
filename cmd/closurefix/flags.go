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
Reports functions that return a cleanup closure for their callers to defer, or
rewrites them and all their callers into calls that allocate nothing.
  -diff, -fix     print the rewrite as a diff; apply it (-message: commit text)
  -l              print the names of the files that change
  -all            also closures that capture no result (-hot: none beside I/O)
  -exported       also exported functions that other modules may call
  -tests          also functions for tests alone (callers there always change)
  -only A,B       functions, categories or packages; -exclude RE: no such files
  -new-from REV   changed since a git revision; -baseline F: not in F of -json
  -tags, -config  build tags a,b; more systems linux/amd64,… to type-check
  -escape         only what the compiler reports as heap allocation, and why
                  (-least N: only with N or more allocations per call)
  -test           run go vet and tests over the rewrite, drop rewrites that fail
                  (-timeout D, -race: as in go test)
  -bench RE       compare benchmarks before and after, as benchstat does
                  (-count N, default 6; -benchtime T; -benchout P: P.old.txt, …)
  -profile F,G    rank by pprof profiles (-share P: only P % or more)
  -json, -sarif, -format github     report for programs;  -report F.html: a page
  -c N, -v        print N lines of source around each finding; print each step
  -explain [WORD] explain a (category) or a [code], or list all;  -version
Exit: 0 nothing to report, or all rewritten; 3 findings (-diff, -l: files; for
programs: 0); 1 error; 2 usage. Also for go vet -vettool=, go fix -fixtool=.
`

// flags holds a parsed command line.
type flags struct {
	command       []string // as it was typed
	diff, fix     bool
	list, message bool
	format        string
	all, exported bool
	hot           bool
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

// allWords is the value of -explain that lists all categories and codes.
const allWords = "all"

var errHelp = errors.New("help")

// given holds the values of the flags, before checks that concern several of them.
type given struct {
	flags
	set                     *flag.FlagSet
	forms                   []string // flags that select a format of the report
	tags, configs, profiles string
	only, exclude           string
	test                    bool
	how                     rewrite.Test
	bench                   rewrite.Bench
}

// flagSet returns the definitions of all flags, with the variables that they set.
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
			return fmt.Errorf("it is not one of %s", strings.Join(formatNames(), ", "))
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
	set.BoolVar(&f.hot, "hot", false, "")
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

// form records that a flag selects a format of the report.
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

// parseFlags parses the command line. All its errors are usage errors.
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
	f.command = append([]string{"closurefix"}, args...)
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

// output checks the flags that select what is printed.
func (f *given) output() error {
	switch {
	case f.diff && f.fix:
		return errors.New("-diff and -fix exclude each other")
	case len(f.forms) > 1:
		return fmt.Errorf("%s exclude each other: a report has one format", strings.Join(f.forms, " and "))
	case f.list && (f.diff || f.format != formatText || f.message || f.bench.Pattern != ""):
		return errors.New("-l prints only the names of files: use it alone, or with -fix")
	case f.message && !f.fix:
		return errors.New("-message describes a rewrite: use it with -fix")
	case f.format != formatText && (f.diff || f.fix || f.bench.Pattern != ""):
		return fmt.Errorf("%s is a format of the report: it cannot be used with -diff, -fix and -bench", f.forms[0])
	case f.has("c") && f.context < 0:
		return fmt.Errorf("-c: %d is not a number of lines", f.context)
	case f.page != "" && filepath.Ext(f.page) != ".html":
		return fmt.Errorf("-report: %q must end in .html", f.page)
	}
	return nil
}

// tests checks the flags of -test.
func (f *given) tests() error {
	switch {
	case f.test && !f.diff && !f.fix && !f.list:
		return errors.New("-test tests a rewrite: use it with -diff, -fix or -l")
	case f.how.Timeout < 0:
		return fmt.Errorf("-timeout: %v is negative", f.how.Timeout)
	case f.test:
		f.flags.test = &f.how
	case f.how != rewrite.Test{}:
		return errors.New("-timeout and -race require -test")
	}
	return nil
}

// benchmarks checks the flags of -bench.
func (f *given) benchmarks() error {
	switch {
	case f.bench.Pattern != "" && f.bench.Count < 1:
		return errors.New("-count: the benchmarks must run at least once")
	case f.bench.Pattern != "":
		f.flags.bench = &f.bench
		return bench.Check(f.bench.Pattern, f.bench.Time)
	case f.benchout != "" || f.bench.Time != "" || f.bench.Count != 6:
		return errors.New("-count, -benchtime and -benchout require -bench")
	}
	return nil
}

// ranking checks the flags of -profile.
func (f *given) ranking() error {
	f.flags.profiles = strings.FieldsFunc(f.profiles, func(r rune) bool { return r == ',' })
	switch {
	case !(0 <= f.share && f.share <= 100):
		return fmt.Errorf("-share: %v is not a percentage from 0 to 100", f.share)
	case f.share != 0 && len(f.flags.profiles) == 0:
		return errors.New("-share requires -profile")
	}
	f.share /= 100
	return nil
}

// choice checks the flags that select findings.
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
		return fmt.Errorf("-least: %d is not a number of allocations", f.saves)
	case f.saves > 0 && !f.escape:
		return errors.New("-least counts heap allocations: use it with -escape")
	}
	return nil
}

// configure sets the build configurations: that of the host, then those of the list. All
// have the same tags.
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
