// Customgcl is golangci-lint with the plugin. Its source is that of "golangci-lint
// custom", but the modules come from the module proxy.
package main

import (
	"fmt"
	"os"

	_ "github.com/closurefix/closurefix/analyzer/gclplugin"
	"github.com/golangci/golangci-lint/v2/pkg/commands"
	"github.com/golangci/golangci-lint/v2/pkg/exitcodes"
)

func main() {
	if err := commands.Execute(commands.BuildInfo{Version: "v2.15.0-custom"}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitcodes.Failure)
	}
}
