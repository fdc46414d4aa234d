package main

import (
	"fmt"

	"github.com/closurefix/closurefix/rewrite"
)

// tested says how many packages passed their tests over the rewrite, and what
// fails with the rewrite and without.
func (p *printer) tested(res *rewrite.Result) {
	if res.Tested == 0 {
		return
	}
	noun := "packages"
	if res.Tested == 1 {
		noun = "package"
	}
	fmt.Fprintf(p.stderr, "closurefix: tested %d %s over the rewrite\n", res.Tested, noun)
	for _, f := range res.Broken {
		fmt.Fprintf(p.stderr, "closurefix: not the rewrite's fault, it is so without it: %s\n", sentence(f))
	}
	for _, f := range res.Flaky {
		fmt.Fprintf(p.stderr, "closurefix: not the rewrite's fault, it fails now and then: %s\n", sentence(f))
	}
}
