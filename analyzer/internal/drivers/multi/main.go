// Multi is a checker with the analyzer and another one, as other people build
// them. It is there to be tested.
package main

import (
	"github.com/closurefix/closurefix/analyzer"
	"golang.org/x/tools/go/analysis/multichecker"
	"golang.org/x/tools/go/analysis/passes/defers"
)

func main() { multichecker.Main(analyzer.Analyzer, defers.Analyzer) }
