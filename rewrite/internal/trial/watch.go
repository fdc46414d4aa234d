package trial

import (
	"bytes"
	"encoding/json"
)

// A watcher reads what go test -json prints as it comes, and says whose tests run.
type watcher struct {
	status func(string)
	rest   []byte // of a line that has not ended
	pkg    string // said last
}

// Write takes a piece of the output. It never fails.
func (w *watcher) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	for {
		line, rest, ok := bytes.Cut(w.rest, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		w.rest = rest
		// Most lines are output, and say nothing new.
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
