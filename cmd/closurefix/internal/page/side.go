package page

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/closurefix/closurefix/rewrite"
)

// A file holds the changed parts of a file.
type file struct {
	Name  string
	Parts []part
}

// A part is a range of lines with changes.
type part struct {
	Title string // the functions that contain the lines
	Rows  []row
	Lines []line // the same, one below the other
}

// A row holds a line of the old source next to one of the new source.
type row struct{ Old, New cell }

// A line is a line of the old source, of the new one, or of both.
type line struct {
	Old, New int // line numbers, from 1; 0 if it is not there
	cell
}

// A cell is a line on one side of a row.
type cell struct {
	Line  int // from 1; 0 if there is none
	Text  string
	Class string // "del", "add", or ""
}

// Sign returns the sign of a diff: differences are not marked by colour alone.
func (c cell) Sign() string {
	switch c.Class {
	case "del":
		return "−"
	case "add":
		return "+"
	}
	return ""
}

// context is the number of unchanged lines that are shown around a change.
const context = 3

// sideBySide returns the parts in which the old and new source of a file differ.
func sideBySide(f rewrite.File) (file, error) {
	old, new := string(f.Old), string(f.New)
	diff, err := udiff.ToUnifiedDiff("", "", old, udiff.Lines(old, new), context)
	if err != nil {
		return file{}, err
	}
	names := functions(f.Old)
	var out file
	grown := 0 // the number of lines that earlier hunks added
	for _, h := range diff.Hunks {
		from, to := h.FromLine, h.FromLine+grown
		p := part{}
		var dels, adds []cell
		flush := func() {
			for i := range max(len(dels), len(adds)) {
				var r row
				if i < len(dels) {
					r.Old = dels[i]
				}
				if i < len(adds) {
					r.New = adds[i]
				}
				p.Rows = append(p.Rows, r)
			}
			dels, adds = nil, nil
		}
		first := from
		for _, l := range h.Lines {
			text := strings.TrimRight(l.Content, "\r\n")
			switch l.Kind {
			case udiff.Delete:
				dels = append(dels, cell{from, text, "del"})
				p.Lines = append(p.Lines, line{Old: from, cell: cell{from, text, "del"}})
				from++
				grown--
			case udiff.Insert:
				adds = append(adds, cell{to, text, "add"})
				p.Lines = append(p.Lines, line{New: to, cell: cell{to, text, "add"}})
				to++
				grown++
			default:
				flush()
				p.Rows = append(p.Rows, row{cell{from, text, ""}, cell{to, text, ""}})
				p.Lines = append(p.Lines, line{from, to, cell{from, text, ""}})
				from++
				to++
			}
		}
		flush()
		p.Title = strings.Join(between(names, first+context, from-context), ", ")
		out.Parts = append(out.Parts, p)
	}
	return out, nil
}

// An extent is the range of lines of a function.
type extent struct {
	name     string
	from, to int
}

// functions returns the extents of the functions in a file, or nil if it does not parse.
func functions(text []byte) []extent {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", text, parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	var found []extent
	for _, d := range f.Decls {
		if d, ok := d.(*ast.FuncDecl); ok {
			found = append(found, extent{
				d.Name.Name, fset.PositionFor(d.Pos(), false).Line, fset.PositionFor(d.End(), false).Line,
			})
		}
	}
	return found
}

// between returns the names of the functions that overlap a range of lines.
func between(all []extent, from, to int) []string {
	var names []string
	for _, e := range all {
		if e.from < to && from <= e.to {
			names = append(names, e.name)
		}
	}
	return names
}
