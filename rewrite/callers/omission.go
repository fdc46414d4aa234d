package callers

import "github.com/closurefix/closurefix/rewrite/pattern"

// An Omission says why a prepare function that is there is no candidate.
type Omission string

// The omissions.
const (
	OmitKind     Omission = "kind"     // its closure captures no result, and World.All is not set
	OmitTest     Omission = "test"     // a test file declares it, and World.All is not set
	OmitExported Omission = "exported" // other modules may call it, no caller that is seen defers its cleanup, and World.Exported is not set
)

// Omitted tells whoever asks, by World.Omit, of a function that is no candidate.
func (w *World) Omitted(p *pattern.Prepare, why Omission) {
	if w.Omit != nil {
		w.Omit(p, why)
	}
}

// Closed reports whether p is exported to other modules, and stays as it is for that
// reason alone.
func (w *World) Closed(p *pattern.Prepare) bool {
	return w.Module && !w.Exported && reachable(w, p) != nil
}
