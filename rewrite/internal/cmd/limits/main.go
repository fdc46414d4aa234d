// Command limits runs package limits, which describes it.
package main

import "github.com/closurefix/closurefix/rewrite/internal/limits"

func main() { limits.Main() }
