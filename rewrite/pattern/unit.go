package pattern

import "github.com/closurefix/closurefix/rewrite/flow"

// A Unit is one type-checked package in one build configuration.
type Unit = flow.Unit
