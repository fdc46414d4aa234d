package sarif_test

import (
	"fmt"
	"strings"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/report"
	"github.com/closurefix/closurefix/cmd/closurefix/internal/sarif"
)

// A report of a run that found nothing still has the rules.
func ExampleWrite() {
	var b strings.Builder
	if err := sarif.Write(&b, new(report.Report)); err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.Lines(b.String()) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, `"id": `) {
			fmt.Println(line)
		}
	}
	// Output:
	// "id": "result-pointer",
	// "id": "own-result",
	// "id": "pointer-argument",
	// "id": "capture",
	// "id": "eager-argument",
	// "id": "nil-cleanup",
}
