package analyzer

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"

	"github.com/closurefix/closurefix/rewrite/candidate"
	"github.com/closurefix/closurefix/rewrite/edit"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"golang.org/x/tools/go/analysis"
)

// A proposal is the rewrite of one candidate as a fix.
type proposal struct {
	candidate *candidate.Candidate
	fix       *analysis.SuggestedFix
	edits     []edit.Edit // edits of the candidate, as narrow as possible
	decls     []token.Pos // top-level declarations that it edits
	names     []string    // names that it declares, of methods with their types
	brought   []variable  // variables that it adds to callers
}

// A variable is a new one in a top-level declaration.
type variable struct {
	decl token.Pos
	name string
}

// propose makes a proposal from the edits of a candidate. If there is none, it returns the
// reason, or "" if the candidate has a refusal.
func propose(u *pattern.Unit, c *candidate.Candidate) (*proposal, string) {
	if len(c.Edits) == 0 {
		return nil, ""
	}
	if c.Plan.Local == nil && token.IsExported(c.Prepare.Key.Name) {
		// This holds for commands too: external tests may call the function.
		return nil, "it is exported, and other packages may call it"
	}
	p := &proposal{candidate: c, fix: &analysis.SuggestedFix{
		Message: fmt.Sprintf("Rewrite %s and its callers without the closure", c.Prepare.Key),
	}}
	for _, sp := range c.Plan.Sites {
		for _, name := range sp.Brings() {
			p.brought = append(p.brought, variable{sp.Site.Decl.Pos(), name})
		}
	}
	for _, e := range c.Edits {
		f := fileNamed(u, e.File)
		if f == nil {
			return nil, e.File + " is not part of this pass"
		}
		t := u.Fset.File(f.FileStart)
		if e.Start > e.End || e.End > t.Size() {
			return nil, e.File + " has changed"
		}
		text, err := u.ReadFile(e.File)
		if err != nil || len(text) != t.Size() {
			return nil, e.File + " has changed"
		}
		e = narrow(e, text)
		p.edits = append(p.edits, e)
		pos, end := t.Pos(e.Start), t.Pos(e.End)
		p.fix.TextEdits = append(p.fix.TextEdits, analysis.TextEdit{Pos: pos, End: end, NewText: []byte(e.New)})
		for _, d := range f.Decls {
			// Import declarations do not count, since every use depends on them. The type
			// checker finds conflicts there.
			if gen, ok := d.(*ast.GenDecl); (!ok || gen.Tok != token.IMPORT) && d.Pos() <= end && pos <= d.End() {
				p.decls = append(p.decls, d.Pos())
			}
		}
		for _, m := range declaration.FindAllStringSubmatch(e.New, -1) {
			p.names = append(p.names, m[1]+"."+m[2])
		}
	}
	return p, ""
}

// narrow returns the edit without the common start and end of the old and the new text, if
// it replaces one line by another. Other edits can then change the rest of the line. It
// keeps whole words.
func narrow(e edit.Edit, text []byte) edit.Edit {
	old := string(text[e.Start:e.End])
	if strings.Count(old, "\n") != 1 || strings.Count(e.New, "\n") != 1 || !strings.HasSuffix(old, "\n") || !strings.HasSuffix(e.New, "\n") {
		return e
	}
	inWord := func(s string, i int) bool { // whether i is inside a word of s
		isWord := func(b byte) bool {
			return b >= 0x80 || b == '_' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
		}
		return 0 < i && i < len(s) && isWord(s[i-1]) && isWord(s[i])
	}
	start := 0
	for start < min(len(old), len(e.New)) && old[start] == e.New[start] {
		start++
	}
	for inWord(old, start) || inWord(e.New, start) {
		start--
	}
	end := 0
	for end < min(len(old), len(e.New))-start && old[len(old)-1-end] == e.New[len(e.New)-1-end] {
		end++
	}
	for inWord(old, len(old)-end) || inWord(e.New, len(e.New)-end) {
		end--
	}
	return edit.Edit{File: e.File, Start: e.Start + start, End: e.End - end, New: e.New[start : len(e.New)-end]}
}

// declaration matches a top-level declaration in new source: the type of the receiver, if
// there is one, and the name.
var declaration = regexp.MustCompile(`(?m)^(?:func (?:\(\w* ?\*?(\w+)[^)]*\) )?|type )(\w+)`)

