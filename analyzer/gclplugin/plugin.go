// Package gclplugin is the analyzer as a plugin for golangci-lint, in its module
// plugin system. The file .custom-gcl.yml says what to build:
//
//	version: v2.15.0
//	name: custom-gcl
//	plugins:
//	  - module: github.com/closurefix/closurefix
//	    import: github.com/closurefix/closurefix/analyzer/gclplugin
//	    version: latest
//
// The command "golangci-lint custom" builds it: a golangci-lint, ./custom-gcl
// here, with the linter closurefix, which .golangci.yml enables:
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
//	          all: false # true: also cleanups that capture no result, and functions of tests
//
// # No fixes
//
// The plugin reports and does not fix. A fix of closurefix spans the files of a
// package; golangci-lint, as of v2.15.0, applies only the part of it that is in
// the file of the finding, and the rest of the package no longer compiles. To
// fix, run closurefix -fix, or go fix with closurefix as its tool.
package gclplugin

import (
	"fmt"
	"strconv"

	"github.com/closurefix/closurefix/analyzer"
	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"
)

// golangci-lint knows the plugins that the init functions of its imports
// register.
func init() {
	register.Plugin("closurefix", New)
}

// Settings are what .golangci.yml may set, below settings.
type Settings struct {
	All bool `json:"all"` // also cleanups that capture no result, and functions of tests
}

// New returns the plugin with the settings that golangci-lint read, nil for
// none. A setting that there is not, or of another type, is an error.
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

// GetLoadMode says that the analyzer needs types.
func (p *plugin) GetLoadMode() string { return register.LoadModeTypesInfo }

// BuildAnalyzers returns the analyzer, without its fixes and related positions.
func (p *plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	a := analyzer.New()
	if err := a.Flags.Set("everything", strconv.FormatBool(p.settings.All)); err != nil {
		return nil, err
	}
	run := a.Run
	a.Run = func(pass *analysis.Pass) (any, error) {
		reporting := *pass
		reporting.Report = func(d analysis.Diagnostic) {
			d.SuggestedFixes = nil
			d.Related = nil // they would be findings of their own
			pass.Report(d)
		}
		return run(&reporting)
	}
	return []*analysis.Analyzer{a}, nil
}
