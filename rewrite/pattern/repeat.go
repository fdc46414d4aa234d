package pattern

import "github.com/closurefix/closurefix/rewrite/flow"

// Repeats reports whether a use of the cleanup defers it in a loop, without arguments and results. Go defers a func as it
// is, but allocates a closure for any other call that a loop defers:
//
//	for _, f := range files {
//		unlock := lock(f)
//		defer unlock()                // held.unlock() needs one
//	}
func (p *Prepare) Repeats(s *Site, u *Use) bool {
	if u.Kind != DeferCall || len(u.Call.Args)+p.Sig.Results().Len() > 0 {
		return false
	}
	at := s.At(u.Stmt)
	return flow.Loop(at, flow.Func(at)) != nil
}
