// Package visible makes text safe to show: what is printed on a terminal, in a
// log or on a page must not move the cursor, forge a line or turn the direction
// of what follows, whatever a file is called and whatever a test prints.
package visible

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Text returns s with everything that is neither graphic, a newline nor a tab
// written as in a Go string: control characters, marks of direction and other
// invisible characters, and bytes that are not UTF-8.
func Text(s string) string {
	return escape(s, func(r rune) bool { return r == '\n' || r == '\t' || unicode.IsGraphic(r) })
}

// Log returns Text of s in which no line is a command to a system that runs programs
// and reads what they print. GitHub takes a line for one that begins with two colons,
// perhaps after blanks; others look for a word between ## and a bracket.
func Log(s string) string {
	s = Text(s)
	if strings.Contains(s, "::") {
		s = colons.ReplaceAllString(s, `$1\x3a:`)
	}
	if strings.Contains(s, "##") {
		s = brackets.ReplaceAllString(s, `##$1\x5b`)
	}
	return s
}

var (
	colons   = regexp.MustCompile(`(?m)^([\t\pZ]*)::`)
	brackets = regexp.MustCompile(`##(\w*)\[`)
)

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

// unseen are the characters that are neither graphic nor escaped in every JSON text.
var unseen = regexp.MustCompile(`[\x7f-\x{9f}\p{Cf}\p{Zl}\p{Zp}]`)

// JSON returns a JSON text that means the same, and in which the characters that
// Text would write out are escaped, and what Log would take for a command.
func JSON(text []byte) []byte {
	text = bytes.ReplaceAll(text, []byte("##"), []byte(`#\u0023`)) // strings alone have such a character
	return unseen.ReplaceAllFunc(text, func(c []byte) []byte {
		r, _ := utf8.DecodeRune(c)
		var out []byte
		for _, unit := range utf16.Encode([]rune{r}) {
			out = fmt.Appendf(out, `\u%04x`, unit)
		}
		return out
	})
}
