//go:build !unix

package main

import "github.com/rogpeppe/go-internal/testscript"

// identity returns what a journal says of its directory, which these scripts know on
// Unix alone.
func identity(*testscript.TestScript, string) string { return "" }
