// Gopls builds a gopls, the language server for Go, that includes the closurefix analyzer.
// gopls cannot load analyzers or run those of a vet tool.
//
//	go run github.com/closurefix/closurefix/analyzer/gopls@latest -o ~/bin/gopls
//
// In a clone of closurefix, go run ./analyzer/gopls uses the analyzer of the clone. In a
// module that has closurefix as a tool, it uses that version.
//
// # What holds
//
// gopls is built from its released source and one added file, which adds the analyzer to
// the list of those that gopls runs. The version of gopls depends on the Go release:
// v0.23.0 for Go 1.26, v0.24.0 for Go 1.27 and later.
//
// The go command that gopls finds in PATH should be of that release itself. A go command
// of Go 1.26 that switches to 1.27, because of GOTOOLCHAIN or a go.mod file, is not
// enough. gopls asks it for its release with GO111MODULE=off, a mode in which it does not
// switch, and gets 1.26. gopls then checks the standard library of Go 1.27 as Go 1.26.
// There math/rand/v2 has an error, since one of its methods is generic, and gopls runs no
// analyzers on packages that import it through os, fmt or testing. (Tried with gopls
// v0.24.0, go1.26.8 and go1.27.0.) Put the bin directory of the newer release first in the
// PATH of the editor, as in
//
//	PATH=$(GOTOOLCHAIN=go1.27.0 go env GOROOT)/bin:$PATH
//
// Diagnostics appear in open files. A diagnostic has a quick fix where go vet has a fix:
// if all callers are in the package. The fix changes all files of the package that it
// must, including tests. The setting
//
//	"analyses": {"closurefix": false}
//
// turns the analyzer off. gopls passes no flags to analyzers, so this program has a flag
// that corresponds to -all of the command.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"github.com/closurefix/closurefix/analyzer/internal/command"
)

const usage = `Gopls builds a gopls with the closurefix analyzer in it.

usage: go run github.com/closurefix/closurefix/analyzer/gopls [flags]

  -o FILE         the program to write (default gopls)
  -all            also report cleanups that capture no result
  -gopls VERSION  the version of gopls (default: one for this release of Go)
  -analyzer V     the version of closurefix, or a directory with its source
                  (default: the one that this program belongs to)
  -x              print the commands, and keep the source of the build
`

func main() { command.Main(run) }

// run is the command without the process around it.
func run(ctx context.Context, args []string, stderr io.Writer) int {
	b := &builder{log: stderr}
	set := flag.NewFlagSet("gopls", flag.ContinueOnError)
	set.StringVar(&b.output, "o", "gopls"+exeSuffix(), "")
	set.BoolVar(&b.all, "all", false, "")
	set.StringVar(&b.gopls, "gopls", "", "")
	set.StringVar(&b.analyzer, "analyzer", "", "")
	set.BoolVar(&b.trace, "x", false, "")
	if code, ok := command.Parse(set, usage, args, stderr); !ok {
		return code
	}
	if err := b.build(ctx); err != nil {
		fmt.Fprintf(stderr, "gopls: %v\n", err)
		return 1
	}
	return 0
}
