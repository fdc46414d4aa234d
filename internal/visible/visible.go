// Package visible makes text safe to show: what is printed on a terminal, in a
// log or on a page must not move the cursor, forge a line or turn the direction
// of what follows, whatever a file is called and whatever a test prints.
package visible

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text returns s with everything that is neither graphic, a newline nor a tab
// written as in a Go string: control characters, marks of direction and other
// invisible characters, and bytes that are not UTF-8.
func Text(s string) string {
	return escape(s, func(r rune) bool { return r == '\n' || r == '\t' || unicode.IsGraphic(r) })
}

// Line is Text for what must stay on one line: newlines and tabs are written out
// as well.
func Line(s string) string { return escape(s, unicode.IsGraphic) }

func escape(s string, shown func(rune) bool) string {
	bad := func(r rune, size int) bool { return r == utf8.RuneError && size == 1 || !shown(r) }
	i := 0
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if bad(r, size) {
			break
		}
		i += size
	}
	if i == len(s) {
		return s
	}
	var b strings.Builder
	b.WriteString(s[:i])
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if bad(r, size) {
			quoted := strconv.QuoteToASCII(s[i : i+size])
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}
