// Package e2e tests the plugin inside golangci-lint, and closurefix as a tool of a module
// that requires a later x/tools. It is a separate module, because golangci-lint has a
// thousand packages and takes minutes to build. Run it with
//
//	cd analyzer/gclplugin/e2e && go test .
package e2e
