package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// moduleVersion returns the version of the module, as the go command recorded it in the
// program: a release, or a pseudo-version of a commit.
func moduleVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// version returns the line that -version prints: the version of the program, the Go
// release that built it, and its system.
func version() string {
	return fmt.Sprintf("closurefix %s %s %s/%s", moduleVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
