// Package position parses and compares positions that other programs print.
package position

import (
	"cmp"
	"go/token"
	"strconv"
	"strings"
)

// Parse parses "file:line:col", "file:line" or "file". The name of the file may contain
// colons.
func Parse(s string) token.Position {
	file, last := cutNumber(s)
	if last == 0 {
		return token.Position{Filename: s}
	}
	if before, line := cutNumber(file); line > 0 {
		return token.Position{Filename: before, Line: line, Column: last}
	}
	return token.Position{Filename: file, Line: last}
}

// Cut splits "file:line:col: text" or "file:line: text". ok is false if s has no
// position before a text. The name of the file may contain colons.
func Cut(s string) (p token.Position, text string, ok bool) {
	for end := 0; ; end += len(": ") {
		i := strings.Index(s[end:], ": ")
		if i < 0 {
			return token.Position{}, "", false
		}
		end += i
		if p := Parse(s[:end]); p.Line > 0 && p.Filename != "" {
			return p, s[end+len(": "):], true
		}
	}
}

// cutNumber splits s at its last colon if a number follows, which must be positive.
// Otherwise it returns s and 0.
func cutNumber(s string) (before string, n int) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return s, 0
	}
	n, err := strconv.Atoi(s[i+1:])
	if err != nil || n <= 0 {
		return s, 0
	}
	return s[:i], n
}

// Compare orders positions by file, line and column.
func Compare(a, b token.Position) int {
	return cmp.Or(cmp.Compare(a.Filename, b.Filename), a.Line-b.Line, a.Column-b.Column)
}