// apart reports whether two proposals can be applied together, judging by what the type
// checker does not find. Neither may edit the prepare function of the other if their plans
// depend on each other. A function that calls both may change on different lines, unless
// both add variables to it: each has found its names free without the other.
func (p *proposal) apart(q *proposal) bool {
	if slices.ContainsFunc(p.names, func(n string) bool { return slices.Contains(q.names, n) }) || p.hides(q) || q.hides(p) {
		return false
	}
	if slices.ContainsFunc(p.brought, func(v variable) bool {
		return slices.ContainsFunc(q.brought, func(o variable) bool { return v.decl == o.decl })
	}) {
		return false
	}
	shared := false
	for _, d := range p.decls {
		if slices.Contains(q.decls, d) {
			shared = true
			if d == p.candidate.Prepare.Facts.Decl.Pos() || d == q.candidate.Prepare.Facts.Decl.Pos() {
				return false
			}
		}
	}
	if !shared {
		return true
	}
	for _, e := range p.edits {
		for _, o := range q.edits {
			if e.File == o.File && (e.Start < o.End && o.Start < e.End || (e.Start == e.End || o.Start == o.End) && e.Start <= o.End && o.Start <= e.End) {
				return false
			}
		}
	}
	return true
}

// hides reports whether p adds a variable with the name of a function that q declares.
func (p *proposal) hides(q *proposal) bool {
	return slices.ContainsFunc(p.brought, func(v variable) bool { return slices.Contains(q.names, "."+v.name) })
}

// fileNamed returns the file of the unit with that name, or nil.
func fileNamed(u *pattern.Unit, name string) *ast.File {
	for _, f := range u.Files {
		if u.Filename(f.FileStart) == name {
			return f
		}
	}
	return nil
}

const (
	// later is the reason for a fix that has to wait for others.
	later = "another fix of this package comes first: apply it and run again"

	// mostFixes limits the fixes of a pass, since each is type-checked separately.
	mostFixes = 64
)

// Waits reports whether a diagnostic has no fix because fixes of other diagnostics in its
// package have to be applied first.
func Waits(d analysis.Diagnostic) bool {
	return len(d.SuggestedFixes) == 0 && slices.ContainsFunc(d.Related, func(r analysis.RelatedInformation) bool {
		return strings.HasSuffix(r.Message, later)
	})
}

// choose returns the proposals to suggest: each of them, and all together, leave a package
// that type-checks. For the others it returns the reason.
//
// Editors apply one fix. Other drivers merge all, which fails if one fix removes the last
// use of an import and another adds one.
func choose(c *checker, proposals []*proposal) (chosen map[*proposal]bool, why map[*proposal]string) {
	if len(proposals) > 1 {
		// Most often all can be applied together. Then a whole check of each is not necessary.
		if a, err := c.abridge(proposals); err == nil {
			sound, why := separate(proposals, func(p *proposal) error {
				if c.accepts(a, p) {
					return nil
				}
				return c.check(p)
			})
			if c.check(sound...) == nil {
				return set(sound), why
			}
		}
	}
	sound, why := separate(proposals, func(p *proposal) error { return c.check(p) })
	var together []*proposal
	var add func(more []*proposal)
	add = func(more []*proposal) {
		if len(more) == 0 {
			return
		}
		all := slices.Concat(together, more)
		switch {
		case len(all) == 1 || c.check(all...) == nil:
			together = all
		case len(more) == 1:
			why[more[0]] = later
		default:
			add(more[:len(more)/2])
			add(more[len(more)/2:])
		}
	}
	add(sound)
	return set(together), why
}

// separate returns the proposals that are right for check and apart from each other. For
// the others it returns the reason.
func separate(proposals []*proposal, check func(*proposal) error) (sound []*proposal, why map[*proposal]string) {
	why = make(map[*proposal]string)
	ordered, inner := candidate.InnerFirst(proposals, func(p *proposal) candidate.Nesting { return p.candidate.Nesting() })
	for _, p := range ordered {
		switch {
		case slices.ContainsFunc(inner[p], func(i *proposal) bool { return why[i] == later }) || len(sound) == mostFixes || slices.ContainsFunc(sound, func(q *proposal) bool { return !p.apart(q) }):
			why[p] = later
		default:
			if err := check(p); err != nil {
				why[p] = err.Error()
				continue
			}
			sound = append(sound, p)
		}
	}
	return sound, why
}

func set(proposals []*proposal) map[*proposal]bool {
	all := make(map[*proposal]bool)
	for _, p := range proposals {
		all[p] = true
	}
	return all
}
