// Command beside does what other programs do at least that look at the packages of a
// module. Package speed measures it beside closurefix.
//
//	beside load ./...      load the packages and their tests with types and syntax
//	beside check ./...     run an analyzer that does nothing, as x/tools checkers do
package main

import (
	"fmt"
	"os"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/multichecker"
	"golang.org/x/tools/go/packages"
)

func main() {
	if len(os.Args) < 3 || os.Args[1] != "load" && os.Args[1] != "check" {
		fmt.Fprintln(os.Stderr, "usage: beside load|check packages")
		os.Exit(2)
	}
	what, patterns := os.Args[1], os.Args[2:]
	if what == "check" {
		os.Args = append(os.Args[:1], patterns...)
		run := func(*analysis.Pass) (any, error) { return nil, nil }
		multichecker.Main(&analysis.Analyzer{Name: "noop", Doc: "does nothing", Run: run}) // and exits
	}
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax, Tests: true}, patterns...)
	if err != nil {
		fmt.Fprintln(os.Stderr, "beside:", err)
		os.Exit(1)
	}
	fmt.Println(len(pkgs), "packages")
}
