package main

import (
	"context"
	"os"
	"os/signal"
	"time"
)

// interruptible returns a context that ends with the first signal to terminate, and a
// channel that the second one closes. Shortly after the second signal the process exits.
// stop restores the default handling.
func interruptible() (ctx context.Context, kill <-chan struct{}, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals, now := make(chan os.Signal, 2), make(chan struct{})
	for _, s := range append([]os.Signal{os.Interrupt}, deadly...) {
		if !signal.Ignored(s) { // nohup, and shells without job control, ignore some
			signal.Notify(signals, s)
		}
	}
	surviveBrokenPipe()
	go func() {
		<-signals
		cancel()
		<-signals
		close(now)
		time.Sleep(haste)
		os.Exit(exitError)
	}()
	return ctx, now, func() {
		signal.Stop(signals)
		cancel()
	}
}

// haste is the time between the second signal and the exit, in which child processes may
// be ended.
const haste = 400 * time.Millisecond
