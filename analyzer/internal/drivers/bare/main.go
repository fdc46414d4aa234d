// Bare is a checker that tells the analyzer no more than gopls does: neither the files
// that are not Go nor those that build constraints leave out. It is there to be tested.
package main

import (
	"github.com/closurefix/closurefix/analyzer"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/singlechecker"
)

func main() {
	a := analyzer.New()
	run := a.Run
	a.Run = func(p *analysis.Pass) (any, error) {
		bare := *p
		bare.OtherFiles, bare.IgnoredFiles = nil, nil
		return run(&bare)
	}
	singlechecker.Main(a)
}
