// Package visible makes text safe to show. File names and the output of tests must not
// move the cursor of a terminal, forge a line in a log, or reverse the direction of text
// on a page.
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

// Text returns s with all invisible characters written as in a Go string, except newlines
// and tabs: control characters, direction marks, other characters that are not graphic,
// and bytes that are not UTF-8.
func Text(s string) string {
	return escape(s, func(r rune) bool { return r == '\n' || r == '\t' || unicode.IsGraphic(r) })
}

// Log is like Text, and also changes lines that a CI system would execute as commands.
// GitHub executes lines that begin with two colons, perhaps after blanks. Other systems
// look for a word between ## and a bracket.
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

// Line is like Text, for text that must be on one line: newlines and tabs are written
// out, too.
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

// unseen matches the characters that are not graphic and that JSON encoders do not always
// escape.
var unseen = regexp.MustCompile(`[\x7f-\x{9f}\p{Cf}\p{Zl}\p{Zp}]`)

// JSON returns an equivalent JSON text. It escapes the characters that Text would write
// out, and text that Log would change.
func JSON(text []byte) []byte {
	text = bytes.ReplaceAll(text, []byte("##"), []byte(`#\u0023`)) // ## occurs in strings only
	return unseen.ReplaceAllFunc(text, func(c []byte) []byte {
		r, _ := utf8.DecodeRune(c)
		var out []byte
		for _, unit := range utf16.Encode([]rune{r}) {
			out = fmt.Appendf(out, `\u%04x`, unit)
		}
		return out
	})
}
