// Package escape asks the Go compiler what it allocates on the heap, and why.
//
// With -gcflags=-m=2 the compiler prints the results of its escape analysis: one verdict a
// line,
//
//	./conn.go:25:9: func literal escapes to heap
//	./callers.go:5:60: moved to heap: err
//	./callers.go:9:14: func literal does not escape
//	./callers.go:9:14: inlining call to (*Conn).begin
//
// and before a verdict about the heap the flow that led to it:
//
//	./callers.go:5:60: err escapes to heap in (*Conn).Read:
//	./callers.go:5:60:   flow: {heap} ← &err:
//	./callers.go:5:60:     from &err (address-of) at ./callers.go:6:34
//	./callers.go:5:60:     from (*Conn).prepareRead(c, ctx, &err) (call parameter) at ./callers.go:6:28
//
// The go command keeps this output in its build cache and prints it again if nothing has
// changed, so a second run costs almost nothing. (The JSON form, -json=0,DIR, is a side
// effect of compiling that a cached build does not repeat.)
//
// The format of the output is not specified. So decisions depend only on verdicts, found
// by position. The flow is quoted verbatim, and only the positions at the ends of its
// lines are parsed. Output that is not recognized leads to the verdict Unknown or an empty
// reason, and never to another verdict. Golden files have the output of each Go release
// that was tried.
package escape

import (
	"bufio"
	"cmp"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/closurefix/closurefix/rewrite/internal/position"
)

// A Pos is a position in a file. Columns count bytes from 1, as in go/token.
type Pos struct {
	File      string // absolute
	Line, Col int
}

// Compare orders positions by file, line and column.
func (p Pos) Compare(q Pos) int {
	return cmp.Or(cmp.Compare(p.File, q.File), p.Line-q.Line, p.Col-q.Col)
}

// A Verdict says where the compiler allocates a variable or a value.
type Verdict int

const (
	Unknown Verdict = iota // not reported, or in an unknown form
	Stack
	Heap
)

func (v Verdict) String() string {
	switch v {
	case Stack:
		return "stack"
	case Heap:
		return "heap"
	}
	return "unknown"
}

// A Fact is one verdict of the compiler.
type Fact struct {
	Pos
	Verdict Verdict
	What    string   // the expression or variable, as the compiler prints it
	Moved   bool     // a variable that is moved to the heap, rather than a value that escapes
	Func    string   // the function, as in "(*Conn).Read"; "" if unknown
	Reason  []string // the lines of the flow without positions; may be empty
	Through []Pos    // the positions at the ends of those lines

	// Again has the reasons of further values that the compiler prints in the same
	// way at the same position: it prints their verdict only once.
	Again [][]string
}

// Facts are the verdicts of the compiler about some packages.
type Facts struct {
	facts   []Fact
	inlined map[Pos][]string // callees, by the position of the call's parenthesis
	files   map[string]bool  // files with a verdict in a known form
}

const literal = "func literal"

// Literal returns the verdict on the function literal at p. If p is the opening
// parenthesis of an inlined call, the verdict is that on the copies of literals in the
// callee. It is Unknown if there are different verdicts at the position, as for two such
// copies.
func (f *Facts) Literal(p Pos) Fact {
	found := Fact{Pos: p, What: literal}
	for _, fact := range f.At(p) {
		switch {
		case fact.What != literal:
		case found.Verdict == Unknown:
			found = fact
		case found.Verdict != fact.Verdict:
			return Fact{Pos: p, What: literal}
		}
	}
	return found
}

// Variable returns the verdict on the variable declared at p. If p is the opening
// parenthesis of an inlined call, the verdict is that on the copy of a variable of the
// callee. The compiler reports only variables on the heap. A variable that it does not
// report is on the stack if the file was compiled.
func (f *Facts) Variable(p Pos, name string) Fact {
	found := Fact{Pos: p, What: name, Moved: true}
	if f.files[p.File] {
		found.Verdict = Stack
	}
	for _, fact := range f.At(p) {
		if fact.Moved && base(fact.What) == name {
			return fact
		}
	}
	return found
}

// Inlined reports whether the compiler inlined a call of a function of that name, whose
// opening parenthesis is at p.
func (f *Facts) Inlined(p Pos, name string) bool {
	return slices.ContainsFunc(f.inlined[p], func(callee string) bool {
		callee, _, _ = strings.Cut(callee, "[")
		return base(callee) == name
	})
}

// InlinedLiteral is like Inlined, for a call of a function literal. The compiler numbers the
// literals of a function: (*Conn).read.func1, and read.func1.2 for one in that.
func (f *Facts) InlinedLiteral(p Pos) bool {
	return slices.ContainsFunc(f.inlined[p], func(callee string) bool {
		_, err := strconv.Atoi(strings.TrimPrefix(base(callee), "func"))
		return err == nil
	})
}

// Known reports whether the facts include a verdict in a known form about the file.
func (f *Facts) Known(file string) bool { return f.files[file] }

// Heap returns the facts with the verdict heap between two positions of one
// file, by position.
func (f *Facts) Heap(from, to Pos) []Fact {
	var found []Fact
	for _, fact := range f.facts {
		if fact.Verdict == Heap && fact.File == from.File && from.Compare(fact.Pos) <= 0 && fact.Pos.Compare(to) < 0 {
			found = append(found, fact)
		}
	}
	return found
}

