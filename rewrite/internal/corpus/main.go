// Package corpus runs the rewriter over published modules and counts the results.
//
// For each module it
//
//   - downloads the module at its version and copies it to a directory;
//   - finds prepare functions outside tests (also exported ones and those whose cleanup
//     captures no result), asks the compiler which of them allocate, rewrites those that
//     it can, and writes the files;
//   - checks the result independently of the rewriter: go vet before and after, the tests
//     of some packages before and after (-test), the comments in all changed files, bytes
//     that differ where nothing should change, and a second run, which must find nothing
//     to change;
//   - holds the findings against what package recall lists.
//
// Packages that cannot be loaded are first removed from the copy. The zip file of a module
// in a proxy does not contain nested modules, so packages that import these do not
// compile.
//
//	go run ./rewrite/internal/cmd/corpus [-unseen] [-dir D] [-only a,b] [-test | -look | -recall] [-table]
//	go run ./rewrite/internal/cmd/corpus -at D
//
// With -unseen, the modules are those that were not read while the rewriter was written.
//
// With -recall it rewrites nothing. It lists, by syntax alone and with no code of the
// rewriter, all functions that return a cleanup which some file defers or calls (see
// package recall), and prints those that are no finding, with the reason. A line with
// the word MISSED is a fault. With -at it does so for a module on disk.
//
// The scratch directory contains for each module the copy (NAME/src), the diff
// (NAME/change.diff), the findings (NAME/findings.txt) and the counts (NAME/report.json).
// At the end the command prints the table in Markdown. With -table it only prints the
// table of the last runs. In the first run the go command downloads and compiles a lot:
// allow 20 GB, and hours on a small machine.
package corpus

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// Main is the command: it reads os.Args and exits.
func Main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "corpus: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	dir := flag.String("dir", filepath.Join(os.TempDir(), "closurefix-corpus"), "scratch `directory`")
	only := flag.String("only", "", "`names` of the modules to run, separated by commas")
	other := flag.Bool("unseen", false, "run the modules that were not read while the rewriter was written")
	test := flag.Bool("test", false, "run tests before and after")
	look := flag.Bool("look", false, "list the findings, and rewrite nothing")
	recalled := flag.Bool("recall", false, "print what syntax shows and is no finding, and rewrite nothing")
	at := flag.String("at", "", "do as -recall for the module in `directory`")
	table := flag.Bool("table", false, "print the table of the last runs, and run nothing")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flag.Arg(0))
	}
	scratch, err := filepath.Abs(*dir)
	if err != nil {
		return err
	}
	if *at != "" {
		_, err := recallOf(ctx, os.Stdout, *at, environment(Module{}), nil)
		return err
	}
	modules := corpus()
	if *other {
		modules = unseen()
	}
	if *recalled {
		return recallAll(ctx, modules, *only, scratch)
	}
	if !*table {
		chosen, err := choose(modules, *only)
		if err != nil {
			return err
		}
		for _, m := range chosen {
			fmt.Fprintf(os.Stderr, "%s %s\n", m.Path, m.Version)
			r, err := measure(ctx, m, filepath.Join(scratch, m.Name), *test, *look)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				fmt.Fprintf(os.Stderr, "%s: %v\n", m.Name, err)
				r = &Report{Error: firstLine(err.Error())}
			}
			if err := r.save(filepath.Join(scratch, m.Name)); err != nil {
				return err
			}
		}
	}
	reports, err := saved(modules, scratch)
	if err != nil {
		return err
	}
	fmt.Print(markdown(modules, reports))
	return nil
}

// recallAll measures the recall of the chosen modules.
func recallAll(ctx context.Context, modules []Module, only, scratch string) error {
	chosen, err := choose(modules, only)
	if err != nil {
		return err
	}
	for _, m := range chosen {
		if _, err := measureRecall(ctx, os.Stdout, m, filepath.Join(scratch, m.Name)); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			fmt.Fprintf(os.Stderr, "%s: %v\n", m.Name, err)
		}
	}
	return nil
}

// choose returns the modules with the given names, or all.
func choose(modules []Module, names string) ([]Module, error) {
	if names == "" {
		return modules, nil
	}
	wanted := strings.Split(names, ",")
	var chosen []Module
	for _, m := range modules {
		if i := slices.Index(wanted, m.Name); i >= 0 {
			chosen, wanted = append(chosen, m), slices.Delete(wanted, i, i+1)
		}
	}
	if len(wanted) > 0 {
		return nil, fmt.Errorf("there is no module %s", strings.Join(wanted, ", "))
	}
	return chosen, nil
}

// saved reads the reports of earlier runs in the scratch directory, by the name of the
// module.
func saved(modules []Module, scratch string) (map[string]*Report, error) {
	reports := make(map[string]*Report)
	for _, m := range modules {
		r, err := loadReport(filepath.Join(scratch, m.Name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		reports[m.Name] = r
	}
	return reports, nil
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
