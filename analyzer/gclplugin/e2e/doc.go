// Package e2e tests the plugin within golangci-lint, and closurefix as the tool of
// a module that asks for a later x/tools. It is a module of its own: golangci-lint
// has a thousand packages, and takes minutes to build. Run it with
//
//	cd analyzer/gclplugin/e2e && go test .
package e2e
