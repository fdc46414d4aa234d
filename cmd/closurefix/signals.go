package main

import (
	"context"
	"os"
	"os/signal"
	"time"
)

// interruptible returns a context that ends with the first signal that asks the
// process to end, and a channel that the second one closes. Soon after that the
// process exits, whatever it is doing. stop ends the arrangement.
func interruptible() (ctx context.Context, kill <-chan struct{}, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals, now := make(chan os.Signal, 2), make(chan struct{})
	for _, s := range append([]os.Signal{os.Interrupt}, deadly...) {
		if !signal.Ignored(s) { // as nohup, and a shell without job control, have it
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

// haste is how long after a second signal what was started may be ended.
const haste = 400 * time.Millisecond
