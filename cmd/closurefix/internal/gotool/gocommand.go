// Package gotool is closurefix as a tool of the go command: what go vet -vettool and
// go fix -fixtool start, once for each package.
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

// Asked reports whether go vet or go fix started the program: they ask for its
// version or its flags, or name a file that describes a package.
func Asked(args []string) bool {
	for _, a := range args {
		if a == "-V=full" || a == "-flags" || strings.HasSuffix(a, ".cfg") {
			return true
		}
	}
	return false
}

// Serve answers the go command and ends the process.
//
// A first run over a module starts the program a thousand times, mostly for
// packages that hold nothing to find. Those it answers itself, as unitchecker
// would after it parsed and type-checked them, if the linked unitchecker lets it.
// Over k8s.io/client-go v0.37.2, 1,067 starts of which few need types, a first go
// vet takes 6 CPU-seconds, where it takes 49 if each package is type-checked: see
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
		os.Args = append(os.Args[:1:1], args...) // unitchecker reads them there
	}
	defer func() {
		// The importer panics over export data of a later release of Go.
		if v := recover(); v != nil {
			fmt.Fprintf(os.Stderr, "closurefix: %v\n(this closurefix was built with %s: if the go command is of a later release, install closurefix anew with it)\n", v, runtime.Version())
			os.Exit(1)
		}
	}()
	unitchecker.Main(a)
}

// readsExportData reports whether the linked unitchecker has the types of a
// package's imports from the compiler. From golang.org/x/tools v0.50 on it has
// them from what it wrote itself when it ran on the imports, and they may not be
// passed over. Our go.mod asks for an older version, but a module that requires
// us with a tool directive may ask for a newer one.
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

// everything reports whether -all is among the flags. For x/tools' drivers it is
// a flag of old that does nothing, so no analyzer can have it: the analyzer's own
// is -everything. With this program it means what it means on its command line.
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
