// Command corpus runs package corpus, which describes it.
package main

import "github.com/closurefix/closurefix/rewrite/internal/corpus"

func main() { corpus.Main() }
