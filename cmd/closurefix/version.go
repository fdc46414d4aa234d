package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// moduleVersion returns the version of the module that the program was built from,
// as the go command noted it: a release, or a pseudo-version of a commit.
func moduleVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// version returns the version of the program, the Go release that built it, and the
// system that it was built for.
func version() string {
	return fmt.Sprintf("closurefix %s %s %s/%s", moduleVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
