package main

import (
	"github.com/closurefix/closurefix/cmd/closurefix/internal/sarif"
	"github.com/closurefix/closurefix/rewrite"
)

// The forms of a report.
const (
	formatText   = "text"
	formatJSON   = "json"
	formatSARIF  = "sarif"
	formatGitHub = "github"
)

// format prints a report for another program, and returns the exit code. Where the
// form tells what was found, the code is 0, as that of go vet -json: the reader
// decides what it means.
func (p *printer) format(name string, res *rewrite.Result) int {
	var err error
	code := exitDone
	switch name {
	case formatJSON:
		err = p.json(res)
	case formatSARIF:
		err = sarif.Write(p.raw, res, sarif.Options{Root: repository(p.dir), Version: moduleVersion()})
	case formatGitHub:
		err = p.github(res)
		if len(res.Findings) > 0 {
			code = exitFindings
		}
	}
	if err != nil {
		p.fail(err)
		return exitError
	}
	return code
}
