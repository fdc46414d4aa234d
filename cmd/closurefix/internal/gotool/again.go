package gotool

import (
	"fmt"
	"os"

	"github.com/closurefix/closurefix/analyzer"
	"golang.org/x/tools/go/analysis"
)

// sayAgain makes the analyzer report on stderr, when it applies fixes, how many fixes
// have to wait until others are applied. Neither go vet nor go fix prints diagnostics
// then.
func sayAgain(args []string, a *analysis.Analyzer) {
	if !fixing(args) {
		return
	}
	run := a.Run
	a.Run = func(p *analysis.Pass) (any, error) {
		waiting := 0
		noting := *p
		noting.Report = func(d analysis.Diagnostic) {
			if analyzer.Waits(d) {
				waiting++
			}
			p.Report(d)
		}
		result, err := run(&noting)
		if err == nil && waiting > 0 {
			fmt.Fprintf(os.Stderr, "closurefix: %s: run it again; fixes that wait until these are applied: %d\n", p.Pkg.Path(), waiting)
		}
		return result, err
	}
}

// fixing reports whether the flags request changes of files.
func fixing(args []string) bool {
	fix := false
	for _, a := range args {
		switch a {
		case "-fix", "--fix", "-fix=true", "--fix=true":
			fix = true
		case "-diff", "--diff", "-diff=true", "--diff=true":
			return false
		}
	}
	return fix
}
