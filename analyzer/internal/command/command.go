// Package command has what the programs of this module that only build something share:
// gopls and playground.
package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Main calls run with the arguments of the process and exits with the code that run
// returns. An interrupt ends the context.
func Main(run func(ctx context.Context, args []string, stderr io.Writer) int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stderr)
	stop()
	os.Exit(code)
}

// Parse parses the arguments of a program that has flags only. If the program must not go
// on, it prints why, or usage if that is asked for, and returns an exit code and false.
func Parse(set *flag.FlagSet, usage string, args []string, stderr io.Writer) (code int, ok bool) {
	set.SetOutput(io.Discard)
	err := set.Parse(args)
	if err == nil && set.NArg() > 0 {
		err = fmt.Errorf("unexpected argument %q", set.Arg(0))
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stderr, usage)
		return 0, false
	case err != nil:
		fmt.Fprintf(stderr, "%s: %v\n%s", set.Name(), err, usage)
		return 2, false
	}
	return 0, true
}
