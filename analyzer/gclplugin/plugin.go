// Package gclplugin provides the analyzer as a module plugin of golangci-lint. The file
// .custom-gcl.yml says what to build:
//
//	version: v2.15.0
//	name: custom-gcl
//	plugins:
//	  - module: github.com/closurefix/closurefix
//	    import: github.com/closurefix/closurefix/analyzer/gclplugin
//	    version: latest
//
// The command "golangci-lint custom" builds a golangci-lint, here ./custom-gcl, that
// includes the linter closurefix. The file .golangci.yml enables it:
//
//	version: "2"
//	linters:
//	  enable: [closurefix]
//	  settings:
//	    custom:
//	      closurefix:
//	        type: module
//	        description: cleanup closures that could be finish methods
//	        original-url: github.com/closurefix/closurefix
//	        settings:
//	          all: false   # true: also cleanups that capture no result
//	          tests: false # true: also functions that only serve tests
//
// # No fixes
//
// The plugin reports diagnostics without fixes. A fix of closurefix may change several
// files of a package. golangci-lint v2.15.0 applies only the part in the file of the
// diagnostic, and the package no longer compiles. To fix, run closurefix -fix, or go fix
// with closurefix as its tool.
//
// # Comments
//
// golangci-lint treats //nolint:closurefix comments as those of its own linters. The plugin
// reports the findings under them, so that nolintlint does not call the comments unused.
// The other comments of package suppress suppress findings here too.
package gclplugin

import (
	"fmt"
	"strconv"

	"github.com/closurefix/closurefix/analyzer"
	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"
)

// golangci-lint uses the plugins that the init functions of its imports
// register.
func init() {
	register.Plugin("closurefix", New)
}

// Settings are the plugin's settings in .golangci.yml.
type Settings struct {
	All   bool `json:"all"`   // also cleanups that capture no result
	Tests bool `json:"tests"` // also functions that test files declare
}

// New returns the plugin with the settings that golangci-lint has read, or nil for none.
// An unknown setting or one of another type is an error.
func New(settings any) (register.LinterPlugin, error) {
	s, err := register.DecodeSettings[Settings](settings)
	if err != nil {
		return nil, fmt.Errorf("closurefix: %w", err)
	}
	return &plugin{s}, nil
}

type plugin struct {
	settings Settings
}

// GetLoadMode says that the analyzer requires types.
func (p *plugin) GetLoadMode() string { return register.LoadModeTypesInfo }

// BuildAnalyzers returns the analyzer, without its fixes and related positions.
func (p *plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	a := analyzer.ForGolangciLint()
	for flag, on := range map[string]bool{"everything": p.settings.All, "tests": p.settings.Tests} {
		if err := a.Flags.Set(flag, strconv.FormatBool(on)); err != nil {
			return nil, err
		}
	}
	run := a.Run
	a.Run = func(pass *analysis.Pass) (any, error) {
		reporting := *pass
		reporting.Report = func(d analysis.Diagnostic) {
			d.SuggestedFixes = nil
			d.Related = nil // golangci-lint would report them as findings
			pass.Report(d)
		}
		return run(&reporting)
	}
	return []*analysis.Analyzer{a}, nil
}
