// Package gotool runs closurefix as a tool of the go command, which go vet -vettool and
// go fix -fixtool start once per package.
package gotool

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/closurefix/closurefix/analyzer"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"
)

// Asked reports whether go vet or go fix started the program. Their arguments ask for its
// version or flags, or name a file that describes a package.
func Asked(args []string) bool {
	for _, a := range args {
		if a == "-V=full" || a == "-flags" || strings.HasSuffix(a, ".cfg") {
			return true
		}
	}
	return false
}

// Serve does what the go command requests and ends the process.
//
// A first run over a module starts the program a thousand times, mostly for packages
// without findings. If the linked unitchecker permits it, Serve handles such packages
// without type checking; the result is the same. Over k8s.io/client-go v0.37.2, with
// 1,067 starts, a first go vet takes 6 CPU-seconds instead of 49: see
// rewrite/measured.md.
func Serve(args []string) {
	skips := readsExportData(debug.ReadBuildInfo())
	if skips && answered(args) {
		return
	}
	a := analyzer.New()
	if everything(args) {
		setEverything(a)
	}
	sayAgain(args, a)
	if skips {
		args, err := uncached(args, a)
		if err != nil {
			fmt.Fprintf(os.Stderr, "closurefix: %v\n", err)
			os.Exit(1)
		}
		os.Args = append(os.Args[:1:1], args...) // where unitchecker reads them
	}
	defer func() {
		// The importer panics if a later release of Go wrote the export data.
		if v := recover(); v != nil {
			fmt.Fprintf(os.Stderr, "closurefix: %v\n(this closurefix was built with %s: if the go command is of a later release, use it to install closurefix again)\n", v, runtime.Version())
			os.Exit(1)
		}
	}()
	unitchecker.Main(a)
}

// readsExportData reports whether the linked unitchecker gets the types of imports from
// export data of the compiler. From golang.org/x/tools v0.50 on it gets them from its own
// runs on the imports, which must then not be skipped. Our go.mod requires an older
// version, but a module that lists closurefix as a tool may require a newer one.
func readsExportData(info *debug.BuildInfo, ok bool) bool {
	if !ok {
		return false
	}
	for _, m := range info.Deps {
		if m.Path == "golang.org/x/tools" && m.Replace == nil {
			minor, found := strings.CutPrefix(m.Version, "v0.")
			minor, _, dotted := strings.Cut(minor, ".")
			return found && dotted && (len(minor) == 1 || len(minor) == 2 && minor < "50")
		}
	}
	return false
}

// everything reports whether -all is among the flags. The drivers of x/tools define -all
// as an obsolete flag without effect, so the analyzer has -everything instead. For this
// program -all has the meaning of its command line.
func everything(args []string) bool {
	on := false
	for _, a := range args {
		name, value, given := strings.Cut(a, "=")
		if name == "-all" || name == "--all" {
			b, err := strconv.ParseBool(value)
			on = !given || err == nil && b
		}
	}
	return on
}

func setEverything(a *analysis.Analyzer) {
	if err := a.Flags.Set("everything", "true"); err != nil {
		panic(err) // the analyzer of this module has no such flag
	}
}
