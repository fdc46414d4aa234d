package gotool

import (
	"encoding/json"
	"os"
	"path/filepath"

	"golang.org/x/tools/go/analysis"
)

// uncached sees to it that the go command does not cache the answer on a package
// for which the analyzer offers a fix, and returns the arguments to go on with.
//
// A fix is right as long as no file that build constraints leave out names the
// function. Such files are not in the key of the cache: with one of them new or
// changed, go fix would apply what was right before. The go command caches the
// answer if there is a file with facts. The analyzer has none, so the file need
// not be there: unitchecker is told to write to nowhere, and where no fix is
// offered an empty one is written here.
func uncached(args []string, a *analysis.Analyzer) ([]string, error) {
	file, ok := unitFile(args)
	if !ok {
		return args, nil // asked for its version or its flags
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
	// Beside the other: the go command removes the directory.
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
