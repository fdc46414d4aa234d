package same

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"sort"
	"strings"
)

// A region is a part of a file that is compared: consecutive declarations, each with
// the source up to the next one. The package clause and the imports are one region.
// Outside of the regions the file is unchanged, byte for byte.
type region struct {
	head  bool // it starts with the package clause
	decls []ast.Decl
	text  []byte // of the file, up to the end of the region
	after []byte // of the region
	start int    // offset
}

// ordered returns an error if the edits are not in order, or not of the file.
func (f File) ordered() error {
	last := 0
	for _, e := range f.Edits {
		if e.Start < last || e.End < e.Start || e.End > len(f.Text) {
			return errors.New("edits overlap")
		}
		last = e.End
	}
	return nil
}

// replaced returns the source that replaces [from, to). No edit crosses these offsets.
func (f File) replaced(from, to int) (after []byte) {
	at := from
	first := sort.Search(len(f.Edits), func(i int) bool { return f.Edits[i].Start >= from })
	for _, e := range f.Edits[first:] {
		if e.End > to {
			break
		}
		after = append(append(after, f.Text[at:e.Start]...), e.New...)
		at = e.End
	}
	return append(after, f.Text[at:to]...)
}

// line returns the number of the line after the change of an offset before the
// change that is in no edit.
func (f File) line(offset int) int {
	at := f.Unit.Fset.File(f.Before.Package)
	line := at.PositionFor(at.Pos(offset), false).Line
	for _, e := range f.Edits {
		if e.Start >= offset {
			break
		}
		line += strings.Count(e.New, "\n") - bytes.Count(f.Text[e.Start:e.End], []byte("\n"))
	}
	return line
}

// regions returns the regions that edits touch, and those of the wanted declarations,
// by index, which are compared whether edits touch them or not.
func (f File) regions(wanted []int) []region {
	imports := slices.IndexFunc(f.Before.Decls, func(d ast.Decl) bool { return !isImport(d) })
	if imports < 0 {
		imports = len(f.Before.Decls)
	}
	decls := f.Before.Decls[imports:]
	file := f.Unit.Fset.File(f.Before.Package)
	start := func(i int) int { // of the i-th region, of which the first is the head
		switch {
		case i == 0:
			return 0
		case i <= len(decls):
			return file.Offset(decls[i-1].Pos())
		}
		return len(f.Text)
	}
	var touched []int
	for _, i := range wanted {
		touched = append(touched, max(0, i-imports+1))
	}
	for _, e := range f.Edits {
		// An edit at a border belongs to both regions.
		from := sort.Search(len(decls), func(i int) bool { return start(i+1) >= e.Start })
		to := sort.Search(len(decls), func(i int) bool { return start(i+1) > e.End })
		for i := from; i <= to; i++ {
			touched = append(touched, i)
		}
	}
	slices.Sort(touched)
	var all []region
	for len(touched) > 0 {
		i := touched[0]
		j := i + 1
		for touched = touched[1:]; len(touched) > 0 && touched[0] <= j || j <= len(decls) && !endsLine(f.Text[start(i):start(j)]); {
			if len(touched) > 0 && touched[0] <= j {
				j = max(j, touched[0]+1)
				touched = touched[1:]
			} else {
				j++
			}
		}
		from, to := start(i), start(j)
		r := region{head: i == 0, text: f.Text[:to], start: from, after: f.replaced(from, to)}
		r.decls = f.Before.Decls[:imports+j-1]
		if i > 0 {
			r.decls = r.decls[imports+i-1:]
		}
		all = append(all, r)
	}
	return all
}

// endsLine reports whether source ends with a newline. If it also parses, nothing in it
// can continue in the source that follows.
func endsLine(text []byte) bool {
	text = bytes.TrimRight(text, " \t")
	return len(text) == 0 || text[len(text)-1] == '\n'
}

// parse parses a region of a file after the change.
func (m *matcher) parse(name string, r region, before *ast.File) error {
	m.start, m.above, m.text = r.start, 0, r.after
	if !r.head {
		m.text = slices.Concat(fmt.Appendf(nil, "package %s\n", before.Name.Name), r.after)
		m.above = 1
	}
	var err error
	m.after, err = parser.ParseFile(m.fset, name, m.text, parser.SkipObjectResolution)
	return err
}

// now returns the position of a node in the file after the change.
func (m *matcher) now(a ast.Node) func() token.Position {
	at, file, start, above := m.fset.PositionFor(a.Pos(), false), m.file, m.start, m.above
	return func() token.Position {
		at := at
		at.Line += file.line(start) - 1 - above
		return at
	}
}
