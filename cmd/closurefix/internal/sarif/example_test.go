package sarif_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/sarif"
	"github.com/closurefix/closurefix/rewrite"
)

// A report of a run that found nothing still has the rules.
func ExampleWrite() {
	dir, err := os.Getwd()
	if err != nil {
		fmt.Println(err)
		return
	}
	var b strings.Builder
	if err := sarif.Write(&b, new(rewrite.Result), sarif.Options{Root: dir}); err != nil {
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
}
