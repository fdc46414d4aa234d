package rewrite

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"

	"github.com/closurefix/closurefix/rewrite/internal/linediff"
	"github.com/closurefix/closurefix/rewrite/internal/load"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/refusal"
)

// findings are the findings of a run so far. The first round makes them, and later rounds
// may add some.
type findings struct {
	of       map[id]*Finding
	source   *load.Sources
	settled  map[id]bool // accepted, refused by a check, or set aside
	declared map[id]name // the functions declared in the files on disk

	cold  []Finding // set aside: cheap according to the profiles
	stack []Finding // set aside: no allocation according to the compiler
}

func newFindings(source *load.Sources) *findings {
	return &findings{source: source, of: make(map[id]*Finding), settled: make(map[id]bool), declared: make(map[id]name)}
}

// add adds a finding for each change of the first round.
func (f *findings) add(changes []*change) {
	for _, c := range changes {
		f.of[c.id()] = &Finding{
			Pos:     c.first.pos,
			End:     c.first.end,
			Last:    c.first.last,
			Package: c.key.Pkg,
			Name:    c.key.String(),
			Kind:    c.first.kind,
			Message: c.first.message,
			Refusal: c.refusal,
			Files:   c.files(),
			Edits:   c.all(),
			Notes:   c.notes,
			Trace:   c.first.trace,
		}
	}
}

// setAside removes the finding of c and marks c as settled.
func (f *findings) setAside(c *change) Finding {
	found := *f.of[c.id()]
	f.settled[c.id()] = true
	delete(f.of, c.id())
	return found
}

// applied records that c was accepted. A function that returned the cleanup of another
// prepare function became one itself when that was rewritten. It gets a new finding.
func (f *findings) applied(c *change, round int) {
	f.settled[c.id()] = true
	found := f.of[c.id()]
	if found == nil {
		at, ok := f.declared[c.id()]
		if !ok {
			return // the rewrite has added this function
		}
		found = &Finding{
			Pos: at.pos, End: at.end, Package: c.key.Pkg, Name: c.key.String(), Kind: c.first.kind,
			Message: fmt.Sprintf("%s returns the cleanup of another function for its callers to defer", c.key),
		}
		f.of[c.id()] = found
	}
	found.Refusal, found.Files, found.Notes, found.Trace, found.done = nil, c.files(), c.notes, c.first.trace, true
	if found.Edits = nil; round == 1 {
		found.Edits = c.all()
	}
	f.appliedTo(c)
}

// appliedTo records that c has changed the functions that return its cleanup. They were refused
// as findings of their own.
func (f *findings) appliedTo(c *change) {
	for _, at := range c.first.forwarders {
		if found := f.of[at]; found != nil && !f.settled[at] && found.Refusal != nil {
			found.Refusal, found.Files, found.done = nil, c.files(), true
		}
	}
}

// reject records that a check refused c, and settles it. over has the accepted changes.
func (f *findings) reject(c *change, why *refusal.Refusal, over load.Overlay) {
	f.settled[c.id()] = true
	f.refuse(c, why, over)
}

// refuse records why c is refused. The position must be one in the file on disk.
func (f *findings) refuse(c *change, why *refusal.Refusal, over load.Overlay) {
	found := f.of[c.id()]
	if found == nil {
		return
	}
	refusal := *why
	if text, edited := over[refusal.Pos.Filename]; edited {
		refusal.Pos = f.onDisk(refusal.Pos, text, found.Pos)
	}
	found.Refusal, found.Files, found.Edits, found.Notes, found.Trace = &refusal, nil, nil, nil, nil
}

// onDisk returns the position in the file on disk of pos, which is one in text. For a line
// that is not in the file it is the line that the rewrite has put it in place of, and if
// there is none, what instead says.
func (f *findings) onDisk(pos token.Position, text []byte, instead token.Position) token.Position {
	disk, err := f.source.Read(pos.Filename)
	if err != nil {
		return instead
	}
	begin := pos.Offset - (pos.Column - 1) // of the line
	shift := 0                             // from the file to text, before begin
	for _, e := range linediff.Edits(string(disk), string(text)) {
		if e.Start+shift > begin {
			break
		}
		if begin >= e.Start+shift+len(e.New) {
			shift += len(e.New) - (e.End - e.Start)
			continue
		}
		if e.Start == e.End {
			return instead
		}
		indent := disk[e.Start:e.End]
		indent = indent[:len(indent)-len(bytes.TrimLeft(indent, " \t"))]
		return positionAt(pos.Filename, disk, e.Start+len(indent))
	}
	return positionAt(pos.Filename, disk, pos.Offset-shift)
}

// positionAt returns the position of an offset in a file.
func positionAt(name string, text []byte, offset int) token.Position {
	before := text[:offset]
	return token.Position{
		Filename: name, Offset: offset,
		Line:   bytes.Count(before, []byte("\n")) + 1,
		Column: offset - bytes.LastIndexByte(before, '\n'),
	}
}

// revise updates the findings that are not settled from the changes of a later round.
func (f *findings) revise(changes []*change, over load.Overlay) {
	left := make(map[id]bool)
	for _, c := range changes {
		left[c.id()] = true
		found := f.of[c.id()]
		if found != nil && !f.settled[c.id()] && found.Refusal == nil && c.refusal != nil {
			f.refuse(c, c.refusal, over)
		}
	}
	maps.DeleteFunc(f.of, func(i id, found *Finding) bool {
		// Another rewrite has removed this function's cleanup. Refused functions stay in
		// the result, even if their last caller now defers something else.
		return !found.done && !f.settled[i] && !left[i] && found.Refusal == nil
	})
}

// A name is the position of a function's name in a file on disk.
type name struct{ pos, end token.Position }

// noteDeclared records the positions of functions of a view in files that are not changed yet.
func (f *findings) noteDeclared(v *load.View, over load.Overlay) {
	for _, u := range v.World.Units {
		for _, file := range u.Files {
			if _, rewritten := over[u.Filename(file.FileStart)]; rewritten {
				continue
			}
			for _, d := range file.Decls {
				decl, ok := d.(*ast.FuncDecl)
				if !ok {
					continue
				}
				if fn, ok := u.Info.Defs[decl.Name].(*types.Func); ok {
					at := name{u.Fset.PositionFor(decl.Name.Pos(), false), u.Fset.PositionFor(decl.Name.End(), false)}
					f.declared[id{pattern.KeyOf(fn), at.pos.Filename}] = at
				}
			}
		}
	}
}
