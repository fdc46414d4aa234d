package spell

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// VerbOf splits a camel-case name after its first word: "prepareRead" is
// "prepare" and "Read".
func VerbOf(name string) (verb, rest string) {
	words := wordsOf(name)
	return words[0], strings.Join(words[1:], "")
}

// wordsOf splits a camel-case name into its words: "OnHTTPError" is "On", "HTTP" and "Error". Two
// words that are one verb stay together: "cleanUp".
func wordsOf(name string) []string {
	var words []string
	r, from := []rune(name), 0
	for i := 1; i <= len(r); i++ {
		if i < len(r) && !(unicode.IsUpper(r[i]) && (!unicode.IsUpper(r[i-1]) || i+1 < len(r) && unicode.IsLower(r[i+1]))) {
			continue
		}
		word := string(r[from:i])
		if n := len(words); n > 0 && slices.Contains([]string{"setup", "teardown", "cleanup", "shutdown", "rollback", "decref"}, strings.ToLower(words[n-1]+word)) {
			words[n-1] += word
		} else {
			words = append(words, word)
		}
		from = i
	}
	if len(words) == 0 {
		return []string{""}
	}
	return words
}

// LastWord returns the last word of the name of a variable, or of a type, which may have type
// arguments or be qualified: Cleanup for batchCleanup[T].
func LastWord(typ string) string {
	typ, _, _ = strings.Cut(typ, "[")
	words := wordsOf(typ[strings.LastIndexAny(typ, ".*")+1:])
	return words[len(words)-1]
}

// Tails returns the names that are left if first words of a name go, longest first: mntPoint and
// point for tmpfsMntPoint.
func Tails(name string) []string {
	var parts []string
	for words := wordsOf(name); len(words) > 1; words = words[1:] {
		parts = append(parts, LowerFirst(strings.Join(words[1:], "")))
	}
	return parts
}

// LowerFirst returns name with its first letter, or the initials at its start, in lower
// case.
func LowerFirst(name string) string {
	r := []rune(name)
	for i := range r {
		if i > 0 && (!unicode.IsUpper(r[i]) || i+1 < len(r) && unicode.IsLower(r[i+1])) {
			break
		}
		r[i] = unicode.ToLower(r[i])
	}
	return string(r)
}

// UpperFirst returns name with its first letter in upper case.
func UpperFirst(name string) string {
	if name == "" {
		return ""
	}
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(r)) + name[n:]
}
