package gen

import (
	"fmt"
	"slices"
	"strings"
)

// A variable is a local variable, parameter or result.
type variable struct {
	name    string
	kind    kind
	used    bool // somewhere, in the sense of the compiler
	fixed   bool // must not be assigned
	noTouch bool // must not have its address taken
	nilable bool // a pointer that may be nil
}

// use returns the name, and notes that the variable is used.
func (v *variable) use() string {
	v.used = true
	return v.name
}

// A role says what kind of function a block belongs to.
type role int

const (
	callerRole role = iota
	prepareRole
	cleanupRole
	literalRole // a plain function literal
	hookRole    // a literal that somebody calls later, at no fixed time
)

// A fn is the function or literal around a block.
type fn struct {
	role    role
	results []kind
	named   []*variable         // the results, if they have names
	up      *block              // the block that holds the literal
	limit   int                 // prepare functions with a lower number may be called
	give    func(*block) string // the return statement, if it is a special one
	stay    bool                // return only at the end
}

// A block is a list of statements under construction.
type block struct {
	fn    *fn
	up    *block
	vars  []*variable
	lines []string
	check map[int][]*variable // declared by the line before that index
	loops int                 // around the block, in all functions
	depth int
	ended bool // by a terminating statement
}

func newBlock(f *fn, up *block) *block {
	b := &block{fn: f, up: up, check: make(map[int][]*variable)}
	if up != nil {
		b.loops, b.depth = up.loops, up.depth+1
	}
	return b
}

// line appends a statement or a part of one.
func (b *block) line(format string, args ...any) {
	b.lines = append(b.lines, fmt.Sprintf(format, args...))
}

// declare adds variables that the last line declares.
func (b *block) declare(vars ...*variable) {
	b.vars = append(b.vars, vars...)
	b.check[len(b.lines)] = append(b.check[len(b.lines)], vars...)
}

// close returns the lines, with a use of each variable that has none. What was said to
// use it may have been thrown away since.
func (b *block) close() []string {
	var out []string
	for i := range len(b.lines) + 1 {
		for _, v := range b.check[i] {
			if !v.used || !slices.ContainsFunc(b.lines[i:], func(line string) bool { return hasWord(line, v.name) }) {
				out = append(out, "_ = "+v.name)
			}
		}
		if i < len(b.lines) {
			out = append(out, b.lines[i])
		}
	}
	return out
}

// hasWord reports whether name stands in text, not as a part of a longer name.
func hasWord(text, name string) bool {
	letter := func(i int) bool {
		return 0 <= i && i < len(text) && (text[i] == '_' || '0' <= text[i] && text[i] <= '9' || 'a' <= text[i]|' ' && text[i]|' ' <= 'z')
	}
	for from := 0; ; from++ {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return false
		}
		if from += i; !letter(from-1) && !letter(from+len(name)) {
			return true
		}
	}
}

// text returns the block with braces.
func (b *block) text() string {
	return "{\n" + strings.Join(b.close(), "\n") + "\n}"
}

// printed returns the visible variables that a trace can tell something about.
func (b *block) printed() []*variable {
	return b.visible(func(v *variable) bool { return v.kind != funcKind && v.kind != onceKind && v.kind != chanKind })
}

// own returns the variable of that name which b itself declares.
func (b *block) own(name string) *variable {
	for _, v := range b.vars {
		if v.name == name {
			return v
		}
	}
	return nil
}

// visible returns the variables that can be named in b, the nearest first.
func (b *block) visible(ok func(*variable) bool) []*variable {
	var vars []*variable
	seen := make(map[string]bool)
	for s := b; s != nil; s = s.up {
		for _, v := range slices.Backward(s.vars) {
			if !seen[v.name] && ok(v) {
				vars = append(vars, v)
			}
			seen[v.name] = true
		}
	}
	return vars
}

// of returns the visible variables of a kind.
func (b *block) of(k kind) []*variable {
	return b.visible(func(v *variable) bool { return v.kind == k })
}

// names reports whether b can name the variable: it is in scope, and no other
// shadows it.
func (b *block) names(v *variable) bool {
	return len(b.visible(func(o *variable) bool { return o == v })) > 0
}

// within reports whether b is in a function of that role, or in a literal
// inside one.
func (b *block) within(r role) bool {
	for s := b; s != nil; s = s.up {
		if s.fn.role == r {
			return true
		}
	}
	return false
}
