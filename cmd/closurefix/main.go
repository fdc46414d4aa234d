package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/closurefix/closurefix/rewrite"
)

const (
	exitDone     = 0
	exitError    = 1
	exitUsage    = 2
	exitFindings = 3
)

func main() {
	if underGoCommand(os.Args[1:]) {
		serveGoCommand(os.Args[1:])
		return
	}
	if os.Getenv("GOGC") == "" {
		// A run makes much garbage, and keeps little. This saves a tenth of its time
		// for some more memory: see rewrite/measured.md.
		debug.SetGCPercent(200)
	}
	ctx, kill, stop := interruptible()
	code := run(ctx, kill, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the command line without the process around it.
func run(ctx context.Context, kill <-chan struct{}, args []string, stdout, stderr io.Writer) int {
	out := &reliable{Writer: stdout}
	code := command(ctx, kill, args, out, stderr)
	if out.err != nil {
		fmt.Fprintf(output{stderr}, "closurefix: not all of the output could be written: %v\n", out.err)
		return exitError
	}
	return code
}

// command is run for a standard output that takes everything.
func command(ctx context.Context, kill <-chan struct{}, args []string, stdout *reliable, stderr io.Writer) int {
	f, err := parseFlags(args)
	switch {
	case errors.Is(err, errHelp):
		fmt.Fprint(stdout, usage)
		return exitDone
	case err != nil:
		fmt.Fprintf(output{stderr}, "closurefix: %v\nRun closurefix -h for usage.\n", err)
		return exitUsage
	case f.version:
		fmt.Fprintln(stdout, version())
		return exitDone
	case f.explain != "":
		return explain(f.explain, stdout, output{stderr})
	}
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintf(stderr, "closurefix: %v\n", err)
		return exitError
	}
	return work(ctx, kill, f, newPrinter(f, dir, stdout, stderr))
}

// work reports, or prints the diff, or rewrites.
func work(ctx context.Context, kill <-chan struct{}, f *flags, p *printer) int {
	if err := p.check(f); err != nil {
		p.fail(err)
		return exitError
	}
	if f.fix {
		names, err := rewrite.Recover(ctx, p.dir)
		if err != nil {
			p.fail(err)
			return exitError
		}
		if len(names) > 0 {
			fmt.Fprintf(p.stderr, "closurefix: completed an earlier run that was stopped; files: %d\n", len(names))
		}
	}
	res, err := rewrite.Run(ctx, rewrite.Options{
		Dir:      p.dir,
		Patterns: f.patterns,
		Configs:  f.configs,
		All:      f.all,
		Exported: f.exported,
		Rewrite:  f.diff || f.fix || f.bench != nil || f.page != "",
		Escape:   f.escape,
		Test:     f.test,
		Bench:    f.bench,
		Profiles: f.profiles,
		Least:    f.share,
		Progress: p.progress,
		Status:   p.status,
		Kill:     kill,
	})
	p.clear()
	if err != nil {
		p.fail(err)
		return exitError
	}
	p.warnings(res)
	if f.benchout != "" && res.Bench != nil {
		if err := p.benchout(f.benchout, res.Bench); err != nil {
			p.fail(err)
			return exitError
		}
	}
	if f.fix {
		if err := res.Write(ctx); err != nil {
			p.fail(err)
			return exitError
		}
	}
	if f.page != "" {
		if err := p.page(f.page, res, f.fix); err != nil {
			p.fail(err)
			return exitError
		}
	}
	switch {
	case f.diff:
		if err := p.diff(res); err != nil {
			p.fail(err)
			return exitError
		}
		if len(res.Files) > 0 {
			return exitFindings
		}
		return exitDone
	case f.fix:
		p.fixed(res)
		if err := p.bench(p.stdout, res); err != nil {
			p.fail(err)
			return exitError
		}
		if len(res.Left()) > 0 {
			return exitFindings
		}
		return exitDone
	case f.format != formatText:
		return p.format(f.format, res)
	}
	p.report(res)
	if err := p.bench(p.stdout, res); err != nil {
		p.fail(err)
		return exitError
	}
	if len(res.Findings) > 0 {
		return exitFindings
	}
	return exitDone
}
