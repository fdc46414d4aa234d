package plan

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// verbOf splits a camel-case name after its first word: "prepareRead" is
// "prepare" and "Read".
func verbOf(name string) (verb, rest string) {
	for _, two := range []string{"setUp", "SetUp"} {
		if rest, ok := strings.CutPrefix(name, two); ok && (rest == "" || unicode.IsUpper([]rune(rest)[0])) {
			return two, rest
		}
	}
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) {
			return name[:i], name[i:]
		}
	}
	return name, ""
}

// lowerFirst returns name as an unexported one: its first letter, or the
// initials it starts with, in lower case.
func lowerFirst(name string) string {
	r := []rune(name)
	for i := range r {
		if i > 0 && (!unicode.IsUpper(r[i]) || i+1 < len(r) && unicode.IsLower(r[i+1])) {
			break
		}
		r[i] = unicode.ToLower(r[i])
	}
	return string(r)
}

// upperFirst returns name with its first letter in upper case.
func upperFirst(name string) string {
	if name == "" {
		return ""
	}
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(r)) + name[n:]
}

// words returns the identifiers of a source text that no package qualifies.
func words(text string) []string {
	all := strings.FieldsFunc(text, func(r rune) bool { return !wordRune(r) && r != '.' })
	for i, w := range all {
		all[i], _, _ = strings.Cut(strings.TrimLeft(w, "."), ".")
	}
	return all
}

// wordRune reports whether a rune may be part of an identifier.
func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }
