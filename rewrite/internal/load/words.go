package load

import (
	"bytes"
	"slices"
	"unicode"
	"unicode/utf8"
)

// mentions reports whether one of the names occurs in the source as a word. It searches for a few names one by
// one, which is faster, and looks at each word if there are more.
func mentions(text []byte, names map[string]bool) bool {
	const few = 20
	letter := func(i int) bool {
		if i < 0 || i >= len(text) {
			return false
		}
		c := text[i]
		return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c >= utf8.RuneSelf
	}
	if len(names) > few {
		for start := 0; start < len(text); start++ {
			if !letter(start) {
				continue
			}
			end := start + 1
			for letter(end) {
				end++
			}
			if names[string(text[start:end])] {
				return true
			}
			start = end
		}
		return false
	}
	for name := range names {
		for from := 0; ; {
			i := bytes.Index(text[from:], []byte(name))
			if i < 0 {
				break
			}
			start, end := from+i, from+i+len(name)
			if !letter(start-1) && !letter(end) {
				return true
			}
			from = end
		}
	}
	return false
}

// mayLiteral reports whether a file may contain a function literal. It may report true for
// others too. Two thirds of the files of a usual module contain none, and this check takes
// a tenth of the time of parsing.
func mayLiteral(text []byte) bool {
	if bytes.Contains(text, []byte(cancelFunc)) {
		return true // a function may return a method value of this type
	}
	for rest, last := text, byte('\n'); ; {
		i := bytes.Index(rest, []byte("func"))
		if i < 0 {
			return false
		}
		if i > 0 {
			last = rest[i-1]
		}
		rest = rest[i+len("func"):]
		next := bytes.TrimLeft(rest, " \t\r\n")
		switch {
		case len(next) == 0:
			return false
		case next[0] == '/': // a comment, with anything behind it
			return true
		case next[0] == '(' && !(last == '\n' && isMethod(next)):
			return true // a literal or a type
		}
		last = 'c'
	}
}

// isMethod reports whether the source after the word func begins like a method: with a
// receiver in parentheses and a name.
func isMethod(text []byte) bool {
	end := bytes.IndexAny(text[1:], "()\n")
	if end < 0 || text[1+end] != ')' {
		return false
	}
	name, ok := bytes.CutPrefix(text[end+2:], []byte(" "))
	i := bytes.IndexFunc(name, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return ok && i > 0 && name[i] == '(' && !slices.Contains([]string{"func", "chan"}, string(name[:i])) // else a type, the result of a literal
}
