// Package limits prints the functions of a tree that are too long or have too many
// branches to be read at once.
//
//	go run ./rewrite/internal/cmd/limits [-lines N] [-branches N] [-tests] [directory]
//
// It exits with 1 if there are any. A function's length is the number of its lines
// without those inside composite literals and raw strings: the rows of a table are read
// one by one. Its complexity is cyclomatic: 1, and 1 for each if, for, case and select
// clause, && and ||, also in the function literals that it holds. A switch in which every
// clause is a single statement without branches is a table as well, and counts 1.
// Directories named testdata are left out. Nested modules are measured.
package limits

import (
	"flag"
	"fmt"
	"os"
)

// Main is the command: it reads os.Args and exits.
func Main() {
	lines := flag.Int("lines", mostLines, "the most lines that a function may have")
	branches := flag.Int("branches", mostBranches, "the highest cyclomatic complexity that a function may have")
	tests := flag.Bool("tests", false, "measure test files as well")
	flag.Parse()
	dir := "."
	if flag.NArg() > 0 {
		dir = flag.Arg(0)
	}
	found, err := measure(dir, *tests)
	if err != nil {
		fmt.Fprintln(os.Stderr, "limits:", err)
		os.Exit(2)
	}
	code := 0
	for _, f := range found {
		if f.lines > *lines || f.branches > *branches {
			fmt.Printf("%v\n", f)
			code = 1
		}
	}
	os.Exit(code)
}
