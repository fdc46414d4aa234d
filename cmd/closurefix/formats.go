package main

import (
	"io"
	"maps"
	"slices"

	"github.com/closurefix/closurefix/cmd/closurefix/internal/github"
	"github.com/closurefix/closurefix/cmd/closurefix/internal/report"
	"github.com/closurefix/closurefix/cmd/closurefix/internal/sarif"
	"github.com/closurefix/closurefix/cmd/closurefix/internal/vetjson"
)

// formatText is the format of a report for people.
const formatText = "text"

// A format is a format of a report for programs.
type format struct {
	write func(io.Writer, *report.Report) error

	// found is the exit code if there are findings. It is 0, as for go vet -json, if the
	// reader of the format decides what findings mean.
	found int
}

// formats returns the formats for programs, by name.
func formats() map[string]format {
	return map[string]format{
		"json":   {vetjson.Write, exitDone},
		"sarif":  {sarif.Write, exitDone},
		"github": {github.Write, exitFindings},
	}
}

// formatNames returns what -format accepts.
func formatNames() []string {
	return append([]string{formatText}, slices.Sorted(maps.Keys(formats()))...)
}