// At returns the facts at a position.
func (f *Facts) At(p Pos) []Fact {
	i, _ := slices.BinarySearchFunc(f.facts, p, func(fact Fact, p Pos) int { return fact.Pos.Compare(p) })
	j := i
	for j < len(f.facts) && f.facts[j].Pos == p {
		j++
	}
	return f.facts[i:j]
}

// base returns a name without a package or receiver before it.
func base(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// Parse parses the output of the compiler, as printed by a go command that ran in dir. If
// a package was compiled with and without its tests, Parse uses the output with tests.
func Parse(text, dir string) *Facts {
	p := parser{dir: dir, sections: make(map[string]*section)}
	for _, s := range split(text) {
		path, variant, _ := strings.Cut(s.path, " [")
		base := strings.TrimSuffix(path, "_test")
		if old := p.sections[path]; old != nil && variant != base+".test]" && variant != path+".test]" {
			continue // the other output includes it
		}
		p.sections[path] = s
	}
	facts := &Facts{inlined: make(map[Pos][]string), files: make(map[string]bool)}
	for _, s := range p.sections {
		p.section(s, facts)
	}
	slices.SortStableFunc(facts.facts, func(a, b Fact) int {
		return cmp.Or(a.Pos.Compare(b.Pos), cmp.Compare(a.What, b.What), int(b.Verdict-a.Verdict), len(b.Reason)-len(a.Reason))
	})
	// A generic function is compiled for several types, and a literal for each
	// function into which the function around it is inlined.
	facts.facts = slices.CompactFunc(facts.facts, func(a, b Fact) bool {
		return a.Pos == b.Pos && a.What == b.What && a.Moved == b.Moved && a.Verdict == b.Verdict
	})
	return facts
}

// A section is the output about one package.
type section struct {
	path  string // as in "example.com/m [example.com/m.test]"
	lines []string
}

// split splits the output at its "# path" lines.
func split(text string) []*section {
	current := new(section)
	all := []*section{current}
	lines := bufio.NewScanner(strings.NewReader(text))
	lines.Buffer(nil, 1<<26) // a can-inline line holds a whole function
	for lines.Scan() {
		line := lines.Text()
		if path, ok := strings.CutPrefix(line, "# "); ok {
			current = &section{path: path}
			all = append(all, current)
			continue
		}
		current.lines = append(current.lines, line)
	}
	return all
}

type parser struct {
	dir      string
	sections map[string]*section // by package path
}

// A flow is the explanation of why something is on the heap.
type flow struct {
	what, fn string
	lines    []string
	through  []Pos
}

// section adds the facts of a section.
func (p *parser) section(s *section, facts *Facts) {
	flows := make(map[Pos][]*flow)
	first := len(facts.facts)
	var open *flow // the flow of the last line
	var where Pos
	for _, line := range s.lines {
		pos, text, ok := p.position(line)
		if !ok {
			open = nil
			continue
		}
		if open != nil && pos == where && strings.HasPrefix(text, "  ") {
			open.lines = append(open.lines, text)
			if i := strings.LastIndex(text, " at "); i >= 0 {
				if at, rest, ok := p.position(text[i+len(" at "):] + ": "); ok && rest == "" {
					open.through = append(open.through, at)
				}
			}
			continue
		}
		open = nil
		fact := Fact{Pos: pos}
		if name, ok := strings.CutPrefix(text, "moved to heap: "); ok {
			fact.Verdict, fact.What, fact.Moved = Heap, name, true
		} else if what, ok := strings.CutSuffix(text, " escapes to heap"); ok {
			fact.Verdict, fact.What = Heap, what
		} else if what, ok := strings.CutSuffix(text, " does not escape"); ok {
			fact.Verdict, fact.What = Stack, what
		} else {
			if what, rest, ok := strings.Cut(text, " escapes to heap in "); ok && strings.HasSuffix(rest, ":") {
				open, where = &flow{what: what, fn: strings.TrimSuffix(rest, ":")}, pos
				flows[pos] = append(flows[pos], open)
			} else if callee, ok := strings.CutPrefix(text, "inlining call to "); ok {
				facts.inlined[pos] = append(facts.inlined[pos], callee)
			}
			continue
		}
		facts.files[pos.File] = true
		if fact.Verdict == Heap {
			// Functions are reported one after the other, each with flows before verdicts.
			for i, f := range flows[pos] {
				if f.what == fact.What {
					fact.Func, fact.Reason, fact.Through = f.fn, f.lines, f.through
					flows[pos] = slices.Delete(flows[pos], i, i+1)
					break
				}
			}
		}
		facts.facts = append(facts.facts, fact)
	}
	// A flow without a verdict of its own shares that of another flow. If there is none,
	// the verdict is Unknown, since it is certainly not the stack.
	own := facts.facts[first:]
	for pos, left := range flows {
		for _, f := range left {
			i := slices.IndexFunc(own, func(g Fact) bool { return g.Pos == pos && g.What == f.what && g.Verdict == Heap && g.Func == f.fn })
			if i >= 0 {
				own[i].Again = append(own[i].Again, f.lines)
			} else {
				facts.facts = append(facts.facts, Fact{Pos: pos, What: f.what, Moved: f.what != literal})
			}
		}
	}
}

// position parses a line "file:line:col: text".
func (p *parser) position(line string) (Pos, string, bool) {
	at, text, ok := position.Cut(line)
	if !ok || at.Column == 0 {
		return Pos{}, "", false
	}
	file := filepath.FromSlash(at.Filename)
	if !filepath.IsAbs(file) {
		file = filepath.Join(p.dir, file)
	}
	return Pos{file, at.Line, at.Column}, text, true
}
