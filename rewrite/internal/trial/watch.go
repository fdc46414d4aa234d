package trial

import (
	"bytes"
	"encoding/json"
)

// A watcher reads the output of go test -json as it is printed and reports which package's
// tests are running.
type watcher struct {
	status func(string)
	rest   []byte // the start of an incomplete line
	pkg    string // reported last
}

// Write reads a part of the output. It never fails.
func (w *watcher) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	for {
		line, rest, ok := bytes.Cut(w.rest, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		w.rest = rest
		// Most lines are output of tests.
		if !bytes.Contains(line, []byte(`"Action":"run"`)) && !bytes.Contains(line, []byte(`"Action":"start"`)) {
			continue
		}
		var e event
		if json.Unmarshal(line, &e) == nil && e.Package != "" && e.Package != w.pkg {
			w.pkg = e.Package
			w.status("running tests of " + e.Package)
		}
	}
}
