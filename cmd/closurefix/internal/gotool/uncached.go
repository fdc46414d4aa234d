package gotool

import (
	"encoding/json"
	"os"
	"path/filepath"

	"golang.org/x/tools/go/analysis"
)

// uncached prevents the go command from caching the result for a package with fixes, and
// returns the arguments for unitchecker.
//
// A fix depends on files that build constraints exclude: it is valid if none of them
// names the function. These files are not part of the cache key. After a change of one,
// go fix could apply a fix that is no longer valid. The go command caches a result only
// if there is a file with facts. The analyzer has no facts, so unitchecker gets no name
// for that file, and an empty one is written here if no fix is offered.
func uncached(args []string, a *analysis.Analyzer) ([]string, error) {
	file, ok := unitFile(args)
	if !ok {
		return args, nil // the go command requests the version or the flags
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var cfg map[string]json.RawMessage
	var facts string
	if err := json.Unmarshal(data, &cfg); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(cfg["VetxOutput"], &facts); err != nil || facts == "" {
		return args, nil // nothing to cache
	}
	if cfg["VetxOutput"], err = json.Marshal(os.DevNull); err != nil {
		return nil, err
	}
	if data, err = json.Marshal(cfg); err != nil {
		return nil, err
	}
	// In the same directory, which the go command removes.
	changed := filepath.Join(filepath.Dir(file), "closurefix.cfg")
	if err := os.WriteFile(changed, data, 0o666); err != nil {
		return nil, err
	}
	run := a.Run
	a.Run = func(p *analysis.Pass) (any, error) {
		offered := false
		noting := *p
		noting.Report = func(d analysis.Diagnostic) {
			offered = offered || len(d.SuggestedFixes) > 0
			p.Report(d)
		}
		result, err := run(&noting)
		if err == nil && !offered {
			err = os.WriteFile(facts, nil, 0o666)
		}
		return result, err
	}
	return append(args[:len(args)-1:len(args)-1], changed), nil
}
