package main

import (
	"strings"

	"github.com/closurefix/closurefix/analyzer"
	"golang.org/x/tools/go/analysis/unitchecker"
)

// underGoCommand reports whether go vet or go fix started the program: they ask
// for its version or its flags, or name a file that describes a package.
func underGoCommand(args []string) bool {
	for _, a := range args {
		if a == "-V=full" || a == "-flags" || strings.HasSuffix(a, ".cfg") {
			return true
		}
	}
	return false
}

// serveGoCommand answers the go command and ends the process.
func serveGoCommand() {
	unitchecker.Main(analyzer.Analyzer)
}
