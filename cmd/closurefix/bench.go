package main

import (
	"fmt"
	"io"

	"github.com/closurefix/closurefix/rewrite"
	"github.com/closurefix/closurefix/rewrite/bench"
)

// bench prints what the benchmarks say about the rewrite.
func (p *printer) bench(w io.Writer, res *rewrite.Result) error {
	if res.Bench == nil {
		return nil
	}
	for _, warning := range res.Bench.Warnings {
		fmt.Fprintf(p.stderr, "closurefix: a benchmark ended badly, after it had measured: %s\n", sentence(warning))
	}
	return bench.Print(w, res.Bench.Tables())
}
