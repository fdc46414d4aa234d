// Single is a checker with the analyzer alone. It is there to be tested.
package main

import (
	"github.com/closurefix/closurefix/analyzer"
	"golang.org/x/tools/go/analysis/singlechecker"
)

func main() { singlechecker.Main(analyzer.Analyzer) }
