//go:build unix

// Command speed runs package speed, which describes it.
package main

import "github.com/closurefix/closurefix/rewrite/internal/speed"

func main() { speed.Main() }
