package edit

import (
	"errors"
	"go/token"
	"maps"
	"slices"

	"github.com/closurefix/closurefix/rewrite/internal/linediff"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// Make returns the edits for a plan, sorted by file and offset. Each file that was
// gofmt-clean is formatted again, and the edits are the differences between its old and
// new lines.
func Make(p *plan.Plan, files *Files) ([]Edit, *refusal.Refusal) {
	edits, err := edits(p, files)
	if err == nil {
		return edits, nil
	}
	r := &refusal.Refusal{
		Code: refusal.InternalError, Name: p.Prepare.Key.String(), Reason: err.Error(),
		Pos: p.Prepare.Unit.Fset.PositionFor(p.Prepare.Decl.Name.Pos(), false),
	}
	if o := (*obstacle)(nil); errors.As(err, &o) {
		if r.Code = o.code; o.pos.IsValid() {
			r.Pos = o.pos
		}
	}
	return nil, r
}

func edits(p *plan.Plan, files *Files) ([]Edit, error) {
	sources := make(map[string]*source)
	splices := make(map[string][]Edit)
	at := func(u *pattern.Unit, pos token.Pos) (*source, error) {
		name := u.Filename(pos)
		if sources[name] == nil {
			s, err := files.open(u, pos)
			if err != nil {
				return nil, err
			}
			sources[name] = s
		}
		return sources[name], nil
	}
	home, err := at(p.Prepare.Unit, p.Prepare.Decl.Pos())
	if err != nil {
		return nil, err
	}
	if splices[home.name], err = declare(p, home); err != nil {
		return nil, err
	}
	tails := make(map[string]int) // by file: where what goes at its end begins
	for _, d := range slices.Backward(p.Unused) {
		s, err := at(p.Prepare.Unit, d.Pos())
		if err != nil {
			return nil, err
		}
		tail, ok := tails[s.name]
		if !ok {
			tail = len(s.text)
		}
		gone := s.remove(d, tail)
		if tails[s.name] = tail; gone.End == tail {
			tails[s.name] = gone.Start
		}
		splices[s.name] = append(splices[s.name], gone)
	}
	for _, sp := range p.Sites {
		s, err := at(sp.Site.Unit, sp.Site.Call.Pos())
		if err != nil {
			return nil, err
		}
		more, err := siteEdits(p, s, sp)
		if err != nil {
			return nil, err
		}
		splices[s.name] = append(splices[s.name], more...)
	}
	for _, fw := range p.Forwarders {
		s, err := at(fw.Unit, fw.Decl.Pos())
		if err != nil {
			return nil, err
		}
		more, err := forwarderEdits(p, s, fw)
		if err != nil {
			return nil, err
		}
		splices[s.name] = append(splices[s.name], more...)
	}
	var all []Edit
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		s := sources[name]
		var imports []spell.Import
		if s == home {
			imports = p.Imports
		}
		chunks, err := rewritten(s, splices[name], imports)
		if err != nil {
			return nil, err
		}
		for _, c := range chunks {
			for _, e := range linediff.Edits(string(s.text[c.start:c.end]), string(c.text)) {
				all = append(all, Edit{File: name, Start: c.start + e.Start, End: c.start + e.End, New: e.New})
			}
		}
	}
	return all, nil
}

// rewritten returns the chunks of a file that change, with splices applied and imports
// updated. They are formatted if the file was gofmt-clean.
func rewritten(s *source, splices []Edit, imports []spell.Import) ([]*chunk, error) {
	chunks, err := s.divide(splices)
	if err != nil {
		return nil, err
	}
	if chunks, err = fixImports(s, chunks, imports); err != nil {
		return nil, err
	}
	for _, c := range chunks {
		if err := s.format(c); err != nil {
			return nil, err
		}
	}
	return chunks, nil
}
