package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/choose"
	"github.com/closurefix/closurefix/cmd/closurefix/internal/gotool"
	"github.com/closurefix/closurefix/cmd/closurefix/internal/report"
	"github.com/closurefix/closurefix/cmd/closurefix/internal/stream"
	"github.com/closurefix/closurefix/cmd/closurefix/internal/text"
	"github.com/closurefix/closurefix/rewrite"
)

func main() {
	if gotool.Asked(os.Args[1:]) {
		gotool.Serve(os.Args[1:])
		return
	}
	collectLess()
	ctx, kill, stop := interruptible()
	code := run(ctx, kill, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run executes the command line and returns the exit code.
func run(ctx context.Context, kill <-chan struct{}, args []string, stdout, stderr io.Writer) int {
	out := &stream.Reliable{Writer: stdout}
	code := command(ctx, kill, args, out, stderr)
	if out.Err != nil {
		fmt.Fprintf(stream.Output{Raw: stderr}, "closurefix: not all of the output could be written: %v\n", out.Err)
		return exitError
	}
	return code
}

// command is like run, for a standard output without errors.
func command(ctx context.Context, kill <-chan struct{}, args []string, stdout, stderr io.Writer) int {
	f, err := parseFlags(args)
	switch {
	case errors.Is(err, errHelp):
		fmt.Fprint(stdout, usage)
		return exitDone
	case err != nil:
		fmt.Fprintf(stream.Output{Raw: stderr}, "closurefix: %v\nRun closurefix -h for usage.\n", err)
		return exitUsage
	case f.version:
		fmt.Fprintln(stdout, version())
		return exitDone
	case f.explain != "":
		return explain(f.explain, stdout, stream.Output{Raw: stderr})
	}
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintf(stderr, "closurefix: %v\n", err)
		return exitError
	}
	at := report.At(dir, moduleVersion())
	p := text.New(at, stdout, stderr, text.Options{Verbose: f.verbose, Context: f.context})
	code, err := work(ctx, kill, f, at, p, stdout)
	var misuse *rewrite.ConfigError
	switch {
	case errors.As(err, &misuse):
		p.Clear()
		p.Say("-config: %v\nRun closurefix -h for usage.", misuse)
		return exitUsage
	case err != nil:
		p.Clear()
		p.Fail(err)
		return exitError
	}
	return code
}

// work does what the flags request: it reports, prints the diff, or rewrites. It returns
// the exit code.
func work(ctx context.Context, kill <-chan struct{}, f *flags, at report.Place, p *text.Printer, stdout io.Writer) (int, error) {
	out := outputs{dir: at.Dir, page: f.page, bench: f.benchout}
	if err := out.check(); err != nil {
		return 0, err
	}
	if f.fix {
		names, err := rewrite.Recover(ctx, at.Dir)
		if err != nil {
			return 0, err
		}
		if len(names) > 0 {
			p.Say("completed an earlier run that was stopped; files: %d", len(names))
		}
	}
	o := options(f, at.Dir, kill, p)
	sel, missed, err := f.choose.Select(ctx, at.Dir)
	if err != nil {
		return 0, err
	}
	o.Select = sel
	res, err := rewrite.Run(ctx, o)
	p.Clear()
	if err != nil && res != nil && res.Bench != nil { // interrupted
		return 0, errors.Join(err, p.Bench(report.New(res, at, false)))
	}
	if err != nil {
		return 0, err
	}
	for _, name := range missed() {
		res.Warnings = append(res.Warnings, "-only: no finding has the name "+name)
	}
	r := report.New(res, at, f.fix)
	p.Warnings(r)
	if err := out.putBench(r); err != nil {
		return 0, err
	}
	if f.fix {
		if err := res.Write(ctx); err != nil {
			return 0, err
		}
	}
	if f.page != "" {
		r.Origin.Command, r.Origin.Date = f.command, time.Now()
		r.Origin.Revision = choose.Head(ctx, at.Dir)
		if r.Origin.Revision != "" {
			r.Origin.Differ = choose.Differ(ctx, r.Origin.Revision, contents(r))
		}
	}
	if err := out.putPage(r); err != nil {
		return 0, err
	}
	code, err := show(f, p, res, r, stdout)
	if err != nil {
		return 0, err
	}
	p.LeftOut(r)
	p.Unloaded(r)
	if r.Unloaded != nil {
		return exitError, nil
	}
	return code, nil
}

// contents returns the files of the report as they were before the rewrite.
func contents(r *report.Report) map[string][]byte {
	files := make(map[string][]byte)
	for _, f := range r.Files {
		files[f.Name] = f.Old
	}
	for _, f := range r.Findings {
		name := f.Pos.Filename
		if _, known := files[name]; known {
			continue
		}
		if text, err := os.ReadFile(name); err == nil {
			files[name] = text
		}
	}
	return files
}

// options returns the options of the run that the flags request.
func options(f *flags, dir string, kill <-chan struct{}, p *text.Printer) rewrite.Options {
	return rewrite.Options{
		Dir:      dir,
		Patterns: f.patterns,
		Configs:  f.configs,
		All:      f.all,
		Tests:    f.inTests,
		Exported: f.exported,
		Hot:      f.hot,
		Rewrite:  f.diff || f.fix || f.list || f.bench != nil || f.page != "",
		Escape:   f.escape,
		Saves:    f.saves,
		Test:     f.test,
		Bench:    f.bench,
		Profiles: f.profiles,
		Least:    f.share,
		Progress: p.Progress,
		Status:   p.Status,
		Kill:     kill,
	}
}

// show prints the output that the flags request, and returns the exit code.
func show(f *flags, p *text.Printer, res *rewrite.Result, r *report.Report, stdout io.Writer) (int, error) {
	findings := func(code int, any bool) int {
		if any {
			return code
		}
		return exitDone
	}
	_, left := r.Split()
	open := len(left) + len(r.Bugs)
	switch {
	case f.diff:
		return findings(exitFindings, len(r.Files) > 0), p.Diff(r, res)
	case f.list && f.fix:
		return findings(exitFindings, open > 0), p.List(r)
	case f.list:
		return findings(exitFindings, len(r.Files) > 0), p.List(r)
	case f.message:
		return findings(exitFindings, open > 0), p.Message(r)
	case f.fix:
		return findings(exitFindings, open > 0), p.Fixed(r)
	case f.format != formatText:
		to := formats()[f.format]
		return findings(to.found, len(r.Findings)+len(r.Bugs) > 0), to.write(stdout, r)
	default:
		return findings(exitFindings, len(r.Findings)+len(r.Bugs) > 0), p.Report(r)
	}
}
