// Command cycles runs package cycles, which describes it.
package main

import "github.com/closurefix/closurefix/rewrite/internal/cycles"

func main() { cycles.Main() }
