// Playground writes a page in which closurefix runs: paste a Go file, see the findings and
// the rewrite. The page is one HTML file. It works from a disk or from any web server, and
// needs no other file and no network.
//
//	go run ./analyzer/playground -o playground.html
//
// The rewriter is compiled to WebAssembly. It sees the file as a whole program, which may
// import the standard library: its types are in the page. There is no
// compiler in it, and nothing runs, so it does not know what -escape, -test and -bench know.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/closurefix/closurefix/analyzer/internal/command"
)

const usage = `Playground writes a page in which closurefix runs in a browser.

usage: go run ./analyzer/playground [-o FILE]     (default playground.html)
`

func main() { command.Main(run) }

// run is the command without the process around it.
func run(ctx context.Context, args []string, stderr io.Writer) int {
	var output string
	set := flag.NewFlagSet("playground", flag.ContinueOnError)
	set.StringVar(&output, "o", "playground.html", "")
	if code, ok := command.Parse(set, usage, args, stderr); !ok {
		return code
	}
	page, err := build(ctx)
	if err == nil {
		err = os.WriteFile(output, page, 0o644)
	}
	if err != nil {
		fmt.Fprintf(stderr, "playground: %v\n", err)
		return 1
	}
	fmt.Fprintf(stderr, "playground: wrote %s, %.1f MB\n", output, float64(len(page))/1e6)
	return 0
}
